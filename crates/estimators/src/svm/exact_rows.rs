//! Rows of a kernel matrix as LIBSVM has them: computed in `f64`, kept in `f32`, and in an order of
//! the samples that changes while a problem is solved.

use ndarray::ArrayView2;

use super::kernel::Kernel;
use super::products::Products;
use fashion_bench_numeric::dot::dot_f64;

/// Up to this many samples all rows are computed at once, by a matrix product.
const MAX_PRODUCT: usize = 2048;

/// The rows of the kernel matrix of `n_samples` samples, each at a *place*.
pub struct ExactRows<'a> {
    kernel: Kernel,
    x: ArrayView2<'a, f32>,
    /// Squared norms, by sample.
    norms: Vec<f64>,
    /// The sample at each place.
    samples: Vec<usize>,
    /// All exchanges of places so far.
    swaps: Vec<(usize, usize)>,
    /// The rows that are kept, by sample.
    rows: Vec<Option<Row>>,
    n_kept: usize,
    max_kept: usize,
    clock: u64,
    n_computed: usize,
}

struct Row {
    /// A value per place, after the first `n_swaps` exchanges.
    values: Box<[f32]>,
    n_swaps: usize,
    used: u64,
}

impl<'a> ExactRows<'a> {
    /// Makes the rows of `x` (`n_samples` × `n_features`, row-major), where place `i` holds sample
    /// `samples[i]`, and `products` gives all products of few rows. At most `budget_bytes` of rows
    /// are kept, but always two.
    pub fn new(
        kernel: Kernel,
        x: ArrayView2<'a, f32>,
        samples: Vec<usize>,
        budget_bytes: usize,
        products: &mut dyn Products,
    ) -> Self {
        let n = x.nrows();
        let mut rows = Self {
            kernel,
            x,
            norms: Vec::new(),
            samples,
            swaps: Vec::new(),
            rows: (0..n).map(|_| None).collect(),
            n_kept: 0,
            max_kept: (budget_bytes / (n * size_of::<f32>()).max(1)).max(2),
            clock: 0,
            n_computed: 0,
        };
        if n <= MAX_PRODUCT.min(rows.max_kept) {
            rows.compute_all(products);
        } else {
            let norm = |sample| dot_f64(rows.row_of_x(sample), rows.row_of_x(sample));
            rows.norms = (0..n).map(norm).collect();
        }
        rows
    }

    /// Returns the number of samples.
    pub fn n_samples(&self) -> usize {
        self.samples.len()
    }

    /// Returns the number of rows computed so far.
    pub fn n_computed(&self) -> usize {
        self.n_computed
    }

    /// Returns the sample at each place.
    pub fn samples(&self) -> &[usize] {
        &self.samples
    }

    /// Returns the kernel of the sample at `place` with itself, in `f64`.
    pub fn diagonal(&self, place: usize) -> f64 {
        let norm = self.norms[self.samples[place]];
        self.kernel.exact(norm, norm, norm)
    }

    /// Exchanges what stands at two places.
    pub fn swap(&mut self, first: usize, second: usize) {
        self.samples.swap(first, second);
        self.swaps.push((first, second));
    }

    /// Makes the row of `place` available, at least until rows of two other places were asked for.
    pub fn ensure(&mut self, place: usize) {
        self.clock += 1;
        let sample = self.samples[place];
        if self.rows[sample].is_none() {
            if self.n_kept >= self.max_kept {
                self.drop_oldest();
            }
            let values = self.compute(sample);
            self.keep(sample, values, self.swaps.len());
        }
        let row = self.rows[sample].as_mut().expect("it was kept");
        for &(first, second) in &self.swaps[row.n_swaps..] {
            row.values.swap(first, second);
        }
        row.n_swaps = self.swaps.len();
        row.used = self.clock;
    }

    /// Returns the row of `place`: its kernel with the sample at each place.
    ///
    /// # Panics
    /// If [`Self::ensure`] did not make it available.
    pub fn row(&self, place: usize) -> &[f32] {
        let row = self.rows[self.samples[place]].as_ref();
        &row.expect("the row was made available").values
    }

    fn row_of_x(&self, sample: usize) -> &[f32] {
        let row = self.x.row(sample).to_slice();
        row.expect("the rows are contiguous")
    }

    fn keep(&mut self, sample: usize, values: Box<[f32]>, n_swaps: usize) {
        self.rows[sample] = Some(Row {
            values,
            n_swaps,
            used: self.clock,
        });
        self.n_kept += 1;
        self.n_computed += 1;
    }

    fn drop_oldest(&mut self) {
        let kept = (0..self.rows.len()).filter_map(|sample| {
            let row = self.rows[sample].as_ref()?;
            Some((row.used, sample))
        });
        if let Some((_, sample)) = kept.min() {
            self.rows[sample] = None;
            self.n_kept -= 1;
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "LIBSVM keeps `f32`")]
    fn compute(&self, sample: usize) -> Box<[f32]> {
        let row = self.row_of_x(sample);
        let value = |&other: &usize| {
            let product = dot_f64(row, self.row_of_x(other));
            let value = self
                .kernel
                .exact(product, self.norms[sample], self.norms[other]);
            value as f32
        };
        self.samples.iter().map(value).collect()
    }

    /// Computes all rows. The norms come from the same products, so that equal samples have a
    /// distance of exactly 0.
    #[expect(clippy::cast_possible_truncation, reason = "LIBSVM keeps `f32`")]
    fn compute_all(&mut self, products: &mut dyn Products) {
        let n = self.n_samples();
        let products = products.exact();
        self.norms = products.diag().to_vec();
        for sample in 0..n {
            let products = products.row(sample);
            let value = |&other: &usize| {
                let (norm, of_other) = (self.norms[sample], self.norms[other]);
                self.kernel.exact(products[other], norm, of_other) as f32
            };
            let values = self.samples.iter().map(value).collect();
            self.keep(sample, values, 0);
        }
    }
}
