//! Features that are not finite numbers.

use ndarray::ArrayView2;

use super::error::FitError;

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
