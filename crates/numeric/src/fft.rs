//! Discrete Fourier transforms of sixteen columns at a time.
//!
//! Each lane of a vector holds a column of its own, so that nothing is shuffled, and the order of
//! operations does not depend on the machine. Stockham's self-sorting algorithm (Van Loan 1992,
//! section 1.7) with factors 2, 3, 4 and 5.

use crate::simd::{F32_LANES, Kernel, Lanes, Vector, dispatch};

/// The elements of sixteen columns in one place.
pub type Lane = [f32; F32_LANES];

/// Sixteen columns of complex numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Columns {
    /// Real parts.
    pub re: Vec<Lane>,
    /// Imaginary parts.
    pub im: Vec<Lane>,
}

impl Columns {
    /// Returns columns of `n` zeros.
    #[must_use]
    pub fn zeros(n: usize) -> Self {
        Self {
            re: vec![[0.0; F32_LANES]; n],
            im: vec![[0.0; F32_LANES]; n],
        }
    }
}

/// The transform of columns of one length.
#[derive(Debug, Clone)]
pub struct Fft {
    n: usize,
    passes: Vec<Pass>,
}

/// Butterflies of one factor.
#[derive(Debug, Clone)]
struct Pass {
    radix: usize,
    /// Butterflies with different twiddles.
    n_groups: usize,
    /// Butterflies with the same ones.
    stride: usize,
    /// `radix` − 1 for each group: cosine and sine.
    twiddles: Vec<[f32; 2]>,
}

impl Fft {
    /// Returns the least length from `n` on that is 16 times factors of 2, 3 and 5, so that a square
    /// of this side is whole vectors.
    #[must_use]
    pub fn good_length(n: usize) -> usize {
        let is_good = |mut m: usize| {
            for factor in [2, 3, 5] {
                while m.is_multiple_of(factor) {
                    m /= factor;
                }
            }
            m == 1
        };
        let mut sixteenth = n.div_ceil(F32_LANES).max(1);
        while !is_good(sixteenth) {
            sixteenth += 1;
        }
        sixteenth * F32_LANES
    }

    /// Prepares transforms of length `n`.
    ///
    /// # Panics
    /// If `n` has other prime factors than 2, 3 and 5, or is 0.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "twiddles are in single precision"
    )]
    pub fn new(n: usize) -> Self {
        assert!(n > 0, "a length");
        let (mut rest, mut stride, mut passes) = (n, 1, Vec::new());
        while rest > 1 {
            let radix = [4, 2, 3, 5]
                .into_iter()
                .find(|radix| rest.is_multiple_of(*radix));
            let radix = radix.expect("a length of factors 2, 3 and 5");
            let n_groups = rest / radix;
            let twiddles = (0..n_groups)
                .flat_map(|group| (1..radix).map(move |power| group * power))
                .map(|turn| {
                    let angle = -std::f64::consts::TAU * turn as f64 / rest as f64;
                    [angle.cos() as f32, angle.sin() as f32]
                })
                .collect();
            passes.push(Pass {
                radix,
                n_groups,
                stride,
                twiddles,
            });
            (rest, stride) = (n_groups, stride * radix);
        }
        Self { n, passes }
    }

    /// Replaces each column x by `Σ_k x[k]·exp(−2πi·j·k/n)`. What is in `spare` is lost.
    ///
    /// # Panics
    /// If `x` or `spare` is of another length.
    pub fn forward(&self, x: &mut Columns, spare: &mut Columns) {
        for columns in [&*x, &*spare] {
            assert_eq!([columns.re.len(), columns.im.len()], [self.n; 2], "length");
        }
        for pass in &self.passes {
            dispatch(Step {
                pass,
                from: x,
                to: spare,
            });
            std::mem::swap(x, spare);
        }
    }

    /// Replaces each column x by `Σ_k x[k]·exp(2πi·j·k/n)`, n times the inverse of
    /// [`Self::forward`]. What is in `spare` is lost.
    ///
    /// # Panics
    /// If `x` or `spare` is of another length.
    pub fn backward(&self, x: &mut Columns, spare: &mut Columns) {
        // With real and imaginary parts exchanged the angles change their sign.
        std::mem::swap(&mut x.re, &mut x.im);
        self.forward(x, spare);
        std::mem::swap(&mut x.re, &mut x.im);
    }
}

struct Step<'a> {
    pass: &'a Pass,
    from: &'a Columns,
    to: &'a mut Columns,
}

impl Kernel for Step<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        match self.pass.radix {
            2 => step::<L, 2>(lanes, self),
            3 => step::<L, 3>(lanes, self),
            4 => step::<L, 4>(lanes, self),
            _ => step::<L, 5>(lanes, self),
        }
    }
}

#[inline(always)]
fn step<L: Lanes, const R: usize>(lanes: L, step: Step<'_>) {
    let Step { pass, from, to } = step;
    let (stride, apart) = (pass.stride, pass.stride * pass.n_groups);
    for group in 0..pass.n_groups {
        let twiddles = &pass.twiddles[group * (R - 1)..(group + 1) * (R - 1)];
        for q in 0..stride {
            let first = group * stride + q;
            let mut re = [lanes.splat_f32(0.0); R];
            let mut im = re;
            for k in 0..R {
                re[k] = lanes.load_f32(&from.re[first + k * apart]);
                im[k] = lanes.load_f32(&from.im[first + k * apart]);
            }
            butterfly::<L, R>(lanes, &mut re, &mut im);
            let first = group * stride * R + q;
            re[0].store(&mut to.re[first]);
            im[0].store(&mut to.im[first]);
            for j in 1..R {
                let [cosine, sine] = twiddles[j - 1];
                let (cosine, sine) = (lanes.splat_f32(cosine), lanes.splat_f32(sine));
                let real = re[j].mul(cosine).sub(im[j].mul(sine));
                let imaginary = re[j].mul_add(sine, im[j].mul(cosine));
                real.store(&mut to.re[first + j * stride]);
                imaginary.store(&mut to.im[first + j * stride]);
            }
        }
    }
}

/// Transforms `R` complex numbers in place.
#[inline(always)]
fn butterfly<L: Lanes, const R: usize>(lanes: L, re: &mut [L::F32; R], im: &mut [L::F32; R]) {
    match R {
        2 => {
            for x in [re, im] {
                (x[0], x[1]) = (x[0].add(x[1]), x[0].sub(x[1]));
            }
        }
        3 => {
            let half = lanes.splat_f32(-0.5);
            let sine = lanes.splat_f32(0.866_025_4);
            let mut middle = [re[0], im[0]];
            let mut side = middle;
            for (i, x) in [&mut *re, &mut *im].into_iter().enumerate() {
                let sum = x[1].add(x[2]);
                side[i] = x[1].sub(x[2]).mul(sine);
                middle[i] = sum.mul_add(half, x[0]);
                x[0] = x[0].add(sum);
            }
            (re[1], im[1]) = (middle[0].add(side[1]), middle[1].sub(side[0]));
            (re[2], im[2]) = (middle[0].sub(side[1]), middle[1].add(side[0]));
        }
        4 => {
            let mut odd = [re[0], im[0]];
            let mut side = odd;
            for (i, x) in [&mut *re, &mut *im].into_iter().enumerate() {
                let even = x[0].add(x[2]);
                let sum = x[1].add(x[3]);
                odd[i] = x[0].sub(x[2]);
                side[i] = x[1].sub(x[3]);
                (x[0], x[2]) = (even.add(sum), even.sub(sum));
            }
            (re[1], im[1]) = (odd[0].add(side[1]), odd[1].sub(side[0]));
            (re[3], im[3]) = (odd[0].sub(side[1]), odd[1].add(side[0]));
        }
        _ => butterfly_of_five::<L, R>(lanes, re, im),
    }
}

#[inline(always)]
fn butterfly_of_five<L: Lanes, const R: usize>(
    lanes: L,
    re: &mut [L::F32; R],
    im: &mut [L::F32; R],
) {
    let (c1, c2) = (lanes.splat_f32(0.309_017), lanes.splat_f32(-0.809_017));
    let (s1, s2) = (lanes.splat_f32(0.951_056_5), lanes.splat_f32(0.587_785_25));
    let mut middle = [[re[0], re[0]], [im[0], im[0]]];
    let mut side = middle;
    for (i, x) in [&mut *re, &mut *im].into_iter().enumerate() {
        let (sum1, sum2) = (x[1].add(x[4]), x[2].add(x[3]));
        let (diff1, diff2) = (x[1].sub(x[4]), x[2].sub(x[3]));
        middle[i][0] = sum2.mul_add(c2, sum1.mul_add(c1, x[0]));
        middle[i][1] = sum2.mul_add(c1, sum1.mul_add(c2, x[0]));
        side[i][0] = diff2.mul_add(s2, diff1.mul(s1));
        side[i][1] = diff1.mul(s2).sub(diff2.mul(s1));
        x[0] = x[0].add(sum1.add(sum2));
    }
    for (j, mirrored) in [(1, 4), (2, 3)] {
        let (m, s) = (
            [middle[0][j - 1], middle[1][j - 1]],
            [side[0][j - 1], side[1][j - 1]],
        );
        (re[j], im[j]) = (m[0].add(s[1]), m[1].sub(s[0]));
        (re[mirrored], im[mirrored]) = (m[0].sub(s[1]), m[1].add(s[0]));
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    fn random(n: usize) -> Columns {
        let mut rng = stream(8, &[n as u64]);
        let mut columns = Columns::zeros(n);
        for value in columns.re.iter_mut().chain(&mut columns.im).flatten() {
            *value = rng.gen_range(-1.0..1.0);
        }
        columns
    }

    #[test]
    fn transforms_equal_the_naive_twin_and_come_back() {
        for n in [1, 2, 3, 4, 5, 6, 8, 9, 12, 15, 16, 25, 30, 48, 60, 80, 240] {
            let fft = Fft::new(n);
            let x = random(n);
            let (mut y, mut spare) = (x.clone(), Columns::zeros(n));
            fft.forward(&mut y, &mut spare);
            for j in 0..n {
                for lane in [0, 7, 15] {
                    let (mut re, mut im) = (0.0, 0.0);
                    for k in 0..n {
                        let angle = -std::f64::consts::TAU * ((j * k) % n) as f64 / n as f64;
                        let (a, b) = (f64::from(x.re[k][lane]), f64::from(x.im[k][lane]));
                        re += a * angle.cos() - b * angle.sin();
                        im += a * angle.sin() + b * angle.cos();
                    }
                    let off = (f64::from(y.re[j][lane]) - re).abs()
                        + (f64::from(y.im[j][lane]) - im).abs();
                    assert!(off < 1e-5 * (n as f64).sqrt() + 1e-6, "{n} {j} {off}");
                }
            }
            fft.backward(&mut y, &mut spare);
            for (y, x) in y.re.iter().chain(&y.im).zip(x.re.iter().chain(&x.im)) {
                assert!((y[3] / n as f32 - x[3]).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn good_lengths_are_products_of_small_factors() {
        for (n, expected) in [
            (1, 16),
            (16, 16),
            (17, 32),
            (100, 128),
            (300, 320),
            (1201, 1280),
        ] {
            assert_eq!(Fft::good_length(n), expected);
        }
    }

    #[test]
    #[should_panic(expected = "a length of factors 2, 3 and 5")]
    fn other_lengths_are_refused() {
        let _ = Fft::new(14);
    }
}
