//! What linear classifiers add to their loss.

use crate::parameters::{Kind, ParamValue, Parameter};

with_serde! {
    /// What is added to the loss. In a config `null` and `"none"` are the same.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum LinearPenalty {
        /// Nothing.
        None,
        /// `|w|₁`.
        L1,
        /// `½|w|²`.
        L2,
        /// `ratio·|w|₁ + ½(1 - ratio)·|w|²`.
        ElasticNet,
    }
}

impl LinearPenalty {
    /// Every penalty, in the order of [`Self::NAMES`].
    pub const ALL: [Self; 4] = [Self::L2, Self::L1, Self::ElasticNet, Self::None];

    /// The names in a config.
    pub const NAMES: &'static [&'static str] = &[
        Self::ALL[0].name(),
        Self::ALL[1].name(),
        Self::ALL[2].name(),
        Self::ALL[3].name(),
    ];

    /// Returns the name in a config.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::L1 => "l1",
            Self::L2 => "l2",
            Self::ElasticNet => "elasticnet",
        }
    }

    /// Returns the shares of the l1 norm and of the l2 norm, given the one of the l1 norm in a
    /// mixed penalty; no penalty has 0 of both.
    #[must_use]
    pub fn shares(self, l1_ratio: f64) -> (f64, f64) {
        match self {
            Self::None => (0.0, 0.0),
            Self::L1 => (1.0, 0.0),
            Self::L2 => (0.0, 1.0),
            Self::ElasticNet => (l1_ratio, 1.0 - l1_ratio),
        }
    }
}

impl Parameter for LinearPenalty {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Choice(Self::NAMES), Kind::Null]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Null => Some(Self::None),
            value => {
                let name = value.as_str()?;
                Self::ALL.into_iter().find(|penalty| penalty.name() == name)
            }
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::None => ParamValue::Null,
            penalty => penalty.name().into(),
        }
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn penalties_survive_writing_and_reading_and_none_has_a_name() {
        for penalty in LinearPenalty::ALL {
            assert_eq!(LinearPenalty::read(&penalty.write()), Some(penalty));
            let named = ParamValue::from(penalty.name());
            assert_eq!(LinearPenalty::read(&named), Some(penalty));
        }
        assert_eq!(LinearPenalty::None.write(), ParamValue::Null);
        assert_eq!(LinearPenalty::read(&"l3".into()), None);
    }
}
