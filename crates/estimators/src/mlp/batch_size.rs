//! How many samples a batch has, as a number or as scikit-learn's rule.

use crate::parameters::{Interval, Kind, ParamValue, Parameter};

/// Most samples of a batch where the number is left to the rule.
const AUTO_LIMIT: usize = 200;

with_serde! {
    /// Samples of a batch.
    #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
    pub enum BatchSize {
        /// At most 200.
        #[default]
        Auto,
        /// This number, or all samples if there are fewer.
        Count(usize),
    }
}

impl BatchSize {
    /// Returns the size of a batch where there are `n_samples`.
    pub(super) fn of_samples(self, n_samples: usize) -> usize {
        match self {
            Self::Auto => AUTO_LIMIT.min(n_samples),
            Self::Count(size) => size.min(n_samples),
        }
    }
}

/// The range is that of the number.
impl Parameter for BatchSize {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int, Kind::Choice(&["auto"])]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value.as_str() {
            Some(name) => (name == "auto").then_some(Self::Auto),
            None => usize::read(value).map(Self::Count),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Auto => "auto".into(),
            Self::Count(size) => size.write(),
        }
    }

    fn is_in(&self, range: &Interval) -> bool {
        match self {
            Self::Auto => true,
            Self::Count(size) => size.is_in(range),
        }
    }

    fn expected(range: &Interval) -> String {
        format!("{} or \"auto\"", usize::expected(range))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_auto_survive_writing_and_reading() {
        for size in [BatchSize::Auto, BatchSize::Count(32)] {
            assert_eq!(BatchSize::read(&size.write()), Some(size));
        }
        for refused in [
            ParamValue::from("all"),
            ParamValue::Int(-1),
            ParamValue::Null,
        ] {
            assert_eq!(BatchSize::read(&refused), None);
        }
        let range = Interval::at_least(1);
        assert!(BatchSize::Auto.is_in(&range) && !BatchSize::Count(0).is_in(&range));
        assert_eq!(
            BatchSize::expected(&range),
            "an integer in [1, inf) or \"auto\""
        );
    }

    #[test]
    fn no_batch_is_larger_than_the_data() {
        assert_eq!(BatchSize::Auto.of_samples(1000), 200);
        assert_eq!(BatchSize::Auto.of_samples(30), 30);
        assert_eq!(BatchSize::Count(500).of_samples(1000), 500);
        assert_eq!(BatchSize::Count(500).of_samples(30), 30);
    }
}
