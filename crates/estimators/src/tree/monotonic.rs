//! Monotonic constraints: in which direction the second of two classes may go with a column.

use crate::ParamError;
use crate::parameters::{Kind, ParamValue, Parameter};

with_serde! {
    /// For each column whether the second of two classes may only get likelier (1) or less likely
    /// (-1) with its value, or either (0).
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct MonotonicConstraints(pub Vec<i8>);
}

impl MonotonicConstraints {
    /// Returns the direction of each of `n_features` columns.
    ///
    /// # Errors
    /// [`ParamError`] for more than two classes, and if there is not one for each column, as the
    /// `monotonic_cst` of `estimator`.
    pub fn signs(
        &self,
        n_features: usize,
        n_classes: usize,
        estimator: &'static str,
    ) -> Result<Vec<i8>, ParamError> {
        if n_classes > 2 {
            let reason =
                format!("it exists for two classes, the data has {n_classes}; leave it null");
            return Err(ParamError::unsupported(estimator, "monotonic_cst", reason));
        }
        if self.0.len() != n_features {
            let expected = format!("-1, 0 or 1 for each of the {n_features} columns of the data");
            let got = format!("{} of them", self.0.len());
            return Err(ParamError::value(estimator, "monotonic_cst", expected, got));
        }
        Ok(self.0.clone())
    }
}

impl Parameter for MonotonicConstraints {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Ints]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        let ParamValue::List(values) = value else {
            return None;
        };
        let sign = |value: &ParamValue| match value {
            ParamValue::Int(-1) => Some(-1),
            ParamValue::Int(0) => Some(0),
            ParamValue::Int(1) => Some(1),
            _ => None,
        };
        values.iter().map(sign).collect::<Option<_>>().map(Self)
    }

    fn write(&self) -> ParamValue {
        let number = |&sign: &i8| ParamValue::Int(sign.into());
        ParamValue::List(self.0.iter().map(number).collect())
    }

    fn is_in(&self, (): &()) -> bool {
        self.0.iter().all(|sign| (-1..=1).contains(sign))
    }

    fn expected((): &()) -> String {
        "a list of -1, 0 and 1".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_survive_writing_and_reading_and_others_are_refused() {
        let signs = MonotonicConstraints(vec![1, -1, 0]);
        assert_eq!(MonotonicConstraints::read(&signs.write()), Some(signs));
        let two = ParamValue::List(vec![ParamValue::Int(2)]);
        assert_eq!(MonotonicConstraints::read(&two), None);
        assert!(!MonotonicConstraints(vec![2]).is_in(&()));
    }

    #[test]
    fn there_is_a_direction_for_each_column_and_two_classes() {
        let signs = MonotonicConstraints(vec![1, -1]);
        assert_eq!(signs.signs(2, 2, "Test"), Ok(vec![1, -1]));
        let errors = [(3, 2), (2, 10)].map(|(n_features, n_classes)| {
            let found = signs.signs(n_features, n_classes, "Test");
            found.unwrap_err().to_string()
        });
        assert_eq!(
            errors,
            [
                "the `monotonic_cst` of Test must be -1, 0 or 1 for each of the 3 columns of the \
                 data, got 2 of them",
                "Test(monotonic_cst) is not supported: it exists for two classes, the data has 10; \
                 leave it null",
            ]
        );
    }
}
