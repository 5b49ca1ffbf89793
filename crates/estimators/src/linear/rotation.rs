//! Few rows of many features, in the coordinates of the space that they span.
//!
//! The minimum of a loss of the scores plus a multiple of |w|² lies in the span of the rows. With
//! `x_i = Σ_j l_ij·q_j` for orthonormal `q_j`, weights `v` on the coordinates `l` have the same
//! scores and the same norm as `w = Σ_j v_j·q_j`, so that n rows need matrices of n and not of p
//! columns. (312 rows of 784 features in 26 classes: 26 matrices of 312² instead of 784².)

use ndarray::{Array2, ArrayView2};

use super::solution::Solution;

/// Share of a row's length below which what is left of it outside the span of those before is
/// rounding.
const DEPENDENT: f64 = 1e-6;

/// An orthonormal basis of the rows, and the rows in it.
pub(super) struct Rotation {
    /// The rows, n × rank.
    pub coordinates: Array2<f32>,
    /// The basis, one vector of p after the other.
    basis: Vec<Vec<f64>>,
}

impl Rotation {
    /// Returns the rows of `x` in coordinates of their own, if they have more features than there
    /// are rows, by Gram and Schmidt's method, each row twice. Cost: O(n²·p).
    pub fn of(x: ArrayView2<'_, f32>) -> Option<Self> {
        let (n_rows, n_features) = x.dim();
        if n_rows >= n_features {
            return None;
        }
        let mut basis: Vec<Vec<f64>> = Vec::new();
        let mut coordinates = Array2::zeros((n_rows, n_rows));
        for (row_idx, row) in x.rows().into_iter().enumerate() {
            let mut rest: Vec<f64> = row.iter().map(|&value| f64::from(value)).collect();
            let length = dot(&rest, &rest).sqrt();
            let mut found = vec![0.0; basis.len()];
            for _ in 0..2 {
                for (total, unit) in found.iter_mut().zip(&basis) {
                    let along = dot(&rest, unit);
                    *total += along;
                    for (rest, unit) in rest.iter_mut().zip(unit) {
                        *rest -= along * unit;
                    }
                }
            }
            let left = dot(&rest, &rest).sqrt();
            if left > DEPENDENT * length {
                basis.push(rest.iter().map(|value| value / left).collect());
                found.push(left);
            }
            #[expect(
                clippy::cast_possible_truncation,
                reason = "features are in single precision"
            )]
            for (coordinate, value) in coordinates.row_mut(row_idx).iter_mut().zip(found) {
                *coordinate = value as f32;
            }
        }
        // Rows without any feature but zero have one coordinate, so that there is a column.
        let rank = basis.len().max(1);
        basis.resize(rank, vec![0.0; n_features]);
        let coordinates = coordinates.slice(ndarray::s![.., ..rank]).to_owned();
        Some(Self { coordinates, basis })
    }

    /// Replaces weights on coordinates by weights on features; that of a constant feature stays.
    pub fn restore(&self, solutions: &mut [Solution]) {
        for weights in solutions
            .iter_mut()
            .flat_map(|solution| &mut solution.weights)
        {
            let mut restored = vec![0.0; self.basis[0].len()];
            for (unit, v) in self.basis.iter().zip(weights.iter()) {
                for (w, unit) in restored.iter_mut().zip(unit) {
                    *w += v * unit;
                }
            }
            restored.extend(&weights[self.basis.len()..]);
            *weights = restored;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use fashion_bench_numeric::rng::stream;

    #[test]
    fn scores_and_lengths_survive_the_way_to_coordinates_and_back() {
        let mut rng = stream(3, &[]);
        let mut x = Array2::from_shape_fn((9, 20), |_| rng.gen_range(-1.0_f32..1.0));
        // A copy, a row of zeros and a sum add nothing to the span.
        let copy = x.row(0).to_owned();
        let sum = &x.row(1) + &x.row(2);
        x.row_mut(4).assign(&copy);
        x.row_mut(5).fill(0.0);
        x.row_mut(6).assign(&sum);
        let rotation = Rotation::of(x.view()).unwrap();
        assert_eq!(rotation.coordinates.dim(), (9, 6));
        let v: Vec<f64> = (0..7).map(|j| f64::from(j) - 2.5).collect();
        let mut solutions = [Solution {
            weights: vec![v.clone()],
            n_iter: 0,
            converged: true,
            objective: 0.0,
            gap: 0.0,
        }];
        rotation.restore(&mut solutions);
        let w = &solutions[0].weights[0];
        assert_eq!((w.len(), w[20]), (21, v[6]));
        let (norm, expected) = (dot(&w[..20], &w[..20]), dot(&v[..6], &v[..6]));
        assert!((norm - expected).abs() < 1e-5, "{norm} {expected}");
        for (x, l) in x.rows().into_iter().zip(rotation.coordinates.rows()) {
            let score: f64 = x.iter().zip(w).map(|(&x, w)| f64::from(x) * w).sum();
            let expected: f64 = l.iter().zip(&v).map(|(&l, v)| f64::from(l) * v).sum();
            assert!((score - expected).abs() < 1e-5, "{score} {expected}");
        }
        assert!(Rotation::of(x.t()).is_none());
        let nothing = Rotation::of(Array2::zeros((2, 5)).view()).unwrap();
        assert_eq!(nothing.coordinates.dim(), (2, 1));
    }
}
