//! The layout of the fuzzy graph: neighbours attract each other, random points repel.
//!
//! In each epoch an edge is drawn as often as its weight says, the heaviest once. Its ends move
//! towards each other along the gradient of ln q, q = 1/(1 + a·d^(2b)), twice, because the graph holds
//! the edge in both directions, and each end moves away from random points along that of ln(1 − q).
//!
//! The reference moves points one after the other, or on several threads in a race. Here an epoch
//! goes through fixed blocks of points in random order: a point of a block sees its own moves at
//! once and all other points where they were before the block. Moves depend on nothing else but a
//! random stream per point and epoch, so that the picture is the same on any number of threads.

use std::ops::ControlFlow;

use fashion_bench_numeric::rng::{derive, stream};
use fashion_bench_numeric::simd::dispatch;
use ndarray::{Array2, Axis};
use rand::Rng as _;
use rand::seq::SliceRandom as _;
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::ParallelSliceMut;

use super::curve::Curve;
use super::moves::{Moves, Point, SplitMix};
use crate::graph::narrow;
use crate::progress::{Placed, Progress, Stage, Watch};
use crate::sparse::Sparse;

/// Parts of an epoch between which points see each other's moves.
const N_BLOCKS: usize = 64;

/// Points that a thread takes at a time.
const PIECE: usize = 64;

/// The side of the square that the points start in.
const SIDE: f64 = 10.0;

/// Amplitude of the noise that parts points which start on one spot.
const NOISE: f64 = 1e-4;

/// Rows that the objective is estimated from.
const OBJECTIVE_ROWS: usize = 1000;

/// Times that it is estimated.
const N_OBJECTIVES: usize = 20;

/// How the points are moved.
#[derive(Debug, Clone)]
pub(super) struct Schedule {
    pub curve: Curve,
    pub n_epochs: usize,
    pub learning_rate: f64,
    pub n_negative: usize,
    pub seed: u64,
}

/// Arranges the rows of `graph` from their places in `start` (n × 2).
pub(super) fn arrange(
    graph: &Sparse,
    start: &Array2<f64>,
    schedule: &Schedule,
    watch: &mut Watch<'_>,
) -> Placed {
    let order = random_order(graph.n_rows(), schedule.seed);
    let layout = Layout::new(graph, &order, schedule);
    let mut points = first_places(start, &order, schedule.seed);
    let mut placed = Placed {
        points: Array2::zeros((0, 2)),
        objective: None,
        n_steps: 0,
        is_cut_short: false,
    };
    let spacing = schedule.n_epochs.div_ceil(N_OBJECTIVES);
    for epoch in 0..schedule.n_epochs {
        if epoch % spacing == 0 {
            placed.objective = Some(layout.objective(&points));
        }
        let progress = Progress {
            stage: Stage::Layout,
            n_done: epoch,
            n_total: schedule.n_epochs,
            objective: placed.objective,
        };
        if let ControlFlow::Break(()) = watch(progress) {
            placed.is_cut_short = true;
            break;
        }
        layout.run_epoch(epoch, &mut points);
        placed.n_steps = epoch + 1;
    }
    placed.objective = Some(layout.objective(&points));
    placed.points = Array2::zeros((order.len(), 2));
    for (&row, point) in order.iter().zip(&points) {
        for (axis, &value) in point.iter().enumerate() {
            placed.points[[row as usize, axis]] = f64::from(value);
        }
    }
    placed
}

fn random_order(n: usize, seed: u64) -> Vec<u32> {
    let mut order: Vec<u32> = (0..n).map(narrow).collect();
    order.shuffle(&mut stream(seed, &[0x0a9]));
    order
}

/// Returns the places of the rows in `order`: `start`, with noise, stretched to a square.
#[expect(
    clippy::cast_possible_truncation,
    reason = "points are kept in single precision"
)]
fn first_places(start: &Array2<f64>, order: &[u32], seed: u64) -> Vec<Point> {
    let largest = start.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
    let scale = if largest > 0.0 { SIDE / largest } else { 1.0 };
    let mut rng = stream(seed, &[0x57a]);
    let noisy = start.mapv(|value| value * scale + rng.gen_range(-NOISE..NOISE));
    let bounds: Vec<(f64, f64)> = noisy
        .axis_iter(Axis(1))
        .map(|column| {
            let low = column.iter().copied().fold(f64::INFINITY, f64::min);
            let high = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (low, SIDE / (high - low).max(f64::MIN_POSITIVE))
        })
        .collect();
    let place = |&row: &u32| {
        std::array::from_fn(|axis| {
            let (low, scale) = bounds[axis];
            ((noisy[[row as usize, axis]] - low) * scale) as f32
        })
    };
    order.iter().map(place).collect()
}

/// The graph in the order of the blocks.
struct Layout<'a> {
    /// Of each edge its weight as a share of the heaviest one's.
    edges: Sparse,
    schedule: &'a Schedule,
}

impl<'a> Layout<'a> {
    fn new(graph: &Sparse, order: &[u32], schedule: &'a Schedule) -> Self {
        let mut place = vec![0; order.len()];
        for (idx, &row) in order.iter().enumerate() {
            place[row as usize] = narrow(idx);
        }
        let heaviest = graph.values().iter().copied().fold(0.0, f32::max);
        // Edges too light to be drawn even once are left out, as in the reference.
        let least = heaviest / schedule.n_epochs as f32;
        let rows: Vec<Vec<(u32, f32)>> = order
            .into_par_iter()
            .map(|&row| {
                let (columns, weights) = graph.row(row as usize);
                let edges = columns
                    .iter()
                    .zip(weights)
                    .filter(|(_, weight)| **weight >= least);
                let mut edges: Vec<(u32, f32)> = edges
                    .map(|(&column, &weight)| (place[column as usize], weight / heaviest))
                    .collect();
                edges.sort_unstable_by_key(|(column, _)| *column);
                edges
            })
            .collect();
        Self {
            edges: Sparse::from_rows(&rows),
            schedule,
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "points are kept in single precision"
    )]
    fn run_epoch(&self, epoch: usize, points: &mut [Point]) {
        let n = points.len();
        let schedule = self.schedule;
        let rate = schedule.learning_rate * (1.0 - epoch as f64 / schedule.n_epochs as f64);
        let key = derive(schedule.seed, &[0xe60c, epoch as u64]);
        let block = n.div_ceil(N_BLOCKS);
        let mut moved = vec![[0.0; 2]; block];
        for first in (0..n).step_by(block) {
            let moved = &mut moved[..block.min(n - first)];
            let pieces = moved.par_chunks_mut(PIECE).enumerate();
            let seen = &*points;
            pieces.for_each(|(piece, moved)| {
                dispatch(Moves {
                    edges: &self.edges,
                    curve: schedule.curve,
                    n_negative: schedule.n_negative,
                    epoch,
                    rate: rate as f32,
                    key,
                    points: seen,
                    first: first + piece * PIECE,
                    moved,
                });
            });
            points[first..first + moved.len()].copy_from_slice(moved);
        }
    }

    /// Estimates what the moves minimise: −ln q of an edge plus −ln(1 − q) of the points that repel
    /// with it, in the mean of the edges by weight.
    fn objective(&self, points: &[Point]) -> f64 {
        let n = points.len();
        let spacing = n.div_ceil(OBJECTIVE_ROWS);
        let rows: Vec<usize> = (0..n).step_by(spacing).collect();
        let curve = self.schedule.curve;
        let q = |a: Point, b: Point| {
            let [dx, dy] = [a[0] - b[0], a[1] - b[1]].map(f64::from);
            1.0 / (1.0 + curve.a * (dx * dx + dy * dy).powf(curve.b))
        };
        let sums: Vec<[f64; 2]> = rows
            .into_par_iter()
            .map(|row| {
                let mut random = SplitMix(row as u64);
                let (columns, weights) = self.edges.row(row);
                let (mut sum, mut total) = (0.0, 0.0);
                for (&column, &weight) in columns.iter().zip(weights) {
                    let mut cost = -q(points[row], points[column as usize]).ln();
                    for _ in 0..self.schedule.n_negative {
                        let other = points[random.below(n)];
                        cost -= (1.0 - q(points[row], other)).max(1e-6).ln();
                    }
                    sum += f64::from(weight) * cost;
                    total += f64::from(weight);
                }
                [sum, total]
            })
            .collect();
        let total: f64 = sums.iter().map(|sums| sums[1]).sum();
        sums.iter().map(|sums| sums[0]).sum::<f64>() / total.max(f64::MIN_POSITIVE)
    }
}
