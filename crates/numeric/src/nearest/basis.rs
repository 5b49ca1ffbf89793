//! A few orthonormal directions that hold most of the data's variation, and rows in them.
//!
//! With W (`n_features` × d) orthonormal, p = Wᵀx and r = ‖x − W p‖ the map z(x) = (p, r) never
//! lengthens a distance: ‖z(x) − z(y)‖ ≤ ‖x − y‖. Any W will do for that. The leading singular
//! directions, which subspace iteration on some rows finds, make the bound tightest.
//!
//! The bounds allow for rounding: [`Basis::stretch`] for W not quite orthonormal, and
//! [`Basis::error`] for z computed in `f32`.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis, s};
use rand::Rng as _;
use rayon::prelude::{
    IndexedParallelIterator, IntoParallelIterator, ParallelIterator, ParallelSliceMut,
};

use crate::gemm::{gemm, gemm_nt, gemm_tn};
use crate::rng::stream;

/// Rows that the directions are found from, evenly spread.
const SAMPLE_ROWS: usize = 2048;

/// Subspace iterations; they need not converge, any directions give valid bounds.
const ITERATIONS: usize = 3;

/// Rows that are projected at once.
const BLOCK_ROWS: usize = 256;

/// Half the distance from 1 to the next `f32`.
const UNIT: f64 = f32::EPSILON as f64 / 2.0;

#[derive(Debug, Clone)]
pub(super) struct Basis {
    /// `n_features` × d.
    directions: Array2<f32>,
    /// ‖z(x) − z(y)‖ ≤ stretch · ‖x − y‖ in exact arithmetic.
    stretch: f64,
    /// ‖z(x) as computed − z(x)‖ ≤ error · ‖x‖.
    error: f64,
}

/// Rows in a [`Basis`].
pub(super) struct Projected {
    /// p and r: rows × (d + 1).
    pub z: Array2<f32>,
    /// ‖x‖² of each row.
    pub squared_norms: Vec<f64>,
}

/// Returns a bound on the relative error of an `f32` sum of `n` products in any order (Higham,
/// *Accuracy and Stability of Numerical Algorithms*, lemma 3.1).
#[must_use]
pub fn gamma(n: usize) -> f64 {
    let n_units = n as f64 * UNIT;
    n_units / (1.0 - n_units)
}

impl Basis {
    /// Finds at most `n_directions` directions for `x` (not empty).
    pub(super) fn fit(x: ArrayView2<'_, f32>, n_directions: usize) -> Self {
        let n_features = x.ncols();
        let spacing = isize::try_from(x.nrows().div_ceil(SAMPLE_ROWS)).expect("rows fit in memory");
        let sample = x
            .slice(s![..;spacing, ..])
            .as_standard_layout()
            .into_owned();
        let n_directions = n_directions.min(n_features);
        // A fixed seed: the directions change how long a search takes, never what it finds.
        let mut rng = stream(0, &[n_features as u64]);
        let start =
            Array2::from_shape_fn((n_features, n_directions), |_| rng.gen_range(-1.0_f64..1.0));
        let mut directions = orthonormal_columns(start);
        for _ in 0..ITERATIONS {
            let mut scores = Array2::zeros((sample.nrows(), directions.ncols()));
            let view = directions.view();
            gemm(1.0, sample.view(), view, 0.0, &mut scores.view_mut());
            let mut next = Array2::zeros(directions.dim());
            let view = scores.view();
            gemm_tn(1.0, sample.view(), view, 0.0, &mut next.view_mut());
            directions = orthonormal_columns(next.mapv(f64::from));
        }
        Self::new(directions)
    }

    fn new(directions: Array2<f32>) -> Self {
        let (n_features, d) = directions.dim();
        let exact = directions.mapv(f64::from);
        let mut gram = Array2::eye(d);
        gemm_tn(1.0, exact.view(), exact.view(), -1.0, &mut gram.view_mut());
        // ‖z(x) − z(y)‖² ≤ ‖v‖² + (Wᵀv)ᵀ(WᵀW − I)(Wᵀv) with v = x − y.
        let defect = gram.iter().map(|g: &f64| g * g).sum::<f64>().sqrt();
        let root_d = (d as f64).sqrt();
        let p_error = root_d * gamma(n_features);
        let r_error = p_error + gamma(d + 2) * (1.0 + root_d);
        Self {
            directions,
            stretch: 1.0 + defect,
            // 1 % for second-order terms and the final rounding of r.
            error: 1.01 * (p_error + r_error + UNIT),
        }
    }

    pub(super) fn stretch(&self) -> f64 {
        self.stretch
    }

    pub(super) fn error(&self) -> f64 {
        self.error
    }

    /// Returns `x` (rows × `n_features`) in this basis.
    pub(super) fn project(&self, x: ArrayView2<'_, f32>) -> Projected {
        let mut z = Array2::zeros((x.nrows(), self.directions.ncols() + 1));
        let mut squared_norms = vec![0.0; x.nrows()];
        let z_blocks = z.axis_chunks_iter_mut(Axis(0), BLOCK_ROWS).into_par_iter();
        let norm_blocks = squared_norms.par_chunks_mut(BLOCK_ROWS);
        let x_blocks = x.axis_chunks_iter(Axis(0), BLOCK_ROWS).into_par_iter();
        let blocks = z_blocks.zip(norm_blocks).zip(x_blocks);
        blocks.for_each(|((mut z, norms), x)| {
            let (mut p, mut r) = z.view_mut().split_at(Axis(1), self.directions.ncols());
            gemm(1.0, x, self.directions.view(), 0.0, &mut p);
            let mut residual = x.to_owned();
            let directions = self.directions.t();
            gemm(-1.0, p.view(), directions, 1.0, &mut residual.view_mut());
            for (row_idx, x) in x.rows().into_iter().enumerate() {
                norms[row_idx] = squared_norm(x);
                r[[row_idx, 0]] = squared_norm(residual.row(row_idx)).sqrt() as f32;
            }
        });
        Projected { z, squared_norms }
    }
}

/// Returns ‖x‖² in `f64`.
pub(super) fn squared_norm(x: ArrayView1<'_, f32>) -> f64 {
    match x.as_slice() {
        Some(x) => crate::dot::dot_f64(x, x),
        None => x.iter().map(|&value| f64::from(value).powi(2)).sum(),
    }
}

/// Orthonormalises the columns by Gram-Schmidt, twice for orthogonality to the last bit, and leaves
/// dependent columns out. It works in blocks, so that most of it is matrix products.
fn orthonormal_columns(columns: Array2<f64>) -> Array2<f32> {
    const BLOCK: usize = 16;
    // Columns are kept as rows, which is kinder to the cache.
    let mut rows = columns.reversed_axes().as_standard_layout().into_owned();
    let mut n_kept = 0;
    for first in (0..rows.nrows()).step_by(BLOCK) {
        let last = rows.nrows().min(first + BLOCK);
        let mut block = rows.slice(s![first..last, ..]).to_owned();
        let lengths = block.map_axis(Axis(1), |row| row.dot(&row).sqrt());
        let kept = rows.slice(s![..n_kept, ..]);
        let mut along = Array2::zeros((block.nrows(), n_kept));
        for _ in 0..2 {
            gemm_nt(1.0, block.view(), kept, 0.0, &mut along.view_mut());
            gemm(-1.0, along.view(), kept, 1.0, &mut block.view_mut());
        }
        let first_kept = n_kept;
        for (mut row, length) in block.outer_iter_mut().zip(lengths) {
            for _ in 0..2 {
                for kept in rows.slice(s![first_kept..n_kept, ..]).rows() {
                    let along = kept.dot(&row);
                    row.scaled_add(-along, &kept);
                }
            }
            let left = row.dot(&row).sqrt();
            if left > 1e-6 * length {
                row /= left;
                rows.row_mut(n_kept).assign(&row);
                n_kept += 1;
            }
        }
    }
    rows.slice(s![..n_kept, ..]).t().mapv(|value| value as f32)
}
