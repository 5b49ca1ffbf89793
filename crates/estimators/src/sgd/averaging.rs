//! From which row on weights are averaged.

use crate::parameters::{Kind, ParamValue, Parameter};

with_serde! {
    /// Whether the model is the average of the weights after each row. In a config `true` is from
    /// the first row on, and `false` and 0 are never.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Averaging {
        /// The model is the last weights.
        Never,
        /// The average begins at this row, counted from 1 over all epochs.
        FromRow(usize),
    }
}

impl Averaging {
    /// Returns the row at which the average begins, if it does.
    #[must_use]
    pub fn first_row(self) -> Option<usize> {
        match self {
            Self::Never | Self::FromRow(0) => None,
            Self::FromRow(row) => Some(row),
        }
    }
}

impl Parameter for Averaging {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Bool, Kind::Int]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Bool(false) => Some(Self::Never),
            ParamValue::Bool(true) => Some(Self::FromRow(1)),
            value => usize::read(value).map(Self::FromRow),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Never => ParamValue::Bool(false),
            Self::FromRow(row) => row.write(),
        }
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }

    fn expected((): &()) -> String {
        "true or false or an integer in [0, inf)".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_switch_or_a_row_says_when_averaging_begins() {
        let first_row = |value| Averaging::read(&value).map(Averaging::first_row);
        assert_eq!(first_row(ParamValue::Bool(false)), Some(None));
        assert_eq!(first_row(ParamValue::Bool(true)), Some(Some(1)));
        assert_eq!(first_row(ParamValue::Int(0)), Some(None));
        assert_eq!(first_row(ParamValue::Int(20)), Some(Some(20)));
        assert_eq!(first_row(ParamValue::Int(-1)), None);
        assert_eq!(first_row(ParamValue::Null), None);
        for averaging in [Averaging::Never, Averaging::FromRow(20)] {
            assert_eq!(Averaging::read(&averaging.write()), Some(averaging));
        }
    }
}
