//! Whether the stages of boosting end early.

use crate::parameters::{Kind, ParamValue, Parameter};

with_serde! {
    /// Whether stages end early.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum BoostingEarlyStopping {
        /// With more than 10,000 samples.
        Auto,
        /// Yes.
        On,
        /// No.
        Off,
    }
}

impl BoostingEarlyStopping {
    /// Most samples with which [`Self::Auto`] does not stop.
    const AUTO_ABOVE: usize = 10_000;

    /// Whether stages end early with this many samples.
    #[must_use]
    pub fn is_on(self, n_samples: usize) -> bool {
        match self {
            Self::Auto => n_samples > Self::AUTO_ABOVE,
            Self::On => true,
            Self::Off => false,
        }
    }
}

impl Parameter for BoostingEarlyStopping {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Choice(&["auto"]), Kind::Bool]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Bool(true) => Some(Self::On),
            ParamValue::Bool(false) => Some(Self::Off),
            ParamValue::Text(name) => (name == "auto").then_some(Self::Auto),
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Auto => "auto".into(),
            Self::On => ParamValue::Bool(true),
            Self::Off => ParamValue::Bool(false),
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
    fn auto_goes_by_the_number_of_samples() {
        assert!(!BoostingEarlyStopping::Auto.is_on(10_000));
        assert!(BoostingEarlyStopping::Auto.is_on(10_001));
        for form in [
            BoostingEarlyStopping::Auto,
            BoostingEarlyStopping::On,
            BoostingEarlyStopping::Off,
        ] {
            assert_eq!(BoostingEarlyStopping::read(&form.write()), Some(form));
        }
        assert_eq!(BoostingEarlyStopping::read(&"on".into()), None);
    }
}
