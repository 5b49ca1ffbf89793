//! The graph of nearest neighbours.

use fashion_bench_numeric::nearest::{EuclideanIndex, nearest};
use ndarray::{ArrayView2, s};

use crate::error::{EmbeddingError, require_rows};
use crate::progress::{Progress, Stage, Watch};

/// Rows that are looked up between two reports.
const ROWS_PER_REPORT: usize = 2048;

/// The nearest neighbours of each row by Euclidean distance, without the row itself, nearest first.
/// Of rows at the same distance the earlier one is nearer.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbors {
    n_rows: usize,
    k: usize,
    indices: Vec<u32>,
    distances: Vec<f32>,
}

impl Neighbors {
    /// Finds the `k` nearest neighbours of each row of `x` (n × features) by exact search.
    ///
    /// Returns nothing if `watch` ended the work.
    ///
    /// # Errors
    /// If `k` is not in [1, n), or a value of `x` is not finite.
    pub fn find(
        x: ArrayView2<'_, f32>,
        k: usize,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Self>, EmbeddingError> {
        let n_rows = x.nrows();
        check_finite(x)?;
        require_rows("the graph of neighbours", 2, n_rows)?;
        if k == 0 || k >= n_rows {
            let expected = format!(
                "an integer in [1, {}], as there are {n_rows} rows",
                n_rows - 1
            );
            let graph = "the graph of neighbours";
            return Err(EmbeddingError::parameter(graph, "n_neighbors", expected, k));
        }
        let x = x.as_standard_layout();
        let index = EuclideanIndex::new(x.to_owned());
        let (mut indices, mut distances) = (Vec::new(), Vec::new());
        indices.reserve_exact(n_rows * k);
        distances.reserve_exact(n_rows * k);
        for first in (0..n_rows).step_by(ROWS_PER_REPORT) {
            let progress = Progress {
                stage: Stage::Neighbors,
                n_done: first,
                n_total: n_rows,
                objective: None,
            };
            if watch(progress).is_break() {
                return Ok(None);
            }
            let last = n_rows.min(first + ROWS_PER_REPORT);
            // The row itself is at distance 0, but so may be earlier rows: it need not be first.
            let found = nearest(&index, x.slice(s![first..last, ..]), k + 1);
            for (row, found) in (first..).zip(found) {
                let others = found.iter().filter(|neighbor| neighbor.row != row).take(k);
                for neighbor in others {
                    indices.push(narrow(neighbor.row));
                    distances.push(single(neighbor.distance));
                }
            }
        }
        Ok(Some(Self {
            n_rows,
            k,
            indices,
            distances,
        }))
    }

    /// Makes a graph of what [`Self::indices`] and [`Self::distances`] of another one returned.
    /// Returns nothing if these do not belong to `n_rows` rows with `k` neighbours each.
    #[must_use]
    pub fn from_parts(
        n_rows: usize,
        k: usize,
        indices: Vec<u32>,
        distances: Vec<f32>,
    ) -> Option<Self> {
        let n = n_rows.checked_mul(k)?;
        let graph = Self {
            n_rows,
            k,
            indices,
            distances,
        };
        let is_row = |&index: &u32| (index as usize) < n_rows;
        let fits = k > 0
            && graph.indices.len() == n
            && graph.distances.len() == n
            && graph.indices.iter().all(is_row)
            && graph.distances.iter().all(|d| d.is_finite() && *d >= 0.0);
        fits.then_some(graph)
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn n_rows(&self) -> usize {
        self.n_rows
    }

    /// Returns the number of neighbours of each row.
    #[must_use]
    pub fn k(&self) -> usize {
        self.k
    }

    /// Returns the neighbours (n × k, row by row).
    #[must_use]
    pub fn indices(&self) -> &[u32] {
        &self.indices
    }

    /// Returns the distances to the neighbours (n × k, row by row).
    #[must_use]
    pub fn distances(&self) -> &[f32] {
        &self.distances
    }

    /// Returns the neighbours of a row and their distances, the `k` nearest or all if there are
    /// fewer.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn row(&self, row: usize, k: usize) -> (&[u32], &[f32]) {
        let span = row * self.k..row * self.k + k.min(self.k);
        (&self.indices[span.clone()], &self.distances[span])
    }

    /// Returns an error unless the graph is of `rows` rows and holds `needed` neighbours of each.
    pub(crate) fn require(
        &self,
        method: &'static str,
        rows: usize,
        needed: usize,
    ) -> Result<(), EmbeddingError> {
        if self.n_rows != rows || self.k < needed {
            return Err(EmbeddingError::Graph {
                method,
                needed,
                rows,
                found_k: self.k,
                found_rows: self.n_rows,
            });
        }
        Ok(())
    }
}

/// Returns an error for the first row with a value that is not finite.
pub(crate) fn check_finite(x: ArrayView2<'_, f32>) -> Result<(), EmbeddingError> {
    for (row, values) in x.rows().into_iter().enumerate() {
        if let Some(&value) = values.iter().find(|value| !value.is_finite()) {
            return Err(EmbeddingError::NotFinite { row, value });
        }
    }
    Ok(())
}

/// Returns the index of a row in 32 bits.
pub(crate) fn narrow(row: usize) -> u32 {
    u32::try_from(row).expect("the search took the rows, so that they are fewer than 2³²")
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "the rows are in single precision"
)]
fn single(distance: f64) -> f32 {
    distance as f32
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use fashion_bench_numeric::distance::squared_euclidean;
    use fashion_bench_numeric::rng::stream;
    use ndarray::{Array2, array};
    use rand::Rng as _;

    use super::*;

    fn find(x: &Array2<f32>, k: usize) -> Result<Neighbors, EmbeddingError> {
        let graph = Neighbors::find(x.view(), k, &mut |_| ControlFlow::Continue(()))?;
        Ok(graph.expect("nobody ended the work"))
    }

    #[test]
    fn neighbours_equal_the_naive_twin() {
        for (n, k) in [(2, 1), (3, 2), (40, 7), (300, 15)] {
            let mut rng = stream(2, &[n as u64]);
            let x = Array2::from_shape_fn((n, 9), |_| rng.gen_range(-1.0_f32..1.0));
            let graph = find(&x, k).unwrap();
            for row in 0..n {
                let of = |row: usize| x.row(row).to_vec();
                let mut others: Vec<(f64, usize)> = (0..n)
                    .filter(|&other| other != row)
                    .map(|other| (squared_euclidean(&of(row), &of(other)).sqrt(), other))
                    .collect();
                others.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                let (indices, distances) = graph.row(row, k);
                for ((index, distance), other) in indices.iter().zip(distances).zip(&others) {
                    assert_eq!(*index as usize, other.1);
                    assert!((f64::from(*distance) - other.0).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn copies_of_a_row_are_its_neighbours_and_it_itself_never_is() {
        let x = Array2::from_shape_fn((9, 2), |(row, _)| if row < 6 { 1.0 } else { 5.0 });
        let graph = find(&x, 3).unwrap();
        assert_eq!(graph.row(0, 3).0, [1, 2, 3]);
        assert_eq!(graph.row(5, 3).0, [0, 1, 2]);
        assert_eq!(graph.row(5, 2).0, [0, 1]);
        assert_eq!(graph.row(8, 3).0, [6, 7, 0]);
    }

    #[test]
    fn what_has_no_graph_is_refused_and_the_work_can_be_ended() {
        let x = array![[0.0_f32, 1.0], [1.0, 2.0], [3.0, 4.0]];
        let error = find(&x, 3).unwrap_err().to_string();
        assert_eq!(
            error,
            "the `n_neighbors` of the graph of neighbours must be an integer in [1, 2], as there are \
             3 rows, got 3"
        );
        let error = find(&array![[0.0, f32::NAN]], 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "row 0 holds NaN; only finite numbers can be placed"
        );
        let ended = Neighbors::find(x.view(), 1, &mut |_| ControlFlow::Break(()));
        assert_eq!(ended, Ok(None));
    }

    #[test]
    fn parts_make_a_graph_only_if_they_fit() {
        let graph = |indices: &[u32], distances: &[f32]| {
            Neighbors::from_parts(2, 1, indices.to_vec(), distances.to_vec())
        };
        assert!(graph(&[1, 0], &[2.0, 2.0]).is_some());
        assert!(graph(&[1, 2], &[2.0, 2.0]).is_none());
        assert!(graph(&[1], &[2.0]).is_none());
        assert!(graph(&[1, 0], &[2.0, f32::NAN]).is_none());
    }
}
