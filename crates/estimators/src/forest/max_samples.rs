//! How many samples are drawn for each tree.

use crate::ParamError;
use crate::parameters::{Kind, ParamValue, Parameter};
use crate::tree::AmountRange;

with_serde! {
    /// How many samples are drawn for each tree.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum MaxSamples {
        /// As many as there are.
        All,
        /// This many.
        Count(usize),
        /// This share of them, rounded.
        Share(f64),
    }
}

impl MaxSamples {
    /// Returns the number that this is of `n_samples`, at least 1.
    ///
    /// # Errors
    /// [`ParamError`] for a count beyond `n_samples`, as the `max_samples` of `estimator`.
    pub fn of(self, n_samples: usize, estimator: &'static str) -> Result<usize, ParamError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count"
        )]
        match self {
            Self::All => Ok(n_samples),
            Self::Share(share) => {
                Ok(((n_samples as f64 * share).round_ties_even() as usize).max(1))
            }
            Self::Count(count) if count > n_samples => {
                let expected = format!("at most the {n_samples} samples of the data");
                Err(ParamError::value(estimator, "max_samples", expected, count))
            }
            Self::Count(count) => Ok(count),
        }
    }
}

impl Parameter for MaxSamples {
    type Range = AmountRange;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Share, Kind::Int, Kind::Null]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Null => Some(Self::All),
            ParamValue::Float(share) => Some(Self::Share(*share)),
            value => usize::read(value).map(Self::Count),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::All => ParamValue::Null,
            Self::Count(count) => count.write(),
            Self::Share(share) => share.write(),
        }
    }

    fn is_in(&self, range: &AmountRange) -> bool {
        match self {
            Self::All => true,
            Self::Count(count) => range.contains_count(*count),
            Self::Share(share) => range.contains_share(*share),
        }
    }

    fn expected(range: &AmountRange) -> String {
        format!("{} or null", range.expected())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_counts_are_of_the_samples_there_are() {
        let of_25 = |form: MaxSamples| form.of(25, "Test").unwrap();
        assert_eq!(of_25(MaxSamples::All), 25);
        assert_eq!(of_25(MaxSamples::Share(0.5)), 12);
        assert_eq!(of_25(MaxSamples::Share(1e-9)), 1);
        assert_eq!(of_25(MaxSamples::Count(25)), 25);
        assert!(MaxSamples::Count(26).of(25, "Test").is_err());
    }

    #[test]
    fn every_form_survives_writing_and_reading() {
        for form in [
            MaxSamples::All,
            MaxSamples::Count(1),
            MaxSamples::Share(1.0),
        ] {
            assert_eq!(MaxSamples::read(&form.write()), Some(form));
            assert!(form.is_in(&AmountRange::default()));
        }
        assert!(!MaxSamples::Count(0).is_in(&AmountRange::default()));
        assert_eq!(MaxSamples::read(&"all".into()), None);
    }
}
