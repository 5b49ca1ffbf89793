//! Columns of weights in the precision of the rows, and the scores of rows under them.
//!
//! Of few rows scores are computed in double precision.

use fashion_bench_numeric::tall::Tall;

/// Multiply-adds of a product up to which it is computed in double precision.
const MAX_EXACT: usize = 1_000_000;

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
    if design.n_rows() * design.width() * weights.len() <= MAX_EXACT {
        return exact_scores(design, weights);
    }
    let columns: Vec<Vec<f32>> = to_single(weights).collect();
    let to_double = |z: Vec<f32>| z.into_iter().map(f64::from).collect();
    design.times(&columns).into_iter().map(to_double).collect()
}

/// Returns the scores of all rows under each column of `weights`, computed in double precision.
pub(super) fn exact_scores(design: &Tall<'_>, weights: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let constant = f64::from(design.bias());
    let of_column = |w: &Vec<f64>| -> Vec<f64> {
        let score = |row_idx| {
            let row = design.row(row_idx);
            let pairs = row.iter().zip(w);
            let sum = pairs.fold(0.0, |sum, (&x, w)| sum + f64::from(x) * w);
            sum + w.get(row.len()).map_or(0.0, |w| constant * w)
        };
        (0..design.n_rows()).map(score).collect()
    };
    weights.iter().map(of_column).collect()
}
