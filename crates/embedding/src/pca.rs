//! Principal components: the directions in which rows vary most.
//!
//! The covariance matrix is summed in double precision over fixed parts of the rows and decomposed
//! exactly ([`SymmetricEigen`]). A component points to where its largest coefficient is positive, as
//! scikit-learn's `PCA` has it. Cost: n·d² for n rows of d features, and some 5·d³.

use fashion_bench_numeric::eigen::SymmetricEigen;
use fashion_bench_numeric::gram::Gram;
use fashion_bench_numeric::tall::Tall;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::error::{EmbeddingError, require_rows};
use crate::graph::check_finite;

/// Rows whose products are summed together. A fixed number, so that sums do not depend on threads.
const PART: usize = 4096;

/// The leading principal components of some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Pca {
    mean: Array1<f64>,
    /// One direction per row.
    components: Array2<f64>,
    shares: Vec<f64>,
}

impl Pca {
    /// Finds the first `n_components` components of `x` (n × features), or as many as there are
    /// features.
    ///
    /// # Errors
    /// If there are fewer than two rows, or a value is not finite.
    ///
    /// # Panics
    /// Only if squares of the values overflow.
    pub fn fit(x: ArrayView2<'_, f32>, n_components: usize) -> Result<Self, EmbeddingError> {
        require_rows("PCA", 2, x.nrows())?;
        check_finite(x)?;
        let (n_rows, width) = x.dim();
        let mean = x.mapv(f64::from).mean_axis(Axis(0));
        let mean = mean.expect("there are rows");
        #[expect(
            clippy::cast_possible_truncation,
            reason = "rows stay in single precision"
        )]
        let shift = mean.mapv(|value| value as f32);
        let centred = (&x - &shift).as_standard_layout().into_owned();
        let tall = Tall::new(centred.view(), None);
        let parts: Vec<Vec<f64>> = (0..n_rows.div_ceil(PART))
            .into_par_iter()
            .map(|part| {
                let rows = part * PART..n_rows.min((part + 1) * PART);
                let mut gram = Gram::<f64>::zeros(width);
                gram.add_rows(&tall, rows.map(|row| (row, 1.0)));
                gram.to_full(1.0, &vec![0.0; width])
            })
            .collect();
        let mut covariance = vec![0.0; width * width];
        for part in parts {
            for (sum, value) in covariance.iter_mut().zip(part) {
                *sum += value;
            }
        }
        let total: f64 = (0..width).map(|j| covariance[j * width + j]).sum();
        let eigen = SymmetricEigen::new(covariance, width);
        let eigen = eigen.expect("products of finite numbers that do not overflow");
        let mut pairs: Vec<(f64, &[f64])> = eigen.pairs().collect();
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        pairs.truncate(n_components);
        let mut components = Array2::zeros((pairs.len(), width));
        for (mut row, (_, vector)) in components.outer_iter_mut().zip(&pairs) {
            let largest =
                vector.iter().fold(
                    0.0_f64,
                    |largest, v| if v.abs() > largest.abs() { *v } else { largest },
                );
            let sign = if largest < 0.0 { -1.0 } else { 1.0 };
            row.iter_mut().zip(*vector).for_each(|(c, v)| *c = sign * v);
        }
        let share = |value: f64| {
            if total > 0.0 {
                value.max(0.0) / total
            } else {
                0.0
            }
        };
        Ok(Self {
            mean,
            components,
            shares: pairs.iter().map(|(value, _)| share(*value)).collect(),
        })
    }

    /// Returns the directions, one per row (components × features), each of length 1.
    #[must_use]
    pub fn components(&self) -> ArrayView2<'_, f64> {
        self.components.view()
    }

    /// Returns the share of the variance along each component, in [0, 1].
    #[must_use]
    pub fn shares(&self) -> &[f64] {
        &self.shares
    }

    /// Returns the coordinates of the rows of `x` along the components (n × components).
    ///
    /// # Panics
    /// If the rows have another number of features.
    #[must_use]
    pub fn transform(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        assert_eq!(x.ncols(), self.mean.len(), "features of the rows");
        let rows: Vec<Vec<f64>> = (0..x.nrows())
            .into_par_iter()
            .map(|row| {
                let centred: Array1<f64> = &x.row(row).mapv(f64::from) - &self.mean;
                self.components.dot(&centred).to_vec()
            })
            .collect();
        let n_components = self.components.nrows();
        Array2::from_shape_vec((x.nrows(), n_components), rows.concat())
            .expect("as many coordinates as components")
    }
}

#[cfg(test)]
mod tests {
    use fashion_bench_numeric::rng::stream;
    use ndarray::{Array2, array};
    use rand::Rng as _;

    use super::*;

    #[test]
    fn components_are_those_of_the_variance_done_by_hand() {
        // Variance 2 along (1, 1) and 0.5 along (1, -1), halved.
        let x = array![[1.0_f32, 1.0], [-1.0, -1.0], [0.5, -0.5], [-0.5, 0.5]] + 3.0;
        let pca = Pca::fit(x.view(), 2).unwrap();
        let half = 0.5_f64.sqrt();
        for (found, expected) in pca.components().iter().zip([half, half, half, -half]) {
            assert!((found.abs() - expected.abs()).abs() < 1e-12, "{pca:?}");
        }
        assert!((pca.shares()[0] - 0.8).abs() < 1e-12 && (pca.shares()[1] - 0.2).abs() < 1e-12);
        let points = pca.transform(x.view());
        assert!((points[[0, 0]] - 2.0_f64.sqrt()).abs() < 1e-12 && points[[0, 1]].abs() < 1e-12);
    }

    #[test]
    fn points_are_centred_uncorrelated_and_of_decreasing_variance() {
        let mut rng = stream(1, &[]);
        let x = Array2::from_shape_fn((PART + 100, 5), |(_, j)| {
            rng.gen_range(-1.0_f32..1.0) * (5 - j) as f32 + j as f32
        });
        let pca = Pca::fit(x.view(), 3).unwrap();
        let points = pca.transform(x.view());
        assert_eq!(points.dim(), (PART + 100, 3));
        let products = points.t().dot(&points) / points.nrows() as f64;
        assert!(products[[0, 0]] > products[[1, 1]] && products[[1, 1]] > products[[2, 2]]);
        assert!(products[[0, 1]].abs() < 1e-6 && products[[1, 2]].abs() < 1e-6);
        assert!(
            points
                .mean_axis(Axis(0))
                .unwrap()
                .iter()
                .all(|m| m.abs() < 1e-6)
        );
        let wide = Pca::fit(x.view(), 9).unwrap();
        assert!((wide.shares().iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_has_no_components_is_refused() {
        let error = Pca::fit(array![[1.0_f32]].view(), 2).unwrap_err();
        assert_eq!(error.to_string(), "PCA needs at least 2 rows, got 1");
        let constant = Pca::fit(Array2::zeros((4, 2)).view(), 2).unwrap();
        assert_eq!(constant.shares(), [0.0, 0.0]);
    }
}
