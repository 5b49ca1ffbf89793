//! Inner products of the rows of a pair of classes, which all kernels are functions of.

use std::rc::Rc;

use ndarray::{Array2, ArrayView2, ArrayViewMut2, s};

use fashion_bench_numeric::gemm::gemm_nt;

/// Rows of one matrix product: enough for its full speed, few enough to be a small buffer.
pub const BLOCK_ROWS: usize = 128;

/// Where the inner products of the rows of a pair come from. Each is the same to the bit, whatever
/// it is computed together with.
pub trait Products {
    /// Says which rows [`Self::write`] will be asked for.
    fn announce(&mut self, samples: &[usize]) {
        let _ = samples;
    }

    /// Writes the products of `samples` with all samples to `values` (written), a row for each.
    fn write(&mut self, samples: &[usize], values: &mut ArrayViewMut2<'_, f32>);

    /// Returns all products, in `f64`.
    fn exact(&mut self) -> Rc<Array2<f64>>;
}

/// Products that are computed whenever they are asked for.
#[derive(Debug)]
pub struct Computed<'x> {
    x: ArrayView2<'x, f32>,
}

impl<'x> Computed<'x> {
    /// The products of the rows of `x` (`n_samples` × `n_features`, row-major).
    pub fn new(x: ArrayView2<'x, f32>) -> Self {
        Self { x }
    }
}

impl Products for Computed<'_> {
    fn write(&mut self, samples: &[usize], values: &mut ArrayViewMut2<'_, f32>) {
        let mut chosen = Array2::zeros((samples.len(), self.x.ncols()));
        for (mut row, &sample) in chosen.rows_mut().into_iter().zip(samples) {
            row.assign(&self.x.row(sample));
        }
        gemm_nt(1.0, chosen.view(), self.x, 0.0, values);
    }

    fn exact(&mut self) -> Rc<Array2<f64>> {
        let n = self.x.nrows();
        let x = self.x.mapv(f64::from);
        let mut products = Array2::<f64>::zeros((n, n));
        for first in (0..n).step_by(BLOCK_ROWS) {
            let end = n.min(first + BLOCK_ROWS);
            let block = x.slice(s![first..end, ..]);
            let mut target = products.slice_mut(s![first..end, ..]);
            gemm_nt(1.0, block, x.view(), 0.0, &mut target);
        }
        Rc::new(products)
    }
}
