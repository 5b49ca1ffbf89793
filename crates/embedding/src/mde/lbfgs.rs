//! Projected L-BFGS (Agrawal, Ali and Boyd 2021, section 5.2).
//!
//! Points that a step leads to are moved back to the constraint, and gradients are taken along it.
//! The direction is that of limited-memory BFGS (Nocedal and Wright 2006, algorithm 7.4), the length
//! of a step that of [`wolfe`]. The work ends when the gradient's length is at most `eps`.

use std::collections::VecDeque;
use std::ops::ControlFlow;

use ndarray::Array2;

use super::constraint::{Constraint, Points};
use super::distortion::Distortion;
use super::search::{Point, wolfe};
use crate::progress::{Placed, Progress, Stage, Watch};

/// When to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub eps: f64,
    pub max_iter: usize,
    pub memory_size: usize,
}

/// A step and the change of the gradient over it.
struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    inverse_product: f64,
}

/// Returns the points that minimise `distortion`, from `points` on.
pub(super) fn minimise(
    distortion: &Distortion,
    constraint: Constraint,
    points: Points,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Placed {
    let problem = Problem {
        distortion,
        constraint,
    };
    let mut iterate = problem.evaluate(points);
    let mut pairs: VecDeque<Pair> = VecDeque::new();
    let (mut n_steps, mut is_cut_short) = (0, false);
    while n_steps < limits.max_iter {
        let progress = Progress {
            stage: Stage::Layout,
            n_done: n_steps,
            n_total: limits.max_iter,
            objective: Some(iterate.value),
        };
        if let ControlFlow::Break(()) = watch(progress) {
            is_cut_short = true;
            break;
        }
        if length(iterate.gradient()) <= limits.eps {
            break;
        }
        let Some((next, pair)) = problem.step(&iterate, &pairs) else {
            // The curvature misleads: forget it, or end where there is none to forget.
            if pairs.is_empty() {
                break;
            }
            pairs.clear();
            continue;
        };
        iterate = next;
        n_steps += 1;
        if pair.inverse_product > 0.0 {
            if pairs.len() == limits.memory_size {
                pairs.pop_front();
            }
            pairs.push_back(pair);
        }
    }
    let points = &iterate.points;
    Placed {
        points: Array2::from_shape_fn((points.len(), 2), |(row, axis)| points[row][axis]),
        objective: Some(iterate.value),
        n_steps,
        is_cut_short,
    }
}

struct Problem<'a> {
    distortion: &'a Distortion,
    constraint: Constraint,
}

/// Points with the distortion and its gradient.
struct Iterate {
    points: Points,
    value: f64,
    gradient: Points,
}

impl Iterate {
    fn gradient(&self) -> &[f64] {
        self.gradient.as_flattened()
    }
}

impl Problem<'_> {
    fn evaluate(&self, mut points: Points) -> Iterate {
        self.constraint.project(&mut points);
        let mut gradient = vec![[0.0; 2]; points.len()];
        let value = self.distortion.evaluate(&points, &mut gradient);
        self.constraint.project_gradient(&points, &mut gradient);
        Iterate {
            points,
            value,
            gradient,
        }
    }

    /// Returns where a step leads, with what it says of the curvature; nothing if no step leads
    /// down. A pair without positive curvature has the inverse product 0.
    fn step(&self, from: &Iterate, pairs: &VecDeque<Pair>) -> Option<(Iterate, Pair)> {
        let (direction, first) = if pairs.is_empty() {
            let sum: f64 = from.gradient().iter().map(|g| g.abs()).sum();
            let steepest: Vec<f64> = from.gradient().iter().map(|g| -g).collect();
            (steepest, (1.0 / sum.max(f64::MIN_POSITIVE)).min(1.0))
        } else {
            (quasi_newton(from.gradient(), pairs), 1.0)
        };
        let slope = dot(from.gradient(), &direction);
        if slope >= 0.0 {
            return None;
        }
        let start = Point {
            t: 0.0,
            value: from.value,
            slope,
        };
        let mut at = |t: f64| {
            let mut moved = from.points.clone();
            add(moved.as_flattened_mut(), t, &direction);
            let iterate = self.evaluate(moved);
            let point = Point {
                t,
                value: iterate.value,
                slope: dot(iterate.gradient(), &direction),
            };
            (point, iterate)
        };
        let (found, next) = wolfe(start, first, &mut at)?;
        let step: Vec<f64> = direction.iter().map(|d| found.t * d).collect();
        let mut change = next.gradient().to_vec();
        add(&mut change, -1.0, from.gradient());
        let product = dot(&step, &change);
        let inverse_product = if product > 1e-10 {
            product.recip()
        } else {
            0.0
        };
        let pair = Pair {
            step,
            change,
            inverse_product,
        };
        Some((next, pair))
    }
}

/// Returns −H·gradient with H the estimate of the inverse Hessian.
fn quasi_newton(gradient: &[f64], pairs: &VecDeque<Pair>) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut along = Vec::with_capacity(pairs.len());
    for pair in pairs.iter().rev() {
        let alpha = pair.inverse_product * dot(&pair.step, &q);
        add(&mut q, -alpha, &pair.change);
        along.push(alpha);
    }
    if let Some(last) = pairs.back() {
        let scale = (last.inverse_product * dot(&last.change, &last.change)).recip();
        q.iter_mut().for_each(|value| *value *= scale);
    }
    for (pair, alpha) in pairs.iter().zip(along.into_iter().rev()) {
        let beta = pair.inverse_product * dot(&pair.change, &q);
        add(&mut q, alpha - beta, &pair.step);
    }
    q
}

fn add(y: &mut [f64], scale: f64, x: &[f64]) {
    y.iter_mut().zip(x).for_each(|(y, x)| *y += scale * x);
}

/// Returns the product in eight sums, in one order on every machine.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 8;
    let (a, a_tail) = a.as_chunks::<LANES>();
    let (b, b_tail) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let tail: f64 = a_tail.iter().zip(b_tail).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + tail
}

fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}
