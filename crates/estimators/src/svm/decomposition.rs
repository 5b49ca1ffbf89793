//! The dual of a support vector classifier, solved over working sets that fit the cache.
//!
//! Solves the problem of [`super::smo`] for any number of variables. A round picks a working
//! set, half of it new: those whose gradients violate optimality most in either direction; the
//! rest are variables of earlier rounds, free ones first. [`SubProblem`] solves the set almost
//! to optimality without touching anything else, and one pass over the rows of the kernel matrix
//! that belong to changed variables brings all gradients up to date, in `f64`. The stopping rule
//! is LIBSVM's: over all variables, the largest gradient that can go up exceeds the smallest that
//! can go down by at most `tol` (1e-3).
//!
//! Compared with pair-at-a-time optimisation over the whole set (LIBSVM), a step costs the size
//! of the working set instead of `n_samples`, kernel rows are computed by matrix products of a
//! hundred rows, and there is no need of shrinking: variables that stay at their bounds are
//! simply never picked. Decomposition after T. Joachims, Making Large-Scale SVM Learning Practical
//! (1999); sizes after Z. Wen et al., ThunderSVM, JMLR 19 (2018).

use super::rows::KernelRows;
use super::smo::{Limits, SubProblem, Variable};
use fashion_bench_numeric::accumulate::add_scaled_rows;

/// Variables that enter the working set in one round.
const N_NEW: usize = 256;
/// Smallest and largest working set; it grows with the number of free variables.
const MIN_SET: usize = 512;
const MAX_SET: usize = 3072;
/// Steps in one round, for each variable of its set.
const STEPS_PER_VARIABLE: usize = 40;

/// Rounds without a smaller violation after which rounding is taken to have won.
const MAX_STALLED: usize = 200;

/// The variables and constraints of one dual problem; see [`super::smo`] for the symbols.
#[derive(Debug, Clone)]
pub struct Dual {
    /// Start and result.
    pub beta: Vec<f64>,
    /// Lower bounds, at most 0.
    pub lower: Vec<f64>,
    /// Upper bounds, at least 0.
    pub upper: Vec<f64>,
    /// p of the objective.
    pub linear: Vec<f64>,
    /// Group of each variable: all 0, or 0 and 1.
    pub group: Vec<u8>,
    /// 1 + the largest of `group`.
    pub n_groups: usize,
}

impl Dual {
    /// The largest violation of optimality in any group at `beta`, whose gradient is given: the
    /// largest gradient that can go up less the smallest that can go down.
    pub fn violation(&self, beta: &[f64], gradient: &[f64]) -> f64 {
        let mut top = [f64::NEG_INFINITY; 2];
        let mut bottom = [f64::INFINITY; 2];
        for (idx, &f) in gradient.iter().enumerate() {
            let group = usize::from(self.group[idx]);
            if beta[idx] < self.upper[idx] {
                top[group] = top[group].max(f);
            }
            if beta[idx] > self.lower[idx] {
                bottom[group] = bottom[group].min(f);
            }
        }
        (top[0] - bottom[0]).max(top[1] - bottom[1])
    }

    /// The value all free gradients of a group share, which is the intercept: their mean, or where none is free
    /// the middle of what the bounds leave.
    pub fn level(&self, gradient: &[f64], group: u8) -> f64 {
        let (mut sum, mut n_free) = (0.0, 0_usize);
        let (mut highest_up, mut lowest_down) = (f64::NEG_INFINITY, f64::INFINITY);
        for idx in (0..gradient.len()).filter(|&idx| self.group[idx] == group) {
            let f = gradient[idx];
            match (
                self.beta[idx] < self.upper[idx],
                self.beta[idx] > self.lower[idx],
            ) {
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

/// How a solution came about.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// f = p - Kβ at the end.
    pub gradient: Vec<f64>,
    /// Steps of all rounds.
    pub n_iter: usize,
    /// Working sets.
    pub n_rounds: usize,
    /// Largest violation at the end.
    pub gap: f64,
    /// Whether that is within the tolerance.
    pub converged: bool,
}

/// Improves `dual.beta` until no violation above `tol` is left or `max_iter` steps are done.
pub fn solve(
    dual: &mut Dual,
    rows: &mut KernelRows<'_>,
    tol: f64,
    max_iter: Option<usize>,
) -> Outcome {
    let mut state = State::new(dual, rows);
    let (mut n_iter, mut n_rounds) = (0, 0);
    let (mut best_gap, mut n_stalled) = (f64::INFINITY, 0);
    loop {
        let gap = state.dual.violation(&state.dual.beta, &state.gradient);
        let steps_left = max_iter.map_or(usize::MAX, |max_iter| max_iter - n_iter);
        n_stalled = if gap < best_gap { 0 } else { n_stalled + 1 };
        best_gap = best_gap.min(gap);
        // Rounding can leave violations that no step in `f32` improves.
        if gap <= tol || steps_left == 0 || n_stalled > MAX_STALLED {
            return Outcome {
                gradient: state.gradient,
                n_iter,
                n_rounds,
                gap,
                converged: gap <= tol,
            };
        }
        n_iter += state.round(tol, gap, steps_left);
        n_rounds += 1;
    }
}

struct State<'a, 'x> {
    dual: &'a mut Dual,
    rows: &'a mut KernelRows<'x>,
    gradient: Vec<f64>,
    /// The working set, longest member first.
    set: Vec<usize>,
    /// Room in the working set.
    capacity: usize,
    problem: SubProblem,
}

impl<'a, 'x> State<'a, 'x> {
    fn new(dual: &'a mut Dual, rows: &'a mut KernelRows<'x>) -> Self {
        let mut state = Self {
            gradient: dual.linear.clone(),
            dual,
            rows,
            set: Vec::new(),
            capacity: MIN_SET,
            problem: SubProblem::default(),
        };
        let start: Vec<(usize, f64)> = (0..state.dual.beta.len())
            .map(|idx| (idx, state.dual.beta[idx]))
            .filter(|(_, beta)| *beta != 0.0)
            .collect();
        for block in start.chunks(MIN_SET) {
            state
                .rows
                .ensure(&block.iter().map(|(idx, _)| *idx).collect::<Vec<_>>());
            state.move_gradient(block);
        }
        state
    }

    fn can_go_up(&self, idx: usize) -> bool {
        self.dual.beta[idx] < self.dual.upper[idx]
    }

    fn can_go_down(&self, idx: usize) -> bool {
        self.dual.beta[idx] > self.dual.lower[idx]
    }

    fn is_free(&self, idx: usize) -> bool {
        self.can_go_up(idx) && self.can_go_down(idx)
    }

    /// One working set; returns the steps taken.
    fn round(&mut self, tol: f64, gap: f64, steps_left: usize) -> usize {
        self.pick_set();
        self.rows.ensure(&self.set);
        let slots = self.load_problem();
        // Well below the tolerance, or the violations left by rounds would never meet it.
        let inner_tol = (0.1 * gap).max(0.5 * tol);
        let n_steps = self.problem.solve(Limits {
            tol: inner_tol as f32,
            max_iter: steps_left.min(STEPS_PER_VARIABLE * self.set.len()),
        });
        let mut changes = Vec::new();
        for (&idx, &slot) in self.set.iter().zip(&slots) {
            let change = self.problem.beta(slot) - self.dual.beta[idx];
            if change != 0.0 {
                self.dual.beta[idx] = self.problem.beta(slot);
                changes.push((idx, change));
            }
        }
        self.move_gradient(&changes);
        n_steps
    }

    /// Fills the working set for the next round.
    fn pick_set(&mut self) {
        let n = self.gradient.len();
        let n_free = self.set.iter().filter(|&&idx| self.is_free(idx)).count();
        self.capacity = self
            .capacity
            .max((2 * n_free).next_multiple_of(256).min(MAX_SET));
        let new = self.worst_violators(N_NEW.min(n));
        let mut is_new = vec![false; n];
        for &idx in &new {
            is_new[idx] = true;
        }
        let room = self.capacity.min(n).saturating_sub(new.len());
        // Free ones go last so that they stay longest; the order is stable otherwise.
        let (free, bound): (Vec<usize>, Vec<usize>) = self
            .set
            .iter()
            .filter(|&&idx| !is_new[idx])
            .partition(|&&idx| self.is_free(idx));
        let mut kept: Vec<usize> = bound.into_iter().chain(free).collect();
        kept.drain(..kept.len().saturating_sub(room));
        kept.extend(new);
        self.set = kept;
    }

    /// The `n` variables that violate optimality most: in each group half from the top of those
    /// that can go up, half from the bottom of those that can go down.
    fn worst_violators(&self, n: usize) -> Vec<usize> {
        let share = (n / (2 * self.dual.n_groups)).max(1);
        let mut is_picked = vec![false; self.gradient.len()];
        let mut picked = Vec::with_capacity(n);
        for group in 0..self.dual.n_groups {
            for sign in [1.0, -1.0] {
                let mut candidates: Vec<(f64, usize)> = (0..self.gradient.len())
                    .filter(|&idx| {
                        usize::from(self.dual.group[idx]) == group
                            && !is_picked[idx]
                            && if sign > 0.0 {
                                self.can_go_up(idx)
                            } else {
                                self.can_go_down(idx)
                            }
                    })
                    .map(|idx| (-sign * self.gradient[idx], idx))
                    .collect();
                let order =
                    |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
                if candidates.len() > share {
                    candidates.select_nth_unstable_by(share, order);
                    candidates.truncate(share);
                }
                candidates.sort_unstable_by(order);
                for (_, idx) in candidates {
                    is_picked[idx] = true;
                    picked.push(idx);
                }
            }
        }
        picked
    }

    /// Copies the working set into the inner problem; returns the slot of each member.
    fn load_problem(&mut self) -> Vec<usize> {
        let mut sizes = vec![0; self.dual.n_groups];
        for &idx in &self.set {
            sizes[usize::from(self.dual.group[idx])] += 1;
        }
        let mut next = self.problem.reset(&sizes);
        let slots: Vec<usize> = self
            .set
            .iter()
            .map(|&idx| {
                let next = &mut next[usize::from(self.dual.group[idx])];
                *next += 1;
                *next - 1
            })
            .collect();
        // Only differences within a group matter; near its level few digits of them get lost.
        let levels: Vec<f64> = (0..self.dual.n_groups)
            .map(|group| self.dual.level(&self.gradient, group as u8))
            .map(|level| if level.is_finite() { level } else { 0.0 })
            .collect();
        for (&idx, &slot) in self.set.iter().zip(&slots) {
            self.problem.set(
                slot,
                Variable {
                    beta: self.dual.beta[idx],
                    lower: self.dual.lower[idx],
                    upper: self.dual.upper[idx],
                    gradient: self.gradient[idx] - levels[usize::from(self.dual.group[idx])],
                },
            );
            let from = self.rows.row(idx);
            let to = self.problem.kernel_row_mut(slot);
            for (&other, &other_slot) in self.set.iter().zip(&slots) {
                to[other_slot] = from[other];
            }
        }
        slots
    }

    /// Carries changes of β into all gradients; their rows must be at hand.
    fn move_gradient(&mut self, changes: &[(usize, f64)]) {
        let scaled: Vec<(f64, &[f32])> = changes
            .iter()
            .map(|&(idx, change)| (-change, self.rows.row(idx)))
            .collect();
        add_scaled_rows(&scaled, &mut self.gradient);
    }
}
