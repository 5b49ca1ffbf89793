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
//! hundred rows, and shrinking is not needed: variables that stay at their bounds are never
//! picked. Decomposition after T. Joachims, Making Large-Scale SVM Learning Practical
//! (1999); sizes after Z. Wen et al., ThunderSVM, JMLR 19 (2018).

use super::dual::{Dual, DualOutcome};
use super::kernel_cache::KernelCache;
use super::smo::{Limits, SubProblem, Variable};
use fashion_bench_numeric::accumulate::add_scaled_rows;

/// Variables that enter the working set in one round.
const N_NEW: usize = 256;
/// Smallest working set; it grows with the number of free variables.
const MIN_SET: usize = 512;
/// Largest working set.
const MAX_SET: usize = 3072;
/// Largest number of steps in one round, per variable of its set.
const STEPS_PER_VARIABLE: usize = 40;

/// Rounds without a smaller violation after which the solver gives up, as rounding then hides what
/// is left to gain.
const MAX_STALLED: usize = 200;

/// Improves `dual.beta` until no violation above `tol` is left or `max_iter` steps are done.
pub fn solve(
    dual: &mut Dual,
    rows: &mut KernelCache<'_>,
    tol: f64,
    max_iter: Option<usize>,
) -> DualOutcome {
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
            return DualOutcome {
                levels: state.dual.levels(&state.gradient),
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
    rows: &'a mut KernelCache<'x>,
    gradient: Vec<f64>,
    /// The working set; those that have been in it longest come first.
    set: Vec<usize>,
    /// Room in the working set.
    capacity: usize,
    problem: SubProblem,
}

impl<'a, 'x> State<'a, 'x> {
    fn new(dual: &'a mut Dual, rows: &'a mut KernelCache<'x>) -> Self {
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

    /// Picks and solves one working set; returns the number of steps taken.
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

    /// Returns the `n` variables that violate optimality most: in each group half from the top of
    /// those that can go up, half from the bottom of those that can go down.
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
        // Only differences within a group matter, and gradients less their group's level keep more
        // of their digits in `f32`.
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

    /// Carries changes of β into all gradients; their kernel rows must be in the cache.
    fn move_gradient(&mut self, changes: &[(usize, f64)]) {
        let scaled: Vec<(f64, &[f32])> = changes
            .iter()
            .map(|&(idx, change)| (-change, self.rows.row(idx)))
            .collect();
        add_scaled_rows(&scaled, &mut self.gradient);
    }
}
