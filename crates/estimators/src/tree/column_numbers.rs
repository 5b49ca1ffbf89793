//! Lists of whole numbers about columns, which scikit-learn takes and we refuse.

use crate::ParamError;
use crate::parameters::{Kind, ParamValue, Parameter};

with_serde! {
    /// Whole numbers about columns: indices, or directions of -1, 0 and 1.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct ColumnNumbers(pub Vec<i64>);
}

impl Parameter for ColumnNumbers {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Ints]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        let ParamValue::List(values) = value else {
            return None;
        };
        let number = |value: &ParamValue| match value {
            ParamValue::Int(number) => i64::try_from(*number).ok(),
            _ => None,
        };
        values.iter().map(number).collect::<Option<_>>().map(Self)
    }

    fn write(&self) -> ParamValue {
        let number = |&number: &i64| ParamValue::Int(number.into());
        ParamValue::List(self.0.iter().map(number).collect())
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }
}

/// Refuses monotonic constraints.
///
/// # Errors
/// [`ParamError::Unsupported`] if there are any, as the `monotonic_cst` of `estimator`.
pub fn refuse_monotonic_cst(
    constraints: Option<&ColumnNumbers>,
    estimator: &'static str,
) -> Result<(), ParamError> {
    if constraints.is_none() {
        return Ok(());
    }
    let reason = "monotonic constraints do not exist for more than two classes; leave it null";
    Err(ParamError::unsupported(estimator, "monotonic_cst", reason))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_may_be_negative_and_survive_writing_and_reading() {
        let numbers = ColumnNumbers(vec![1, -1, 0]);
        assert_eq!(ColumnNumbers::read(&numbers.write()), Some(numbers.clone()));
        assert_eq!(ColumnNumbers::read(&ParamValue::Int(1)), None);
        assert!(refuse_monotonic_cst(Some(&numbers), "Test").is_err());
        assert!(refuse_monotonic_cst(None, "Test").is_ok());
    }
}
