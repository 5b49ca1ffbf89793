//! The dual of a support vector classifier, solved by LIBSVM's steps, one pair of variables at a
//! time over all of them.
//!
//! Solves the problem of [`super::smo`]. Variables, order of operations, rounding and ties are
//! LIBSVM's (C.-C. Chang, C.-J. Lin, LIBSVM: A Library for Support Vector Machines, 2011, sections
//! 4.1 to 4.2 and 5.1), with β = y·α and f = -y·G: kernel rows are kept in `f32`, gradients and
//! variables are `f64`, the rows of the first class stand before those of the second, and of equal
//! candidates the last one is taken. So the path is LIBSVM's as well, which matters where the
//! optimum does not decide: the kernel is indefinite, a limit of steps ends the fit early, rows
//! appear under both labels at a large C, or kernel values overflow `f32`.
//!
//! Variables at a bound that are unlikely to leave it are set aside ("shrinking", section 5.1) and
//! stand behind the active ones; `bar` holds what the variables at their outer bound contribute to
//! all gradients, so that those of the others can be restored.
//!
//! A step costs two passes over the active variables. [`super::decomposition`] is faster for
//! large problems and stops by the same rule.

use super::dual::{Dual, DualOutcome};
use super::exact_rows::ExactRows;
use super::libsvm_scan::{
    Candidates, TAU, largest, last_smallest, move_gradient, second_order_losses,
};

/// Steps between two attempts to set variables aside, where there are as many variables.
const SHRINK_EVERY: usize = 1000;

/// What ends the search, and how it goes.
#[derive(Debug, Clone, Copy)]
pub struct Steps {
    /// Largest violation that counts as none.
    pub tol: f64,
    /// Largest number of steps.
    pub max_iter: usize,
    /// Whether variables are set aside.
    pub shrinking: bool,
}

/// Returns the order in which LIBSVM has the samples: the first class, then the second.
pub fn order_of(is_first: &[bool]) -> Vec<usize> {
    let of = |class: bool| (0..is_first.len()).filter(move |&idx| is_first[idx] == class);
    of(true).chain(of(false)).collect()
}

/// Improves `dual.beta` until no violation above the tolerance is left. `rows` must be in the order
/// of [`order_of`].
pub fn solve(
    dual: &mut Dual,
    is_first: &[bool],
    rows: &mut ExactRows<'_>,
    steps: Steps,
) -> DualOutcome {
    let mut state = State::new(dual, is_first, rows, steps.tol);
    let (mut n_iter, mut is_done) = (0, false);
    let n = state.f.len();
    let mut countdown = n.min(SHRINK_EVERY) + 1;
    while n_iter < steps.max_iter {
        countdown -= 1;
        if countdown == 0 {
            countdown = n.min(SHRINK_EVERY);
            if steps.shrinking {
                state.shrink();
            }
        }
        let pair = state.select().or_else(|| {
            state.restore();
            // With all variables back there may be a pair after all.
            let pair = state.select();
            countdown = 1;
            pair
        });
        let Some((i, j)) = pair else {
            is_done = true;
            break;
        };
        n_iter += 1;
        state.step(i, j);
    }
    let outcome = state.outcome(n_iter, is_done);
    let (samples, beta) = (state.rows.samples().to_vec(), state.beta);
    for (sample, beta) in samples.into_iter().zip(beta) {
        dual.beta[sample] = beta;
    }
    outcome
}

/// Everything by place.
struct State<'a, 'x> {
    rows: &'a mut ExactRows<'x>,
    tol: f64,
    n_groups: usize,
    n_active: usize,
    /// Whether all variables were brought back once, close to the optimum.
    was_restored: bool,
    diagonal: Vec<f64>,
    /// Gradients.
    f: Vec<f64>,
    /// Gradients at β = 0.
    linear: Vec<f64>,
    /// What the variables at their outer bound add to each gradient.
    bar: Vec<f64>,
    beta: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
    group: Vec<u8>,
    is_first: Vec<bool>,
    /// For each group, 0 for its variables that can go up, -inf for all others.
    up: [Vec<f64>; 2],
    /// For each group, 0 for its variables that can go down, +inf for all others.
    down: [Vec<f64>; 2],
    losses: Vec<f64>,
    /// Violation found by the last selection.
    gap: f64,
}

impl<'a, 'x> State<'a, 'x> {
    fn new(dual: &Dual, is_first: &[bool], rows: &'a mut ExactRows<'x>, tol: f64) -> Self {
        let samples = rows.samples().to_vec();
        let n = samples.len();
        let by_place =
            |values: &[f64]| -> Vec<f64> { samples.iter().map(|&idx| values[idx]).collect() };
        let linear = by_place(&dual.linear);
        let mut state = Self {
            tol,
            n_groups: dual.n_groups,
            n_active: n,
            was_restored: false,
            diagonal: (0..n).map(|place| rows.diagonal(place)).collect(),
            f: linear.clone(),
            linear,
            bar: vec![0.0; n],
            beta: by_place(&dual.beta),
            lower: by_place(&dual.lower),
            upper: by_place(&dual.upper),
            group: samples.iter().map(|&idx| dual.group[idx]).collect(),
            is_first: samples.iter().map(|&idx| is_first[idx]).collect(),
            up: [vec![f64::NEG_INFINITY; n], vec![f64::NEG_INFINITY; n]],
            down: [vec![f64::INFINITY; n], vec![f64::INFINITY; n]],
            losses: vec![f64::INFINITY; n],
            gap: f64::INFINITY,
            rows,
        };
        (0..n).for_each(|place| state.update_bounds(place));
        for place in 0..n {
            if !state.is_at_zero(place) {
                state.rows.ensure(place);
                add_row(&mut state.f, -state.beta[place], state.rows.row(place));
                if state.is_at_outer(place) {
                    let bound = -state.outer(place);
                    add_row(&mut state.bar, bound, state.rows.row(place));
                }
            }
        }
        state
    }

    /// Returns the bound of β that is not 0: ±C.
    fn outer(&self, place: usize) -> f64 {
        if self.is_first[place] {
            self.upper[place]
        } else {
            self.lower[place]
        }
    }

    fn is_at_outer(&self, place: usize) -> bool {
        if self.is_first[place] {
            self.beta[place] >= self.upper[place]
        } else {
            self.beta[place] <= self.lower[place]
        }
    }

    /// Whether α is 0; LIBSVM counts a bound of 0 as the outer one.
    fn is_at_zero(&self, place: usize) -> bool {
        let is_zero = if self.is_first[place] {
            self.beta[place] <= 0.0
        } else {
            self.beta[place] >= 0.0
        };
        is_zero && !self.is_at_outer(place)
    }

    fn can_go_up(&self, place: usize) -> bool {
        if self.is_first[place] {
            !self.is_at_outer(place)
        } else {
            !self.is_at_zero(place)
        }
    }

    fn can_go_down(&self, place: usize) -> bool {
        if self.is_first[place] {
            !self.is_at_zero(place)
        } else {
            !self.is_at_outer(place)
        }
    }

    fn update_bounds(&mut self, place: usize) {
        let group = usize::from(self.group[place]);
        let bias = |can: bool, never: f64| if can { 0.0 } else { never };
        self.up[group][place] = bias(self.can_go_up(place), f64::NEG_INFINITY);
        self.down[group][place] = bias(self.can_go_down(place), f64::INFINITY);
    }

    /// Returns the variable to move up and the one to move down, or nothing at the optimum.
    fn select(&mut self) -> Option<(usize, usize)> {
        let n = self.n_active;
        self.losses[..n].fill(f64::INFINITY);
        let mut firsts = [None; 2];
        let mut gap = f64::NEG_INFINITY;
        for group in 0..self.n_groups {
            let up = &self.up[group][..n];
            let f = &self.f[..n];
            let top = largest(f, up);
            let is_top = |(f, up): (&f64, &f64)| f + up == top;
            let first = f.iter().zip(up).rposition(is_top);
            let Some(i) = first.filter(|_| top > f64::NEG_INFINITY) else {
                continue;
            };
            firsts[group] = Some(i);
            self.rows.ensure(i);
            let candidates = Candidates {
                top,
                diagonal_i: self.diagonal[i],
                row: self.rows.row(i),
                f,
                down: &self.down[group][..n],
                diagonal: &self.diagonal[..n],
            };
            let bottom = second_order_losses(&candidates, &mut self.losses[..n]);
            // As LIBSVM's `max` treats NaN.
            gap = if gap > top - bottom {
                gap
            } else {
                top - bottom
            };
        }
        self.gap = gap;
        if gap < self.tol {
            return None;
        }
        let j = last_smallest(&self.losses[..n])?;
        let i = firsts[usize::from(self.group[j])]?;
        Some((i, j))
    }

    /// Moves `i` up and `j` down to the optimum of the two, or to the first bound.
    fn step(&mut self, i: usize, j: usize) {
        self.rows.ensure(i);
        self.rows.ensure(j);
        let of_pair = f64::from(2.0 * self.rows.row(i)[j]);
        let curvature = self.diagonal[i] + self.diagonal[j] - of_pair;
        let curvature = if curvature <= 0.0 { TAU } else { curvature };
        let length = (self.f[i] - self.f[j]) / curvature;
        let (old_i, old_j) = (self.beta[i], self.beta[j]);
        let (top, bottom) = (self.upper[i], self.lower[j]);
        let sum = old_i + old_j;
        let (mut new_i, mut new_j) = (old_i + length, old_j - length);
        // The sum is kept exactly, so that it decides which of the bounds comes first.
        if sum > top + bottom {
            if new_i > top {
                (new_i, new_j) = (top, sum - top);
            }
        } else if new_j < bottom {
            (new_i, new_j) = (sum - bottom, bottom);
        }
        let were_outer = [i, j].map(|place| self.is_at_outer(place));
        (self.beta[i], self.beta[j]) = (new_i, new_j);
        let n = self.n_active;
        move_gradient(
            &mut self.f[..n],
            (&self.rows.row(i)[..n], new_i - old_i),
            (&self.rows.row(j)[..n], new_j - old_j),
        );
        for (place, was_outer) in [i, j].into_iter().zip(were_outer) {
            self.update_bounds(place);
            if was_outer != self.is_at_outer(place) {
                let bound = self.outer(place);
                let change = if was_outer { bound } else { -bound };
                add_row(&mut self.bar, change, self.rows.row(place));
            }
        }
    }

    /// Returns the largest gradient of a group that can go up and the smallest that can go down,
    /// among the active variables.
    fn extremes(&self, group: usize) -> (f64, f64) {
        let n = self.n_active;
        let pairs = self.f[..n].iter().zip(&self.down[group][..n]);
        let bottom = pairs
            .map(|(f, down)| f + down)
            .fold(f64::INFINITY, f64::min);
        (largest(&self.f[..n], &self.up[group][..n]), bottom)
    }

    /// Sets aside the variables at a bound that point outwards beyond all others.
    fn shrink(&mut self) {
        let mut extremes = [(f64::NEG_INFINITY, f64::INFINITY); 2];
        let mut gap = f64::NEG_INFINITY;
        for group in 0..self.n_groups {
            extremes[group] = self.extremes(group);
            gap = gap.max(extremes[group].0 - extremes[group].1);
        }
        if !self.was_restored && gap <= 10.0 * self.tol {
            self.was_restored = true;
            self.restore();
        }
        let mut place = 0;
        while place < self.n_active {
            if self.points_outwards(place, &extremes) {
                self.n_active -= 1;
                while self.n_active > place {
                    if !self.points_outwards(self.n_active, &extremes) {
                        self.swap(place, self.n_active);
                        break;
                    }
                    self.n_active -= 1;
                }
            }
            place += 1;
        }
    }

    fn points_outwards(&self, place: usize, extremes: &[(f64, f64); 2]) -> bool {
        let (top, bottom) = extremes[usize::from(self.group[place])];
        match (self.can_go_up(place), self.can_go_down(place)) {
            (false, true) => self.f[place] > top,
            (true, false) => self.f[place] < bottom,
            _ => false,
        }
    }

    fn swap(&mut self, first: usize, second: usize) {
        self.rows.swap(first, second);
        for values in [
            &mut self.diagonal,
            &mut self.f,
            &mut self.linear,
            &mut self.bar,
            &mut self.beta,
            &mut self.lower,
            &mut self.upper,
        ] {
            values.swap(first, second);
        }
        for group in 0..2 {
            self.up[group].swap(first, second);
            self.down[group].swap(first, second);
        }
        self.group.swap(first, second);
        self.is_first.swap(first, second);
    }

    /// Brings the variables that were set aside back, with their gradients.
    fn restore(&mut self) {
        let (n, active) = (self.f.len(), self.n_active);
        if active == n {
            return;
        }
        for place in active..n {
            self.f[place] = self.bar[place] + self.linear[place];
        }
        for place in 0..active {
            if !self.is_at_zero(place) && !self.is_at_outer(place) {
                self.rows.ensure(place);
                let row = &self.rows.row(place)[active..];
                add_row(&mut self.f[active..], -self.beta[place], row);
            }
        }
        self.n_active = n;
    }

    /// Returns the result; only active variables count, as in LIBSVM.
    fn outcome(&self, n_iter: usize, converged: bool) -> DualOutcome {
        let mut gradient = vec![0.0; self.f.len()];
        for (&sample, &f) in self.rows.samples().iter().zip(&self.f) {
            gradient[sample] = f;
        }
        DualOutcome {
            levels: [self.level(0), self.level(1)],
            gradient,
            n_iter,
            n_rounds: 0,
            gap: self.gap,
            converged,
        }
    }

    /// Returns what the free gradients of a group share; see [`Dual::level`].
    fn level(&self, group: u8) -> f64 {
        let (mut sum, mut n_free) = (0.0, 0_usize);
        let (mut highest_up, mut lowest_down) = (f64::NEG_INFINITY, f64::INFINITY);
        for place in (0..self.n_active).filter(|&place| self.group[place] == group) {
            let f = self.f[place];
            match (self.can_go_up(place), self.can_go_down(place)) {
                (true, true) => {
                    sum += f;
                    n_free += 1;
                }
                (true, false) => highest_up = highest_up.max(f),
                (false, true) => lowest_down = lowest_down.min(f),
                (false, false) => {}
            }
        }
        if n_free > 0 {
            sum / n_free as f64
        } else {
            f64::midpoint(highest_up, lowest_down)
        }
    }
}

/// Adds `scale·row` to `y`.
fn add_row(y: &mut [f64], scale: f64, row: &[f32]) {
    for (y, &value) in y.iter_mut().zip(row) {
        *y += scale * f64::from(value);
    }
}
