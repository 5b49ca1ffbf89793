//! How many steps a solver may take: scikit-learn's `max_iter`, where -1 is no limit.

use crate::parameters::{Kind, ParamValue, Parameter};

with_serde! {
    /// The largest number of steps; `None` for no limit.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub struct StepLimit(pub Option<usize>);
}

/// In a config -1 is no limit.
impl Parameter for StepLimit {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Int(-1) => Some(Self(None)),
            // LIBSVM counts steps in 32 bits.
            ParamValue::Int(steps) if *steps < 1 << 31 => {
                Some(Self(Some(usize::try_from(*steps).ok()?)))
            }
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        ParamValue::Int(self.0.map_or(-1, |steps| steps as i128))
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }

    fn expected((): &()) -> String {
        "an integer in [0, 2147483647], or -1 for no limit".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus_one_is_no_limit_and_other_negative_numbers_are_refused() {
        for (written, limit) in [(-1, None), (0, Some(0)), (7, Some(7))] {
            let written = ParamValue::Int(written);
            assert_eq!(StepLimit::read(&written), Some(StepLimit(limit)));
            assert_eq!(StepLimit(limit).write(), written);
        }
        for refused in [
            ParamValue::Int(-2),
            ParamValue::Int(1 << 31),
            ParamValue::Null,
            ParamValue::Float(1.5),
        ] {
            assert_eq!(StepLimit::read(&refused), None);
        }
    }
}
