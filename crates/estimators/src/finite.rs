//! Numbers that are not finite: among the features, and in what a fit leaves.

use ndarray::ArrayView2;

use super::error::FitError;

/// A number of a fitted model that is NaN or infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NotFinite {
    /// What it is, e.g. `a weight`.
    pub what: &'static str,
    /// NaN or an infinity.
    pub value: f64,
}

impl From<NotFinite> for FitError {
    fn from(found: NotFinite) -> Self {
        Self::NotFiniteFit {
            what: found.what,
            value: found.value,
        }
    }
}

/// Returns the first of `values` that is NaN or infinite, as `what`.
pub fn first_not_finite<'a, T: Copy + Into<f64> + 'a>(
    what: &'static str,
    values: impl IntoIterator<Item = &'a T>,
) -> Option<NotFinite> {
    values
        .into_iter()
        .map(|&value| value.into())
        .find(|value: &f64| !value.is_finite())
        .map(|value| NotFinite { what, value })
}

/// Returns the first value of `x`, row by row, that is NaN or infinite, as an error.
#[must_use]
pub fn not_finite(x: ArrayView2<'_, f32>) -> Option<FitError> {
    x.rows().into_iter().enumerate().find_map(|(row_idx, row)| {
        // With `&` rather than `&&` there is no early exit, so that the loop vectorises.
        if row.iter().fold(true, |all, value| all & value.is_finite()) {
            return None;
        }
        let column = row.iter().position(|value| !value.is_finite())?;
        Some(FitError::NotFinite {
            row: row_idx,
            column,
            value: row[column],
        })
    })
}

/// Returns the first of `values` that is NaN. An infinite logarithm is one of a probability of 0.
pub fn first_nan<'a>(
    what: &'static str,
    values: impl IntoIterator<Item = &'a f64>,
) -> Option<NotFinite> {
    let nan = values.into_iter().find(|value| value.is_nan())?;
    Some(NotFinite { what, value: *nan })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_number_that_is_not_finite_is_named() {
        assert_eq!(first_not_finite("a weight", &[1.0_f32, -2.0]), None);
        let found = first_not_finite("a weight", &[1.0, f64::NEG_INFINITY, f64::NAN]).unwrap();
        assert_eq!((found.what, found.value), ("a weight", f64::NEG_INFINITY));
        let error = FitError::from(found).to_string();
        assert!(error.starts_with("the fit left the finite numbers: a weight is -inf"));
    }
}
