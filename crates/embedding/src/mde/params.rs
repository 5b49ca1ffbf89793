//! Parameters of the embedding, and the way from rows to points.

use ndarray::{Array2, ArrayView2};

use super::constraint::Constraint;
use super::distortion::Distortion;
use super::lbfgs::{Limits, minimise};
use crate::error::{EmbeddingError, require_rows};
use crate::graph::Neighbors;
use crate::progress::{Placed, Progress, Stage, Watch};
use crate::sparse::Sparse;
use crate::spectral;
use crate::umap::principal_plane;

const NAME: &str = "MDE";

/// Parameters of the embedding, with the defaults of `pymde.preserve_neighbors`.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `n_neighbors` | 15 | neighbours of a row that attract it | [1, n) |
/// | `constraint` | centred | what holds the points together | |
/// | `repulsive_fraction` | 1, or 0.5 if standardised | pairs that repel per pair that attracts | [0, inf) |
/// | `eps` | 1e-5 | length of the gradient at which the work ends | [0, inf) |
/// | `max_iter` | 300 | most steps | [1, inf) |
/// | `memory_size` | 10 | steps that the curvature is estimated from | [1, inf) |
/// | `seed` | 0 | stream of random numbers | |
#[derive(Debug, Clone, PartialEq)]
pub struct MdeParams {
    n_neighbors: usize,
    constraint: Constraint,
    repulsive_fraction: Option<f64>,
    eps: f64,
    max_iter: usize,
    memory_size: usize,
    seed: u64,
}

/// Minimum-distortion embedding that preserves neighbours.
///
/// Rows that are neighbours attract each other by the distortion w·ln(1 + d^1.5), with w = 2 where
/// each is a neighbour of the other and else 1; as many random pairs of other rows repel by
/// −ln(1 − exp(−d)). Projected L-BFGS minimises the mean.
#[derive(Debug, Clone, Copy)]
pub struct Mde;

impl Mde {
    /// Returns the parameters with their defaults.
    #[must_use]
    pub fn params() -> MdeParams {
        MdeParams::default()
    }
}

impl Default for MdeParams {
    fn default() -> Self {
        Self {
            n_neighbors: 15,
            constraint: Constraint::default(),
            repulsive_fraction: None,
            eps: 1e-5,
            max_iter: 300,
            memory_size: 10,
            seed: 0,
        }
    }
}

impl MdeParams {
    /// Sets the number of neighbours of a row that attract it.
    #[must_use]
    pub fn n_neighbors(self, n_neighbors: usize) -> Self {
        Self {
            n_neighbors,
            ..self
        }
    }

    /// Sets what holds the points together.
    #[must_use]
    pub fn constraint(self, constraint: Constraint) -> Self {
        Self { constraint, ..self }
    }

    /// Sets the number of pairs that repel per pair that attracts.
    #[must_use]
    pub fn repulsive_fraction(self, fraction: f64) -> Self {
        Self {
            repulsive_fraction: Some(fraction),
            ..self
        }
    }

    /// Sets the length of the gradient at which the work ends.
    #[must_use]
    pub fn eps(self, eps: f64) -> Self {
        Self { eps, ..self }
    }

    /// Sets the most steps.
    #[must_use]
    pub fn max_iter(self, max_iter: usize) -> Self {
        Self { max_iter, ..self }
    }

    /// Sets the number of steps that the curvature is estimated from.
    #[must_use]
    pub fn memory_size(self, memory_size: usize) -> Self {
        Self {
            memory_size,
            ..self
        }
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Returns the number of neighbours that the graph must hold for each row.
    #[must_use]
    pub fn needed_neighbors(&self) -> usize {
        self.n_neighbors
    }

    /// Checks the parameters for `n_rows` rows.
    ///
    /// # Errors
    /// If one is out of range.
    pub fn check(&self, n_rows: usize) -> Result<(), EmbeddingError> {
        let refuse = |name, expected: &str, found: String| {
            Err(EmbeddingError::parameter(NAME, name, expected, found))
        };
        require_rows(NAME, 3, n_rows)?;
        if self.n_neighbors == 0 || self.n_neighbors >= n_rows {
            let expected = format!(
                "an integer in [1, {}], below the number of rows",
                n_rows - 1
            );
            return refuse("n_neighbors", &expected, self.n_neighbors.to_string());
        }
        let fraction = self.repulsive_fraction.unwrap_or(1.0);
        if !(0.0..f64::INFINITY).contains(&fraction) {
            return refuse(
                "repulsive_fraction",
                "a number in [0, inf)",
                fraction.to_string(),
            );
        }
        if !(0.0..f64::INFINITY).contains(&self.eps) {
            return refuse("eps", "a number in [0, inf)", self.eps.to_string());
        }
        if self.max_iter == 0 {
            return refuse("max_iter", "an integer in [1, inf)", "0".to_owned());
        }
        if self.memory_size == 0 {
            return refuse("memory_size", "an integer in [1, inf)", "0".to_owned());
        }
        Ok(())
    }

    /// Places the rows of `x` (n × features) by the `graph` of their neighbours.
    ///
    /// # Errors
    /// If a parameter is out of range, or the graph is not of these rows.
    pub fn place(
        &self,
        x: ArrayView2<'_, f32>,
        graph: &Neighbors,
        watch: &mut Watch<'_>,
    ) -> Result<Placed, EmbeddingError> {
        let n_rows = x.nrows();
        self.check(n_rows)?;
        graph.require(NAME, n_rows, self.n_neighbors)?;
        let progress = Progress {
            stage: Stage::Start,
            n_done: 0,
            n_total: 1,
            objective: None,
        };
        let is_ended = watch(progress).is_break();
        let attracting = attracting(graph, self.n_neighbors);
        let start = match spectral::coordinates(&attracting, self.seed) {
            Some(modes) => modes,
            None => principal_plane(x)?,
        };
        let fraction = self.repulsive_fraction.unwrap_or(match self.constraint {
            Constraint::Centred => 1.0,
            Constraint::Standardised => 0.5,
        });
        let mut points = first_places(&start);
        self.constraint.standardise(&mut points);
        let distortion = Distortion::new(attracting, fraction, self.seed);
        distortion.part_pairs(&mut points, self.seed);
        let limits = Limits {
            eps: self.eps,
            max_iter: self.max_iter,
            memory_size: self.memory_size,
        };
        let mut watch_steps = |progress| match is_ended {
            true => std::ops::ControlFlow::Break(()),
            false => watch(progress),
        };
        Ok(minimise(
            &distortion,
            self.constraint,
            points,
            &limits,
            &mut watch_steps,
        ))
    }
}

/// Returns the symmetric graph: 2 where each row is a neighbour of the other, else 1.
fn attracting(graph: &Neighbors, n_neighbors: usize) -> Sparse {
    let rows: Vec<Vec<(u32, f32)>> = (0..graph.n_rows())
        .map(|row| {
            let mut columns = graph.row(row, n_neighbors).0.to_vec();
            columns.sort_unstable();
            columns.into_iter().map(|column| (column, 1.0)).collect()
        })
        .collect();
    Sparse::from_rows(&rows).symmetrised(|a, b| a + b)
}

fn first_places(start: &Array2<f64>) -> Vec<[f64; 2]> {
    start.outer_iter().map(|row| [row[0], row[1]]).collect()
}
