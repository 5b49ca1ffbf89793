//! Sequential minimal optimisation on a kernel matrix that is all in cache.
//!
//! With β = y·α the dual of every support vector classifier here is
//!
//! > max  pᵀβ - ½ βᵀKβ   with  lower ≤ β ≤ upper  and  Σβ fixed within each *group*,
//!
//! one group for C-SVC, one per class for ν-SVC. `f = p - Kβ` is its gradient (LIBSVM's -y·G). A
//! step moves a pair of one group, β_i up and β_j down by the same amount: i the largest f that can
//! go up, j the best second-order gain among those that can go down (Fan, Chen, Lin: Working Set
//! Selection Using Second Order Information, JMLR 6, 2005, "WSS 2"). A curvature that is not
//! positive is replaced by a tiny one, as in LIBSVM. Stops when in each group the largest f that
//! can go up exceeds the smallest that can go down by no more than the tolerance.
//!
//! Gradients are `f32` here. The caller brings its own up to date in `f64` after each call, so that
//! rounding never accumulates beyond [`Limits::max_iter`] steps.

use fashion_bench_numeric::simd::{F32_LANES, Kernel, Lanes, Vector, dispatch};

/// Curvature in place of one that is not positive; LIBSVM's.
const TAU: f32 = 1e-12;

/// Groups are padded to whole vectors.
const LANES: usize = F32_LANES;

/// A working set with its kernel matrix.
#[derive(Debug, Default)]
pub struct SubProblem {
    /// Slots: variables of the groups one after the other, each padded to a multiple of [`LANES`].
    n_slots: usize,
    /// First slot and one past the last of each group.
    groups: Vec<(usize, usize)>,
    /// `n_slots` × `n_slots`, row-major.
    kernel: Vec<f32>,
    diagonal: Vec<f32>,
    gradient: Vec<f32>,
    /// 0 for a slot that can go up, -inf for others.
    up_bias: Vec<f32>,
    /// 0 for a slot that can go down, +inf for others.
    down_bias: Vec<f32>,
    beta: Vec<f64>,
    lower: Vec<f64>,
    upper: Vec<f64>,
}

/// What ends a call.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Largest difference of gradients that counts as none.
    pub tol: f32,
    /// Largest number of steps.
    pub max_iter: usize,
}

/// One variable of a working set.
#[derive(Debug, Clone, Copy)]
pub struct Variable {
    /// Its value at the start.
    pub beta: f64,
    /// Lower bound.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
    /// Its gradient at the start, less any number that is the same for its group.
    pub gradient: f64,
}

impl SubProblem {
    /// Lays out room for groups of these sizes; returns the first slot of each.
    pub fn reset(&mut self, group_sizes: &[usize]) -> Vec<usize> {
        self.groups.clear();
        let mut end = 0;
        for size in group_sizes {
            let first = end;
            end += size.next_multiple_of(LANES);
            self.groups.push((first, end));
        }
        self.n_slots = end;
        self.kernel.clear();
        self.kernel.resize(end * end, 0.0);
        for (values, filler) in [
            (&mut self.diagonal, 1.0),
            (&mut self.gradient, 0.0),
            (&mut self.up_bias, f32::NEG_INFINITY),
            (&mut self.down_bias, f32::INFINITY),
        ] {
            values.clear();
            values.resize(end, filler);
        }
        for values in [&mut self.beta, &mut self.lower, &mut self.upper] {
            values.clear();
            values.resize(end, 0.0);
        }
        self.groups.iter().map(|group| group.0).collect()
    }

    /// Sets the variable in `slot`.
    pub fn set(&mut self, slot: usize, variable: Variable) {
        self.beta[slot] = variable.beta;
        self.lower[slot] = variable.lower;
        self.upper[slot] = variable.upper;
        let gradient = variable.gradient as f32;
        self.gradient[slot] = gradient;
        self.update_bounds(slot);
    }

    /// Returns the kernel row of `slot`, which the caller fills for every slot in use.
    pub fn kernel_row_mut(&mut self, slot: usize) -> &mut [f32] {
        &mut self.kernel[slot * self.n_slots..(slot + 1) * self.n_slots]
    }

    /// Returns the value of the variable in `slot`.
    #[must_use]
    pub fn beta(&self, slot: usize) -> f64 {
        self.beta[slot]
    }

    /// Takes steps until one of the limits is met; returns their number.
    pub fn solve(&mut self, limits: Limits) -> usize {
        for slot in 0..self.n_slots {
            self.diagonal[slot] = self.kernel[slot * self.n_slots + slot];
        }
        dispatch(Solve {
            problem: self,
            limits,
        })
    }

    fn update_bounds(&mut self, slot: usize) {
        let beta = self.beta[slot];
        self.up_bias[slot] = if beta < self.upper[slot] {
            0.0
        } else {
            f32::NEG_INFINITY
        };
        self.down_bias[slot] = if beta > self.lower[slot] {
            0.0
        } else {
            f32::INFINITY
        };
    }

    /// Moves `i` up and `j` down as far as it pays and the bounds allow; returns how far.
    fn take_step(&mut self, i: usize, j: usize) -> f32 {
        let curvature =
            self.diagonal[i] + self.diagonal[j] - 2.0 * self.kernel[i * self.n_slots + j];
        let curvature = f64::from(if curvature > 0.0 { curvature } else { TAU });
        let wanted = f64::from(self.gradient[i] - self.gradient[j]) / curvature;
        let (room_up, room_down) = (self.upper[i] - self.beta[i], self.beta[j] - self.lower[j]);
        let step = wanted.min(room_up).min(room_down);
        // A variable that meets its bound takes exactly the bound's value.
        self.beta[i] = if step >= room_up {
            self.upper[i]
        } else {
            self.beta[i] + step
        };
        self.beta[j] = if step >= room_down {
            self.lower[j]
        } else {
            self.beta[j] - step
        };
        self.update_bounds(i);
        self.update_bounds(j);
        step as f32
    }
}

struct Solve<'a> {
    problem: &'a mut SubProblem,
    limits: Limits,
}

/// The best slot of a scan, with its value.
#[derive(Clone, Copy)]
struct Best {
    value: f32,
    slot: usize,
}

impl Kernel for Solve<'_> {
    type Output = usize;

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) -> usize {
        let Self { problem, limits } = self;
        let n = problem.n_slots;
        let mut step: Option<(usize, usize, f32)> = None;
        for n_iter in 0..limits.max_iter {
            let mut best: Option<(usize, Best)> = None;
            for group in 0..problem.groups.len() {
                let (first, end) = problem.groups[group];
                let rows = step.map(|(i, j, length)| Move {
                    row_up: &problem.kernel[i * n + first..i * n + end],
                    row_down: &problem.kernel[j * n + first..j * n + end],
                    length,
                });
                let (top, bottom) = update_and_scan(
                    lanes,
                    rows,
                    &mut problem.gradient[first..end],
                    &problem.up_bias[first..end],
                    &problem.down_bias[first..end],
                );
                let is_violated = top.value - bottom > limits.tol;
                if is_violated && top.value > f32::NEG_INFINITY {
                    let i = first + top.slot;
                    let partner = second_order_partner(
                        lanes,
                        top.value,
                        problem.diagonal[i],
                        &Candidates {
                            row: &problem.kernel[i * n + first..i * n + end],
                            gradient: &problem.gradient[first..end],
                            down_bias: &problem.down_bias[first..end],
                            diagonal: &problem.diagonal[first..end],
                        },
                    );
                    if best.is_none_or(|(_, best)| partner.value > best.value) {
                        let slot = first + partner.slot;
                        best = Some((i, Best { slot, ..partner }));
                    }
                }
            }
            let Some((i, Best { slot: j, .. })) = best else {
                return n_iter;
            };
            step = Some((i, j, problem.take_step(i, j)));
        }
        limits.max_iter
    }
}

/// The last step, as far as it concerns one group.
struct Move<'a> {
    row_up: &'a [f32],
    row_down: &'a [f32],
    length: f32,
}

/// Carries the last step into `gradient`; returns the largest that can go up (the first of
/// equals) and the smallest that can go down.
#[inline(always)]
fn update_and_scan<L: Lanes>(
    lanes: L,
    last: Option<Move<'_>>,
    gradient: &mut [f32],
    up_bias: &[f32],
    down_bias: &[f32],
) -> (Best, f32) {
    let (gradient, _) = gradient.as_chunks_mut::<LANES>();
    if let Some(Move {
        row_up,
        row_down,
        length,
    }) = last
    {
        let minus_length = lanes.splat_f32(-length);
        let (row_up, _) = row_up.as_chunks::<LANES>();
        let (row_down, _) = row_down.as_chunks::<LANES>();
        for ((f, up), down) in gradient.iter_mut().zip(row_up).zip(row_down) {
            let difference = lanes.load_f32(up).sub(lanes.load_f32(down));
            minus_length.mul_add(difference, lanes.load_f32(f)).store(f);
        }
    }
    let (up_bias, _) = up_bias.as_chunks::<LANES>();
    let (down_bias, _) = down_bias.as_chunks::<LANES>();
    let mut top = lanes.splat_f32(f32::NEG_INFINITY);
    let mut top_idx = lanes.splat_f32(0.0);
    let mut bottom = lanes.splat_f32(f32::INFINITY);
    let (mut idx, one) = (lanes.splat_f32(0.0), lanes.splat_f32(1.0));
    for ((f, up), down) in gradient.iter().zip(up_bias).zip(down_bias) {
        let f = lanes.load_f32(f);
        let up = f.add(lanes.load_f32(up));
        top_idx = up.select_greater(top, idx, top_idx);
        top = up.select_greater(top, up, top);
        bottom = bottom.min(f.add(lanes.load_f32(down)));
        idx = idx.add(one);
    }
    (first_largest::<L>(top, top_idx), bottom.least())
}

/// What the choice of the second variable depends on, for one group.
struct Candidates<'a> {
    row: &'a [f32],
    gradient: &'a [f32],
    down_bias: &'a [f32],
    diagonal: &'a [f32],
}

/// Returns the slot with the largest second-order gain among those that can go down and whose
/// gradient lies below `top`.
#[inline(always)]
fn second_order_partner<L: Lanes>(
    lanes: L,
    top: f32,
    diagonal_i: f32,
    candidates: &Candidates<'_>,
) -> Best {
    let (row, _) = candidates.row.as_chunks::<LANES>();
    let (gradient, _) = candidates.gradient.as_chunks::<LANES>();
    let (down_bias, _) = candidates.down_bias.as_chunks::<LANES>();
    let (diagonal, _) = candidates.diagonal.as_chunks::<LANES>();
    let (top, diagonal_i) = (lanes.splat_f32(top), lanes.splat_f32(diagonal_i));
    let (zero, tau) = (lanes.splat_f32(0.0), lanes.splat_f32(TAU));
    let minus_two = lanes.splat_f32(-2.0);
    let mut best = lanes.splat_f32(f32::NEG_INFINITY);
    let mut best_idx = zero;
    let (mut idx, one) = (zero, lanes.splat_f32(1.0));
    for (((k, f), bias), d) in row.iter().zip(gradient).zip(down_bias).zip(diagonal) {
        let (k, f) = (lanes.load_f32(k), lanes.load_f32(f));
        // +inf for those that cannot go down makes this -inf, and the gain below 0.
        let lead = top.sub(f).sub(lanes.load_f32(bias));
        let curvature = minus_two.mul_add(k, diagonal_i.add(lanes.load_f32(d)));
        let curvature = curvature.select_greater(zero, curvature, tau);
        let gain = lead.mul(lead.max(zero)).div(curvature);
        best_idx = gain.select_greater(best, idx, best_idx);
        best = gain.select_greater(best, gain, best);
        idx = idx.add(one);
    }
    first_largest::<L>(best, best_idx)
}

/// Returns the largest of the lanes; of equal ones that of the lowest slot.
#[inline(always)]
fn first_largest<L: Lanes>(values: L::F32, idx: L::F32) -> Best {
    let (mut value_of, mut idx_of) = ([0.0; LANES], [0.0; LANES]);
    values.store(&mut value_of);
    idx.store(&mut idx_of);
    let mut best = Best {
        value: f32::NEG_INFINITY,
        slot: usize::MAX,
    };
    for (lane, (value, idx)) in value_of.into_iter().zip(idx_of).enumerate() {
        let slot = idx as usize * LANES + lane;
        if value > best.value || (value == best.value && slot < best.slot) {
            best = Best { value, slot };
        }
    }
    best
}
