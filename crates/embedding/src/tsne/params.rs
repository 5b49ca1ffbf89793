//! Parameters of t-SNE, and the way from rows to points.

use ndarray::ArrayView2;

use super::affinities::affinities;
use super::descent::{Phases, descend};
use crate::error::{EmbeddingError, require_rows};
use crate::graph::Neighbors;
use crate::progress::{Placed, Progress, Stage, Watch};
use crate::umap::principal_plane;

const NAME: &str = "t-SNE";

/// Neighbours that carry the affinities of a row, per unit of perplexity.
const NEIGHBORS_PER_PERPLEXITY: f64 = 3.0;

/// Parameters of t-SNE, with the names and defaults of openTSNE.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `perplexity` | 30 | effective number of neighbours of a row | [1, (n − 1)/3] |
/// | `early_exaggeration` | 12 | factor of the attraction in the first phase | [1, inf) |
/// | `early_exaggeration_iter` | 250 | steps of the first phase | [0, inf) |
/// | `n_iter` | 500 | steps of the second phase | [1, inf) |
/// | `learning_rate` | n divided by the exaggeration of the phase | length of the steps | (0, inf) |
/// | `momentum` | 0.8 | share of a step that the next one keeps | [0, 1) |
///
/// The points start from the first two principal components, so that there is nothing random.
#[derive(Debug, Clone, PartialEq)]
pub struct TsneParams {
    perplexity: f64,
    early_exaggeration: f64,
    early_exaggeration_iter: usize,
    n_iter: usize,
    learning_rate: Option<f64>,
    momentum: f64,
}

/// t-SNE.
#[derive(Debug, Clone, Copy)]
pub struct Tsne;

impl Tsne {
    /// Returns the parameters with their defaults.
    #[must_use]
    pub fn params() -> TsneParams {
        TsneParams::default()
    }
}

impl Default for TsneParams {
    fn default() -> Self {
        Self {
            perplexity: 30.0,
            early_exaggeration: 12.0,
            early_exaggeration_iter: 250,
            n_iter: 500,
            learning_rate: None,
            momentum: 0.8,
        }
    }
}

impl TsneParams {
    /// Sets the effective number of neighbours of a row.
    #[must_use]
    pub fn perplexity(self, perplexity: f64) -> Self {
        Self { perplexity, ..self }
    }

    /// Sets the factor of the attraction in the first phase.
    #[must_use]
    pub fn early_exaggeration(self, early_exaggeration: f64) -> Self {
        Self {
            early_exaggeration,
            ..self
        }
    }

    /// Sets the steps of the first phase.
    #[must_use]
    pub fn early_exaggeration_iter(self, early_exaggeration_iter: usize) -> Self {
        Self {
            early_exaggeration_iter,
            ..self
        }
    }

    /// Sets the steps of the second phase.
    #[must_use]
    pub fn n_iter(self, n_iter: usize) -> Self {
        Self { n_iter, ..self }
    }

    /// Sets the length of the steps.
    #[must_use]
    pub fn learning_rate(self, learning_rate: f64) -> Self {
        Self {
            learning_rate: Some(learning_rate),
            ..self
        }
    }

    /// Sets the share of a step that the next one keeps.
    #[must_use]
    pub fn momentum(self, momentum: f64) -> Self {
        Self { momentum, ..self }
    }

    /// Returns the number of neighbours that the graph must hold for each row.
    #[must_use]
    pub fn needed_neighbors(&self) -> usize {
        (NEIGHBORS_PER_PERPLEXITY * self.perplexity) as usize
    }

    /// Checks the parameters for `n_rows` rows.
    ///
    /// # Errors
    /// If one is out of range.
    pub fn check(&self, n_rows: usize) -> Result<(), EmbeddingError> {
        let refuse = |name, expected: &str, found: String| {
            Err(EmbeddingError::parameter(NAME, name, expected, found))
        };
        require_rows(NAME, 4, n_rows)?;
        let largest = (n_rows - 1) as f64 / NEIGHBORS_PER_PERPLEXITY;
        if !(1.0..=largest).contains(&self.perplexity) {
            let expected = format!("a number in [1, {largest:.1}], a third of the other rows");
            return refuse("perplexity", &expected, self.perplexity.to_string());
        }
        if !(1.0..f64::INFINITY).contains(&self.early_exaggeration) {
            let found = self.early_exaggeration.to_string();
            return refuse("early_exaggeration", "a number in [1, inf)", found);
        }
        if self.n_iter == 0 {
            return refuse("n_iter", "an integer in [1, inf)", "0".to_owned());
        }
        if let Some(rate) = self.learning_rate
            && !(rate.is_finite() && rate > 0.0)
        {
            return refuse("learning_rate", "a number in (0, inf)", rate.to_string());
        }
        if !(0.0..1.0).contains(&self.momentum) {
            return refuse("momentum", "a number in [0, 1)", self.momentum.to_string());
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
        let is_ended = watch(progress).is_break();
        let affinities = affinities(graph, self.perplexity, self.needed_neighbors());
        let start = principal_plane(x)?;
        let phases = Phases {
            early_exaggeration: self.early_exaggeration,
            n_early: self.early_exaggeration_iter,
            n_late: self.n_iter,
            learning_rate: self.learning_rate,
            momentum: self.momentum,
        };
        let mut watch_steps = |progress| match is_ended {
            true => std::ops::ControlFlow::Break(()),
            false => watch(progress),
        };
        Ok(descend(&affinities, &start, &phases, &mut watch_steps))
    }
}
