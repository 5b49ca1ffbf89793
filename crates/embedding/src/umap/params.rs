//! Parameters of UMAP, and the way from rows to points.

use ndarray::{Array2, ArrayView2};

use super::curve::Curve;
use super::fuzzy::fuzzy_union;
use super::layout::{Schedule, arrange};
use crate::error::{EmbeddingError, require_rows};
use crate::graph::Neighbors;
use crate::pca::Pca;
use crate::progress::{Placed, Progress, Stage, Watch};
use crate::spectral;

const NAME: &str = "UMAP";

/// The coordinates that points start from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Start {
    /// The slowest modes of the graph; principal components if the graph falls into parts.
    #[default]
    Spectral,
    /// The first two principal components.
    Pca,
}

/// Parameters of UMAP, with the names and defaults of umap-learn.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `n_neighbors` | 15 | neighbours of a row, which counts as its own first one | [2, n] |
/// | `min_dist` | 0.1 | distance up to which points are as near as can be | [0, `spread`] |
/// | `spread` | 1 | distance over which nearness fades | (0, inf) |
/// | `n_epochs` | 200 above 10,000 rows, else 500 | steps | [1, inf) |
/// | `learning_rate` | 1 | length of the first steps | (0, inf) |
/// | `negative_sample_rate` | 5 | random points that repel per neighbour that attracts | [0, inf) |
/// | `start` | spectral | the coordinates to start from | |
/// | `seed` | 0 | stream of random numbers | |
#[derive(Debug, Clone, PartialEq)]
pub struct UmapParams {
    n_neighbors: usize,
    min_dist: f64,
    spread: f64,
    n_epochs: Option<usize>,
    learning_rate: f64,
    negative_sample_rate: usize,
    start: Start,
    seed: u64,
}

/// UMAP.
///
/// # Example
/// ```
/// use std::ops::ControlFlow;
/// use fashion_bench_embedding::{Neighbors, Umap};
/// use ndarray::Array2;
/// let x = Array2::from_shape_fn((60, 3), |(i, j)| ((i * (j + 2)) % 17) as f32 + (i / 30 * 100) as f32);
/// let mut watch = |_| ControlFlow::Continue(());
/// let umap = Umap::params().n_neighbors(8);
/// let graph = Neighbors::find(x.view(), umap.needed_neighbors(), &mut watch)?.expect("not ended");
/// let placed = umap.place(x.view(), &graph, &mut watch)?;
/// assert_eq!(placed.points.dim(), (60, 2));
/// # Ok::<(), fashion_bench_embedding::EmbeddingError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Umap;

impl Umap {
    /// Returns the parameters with their defaults.
    #[must_use]
    pub fn params() -> UmapParams {
        UmapParams::default()
    }
}

impl Default for UmapParams {
    fn default() -> Self {
        Self {
            n_neighbors: 15,
            min_dist: 0.1,
            spread: 1.0,
            n_epochs: None,
            learning_rate: 1.0,
            negative_sample_rate: 5,
            start: Start::default(),
            seed: 0,
        }
    }
}

impl UmapParams {
    /// Sets the number of neighbours, the row itself included.
    #[must_use]
    pub fn n_neighbors(self, n_neighbors: usize) -> Self {
        Self {
            n_neighbors,
            ..self
        }
    }

    /// Sets the distance up to which points are as near as can be.
    #[must_use]
    pub fn min_dist(self, min_dist: f64) -> Self {
        Self { min_dist, ..self }
    }

    /// Sets the distance over which nearness fades.
    #[must_use]
    pub fn spread(self, spread: f64) -> Self {
        Self { spread, ..self }
    }

    /// Sets the number of steps.
    #[must_use]
    pub fn n_epochs(self, n_epochs: usize) -> Self {
        Self {
            n_epochs: Some(n_epochs),
            ..self
        }
    }

    /// Sets the length of the first steps.
    #[must_use]
    pub fn learning_rate(self, learning_rate: f64) -> Self {
        Self {
            learning_rate,
            ..self
        }
    }

    /// Sets the number of random points that repel per neighbour that attracts.
    #[must_use]
    pub fn negative_sample_rate(self, negative_sample_rate: usize) -> Self {
        Self {
            negative_sample_rate,
            ..self
        }
    }

    /// Sets the coordinates to start from.
    #[must_use]
    pub fn start(self, start: Start) -> Self {
        Self { start, ..self }
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Returns the number of neighbours that the graph must hold for each row.
    #[must_use]
    pub fn needed_neighbors(&self) -> usize {
        self.n_neighbors.saturating_sub(1)
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
        if self.n_neighbors < 2 || self.n_neighbors > n_rows {
            let expected = format!("an integer in [2, {n_rows}], the number of rows");
            return refuse("n_neighbors", &expected, self.n_neighbors.to_string());
        }
        let is_length = |value: f64| value.is_finite() && value > 0.0;
        if !is_length(self.spread) {
            return refuse("spread", "a number in (0, inf)", self.spread.to_string());
        }
        if !(0.0..=self.spread).contains(&self.min_dist) {
            let expected = format!("a number in [0, {}], the spread", self.spread);
            return refuse("min_dist", &expected, self.min_dist.to_string());
        }
        if self.n_epochs == Some(0) {
            return refuse("n_epochs", "an integer in [1, inf)", "0".to_owned());
        }
        if !is_length(self.learning_rate) {
            let found = self.learning_rate.to_string();
            return refuse("learning_rate", "a number in (0, inf)", found);
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
        graph.require(NAME, n_rows, self.needed_neighbors())?;
        let progress = Progress {
            stage: Stage::Start,
            n_done: 0,
            n_total: 1,
            objective: None,
        };
        // Whoever breaks here gets the start: there is nothing earlier to give.
        let is_ended = watch(progress).is_break();
        let union = fuzzy_union(graph, self.n_neighbors);
        let modes = match self.start {
            Start::Spectral => spectral::coordinates(&union, self.seed),
            Start::Pca => None,
        };
        let start = match modes {
            Some(modes) => modes,
            None => principal_plane(x)?,
        };
        let default_epochs = if n_rows <= 10_000 { 500 } else { 200 };
        let schedule = Schedule {
            curve: Curve::fit(self.min_dist, self.spread),
            n_epochs: self.n_epochs.unwrap_or(default_epochs),
            learning_rate: self.learning_rate,
            n_negative: self.negative_sample_rate,
            seed: self.seed,
        };
        let mut watch_layout = |progress| match is_ended {
            true => std::ops::ControlFlow::Break(()),
            false => watch(progress),
        };
        Ok(arrange(&union, &start, &schedule, &mut watch_layout))
    }
}

/// Returns the first two principal components of the rows (n × 2); of one feature, the second is 0.
pub(crate) fn principal_plane(x: ArrayView2<'_, f32>) -> Result<Array2<f64>, EmbeddingError> {
    let found = Pca::fit(x, 2)?.transform(x);
    let mut points = Array2::zeros((x.nrows(), 2));
    let n_found = found.ncols();
    points.slice_mut(ndarray::s![.., ..n_found]).assign(&found);
    Ok(points)
}
