//! Values of a kernel for pairs of rows, and what its free numbers do to a weighted sum of them.

use ndarray::{Array2, ArrayView2};
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::expression::{HyperparameterRange, Kernel, KernelFamily, PlainKernel};

/// Rows of equal length, one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rows<'a> {
    values: &'a [f64],
    n_features: usize,
}

impl<'a> Rows<'a> {
    /// Takes rows in standard layout, with at least one feature.
    pub fn new(rows: ArrayView2<'a, f64>) -> Self {
        Self {
            values: rows.to_slice().expect("standard layout"),
            n_features: rows.ncols(),
        }
    }

    pub fn len(self) -> usize {
        self.values.len() / self.n_features
    }

    pub fn row(self, i: usize) -> &'a [f64] {
        &self.values[i * self.n_features..][..self.n_features]
    }

    pub fn iter(self) -> impl Iterator<Item = &'a [f64]> {
        self.values.chunks_exact(self.n_features)
    }
}

/// A row, paired with each of `rows`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pairs<'a> {
    row: &'a [f64],
    rows: Rows<'a>,
    /// Squared distances, where the kernel reads them.
    squared: &'a [f64],
    /// Inner products, where the kernel reads them.
    products: &'a [f64],
    /// Where the row itself stands among `rows`.
    own: Option<usize>,
}

/// What a kernel reads of pairs beside the rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Needs {
    squared: bool,
    products: bool,
}

impl Needs {
    pub fn of(kernel: &Kernel) -> Self {
        let plain = kernel.plain();
        let is_scalar = |kernel: &PlainKernel| kernel.numbers.iter().all(|n| n.values.len() == 1);
        let needs_squared = |kernel: &&PlainKernel| {
            let has_none = matches!(
                kernel.family,
                KernelFamily::Constant | KernelFamily::White | KernelFamily::DotProduct
            );
            !has_none && is_scalar(kernel)
        };
        Self {
            squared: plain.iter().any(needs_squared),
            products: plain.iter().any(|k| k.family == KernelFamily::DotProduct),
        }
    }

    /// Returns how many matrices [`TrainRows`] keeps.
    pub fn n_matrices(self) -> usize {
        usize::from(self.squared) + usize::from(self.products)
    }
}

/// Rows with what a kernel reads of their pairs, made once for all values of its numbers.
#[derive(Debug)]
pub(super) struct TrainRows<'a> {
    rows: Rows<'a>,
    squared: Option<Array2<f64>>,
    products: Option<Array2<f64>>,
}

impl<'a> TrainRows<'a> {
    /// Reads what is needed of the pairs of `rows`.
    pub fn new(rows: Rows<'a>, needs: Needs) -> Self {
        let of_all = |function: fn(&[f64], &[f64]) -> f64| {
            let n = rows.len();
            let of_row = |i: usize| against(rows.row(i), rows, function);
            let values: Vec<Vec<f64>> = (0..n).into_par_iter().map(of_row).collect();
            Array2::from_shape_vec((n, n), values.concat()).expect("n values of n rows")
        };
        Self {
            rows,
            squared: needs.squared.then(|| of_all(squared_distance)),
            products: needs.products.then(|| of_all(inner_product)),
        }
    }

    fn pairs(&self, i: usize) -> Pairs<'_> {
        Pairs {
            row: self.rows.row(i),
            rows: self.rows,
            squared: row_of(&self.squared, i),
            products: row_of(&self.products, i),
            own: Some(i),
        }
    }

    /// Returns the covariance matrix.
    pub fn covariance(&self, kernel: &Kernel) -> Array2<f64> {
        let n = self.rows.len();
        let of_row = |i: usize| kernel.values(&self.pairs(i));
        let values: Vec<Vec<f64>> = (0..n).into_par_iter().map(of_row).collect();
        Array2::from_shape_vec((n, n), values.concat()).expect("n values of n rows")
    }

    /// Returns the derivatives of `Σ weight(i)[j]·K_ij` by the logarithms of the free numbers.
    pub fn derivatives(
        &self,
        kernel: &Kernel,
        weights: impl Fn(usize) -> Vec<f64> + Sync,
    ) -> Vec<f64> {
        let n_free = kernel.n_free();
        let of_row = |i: usize| {
            let mut sums = vec![0.0; n_free];
            kernel.add_derivatives(&self.pairs(i), &weights(i), &mut sums);
            sums
        };
        let n = self.rows.len();
        let of_rows: Vec<Vec<f64>> = (0..n).into_par_iter().map(of_row).collect();
        let mut sums = vec![0.0; n_free];
        for row in of_rows {
            sums.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += value);
        }
        sums
    }
}

fn row_of(matrix: &Option<Array2<f64>>, i: usize) -> &[f64] {
    matrix.as_ref().map_or(&[], |matrix| {
        let n = matrix.ncols();
        &matrix.as_slice().expect("standard layout")[i * n..(i + 1) * n]
    })
}

/// Returns the values of `function` for `row` and each of `rows`.
fn against(row: &[f64], rows: Rows<'_>, function: fn(&[f64], &[f64]) -> f64) -> Vec<f64> {
    rows.iter().map(|other| function(row, other)).collect()
}

/// Partial sums of a row.
const LANES: usize = 8;

fn sum_of_terms(a: &[f64], b: &[f64], term: impl Fn(f64, f64) -> f64) -> f64 {
    let (a, a_tail) = a.as_chunks::<LANES>();
    let (b, b_tail) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += term(a[lane], b[lane]);
        }
    }
    let tail = a_tail.iter().zip(b_tail);
    tail.fold(sums.iter().sum(), |sum, (a, b)| sum + term(*a, *b))
}

fn squared_distance(a: &[f64], b: &[f64]) -> f64 {
    sum_of_terms(a, b, |a, b| (a - b) * (a - b))
}

fn inner_product(a: &[f64], b: &[f64]) -> f64 {
    sum_of_terms(a, b, |a, b| a * b)
}

/// What a kernel reads of a new row and each of the rows that were fitted.
#[derive(Debug)]
pub(super) struct NewRow<'a> {
    row: &'a [f64],
    squared: Vec<f64>,
    products: Vec<f64>,
}

impl<'a> NewRow<'a> {
    /// Takes `row` and all fitted `rows`.
    pub fn new(row: &'a [f64], rows: Rows<'_>, needs: Needs) -> Self {
        let of_all = |is_needed, function: fn(&[f64], &[f64]) -> f64| {
            if is_needed {
                against(row, rows, function)
            } else {
                Vec::new()
            }
        };
        Self {
            row,
            squared: of_all(needs.squared, squared_distance),
            products: of_all(needs.products, inner_product),
        }
    }

    /// Returns the covariances with `rows`, which are those at `places` of all that were fitted.
    pub fn covariances(&self, kernel: &Kernel, rows: Rows<'_>, places: &[usize]) -> Vec<f64> {
        let select = |all: &[f64]| -> Vec<f64> {
            if all.is_empty() {
                return Vec::new();
            }
            places.iter().map(|&place| all[place]).collect()
        };
        kernel.values(&Pairs {
            row: self.row,
            rows,
            squared: &select(&self.squared),
            products: &select(&self.products),
            own: None,
        })
    }
}

impl Kernel {
    /// Returns the variance of a row.
    pub fn variance(&self, row: &[f64]) -> f64 {
        match self {
            Self::Plain(kernel) => match kernel.family {
                KernelFamily::Constant | KernelFamily::White => kernel.number(0),
                KernelFamily::DotProduct => inner_product(row, row) + kernel.number(0).powi(2),
                _ => 1.0,
            },
            Self::Sum(a, b) => a.variance(row) + b.variance(row),
            Self::Product(a, b) => a.variance(row) * b.variance(row),
            Self::Power(kernel, exponent) => kernel.variance(row).powf(*exponent),
        }
    }

    fn values(&self, pairs: &Pairs<'_>) -> Vec<f64> {
        let combined = |a: &Self, b: &Self, combine: fn(f64, f64) -> f64| {
            let (mut a, b) = (a.values(pairs), b.values(pairs));
            a.iter_mut().zip(b).for_each(|(a, b)| *a = combine(*a, b));
            a
        };
        match self {
            Self::Plain(kernel) => kernel.values(pairs),
            Self::Sum(a, b) => combined(a, b, |a, b| a + b),
            Self::Product(a, b) => combined(a, b, |a, b| a * b),
            Self::Power(kernel, exponent) => {
                let mut values = kernel.values(pairs);
                values
                    .iter_mut()
                    .for_each(|value| *value = value.powf(*exponent));
                values
            }
        }
    }

    /// Adds to `sums`, one for each free number, the derivatives of `Σ weights[j]·K_j`.
    fn add_derivatives(&self, pairs: &Pairs<'_>, weights: &[f64], sums: &mut [f64]) {
        if sums.is_empty() {
            return;
        }
        let weighted = |values: Vec<f64>| -> Vec<f64> {
            values
                .iter()
                .zip(weights)
                .map(|(value, weight)| value * weight)
                .collect()
        };
        match self {
            Self::Plain(kernel) => kernel.add_derivatives(pairs, weights, sums),
            Self::Sum(a, b) => {
                let (of_a, of_b) = sums.split_at_mut(a.n_free());
                a.add_derivatives(pairs, weights, of_a);
                b.add_derivatives(pairs, weights, of_b);
            }
            Self::Product(a, b) => {
                let (of_a, of_b) = sums.split_at_mut(a.n_free());
                if !of_a.is_empty() {
                    a.add_derivatives(pairs, &weighted(b.values(pairs)), of_a);
                }
                if !of_b.is_empty() {
                    b.add_derivatives(pairs, &weighted(a.values(pairs)), of_b);
                }
            }
            Self::Power(kernel, exponent) => {
                let mut rates = kernel.values(pairs);
                let rate = |value: f64| match *exponent {
                    0.0 => 0.0,
                    exponent => exponent * value.powf(exponent - 1.0),
                };
                rates.iter_mut().for_each(|value| *value = rate(*value));
                kernel.add_derivatives(pairs, &weighted(rates), sums);
            }
        }
    }
}

impl PlainKernel {
    /// Returns the first value of number `place`.
    fn number(&self, place: usize) -> f64 {
        self.numbers[place].values[0]
    }

    fn is_free(&self, place: usize) -> bool {
        self.numbers[place].range != HyperparameterRange::Fixed
    }

    /// Returns the squared distances in length scales, number `place`.
    fn scaled(&self, pairs: &Pairs<'_>, place: usize) -> Vec<f64> {
        let scales = self.numbers[place].values.as_slice();
        if let [scale] = scales {
            return pairs
                .squared
                .iter()
                .map(|d2| d2 / (scale * scale))
                .collect();
        }
        let shrink =
            |row: &[f64]| -> Vec<f64> { row.iter().zip(scales).map(|(x, l)| x / l).collect() };
        let own = shrink(pairs.row);
        let rows = pairs.rows.iter();
        rows.map(|row| squared_distance(&own, &shrink(row)))
            .collect()
    }

    fn values(&self, pairs: &Pairs<'_>) -> Vec<f64> {
        let n = pairs.rows.len();
        let map = |values: Vec<f64>, function: &dyn Fn(f64) -> f64| -> Vec<f64> {
            values.into_iter().map(function).collect()
        };
        match self.family {
            KernelFamily::Constant => vec![self.number(0); n],
            KernelFamily::White => {
                let mut values = vec![0.0; n];
                if let Some(own) = pairs.own {
                    values[own] = self.number(0);
                }
                values
            }
            KernelFamily::Rbf => map(self.scaled(pairs, 0), &|s| (-0.5 * s).exp()),
            KernelFamily::Matern => map(self.scaled(pairs, 0), &|s| matern(self.nu, s)),
            KernelFamily::RationalQuadratic => {
                let alpha = self.number(0);
                let value = |s: f64| (1.0 + s / (2.0 * alpha)).powf(-alpha);
                map(self.scaled(pairs, 1), &value)
            }
            KernelFamily::ExpSineSquared => {
                let wave = Wave::of(self);
                map(pairs.squared.to_vec(), &|d2| wave.value(d2))
            }
            KernelFamily::DotProduct => {
                let squared_sigma = self.number(0).powi(2);
                map(pairs.products.to_vec(), &|product| product + squared_sigma)
            }
        }
    }

    fn add_derivatives(&self, pairs: &Pairs<'_>, weights: &[f64], sums: &mut [f64]) {
        let total = |values: &[f64], rate: &dyn Fn(f64) -> f64| -> f64 {
            let terms = values.iter().zip(weights);
            terms.map(|(value, weight)| weight * rate(*value)).sum()
        };
        match self.family {
            KernelFamily::Constant => sums[0] += self.number(0) * weights.iter().sum::<f64>(),
            KernelFamily::White => {
                sums[0] += pairs.own.map_or(0.0, |own| self.number(0) * weights[own]);
            }
            KernelFamily::Rbf => {
                self.add_by_scale(pairs, weights, sums, &|s| (-0.5 * s).exp());
            }
            KernelFamily::Matern => {
                self.add_by_scale(pairs, weights, sums, &|s| matern_rate(self.nu, s));
            }
            KernelFamily::RationalQuadratic => {
                let alpha = self.number(0);
                let scaled = self.scaled(pairs, 1);
                let base = |s: f64| 1.0 + s / (2.0 * alpha);
                let mut sums = sums.iter_mut();
                if self.is_free(0) {
                    let rate = |s: f64| {
                        let base = base(s);
                        base.powf(-alpha) * (-alpha * base.ln() + s / (2.0 * base))
                    };
                    *sums.next().expect("a sum for alpha") += total(&scaled, &rate);
                }
                if self.is_free(1) {
                    let rate = |s: f64| s * base(s).powf(-alpha - 1.0);
                    *sums.next().expect("a sum for the length scale") += total(&scaled, &rate);
                }
            }
            KernelFamily::ExpSineSquared => {
                let wave = Wave::of(self);
                let mut sums = sums.iter_mut();
                if self.is_free(0) {
                    let rate = |d2| wave.scale_rate(d2);
                    *sums.next().expect("a sum for the length scale") +=
                        total(pairs.squared, &rate);
                }
                if self.is_free(1) {
                    let rate = |d2| wave.period_rate(d2);
                    *sums.next().expect("a sum for the period") += total(pairs.squared, &rate);
                }
            }
            KernelFamily::DotProduct => {
                sums[0] += 2.0 * self.number(0).powi(2) * weights.iter().sum::<f64>();
            }
        }
    }

    /// Adds the derivatives by the length scale, or by that of each feature; `rate` of s is the
    /// derivative by ln l divided by the feature's part of s.
    fn add_by_scale(
        &self,
        pairs: &Pairs<'_>,
        weights: &[f64],
        sums: &mut [f64],
        rate: &dyn Fn(f64) -> f64,
    ) {
        let scaled = self.scaled(pairs, 0);
        let rates: Vec<f64> = scaled
            .iter()
            .zip(weights)
            .map(|(s, w)| w * rate(*s))
            .collect();
        let scales = self.numbers[0].values.as_slice();
        if scales.len() == 1 {
            sums[0] += rates
                .iter()
                .zip(&scaled)
                .map(|(rate, s)| rate * s)
                .sum::<f64>();
            return;
        }
        for (row, rate) in pairs.rows.iter().zip(rates) {
            for (k, sum) in sums.iter_mut().enumerate() {
                let difference = (pairs.row[k] - row[k]) / scales[k];
                *sum += rate * difference * difference;
            }
        }
    }
}

/// Returns the covariance at squared distance `s`.
fn matern(nu: f64, s: f64) -> f64 {
    if nu == f64::INFINITY {
        return (-s / 2.0).exp();
    }
    let t = (2.0 * nu * s).sqrt();
    let polynomial = match nu {
        0.5 => 1.0,
        1.5 => 1.0 + t,
        _ => 1.0 + t + t * t / 3.0,
    };
    polynomial * (-t).exp()
}

/// Returns its derivative by ln l, divided by `s`; 0 at 0, where only the product matters.
fn matern_rate(nu: f64, s: f64) -> f64 {
    if nu == f64::INFINITY {
        return (-s / 2.0).exp();
    }
    let t = (2.0 * nu * s).sqrt();
    let polynomial = match nu {
        0.5 if s == 0.0 => 0.0,
        0.5 => 1.0 / t,
        1.5 => 3.0,
        _ => 5.0 / 3.0 * (1.0 + t),
    };
    polynomial * (-t).exp()
}

/// The numbers of an `ExpSineSquared`.
#[derive(Debug, Clone, Copy)]
struct Wave {
    scale: f64,
    period: f64,
}

impl Wave {
    fn of(kernel: &PlainKernel) -> Self {
        Self {
            scale: kernel.number(0),
            period: kernel.number(1),
        }
    }

    fn phase(self, d2: f64) -> f64 {
        std::f64::consts::PI * d2.sqrt() / self.period
    }

    fn value(self, d2: f64) -> f64 {
        (-2.0 * (self.phase(d2).sin() / self.scale).powi(2)).exp()
    }

    fn scale_rate(self, d2: f64) -> f64 {
        4.0 * (self.phase(d2).sin() / self.scale).powi(2) * self.value(d2)
    }

    fn period_rate(self, d2: f64) -> f64 {
        let phase = self.phase(d2);
        4.0 * phase / (self.scale * self.scale) * phase.cos() * phase.sin() * self.value(d2)
    }
}
