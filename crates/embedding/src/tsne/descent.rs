//! The descent: momentum, gains and two phases, as in openTSNE.
//!
//! The gradient at point i is Σ_j p·(y_i − y_j)/(1 + d²), times the exaggeration, less the repulsion
//! divided by Z. What it minimises is the divergence Σ p·ln(p/q) with q = 1/((1 + d²)·Z).

use std::ops::ControlFlow;

use ndarray::Array2;
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::repulsion::Repulsion;
use crate::progress::{Placed, Progress, Stage, Watch};
use crate::sparse::Sparse;

/// Points whose parts are summed together.
const PIECE: usize = 512;

/// Standard deviation of the first axis at the start.
const START: f64 = 1e-4;

/// A gain is at least this.
const LEAST_GAIN: f64 = 0.01;

/// Longest step of a point.
const LONGEST_STEP: f64 = 5.0;

/// Steps between two evaluations of the objective.
const STEPS_PER_OBJECTIVE: usize = 50;

/// The two phases.
#[derive(Debug, Clone)]
pub(super) struct Phases {
    pub early_exaggeration: f64,
    pub n_early: usize,
    pub n_late: usize,
    pub learning_rate: Option<f64>,
    pub momentum: f64,
}

type Point = [f64; 2];

/// Arranges the rows of `affinities` from their places in `start` (n × 2).
pub(super) fn descend(
    affinities: &Sparse,
    start: &Array2<f64>,
    phases: &Phases,
    watch: &mut Watch<'_>,
) -> Placed {
    let mut state = State::new(affinities, start);
    let n_total = phases.n_early + phases.n_late;
    let (mut objective, mut n_steps, mut is_cut_short) = (None, 0, false);
    while n_steps < n_total {
        let progress = Progress {
            stage: Stage::Layout,
            n_done: n_steps,
            n_total,
            objective,
        };
        if let ControlFlow::Break(()) = watch(progress) {
            is_cut_short = true;
            break;
        }
        if n_steps == phases.n_early {
            state.rest();
        }
        let exaggeration = if n_steps < phases.n_early {
            phases.early_exaggeration
        } else {
            1.0
        };
        let rate = phases
            .learning_rate
            .unwrap_or(start.nrows() as f64 / exaggeration);
        n_steps += 1;
        let is_last = n_steps == n_total;
        let divergence = state.step(
            exaggeration,
            rate,
            phases.momentum,
            is_last || n_steps % STEPS_PER_OBJECTIVE == 0,
        );
        objective = divergence.or(objective);
    }
    let points = &state.points;
    Placed {
        points: Array2::from_shape_fn((points.len(), 2), |(row, axis)| points[row][axis]),
        objective,
        n_steps,
        is_cut_short,
    }
}

struct State<'a> {
    affinities: &'a Sparse,
    /// Σ p·ln p.
    negative_entropy: f64,
    points: Vec<Point>,
    updates: Vec<Point>,
    gains: Vec<Point>,
    repulsion: Repulsion,
}

impl<'a> State<'a> {
    fn new(affinities: &'a Sparse, start: &Array2<f64>) -> Self {
        let n = start.nrows();
        let first = start.column(0);
        let variance = first.dot(&first) / n as f64;
        let scale = if variance > 0.0 {
            START / variance.sqrt()
        } else {
            1.0
        };
        let point = |row: usize| {
            // Rows on one spot would stay there for ever: each is moved by less than a hundredth of
            // the deviation, by its index.
            let turn = row as f64 * 2.399_963;
            let jitter = 0.01 * START * (row as f64 / n as f64).sqrt();
            [
                start[[row, 0]] * scale + jitter * turn.cos(),
                start[[row, 1]] * scale + jitter * turn.sin(),
            ]
        };
        let negative_entropy = affinities
            .values()
            .iter()
            .map(|&p| f64::from(p))
            .map(|p| p * p.ln())
            .sum();
        Self {
            affinities,
            negative_entropy,
            points: (0..n).map(point).collect(),
            updates: vec![[0.0; 2]; n],
            gains: vec![[1.0; 2]; n],
            repulsion: Repulsion::default(),
        }
    }

    /// Forgets momentum and gains.
    fn rest(&mut self) {
        self.updates.fill([0.0; 2]);
        self.gains.fill([1.0; 2]);
    }

    /// Takes a step; returns the divergence before it if `evaluates`.
    fn step(
        &mut self,
        exaggeration: f64,
        rate: f64,
        momentum: f64,
        evaluates: bool,
    ) -> Option<f64> {
        let (repulsion, z) = self.repulsion.sums(&self.points);
        #[expect(
            clippy::cast_possible_truncation,
            reason = "forces are in single precision"
        )]
        let places: Vec<[f32; 2]> = self.points.iter().map(|p| p.map(|v| v as f32)).collect();
        let affinities = self.affinities;
        let pieces = self.updates.par_chunks_mut(PIECE);
        let pieces = pieces.zip(self.gains.par_chunks_mut(PIECE)).enumerate();
        let costs: Vec<f64> = pieces
            .map(|(piece, (updates, gains))| {
                let mut cost = 0.0;
                let rows = piece * PIECE..;
                for (row, (update, gain)) in rows.zip(updates.iter_mut().zip(gains)) {
                    let pull = attraction(affinities, row, &places);
                    if evaluates {
                        cost += stretch(affinities, row, &places);
                    }
                    for axis in 0..2 {
                        let push = f64::from(repulsion[row][axis]) / z;
                        let gradient = exaggeration * f64::from(pull[axis]) - push;
                        advance(&mut update[axis], &mut gain[axis], gradient, rate, momentum);
                    }
                    let length = update[0].hypot(update[1]);
                    if length > LONGEST_STEP {
                        *update = update.map(|u| u * LONGEST_STEP / length);
                    }
                }
                cost
            })
            .collect();
        let n = self.points.len() as f64;
        let mut sum = [0.0; 2];
        for (point, update) in self.points.iter_mut().zip(&self.updates) {
            for axis in 0..2 {
                point[axis] += update[axis];
                sum[axis] += point[axis];
            }
        }
        for point in &mut self.points {
            *point = [point[0] - sum[0] / n, point[1] - sum[1] / n];
        }
        evaluates.then(|| self.negative_entropy + costs.iter().sum::<f64>() + z.ln())
    }
}

/// Changes a coordinate's update and gain (Jacobs 1988): gains grow where the gradient keeps pointing
/// against the movement.
fn advance(update: &mut f64, gain: &mut f64, gradient: f64, rate: f64, momentum: f64) {
    let keeps = (*update > 0.0) != (gradient > 0.0);
    *gain = if keeps {
        *gain + 0.2
    } else {
        *gain * 0.8 + LEAST_GAIN
    };
    *update = momentum * *update - rate * *gain * gradient;
}

/// Returns Σ_j p·(y_i − y_j)/(1 + d²).
#[inline]
fn attraction(affinities: &Sparse, row: usize, places: &[[f32; 2]]) -> [f32; 2] {
    let [x, y] = places[row];
    let (columns, values) = affinities.row(row);
    let mut pull = [0.0; 2];
    for (&column, &p) in columns.iter().zip(values) {
        let other = places[column as usize];
        let offset = [x - other[0], y - other[1]];
        let force = p / (1.0 + offset[0] * offset[0] + offset[1] * offset[1]);
        pull = [pull[0] + force * offset[0], pull[1] + force * offset[1]];
    }
    pull
}

/// Returns Σ_j p·ln(1 + d²).
fn stretch(affinities: &Sparse, row: usize, places: &[[f32; 2]]) -> f64 {
    let [x, y] = places[row];
    let (columns, values) = affinities.row(row);
    let terms = columns.iter().zip(values).map(|(&column, &p)| {
        let other = places[column as usize];
        let square = f64::from(x - other[0]).powi(2) + f64::from(y - other[1]).powi(2);
        f64::from(p) * square.ln_1p()
    });
    terms.sum()
}
