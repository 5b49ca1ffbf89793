//! Columns of weights in the precision of the rows, and the scores of rows under them.

use fashion_bench_numeric::tall::Tall;

/// Returns each of `columns` in single precision.
pub(super) fn to_single(columns: &[Vec<f64>]) -> impl Iterator<Item = Vec<f32>> + '_ {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "products are in single precision"
    )]
    columns
        .iter()
        .map(|column| column.iter().map(|&v| v as f32).collect())
}

/// Returns the scores of all rows under each column of `weights`.
pub(super) fn scores(design: &Tall<'_>, weights: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let columns: Vec<Vec<f32>> = to_single(weights).collect();
    let to_double = |z: Vec<f32>| z.into_iter().map(f64::from).collect();
    design.times(&columns).into_iter().map(to_double).collect()
}
