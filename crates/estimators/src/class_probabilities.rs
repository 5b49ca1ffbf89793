//! Probabilities of the classes out of decisions and logarithms, as scikit-learn makes them.

use fashion_bench_numeric::softmax::softmax_inplace;
use ndarray::Array2;

/// Returns 1 / (1 + e^-z).
pub fn logistic(z: f64) -> f64 {
    if z >= 0.0 {
        return 1.0 / (1.0 + (-z).exp());
    }
    let e = z.exp();
    e / (1.0 + e)
}

/// Returns the probabilities of two classes, rows × 2, given that of the second in each row.
pub fn of_second(second: impl IntoIterator<Item = f64>) -> Array2<f64> {
    let both: Vec<f64> = second.into_iter().flat_map(|p| [1.0 - p, p]).collect();
    Array2::from_shape_vec((both.len() / 2, 2), both).expect("two for each row")
}

/// Replaces the scores of each row by their softmax.
pub fn softmax_rows(scores: &mut Array2<f64>) {
    for mut row in scores.rows_mut() {
        softmax_inplace(row.as_slice_mut().expect("an own matrix is row-major"));
    }
}

/// Divides each row by its sum.
pub fn normalise_rows(scores: &mut Array2<f64>) {
    for mut row in scores.rows_mut() {
        let sum = row.sum();
        row /= sum;
    }
}

/// Returns the probabilities of classes each of which was told from the rest: of a single decision
/// in a row, of two classes, else of one decision per class, scaled to a sum of 1.
pub fn one_vs_rest(mut decisions: Array2<f64>) -> Array2<f64> {
    if decisions.ncols() == 1 {
        return of_second(decisions.iter().map(|&z| logistic(z)));
    }
    for mut row in decisions.rows_mut() {
        let sum: f64 = row.iter().map(|&z| logistic(z)).sum();
        if sum > 0.0 {
            row.mapv_inplace(|z| logistic(z) / sum);
        } else {
            // So far below 0 the logistic function is the exponential one.
            softmax_inplace(row.as_slice_mut().expect("an own matrix is row-major"));
        }
    }
    decisions
}

/// Returns the probabilities that minimise the modified Huber loss, as J. Zhang and others,
/// "Transforming classifier scores into accurate multiclass probability estimates" (2002), make
/// them: decisions are cut off at ±1. Classes that all are improbable are equally so.
pub fn modified_huber(mut decisions: Array2<f64>) -> Array2<f64> {
    let probability = |z: f64| (z.clamp(-1.0, 1.0) + 1.0) / 2.0;
    if decisions.ncols() == 1 {
        return of_second(decisions.iter().map(|&z| probability(z)));
    }
    decisions.mapv_inplace(probability);
    for mut row in decisions.rows_mut() {
        if row.sum() == 0.0 {
            row.fill(1.0);
        }
    }
    normalise_rows(&mut decisions);
    decisions
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn rows_sum_to_one_however_extreme_the_decisions_are() {
        let decisions = array![
            [1.0, -2.0, 0.5],
            [-900.0, -901.0, -1000.0],
            [800.0, 0.0, -800.0]
        ];
        for found in [one_vs_rest(decisions.clone()), modified_huber(decisions)] {
            for row in found.rows() {
                assert!((row.sum() - 1.0).abs() < 1e-12, "{row}");
            }
        }
        let two = one_vs_rest(array![[0.0], [1e4]]);
        assert_eq!(two, array![[0.5, 0.5], [0.0, 1.0]]);
        assert_eq!(modified_huber(array![[-0.5]]), array![[0.75, 0.25]]);
        assert_eq!(logistic(-1e4), 0.0);
    }
}
