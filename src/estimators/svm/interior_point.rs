//! A primal-dual interior point method for the linear kernel.
//!
//! Working sets converge slowly where many variables are free and the kernel matrix has the rank
//! of the features only. Here all of them move at once. Over the variables that may still change,
//! shifted to `x = β - lower` in `[0, w]`:
//!
//! > min ½ xᵀKx - gᵀx  with  0 ≤ x ≤ w,  Σx = s
//!
//! with multipliers b of the sum, z ≥ 0 of the lower and q ≥ 0 of the upper bounds. Mehrotra's
//! predictor and corrector; systems (K + D)·dx = r, D diagonal, go through the n_features ×
//! n_features matrix I + XᵀD⁻¹X (Sherman, Morrison, Woodbury), as in M. Ferris, T. Munson,
//! Interior-Point Methods for Massive Support Vector Machines (2002), with one step of iterative
//! refinement. An iteration costs n·n_features² multiplications; some 20 to 30 are needed
//! whatever C is. The result is near optimal; the caller polishes it to its stopping rule.

use ndarray::{Array2, ArrayView2, Axis};

use super::decomposition::Dual;
use crate::numeric::accumulate::{add_scaled_rows, dot_mixed};
use crate::numeric::cholesky::Cholesky;
use crate::numeric::gemm::{gemm_nt, gemm_tn};

/// Iterations at most.
const MAX_ITER: usize = 60;

/// Share of the way to the boundary that a step may go.
const BACK_OFF: f64 = 0.995;

/// Variables at a bound by more than this, and by five times the violation left, stay there.
const MIN_MARGIN: f64 = 1.0;

/// Part of a width that a variable keeps from its bounds at the start.
const NEAREST: f64 = 1e-3;

/// Free variables that [`step_of_free`] moves at most: 200 MB of kernel matrix.
const MAX_FREE: usize = 5000;

/// Ridge on that matrix, as part of its mean diagonal: it may be singular.
const RIDGE: f64 = 1e-10;

/// Iterations without progress after which rounding has taken over.
const MAX_STALLED: usize = 5;

/// Part of a width below which a variable is taken to be at its bound.
const AT_BOUND: f64 = 1e-7;

/// Moves `dual.beta` close to the optimum for the linear kernel of `x`; `gradient` is that of
/// `dual.beta`, `gap` its largest violation. Returns whether it did.
pub fn improve(
    dual: &mut Dual,
    x: ArrayView2<'_, f32>,
    gradient: &[f64],
    gap: f64,
    tol: f64,
) -> bool {
    let rows = open_variables(dual, gradient, gap);
    let chosen = x.select(Axis(0), &rows);
    let start: Vec<f64> = rows.iter().map(|&i| dual.beta[i] - dual.lower[i]).collect();
    let width: Vec<f64> = rows
        .iter()
        .map(|&i| dual.upper[i] - dual.lower[i])
        .collect();
    // g = f at x = 0, the other variables staying where they are.
    let moved = transposed_times(chosen.view(), &start);
    let linear = rows.iter().zip(chosen.rows());
    let linear = linear
        .map(|(&i, row)| gradient[i] + dot_mixed(row.to_slice().expect("row-major"), &moved))
        .collect();
    let total = start.iter().sum();
    let Some(solution) = Solver::new(chosen.view(), linear, &width, &start, total).run(tol) else {
        return false;
    };
    for (&i, value) in rows.iter().zip(settle(solution, &width, total)) {
        dual.beta[i] = if value >= dual.upper[i] - dual.lower[i] {
            dual.upper[i]
        } else {
            dual.lower[i] + value
        };
    }
    true
}

/// One Newton step of the free variables alone, up to the first bound in its way, which the
/// variable concerned then takes: what is left after [`improve`] has put the others on their
/// bounds. Returns whether no bound was in the way.
pub fn step_of_free(dual: &mut Dual, x: ArrayView2<'_, f32>, gradient: &[f64]) -> bool {
    let is_free = |&i: &usize| dual.lower[i] < dual.beta[i] && dual.beta[i] < dual.upper[i];
    let free: Vec<usize> = (0..gradient.len()).filter(is_free).collect();
    let n = free.len();
    if n == 0 || n > MAX_FREE {
        return true;
    }
    let chosen = x.select(Axis(0), &free).mapv(f64::from);
    let mut k = Array2::zeros((n, n));
    gemm_nt(1.0, chosen.view(), chosen.view(), 0.0, &mut k.view_mut());
    let ridge = RIDGE * k.diag().sum() / n as f64;
    k.diag_mut().mapv_inplace(|value| value + ridge);
    let Some(factor) = Cholesky::new(k.view()) else {
        return true;
    };
    let mut solutions: Vec<f64> = free.iter().map(|&i| gradient[i]).collect();
    solutions.resize(2 * n, 1.0);
    factor.solve_in_place(&mut solutions);
    let (step, ones) = solutions.split_at(n);
    let level = step.iter().sum::<f64>() / ones.iter().sum::<f64>();
    let step: Vec<f64> = step.iter().zip(ones).map(|(s, e)| s - level * e).collect();
    let bound = |i: usize, step: f64| {
        if step > 0.0 {
            dual.upper[i]
        } else {
            dual.lower[i]
        }
    };
    let reach = |i: usize, step: f64| {
        if step == 0.0 {
            f64::INFINITY
        } else {
            (bound(i, step) - dual.beta[i]) / step
        }
    };
    let pairs = || free.iter().copied().zip(step.iter().copied());
    let first = pairs().min_by(|a, b| reach(a.0, a.1).total_cmp(&reach(b.0, b.1)));
    let (blocking, blocking_step) = first.expect("there are free variables");
    let (target, length) = (
        bound(blocking, blocking_step),
        reach(blocking, blocking_step).min(1.0),
    );
    for (i, step) in pairs() {
        dual.beta[i] += length * step;
    }
    if length < 1.0 {
        dual.beta[blocking] = target;
    }
    length >= 1.0
}

/// Variables that are not clearly at the right bound.
fn open_variables(dual: &Dual, gradient: &[f64], gap: f64) -> Vec<usize> {
    let (mut top, mut bottom) = (f64::NEG_INFINITY, f64::INFINITY);
    for (i, &f) in gradient.iter().enumerate() {
        if dual.beta[i] < dual.upper[i] {
            top = top.max(f);
        }
        if dual.beta[i] > dual.lower[i] {
            bottom = bottom.min(f);
        }
    }
    let level = f64::midpoint(top, bottom);
    let margin = MIN_MARGIN.max(5.0 * gap);
    let is_open = |&i: &usize| {
        let excess = gradient[i] - level;
        let stays_low = dual.beta[i] <= dual.lower[i] && excess < -margin;
        let stays_high = dual.beta[i] >= dual.upper[i] && excess > margin;
        !(stays_low || stays_high)
    };
    (0..gradient.len()).filter(is_open).collect()
}

/// Puts variables next to a bound on it, and makes up for it with the others so that the sum is
/// `total` again.
fn settle(mut x: Vec<f64>, width: &[f64], total: f64) -> Vec<f64> {
    for (x, w) in x.iter_mut().zip(width) {
        if *x < AT_BOUND * w {
            *x = 0.0;
        } else if w - *x < AT_BOUND * w {
            *x = *w;
        }
    }
    let missing = total - x.iter().sum::<f64>();
    // In proportion to the room there is, no variable leaves its interior.
    let room: Vec<f64> = x.iter().zip(width).map(|(x, w)| x.min(w - x)).collect();
    let all: f64 = room.iter().sum();
    if all > 0.0 {
        for (x, room) in x.iter_mut().zip(&room) {
            *x += missing * room / all;
        }
    }
    x
}

fn transposed_times(x: ArrayView2<'_, f32>, v: &[f64]) -> Vec<f64> {
    let rows = x.rows();
    let scaled: Vec<(f64, &[f32])> = v
        .iter()
        .copied()
        .zip(
            rows.into_iter()
                .map(|row| row.to_slice().expect("row-major")),
        )
        .collect();
    let mut sum = vec![0.0; x.ncols()];
    add_scaled_rows(&scaled, &mut sum);
    sum
}

/// The multipliers and slacks of the bounds, with the variables.
#[derive(Debug, Clone)]
struct Point {
    x: Vec<f64>,
    /// w - x.
    t: Vec<f64>,
    z: Vec<f64>,
    q: Vec<f64>,
    b: f64,
}

struct Solver<'a> {
    data: ArrayView2<'a, f32>,
    linear: Vec<f64>,
    total: f64,
    point: Point,
}

/// A factored system (K + D).
struct System<'a> {
    data: ArrayView2<'a, f32>,
    diagonal: Vec<f64>,
    factor: Cholesky,
}

/// A Newton direction.
struct Direction {
    x: Vec<f64>,
    z: Vec<f64>,
    q: Vec<f64>,
    b: f64,
}

/// What a Newton direction is to remove.
struct Residuals {
    dual: Vec<f64>,
    sum: f64,
    /// Targets for x·dz + z·dx and t·dq - q·dx.
    lower: Vec<f64>,
    upper: Vec<f64>,
}

impl<'a> Solver<'a> {
    fn new(
        data: ArrayView2<'a, f32>,
        linear: Vec<f64>,
        width: &[f64],
        start: &[f64],
        total: f64,
    ) -> Self {
        // Well inside, and multipliers that fit the gradient there.
        let x: Vec<f64> = start
            .iter()
            .zip(width)
            .map(|(x, w)| x.clamp(NEAREST * w, (1.0 - NEAREST) * w))
            .collect();
        let t = x.iter().zip(width).map(|(x, w)| w - x).collect();
        let n = x.len();
        let point = Point {
            x,
            t,
            z: vec![1.0; n],
            q: vec![1.0; n],
            b: 0.0,
        };
        let mut solver = Self {
            data,
            linear,
            total,
            point,
        };
        let slope = solver.slope();
        let mut sorted = slope.clone();
        sorted.sort_by(f64::total_cmp);
        solver.point.b = -sorted[n / 2];
        for (i, slope) in slope.iter().enumerate() {
            let reduced = slope + solver.point.b;
            solver.point.z[i] = reduced.max(0.0) + 0.1;
            solver.point.q[i] = (-reduced).max(0.0) + 0.1;
        }
        solver
    }

    /// Kx - g.
    fn slope(&self) -> Vec<f64> {
        let sum = transposed_times(self.data, &self.point.x);
        let rows = self.data.rows().into_iter().zip(&self.linear);
        rows.map(|(row, g)| dot_mixed(row.to_slice().expect("row-major"), &sum) - g)
            .collect()
    }

    fn run(mut self, tol: f64) -> Option<Vec<f64>> {
        let n = self.point.x.len();
        let (mut best, mut n_stalled) = (f64::INFINITY, 0);
        for _ in 0..MAX_ITER {
            let p = &self.point;
            let slope = self.slope();
            let dual: Vec<f64> = (0..n).map(|i| p.z[i] - p.q[i] - slope[i] - p.b).collect();
            let sum = self.total - p.x.iter().sum::<f64>();
            let mean = complementarity(p);
            let worst = dual.iter().fold(0.0, |worst: f64, r| worst.max(r.abs()));
            let scale = p.x.iter().zip(&p.t).map(|(x, t)| x + t).sum::<f64>() / n as f64;
            let progress = worst / tol + mean / (tol * tol * scale) + sum.abs() / (scale * tol);
            n_stalled = if progress > 0.9 * best {
                n_stalled + 1
            } else {
                0
            };
            if progress < 1e-3 || n_stalled > MAX_STALLED {
                break;
            }
            best = best.min(progress);
            let system = System::new(self.data, p)?;
            let ones = system.solve(&vec![1.0; n]);
            let mut residuals = Residuals {
                dual,
                sum,
                lower: p.x.iter().zip(&p.z).map(|(x, z)| -x * z).collect(),
                upper: p.t.iter().zip(&p.q).map(|(t, q)| -t * q).collect(),
            };
            let predictor = direction(p, &system, &ones, &residuals);
            let after = complementarity(&stepped(p, &predictor, step_length(p, &predictor)));
            let target = mean * (after / mean).powi(3);
            for i in 0..n {
                residuals.lower[i] += target - predictor.x[i] * predictor.z[i];
                residuals.upper[i] += target + predictor.x[i] * predictor.q[i];
            }
            let corrector = direction(p, &system, &ones, &residuals);
            let length = BACK_OFF * step_length(p, &corrector);
            self.point = stepped(p, &corrector, length);
            if !self.point.b.is_finite() || length < 1e-10 {
                return None;
            }
        }
        Some(self.point.x)
    }
}

/// Mean product of slack and multiplier.
fn complementarity(p: &Point) -> f64 {
    let lower: f64 = p.x.iter().zip(&p.z).map(|(x, z)| x * z).sum();
    let upper: f64 = p.t.iter().zip(&p.q).map(|(t, q)| t * q).sum();
    (lower + upper) / (2 * p.x.len()) as f64
}

fn direction(p: &Point, system: &System<'_>, ones: &[f64], residuals: &Residuals) -> Direction {
    let n = p.x.len();
    let right: Vec<f64> = (0..n)
        .map(|i| residuals.dual[i] + residuals.lower[i] / p.x[i] - residuals.upper[i] / p.t[i])
        .collect();
    let free = system.solve(&right);
    let b = (free.iter().sum::<f64>() - residuals.sum) / ones.iter().sum::<f64>();
    let x: Vec<f64> = free.iter().zip(ones).map(|(a, e)| a - b * e).collect();
    Direction {
        z: (0..n)
            .map(|i| (residuals.lower[i] - p.z[i] * x[i]) / p.x[i])
            .collect(),
        q: (0..n)
            .map(|i| (residuals.upper[i] + p.q[i] * x[i]) / p.t[i])
            .collect(),
        x,
        b,
    }
}

/// The longest step, at most 1, that leaves slacks and multipliers non-negative.
fn step_length(p: &Point, d: &Direction) -> f64 {
    let mut length = 1.0_f64;
    for i in 0..p.x.len() {
        for (value, change) in [
            (p.x[i], d.x[i]),
            (p.t[i], -d.x[i]),
            (p.z[i], d.z[i]),
            (p.q[i], d.q[i]),
        ] {
            if change < 0.0 {
                length = length.min(-value / change);
            }
        }
    }
    length
}

fn stepped(p: &Point, d: &Direction, length: f64) -> Point {
    let moved = |values: &[f64], changes: &[f64], sign: f64| -> Vec<f64> {
        let pairs = values.iter().zip(changes);
        pairs.map(|(v, c)| v + sign * length * c).collect()
    };
    Point {
        x: moved(&p.x, &d.x, 1.0),
        t: moved(&p.t, &d.x, -1.0),
        z: moved(&p.z, &d.z, 1.0),
        q: moved(&p.q, &d.q, 1.0),
        b: p.b + length * d.b,
    }
}

impl<'a> System<'a> {
    fn new(data: ArrayView2<'a, f32>, p: &Point) -> Option<Self> {
        let n = p.x.len();
        let diagonal: Vec<f64> = (0..n).map(|i| p.z[i] / p.x[i] + p.q[i] / p.t[i]).collect();
        // Rows that would not be seen beside the identity are left out: most, towards the end.
        let is_seen = |&i: &usize| {
            let row = data.row(i);
            f64::from(row.dot(&row)) > 1e-12 * diagonal[i]
        };
        let seen: Vec<usize> = (0..n).filter(is_seen).collect();
        let mut scaled = Array2::zeros((seen.len(), data.ncols()));
        for (mut scaled, &i) in scaled.rows_mut().into_iter().zip(&seen) {
            let factor = diagonal[i].sqrt().recip();
            scaled.zip_mut_with(&data.row(i), |s, &value| *s = factor * f64::from(value));
        }
        let mut m: Array2<f64> = Array2::eye(data.ncols());
        gemm_tn(1.0, scaled.view(), scaled.view(), 1.0, &mut m.view_mut());
        Some(Self {
            data,
            diagonal,
            factor: Cholesky::new(m.view())?,
        })
    }

    /// (K + D)⁻¹·r.
    fn solve(&self, r: &[f64]) -> Vec<f64> {
        let mut solution = self.solve_once(r);
        let sum = transposed_times(self.data, &solution);
        let product = self.times(&sum);
        let left: Vec<f64> = (0..r.len())
            .map(|i| r[i] - product[i] - self.diagonal[i] * solution[i])
            .collect();
        for (solution, change) in solution.iter_mut().zip(self.solve_once(&left)) {
            *solution += change;
        }
        solution
    }

    fn solve_once(&self, r: &[f64]) -> Vec<f64> {
        let scaled: Vec<f64> = r.iter().zip(&self.diagonal).map(|(r, d)| r / d).collect();
        let mut inner = transposed_times(self.data, &scaled);
        self.factor.solve_in_place(&mut inner);
        let back = self.times(&inner);
        (0..r.len())
            .map(|i| scaled[i] - back[i] / self.diagonal[i])
            .collect()
    }

    fn times(&self, v: &[f64]) -> Vec<f64> {
        let rows = self.data.rows().into_iter();
        rows.map(|row| dot_mixed(row.to_slice().expect("row-major"), v))
            .collect()
    }
}
