//! The dual of a support vector classifier with the linear kernel, by Newton steps on its weights.
//!
//! Solves the problem of [`super::smo`] with one group for `K = XXᵀ`. With multipliers β in
//! `[lower, upper]` and a penalty σ the augmented Lagrangian of the constraints is, up to a
//! constant,
//!
//! ```text
//! ½|w|² + Σ_i φ_i(x_i·w + b)   with   -φ_i'(s) = clip(β_i + σ·(p_i - s), lower_i, upper_i)
//! ```
//!
//! a convex function that is quadratic in pieces: its curvature is σ for the rows where the clip is
//! not active, and 0 elsewhere. A Newton step solves `(I + σ·Σ x·xᵀ)` over those rows, extended by
//! the intercept, and goes to the root of the derivative along it. Once the gradient is small
//! against the violation `|clip - β|/σ` that is left, β becomes the clipped values and σ grows
//! (Rockafellar, Augmented Lagrangians and Applications of the Proximal Point Algorithm in Convex
//! Programming, 1976; for support vector machines Y. Yan, Q. Li, An Efficient Augmented Lagrangian
//! Method for Support Vector Machine, 2020). The clipped values are the dual solution, and the
//! stopping rule is LIBSVM's on them, as in [`super::decomposition`], evaluated in `f64` over all
//! rows.
//!
//! Working sets of a fixed size converge slowly here: as many variables are free as there are
//! features, and their matrix is nearly singular. A step costs one reading of the rows,
//! `n_features²` multiplications for each row that enters or leaves the curved ones, and
//! `n_features³/3`; pairs of Fashion-MNIST's classes need 50 to 100 steps, whatever C is.

use ndarray::ArrayView2;

use super::dual::{Dual, DualOutcome};
use fashion_bench_numeric::accumulate::{add_scaled_rows, dot_mixed};
use fashion_bench_numeric::dot::sum_of_squares;
use fashion_bench_numeric::gram::Gram;
use fashion_bench_numeric::tall::Tall;

/// First penalty, as a part of the widest interval of a variable.
const FIRST_PENALTY: f64 = 0.05;

/// Growth of the penalty. A larger one needs fewer updates, but more steps for each.
/// Fashion-MNIST's T-shirts and shirts at C = 1 need 12 updates and 75 steps with 2, 8 and 85 with
/// 3, 4 and 154 with 10.
const GROWTH: f64 = 2.0;

/// Ratio of gradient to violation up to which the multipliers are updated.
const INNER_SHARE: f64 = 10.0;

/// Curvature of the intercept where no row has any, as a part of σ.
const INTERCEPT_RIDGE: f64 = 1e-6;

/// Largest number of Newton steps, ten times what pairs of Fashion-MNIST's classes need.
const MAX_STEPS: usize = 1000;

/// Largest number of evaluations of the derivative along one direction.
const MAX_EVALUATIONS: usize = 50;

/// Part of the derivative at the start of a direction that may be left at its end.
const SEARCH_TOL: f64 = 0.1;

/// Improves `dual.beta`, one group of variables, for the linear kernel of `x` (`n_samples` ×
/// `n_features`, row-major) until no violation above `tol` is left.
pub fn solve(dual: &mut Dual, x: ArrayView2<'_, f32>, tol: f64) -> DualOutcome {
    let mut state = State::new(dual, x);
    let (mut n_iter, mut n_rounds) = (0, 0);
    loop {
        state.clip();
        let gradient = state.gradient();
        let norm = gradient.iter().map(|g| g * g).sum::<f64>().sqrt();
        // From here on the scores of the weights are close enough to those of the clipped values.
        let is_settled = norm * state.longest <= 0.25 * tol;
        if is_settled || n_iter >= MAX_STEPS {
            let f = state.dual_gradient();
            let gap = state.dual.violation(&state.clipped, &f);
            if gap <= tol || n_iter >= MAX_STEPS {
                state.dual.beta.clone_from(&state.clipped);
                return DualOutcome {
                    levels: state.dual.levels(&f),
                    gradient: f,
                    n_iter,
                    n_rounds,
                    gap,
                    converged: gap <= tol,
                };
            }
        }
        let left = state.largest_change() / state.penalty;
        if is_settled || (2.0 * left > tol && norm <= INNER_SHARE * left) {
            state.dual.beta.clone_from(&state.clipped);
            state.penalty *= GROWTH;
            n_rounds += 1;
        } else {
            state.step(&gradient);
            n_iter += 1;
        }
    }
}

struct State<'a, 'x> {
    /// The dual problem; its `beta` are the multipliers.
    dual: &'a mut Dual,
    /// The rows, 1 behind the last feature.
    design: Tall<'x>,
    penalty: f64,
    /// The intercept behind the last weight.
    weights: Vec<f64>,
    /// `x_i·w + b`.
    scores: Vec<f64>,
    clipped: Vec<f64>,
    /// Σ clipped·x.
    sums: Vec<f64>,
    /// Rows where the clip is not active.
    is_curved: Vec<bool>,
    /// Σ x·xᵀ over them.
    gram: Gram<f64>,
    /// Norm of the longest row.
    longest: f64,
}

impl<'a, 'x> State<'a, 'x> {
    fn new(dual: &'a mut Dual, x: ArrayView2<'x, f32>) -> Self {
        let design = Tall::new(x, Some(1.0));
        let (n, width) = (design.n_rows(), design.width());
        let widths = dual.upper.iter().zip(&dual.lower).map(|(u, l)| u - l);
        let norms = (0..n).map(|i| f64::from(sum_of_squares(design.row(i)) + 1.0));
        let mut state = Self {
            penalty: FIRST_PENALTY * widths.fold(0.0, f64::max),
            weights: vec![0.0; width],
            scores: vec![0.0; n],
            clipped: vec![0.0; n],
            sums: vec![0.0; width],
            is_curved: vec![false; n],
            gram: Gram::zeros(width),
            longest: norms.fold(0.0, f64::max).sqrt(),
            dual,
            design,
        };
        // The weights of the multipliers, and the intercept that suits them.
        state.move_clipped((0..n).map(|i| (i, state.dual.beta[i])).collect());
        state.weights.clone_from(&state.sums);
        let intercept = state.dual.level(&state.dual_gradient(), 0);
        state.weights[width - 1] = intercept;
        state.scores = state.times(&state.weights);
        state
    }

    /// Gives rows new clipped values, and keeps their sums up to date.
    fn move_clipped(&mut self, values: Vec<(usize, f64)>) {
        let mut rows = Vec::with_capacity(values.len());
        let (intercept, features) = self.sums.split_last_mut().expect("an intercept");
        for (i, value) in values {
            let change = value - self.clipped[i];
            if change != 0.0 {
                rows.push((change, self.design.row(i)));
                *intercept += change;
                self.clipped[i] = value;
            }
        }
        add_scaled_rows(&rows, features);
    }

    /// Returns the clipped value of row `i` at `score`, and whether the clip is not active.
    fn clip_at(&self, i: usize, score: f64) -> (f64, bool) {
        let (lower, upper) = (self.dual.lower[i], self.dual.upper[i]);
        let raw = self.dual.beta[i] + self.penalty * (self.dual.linear[i] - score);
        (raw.clamp(lower, upper), lower < raw && raw < upper)
    }

    /// Brings the clipped values and all that is summed over rows up to date.
    fn clip(&mut self) {
        let (mut moved, mut turned, mut n_curved) = (Vec::new(), Vec::new(), 0);
        for i in 0..self.scores.len() {
            let (value, is_curved) = self.clip_at(i, self.scores[i]);
            moved.push((i, value));
            if is_curved != self.is_curved[i] {
                turned.push((i, if is_curved { 1.0 } else { -1.0 }));
                self.is_curved[i] = is_curved;
            }
            n_curved += usize::from(is_curved);
        }
        self.move_clipped(moved);
        if turned.len() > n_curved {
            self.gram = Gram::zeros(self.weights.len());
            let curved = (0..self.is_curved.len()).filter(|&i| self.is_curved[i]);
            self.gram.add_rows(&self.design, curved.map(|i| (i, 1.0)));
        } else {
            self.gram.add_rows(&self.design, turned.into_iter());
        }
    }

    /// Returns the gradient of the augmented Lagrangian with respect to the weights; the intercept
    /// has no penalty.
    fn gradient(&self) -> Vec<f64> {
        let pairs = self.weights.iter().zip(&self.sums);
        let mut gradient: Vec<f64> = pairs.map(|(w, sum)| w - sum).collect();
        let last = gradient.len() - 1;
        gradient[last] = -self.sums[last];
        gradient
    }

    /// Returns p - Kβ for the clipped values.
    fn dual_gradient(&self) -> Vec<f64> {
        let products = self.times(&self.sums);
        let pairs = self.dual.linear.iter().zip(products);
        pairs
            .map(|(p, product)| p - (product - self.sums[self.sums.len() - 1]))
            .collect()
    }

    /// Returns the product of each row with `v`.
    fn times(&self, v: &[f64]) -> Vec<f64> {
        let (intercept, features) = v.split_last().expect("an intercept");
        (0..self.scores.len())
            .map(|i| dot_mixed(self.design.row(i), features) + intercept)
            .collect()
    }

    /// Returns the largest distance of a multiplier from its clipped value, where the clip is not
    /// active.
    fn largest_change(&self) -> f64 {
        (0..self.scores.len())
            .filter(|&i| self.is_curved[i])
            .map(|i| (self.clipped[i] - self.dual.beta[i]).abs())
            .fold(0.0, f64::max)
    }

    /// Takes one Newton step with a line search.
    fn step(&mut self, gradient: &[f64]) {
        let mut ridge = vec![1.0; gradient.len()];
        ridge[gradient.len() - 1] = INTERCEPT_RIDGE * self.penalty;
        let mut direction: Vec<f64> = gradient.iter().map(|g| -g).collect();
        self.gram.factor(self.penalty, &ridge).solve(&mut direction);
        let slopes = self.times(&direction);
        let length = self.search(&direction, &slopes);
        for (w, d) in self.weights.iter_mut().zip(&direction) {
            *w += length * d;
        }
        for (score, slope) in self.scores.iter_mut().zip(&slopes) {
            *score += length * slope;
        }
    }

    /// Finds the root of the derivative along `direction`, where scores change by `slopes`, by
    /// Newton steps that are kept between points where the derivative is negative and positive.
    fn search(&self, direction: &[f64], slopes: &[f64]) -> f64 {
        let features = direction.len() - 1;
        let (mut along, mut square) = (0.0, 0.0);
        for (w, d) in self.weights.iter().zip(direction).take(features) {
            along += w * d;
            square += d * d;
        }
        let derivatives = |t: f64| {
            let (mut first, mut second) = (along + t * square, square);
            for (i, slope) in slopes.iter().enumerate() {
                let (value, is_curved) = self.clip_at(i, self.scores[i] + t * slope);
                first -= value * slope;
                if is_curved {
                    second += self.penalty * slope * slope;
                }
            }
            (first, second)
        };
        let goal = SEARCH_TOL * derivatives(0.0).0.abs();
        let (mut low, mut high, mut t) = (0.0, f64::INFINITY, 1.0);
        for _ in 0..MAX_EVALUATIONS {
            let (first, second) = derivatives(t);
            if first.abs() <= goal {
                break;
            }
            if first < 0.0 {
                low = t;
            } else {
                high = t;
            }
            t -= first / second;
            if !(low < t && t < high) {
                t = if high.is_finite() {
                    f64::midpoint(low, high)
                } else {
                    2.0 * low
                };
            }
        }
        t
    }
}
