//! How many features are drawn for each node.

use super::amount::AmountRange;
use crate::parameters::{Kind, ParamValue, Parameter};

with_serde! {
    /// How many features are drawn for each node.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum MaxFeatures {
        /// All of them.
        All,
        /// The square root of their number.
        Sqrt,
        /// The binary logarithm of their number.
        Log2,
        /// This many.
        Count(usize),
        /// This share of them, rounded down.
        Share(f64),
    }
}

impl MaxFeatures {
    /// Returns the number that this is of `n_features`, at least 1 and, as in scikit-learn, all of
    /// them for a count beyond.
    #[must_use]
    pub fn of(self, n_features: usize) -> usize {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "rounded down as in scikit-learn"
        )]
        let count = match self {
            Self::All => n_features,
            Self::Sqrt => (n_features as f64).sqrt() as usize,
            Self::Log2 => (n_features as f64).log2() as usize,
            Self::Share(share) => (share * n_features as f64) as usize,
            Self::Count(count) => count.min(n_features),
        };
        count.max(1)
    }
}

impl Parameter for MaxFeatures {
    type Range = AmountRange;

    fn kinds() -> Vec<Kind> {
        vec![
            Kind::Choice(&["sqrt", "log2"]),
            Kind::Share,
            Kind::Int,
            Kind::Null,
        ]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Null => Some(Self::All),
            ParamValue::Float(share) => Some(Self::Share(*share)),
            ParamValue::Text(name) => match name.as_str() {
                "sqrt" | "auto" => Some(Self::Sqrt),
                "log2" => Some(Self::Log2),
                _ => None,
            },
            value => usize::read(value).map(Self::Count),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::All => ParamValue::Null,
            Self::Sqrt => "sqrt".into(),
            Self::Log2 => "log2".into(),
            Self::Count(count) => count.write(),
            Self::Share(share) => share.write(),
        }
    }

    fn is_in(&self, range: &AmountRange) -> bool {
        match self {
            Self::All | Self::Sqrt | Self::Log2 => true,
            Self::Count(count) => range.contains_count(*count),
            Self::Share(share) => range.contains_share(*share),
        }
    }

    fn expected(range: &AmountRange) -> String {
        format!("\"sqrt\", \"log2\" or {} or null", range.expected())
    }

    fn synonyms() -> &'static [(&'static str, &'static str)] {
        &[("auto", "sqrt")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_is_a_number_of_features() {
        let of_784 = |form: MaxFeatures| form.of(784);
        assert_eq!(of_784(MaxFeatures::All), 784);
        assert_eq!(of_784(MaxFeatures::Sqrt), 28);
        assert_eq!(of_784(MaxFeatures::Log2), 9);
        assert_eq!(of_784(MaxFeatures::Share(0.1)), 78);
        assert_eq!(of_784(MaxFeatures::Share(1e-9)), 1);
        assert_eq!(of_784(MaxFeatures::Count(784)), 784);
        assert_eq!(of_784(MaxFeatures::Count(785)), 784);
    }

    #[test]
    fn every_form_survives_writing_and_reading() {
        for form in [
            MaxFeatures::All,
            MaxFeatures::Sqrt,
            MaxFeatures::Log2,
            MaxFeatures::Count(1),
            MaxFeatures::Share(1.0),
        ] {
            assert_eq!(MaxFeatures::read(&form.write()), Some(form));
        }
        assert_eq!(MaxFeatures::read(&"auto".into()), Some(MaxFeatures::Sqrt));
        assert_eq!(MaxFeatures::read(&"all".into()), None);
        let range = AmountRange::default();
        assert!(!MaxFeatures::Count(0).is_in(&range));
        assert!(!MaxFeatures::Share(1.5).is_in(&range));
    }
}
