//! The passes over all variables that a step of [`super::libsvm_steps`] consists of.
//!
//! Every element is computed by the same operations whatever the width of the vectors, and the
//! largest and smallest of them are exact, so that no result depends on the machine.

use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

/// Curvature in place of one that is not positive; LIBSVM's.
pub const TAU: f64 = 1e-12;

/// Independent running maxima and minima.
const LANES: usize = 16;

/// Carries a step into the gradients: `f -= row_up·change_up + row_down·change_down`.
pub fn move_gradient(f: &mut [f64], up: (&[f32], f64), down: (&[f32], f64)) {
    dispatch(Move { f, up, down });
}

struct Move<'a> {
    f: &'a mut [f64],
    up: (&'a [f32], f64),
    down: (&'a [f32], f64),
}

impl Kernel for Move<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let ((row_up, change_up), (row_down, change_down)) = (self.up, self.down);
        let rows = row_up.iter().zip(row_down);
        for (f, (&k_up, &k_down)) in self.f.iter_mut().zip(rows) {
            *f -= f64::from(k_up) * change_up + f64::from(k_down) * change_down;
        }
    }
}

/// Returns the largest of `f + bias`, or -inf.
pub fn largest(f: &[f64], bias: &[f64]) -> f64 {
    dispatch(Largest { f, bias })
}

struct Largest<'a> {
    f: &'a [f64],
    bias: &'a [f64],
}

impl Kernel for Largest<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> f64 {
        let (f, f_tail) = self.f.as_chunks::<LANES>();
        let (bias, bias_tail) = self.bias.as_chunks::<LANES>();
        let mut top = [f64::NEG_INFINITY; LANES];
        for (f, bias) in f.iter().zip(bias) {
            for lane in 0..LANES {
                let value = f[lane] + bias[lane];
                // NaN is never larger.
                top[lane] = if value > top[lane] { value } else { top[lane] };
            }
        }
        let tail = f_tail.iter().zip(bias_tail).map(|(f, bias)| f + bias);
        top.into_iter()
            .chain(tail)
            .fold(f64::NEG_INFINITY, f64::max)
    }
}

/// What the choice of the second variable depends on.
#[derive(Clone, Copy)]
pub struct Candidates<'a> {
    /// Gradient of the first variable.
    pub top: f64,
    /// Diagonal of the first variable.
    pub diagonal_i: f64,
    /// Kernel row of the first variable.
    pub row: &'a [f32],
    /// All gradients.
    pub f: &'a [f64],
    /// 0 for those that can go down, +inf for others.
    pub down: &'a [f64],
    /// All diagonals.
    pub diagonal: &'a [f64],
}

/// Writes to `losses` minus the second-order gain of each candidate that lies below `top`, and
/// leaves the others as they are; returns the smallest gradient of all that can go down.
pub fn second_order_losses(candidates: &Candidates<'_>, losses: &mut [f64]) -> f64 {
    dispatch(Losses { candidates, losses })
}

struct Losses<'a> {
    candidates: &'a Candidates<'a>,
    losses: &'a mut [f64],
}

impl Kernel for Losses<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> f64 {
        let Candidates {
            top,
            diagonal_i,
            row,
            f,
            down,
            diagonal,
        } = *self.candidates;
        let n = f.len();
        let (row, down, diagonal) = (&row[..n], &down[..n], &diagonal[..n]);
        for (k, loss) in self.losses[..n].iter_mut().enumerate() {
            let lead = top - (f[k] + down[k]);
            let curvature = diagonal_i + diagonal[k] - 2.0 * f64::from(row[k]);
            let curvature = if curvature > 0.0 { curvature } else { TAU };
            let found = -(lead * lead) / curvature;
            *loss = if lead > 0.0 { found } else { *loss };
        }
        let (f, f_tail) = f.as_chunks::<LANES>();
        let (down, down_tail) = down.as_chunks::<LANES>();
        let mut bottom = [f64::INFINITY; LANES];
        for (f, down) in f.iter().zip(down) {
            for lane in 0..LANES {
                let value = f[lane] + down[lane];
                bottom[lane] = if value < bottom[lane] {
                    value
                } else {
                    bottom[lane]
                };
            }
        }
        let tail = f_tail.iter().zip(down_tail).map(|(f, down)| f + down);
        bottom.into_iter().chain(tail).fold(f64::INFINITY, f64::min)
    }
}

/// Returns the last place of the smallest value below +inf, if there is one. LIBSVM takes the last
/// of equals.
pub fn last_smallest(values: &[f64]) -> Option<usize> {
    let smallest = dispatch(Smallest(values));
    if smallest == f64::INFINITY {
        return None;
    }
    values.iter().rposition(|&value| value == smallest)
}

struct Smallest<'a>(&'a [f64]);

impl Kernel for Smallest<'_> {
    type Output = f64;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> f64 {
        let (values, tail) = self.0.as_chunks::<LANES>();
        let mut least = [f64::INFINITY; LANES];
        for values in values {
            for lane in 0..LANES {
                // NaN is never smaller.
                let value = values[lane];
                least[lane] = if value < least[lane] {
                    value
                } else {
                    least[lane]
                };
            }
        }
        let all = least.into_iter().chain(tail.iter().copied());
        all.fold(f64::INFINITY, f64::min)
    }
}
