//! The state that Newton's method and the proximal method share: groups of columns of weights on
//! the same rows.
//!
//! A *group* is the weights of one problem: a single column for a class against the rest, one
//! column per class where the classes are coupled. Several groups are advanced together, so that
//! one reading of the rows serves them all.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::columns::{scores, to_single};
use super::group_loss::GroupLoss;
use fashion_bench_numeric::tall::Tall;

/// What all groups share.
#[derive(Clone, Copy)]
pub(super) struct GroupSettings<'a> {
    /// The rows.
    pub design: &'a Tall<'a>,
    /// Weight of each coefficient's square.
    pub ridge: &'a [f64],
    /// [`Tall::leverages`].
    pub leverages: &'a [f32],
    /// Steps at most.
    pub max_iter: usize,
    /// Seed of the samples that curvature matrices are made from.
    pub seed: u64,
}

/// A group at its current weights. All but the loss and the count of steps is column by column.
pub(super) struct GroupState<L> {
    pub loss: L,
    pub weights: Vec<Vec<f64>>,
    /// Scores of the rows.
    pub z: Vec<Vec<f64>>,
    /// Derivatives of the loss with respect to the scores.
    pub slopes: Vec<Vec<f32>>,
    /// Diagonal of the loss's second derivatives with respect to the scores.
    pub curvatures: Vec<Vec<f32>>,
    /// Gradient of loss and ridge with respect to the weights.
    pub gradient: Vec<Vec<f64>>,
    /// Where the next step goes.
    pub direction: Vec<Vec<f64>>,
    /// Whether the direction solves its system as closely as was asked.
    pub is_solved: bool,
    /// Steps taken.
    pub n_iter: usize,
}

impl<L: GroupLoss> GroupState<L> {
    /// Returns a group at zero weights.
    pub fn new(loss: L, settings: &GroupSettings<'_>) -> Self {
        let (n_columns, n_rows) = (loss.n_columns(), settings.design.n_rows());
        let width = settings.design.width();
        Self {
            loss,
            weights: vec![vec![0.0; width]; n_columns],
            z: vec![vec![0.0; n_rows]; n_columns],
            slopes: vec![vec![0.0; n_rows]; n_columns],
            curvatures: vec![vec![0.0; n_rows]; n_columns],
            gradient: vec![Vec::new(); n_columns],
            direction: vec![vec![0.0; width]; n_columns],
            is_solved: true,
            n_iter: 0,
        }
    }

    /// Sets the weights and computes the scores.
    pub fn move_to(&mut self, settings: &GroupSettings<'_>, weights: &[Vec<f64>]) {
        self.weights = weights.to_vec();
        self.z = scores(settings.design, weights);
    }

    /// Adds `t` times the direction to the weights; the scores are the caller's.
    pub fn move_weights(&mut self, t: f64) {
        for (w, d) in self.weights.iter_mut().zip(&self.direction) {
            for (w, d) in w.iter_mut().zip(d) {
                *w += t * d;
            }
        }
    }

    /// Whether another step may be taken.
    pub fn has_steps(&self, settings: &GroupSettings<'_>) -> bool {
        self.n_iter < settings.max_iter
    }
}

/// Brings slopes, curvatures and gradients of `groups` up to date, by one reading of the rows.
pub(super) fn update_gradients<L: GroupLoss>(
    settings: &GroupSettings<'_>,
    groups: &mut [&mut GroupState<L>],
) {
    groups.par_iter_mut().with_max_len(1).for_each(|group| {
        let GroupState {
            loss,
            z,
            slopes,
            curvatures,
            ..
        } = &mut **group;
        loss.derivatives(z, slopes, curvatures);
    });
    let columns: Vec<Vec<f32>> = groups
        .iter_mut()
        .flat_map(|group| group.slopes.iter_mut().map(std::mem::take))
        .collect();
    let mut gradients = settings.design.transposed_times(&columns).into_iter();
    let mut columns = columns.into_iter();
    for group in groups {
        let GroupState {
            weights,
            slopes,
            gradient,
            ..
        } = &mut **group;
        for ((w, slopes), gradient) in weights.iter().zip(slopes).zip(gradient) {
            *slopes = columns.next().expect("one for each column");
            *gradient = gradients.next().expect("one for each column");
            for ((g, w), ridge) in gradient.iter_mut().zip(w).zip(settings.ridge) {
                *g += ridge * w;
            }
        }
    }
}

/// Returns the products of all rows with the directions of `groups`, by one reading of the rows:
/// one vector per column, one group after the other.
pub(super) fn products_along<'a, L: 'a>(
    settings: &GroupSettings<'_>,
    groups: impl Iterator<Item = &'a GroupState<L>>,
) -> Vec<Vec<f32>> {
    let columns: Vec<Vec<f32>> = groups
        .flat_map(|group| to_single(&group.direction))
        .collect();
    settings.design.times(&columns)
}
