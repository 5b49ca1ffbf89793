//! Matrix products on ndarray views: `C = alpha·op(A)·op(B) + beta·C`.
//!
//! Each product runs on one thread, whatever pool surrounds the call, so that a result depends on
//! neither the number of threads nor on what else runs; callers distribute blocks over threads
//! themselves. Any strides are accepted; row-major and column-major views need no copy. As in BLAS,
//! `beta = 0` overwrites `C` without reading it, so that it may hold anything, NaN included.

mod interleave;
mod lines;
mod pack;
mod product;
mod tile;

use std::cell::Cell;
use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2, LinalgScalar};

pub use self::lines::Lines;
pub use self::pack::Buffers;
pub use self::product::Product;
use crate::simd::{Real, dispatch};

/// The element types of a product: `f32` and `f64`.
pub trait GemmFloat: Real + LinalgScalar + PartialOrd {
    /// Largest length of a block of the depth k. It is part of the order of the sums.
    const DEPTH: usize;

    /// Computes a product. It is not generic, so that it is compiled once, in this crate.
    #[doc(hidden)]
    fn multiply(product: Product<'_, Self>);

    /// Takes the memory that this thread keeps for products.
    fn take_buffers() -> Buffers<Self>;

    /// Gives it back.
    fn keep_buffers(buffers: Buffers<Self>);

    /// Copies elements `ks` of rows (first, number), given by the columns of the matrix, to `out`
    /// where there are instructions for it; returns the number of columns that are done.
    fn transpose_blocks(
        columns: &Lines<'_, Self>,
        rows: (usize, usize),
        ks: Range<usize>,
        out: &mut [Self],
    ) -> usize;

    /// Writes whole blocks of `columns`, as many as a vector has lanes, to every `stride`-th vector
    /// of `out`, element k of each to vector k, where there are instructions for it; returns the
    /// number of elements that are done.
    fn interleave_blocks(columns: &[&[Self]], stride: usize, out: &mut [Self::Array]) -> usize;
}

macro_rules! gemm_float {
    ($type:ty, $depth:expr, $buffers:ident, $blocks:path, $transpose:path) => {
        thread_local! {
            static $buffers: Cell<Buffers<$type>> = Cell::default();
        }

        impl GemmFloat for $type {
            const DEPTH: usize = $depth;

            fn multiply(product: Product<'_, Self>) {
                dispatch(product.oriented());
            }

            fn take_buffers() -> Buffers<Self> {
                $buffers.take()
            }

            fn keep_buffers(buffers: Buffers<Self>) {
                $buffers.set(buffers);
            }

            #[inline(always)]
            fn interleave_blocks(
                columns: &[&[Self]],
                stride: usize,
                out: &mut [Self::Array],
            ) -> usize {
                $blocks(columns, stride, out)
            }

            #[inline(always)]
            fn transpose_blocks(
                columns: &Lines<'_, Self>,
                rows: (usize, usize),
                ks: Range<usize>,
                out: &mut [Self],
            ) -> usize {
                $transpose(columns, rows, ks, out)
            }
        }
    };
}
gemm_float!(
    f32,
    512,
    F32_BUFFERS,
    interleave::f32_columns,
    interleave::f32_rows
);
gemm_float!(
    f64,
    256,
    F64_BUFFERS,
    interleave::f64_columns,
    interleave::f64_rows
);

/// Computes `C = alpha·A·B + beta·C` with `A` m × k, `B` k × n and `C` m × n (read unless `beta` is
/// 0, written).
///
/// # Panics
/// If the shapes do not fit together.
pub fn gemm<F: GemmFloat>(
    alpha: F,
    a: ArrayView2<'_, F>,
    b: ArrayView2<'_, F>,
    beta: F,
    c: &mut ArrayViewMut2<'_, F>,
) {
    assert_eq!(a.ncols(), b.nrows(), "inner dimensions of a product");
    assert_eq!(c.dim(), (a.nrows(), b.ncols()), "shape of the result");
    if c.is_empty() {
        return;
    }
    let adds = beta != F::zero();
    if adds && beta != F::one() {
        c.mapv_inplace(|value| value * beta);
    }
    if a.ncols() == 0 {
        if !adds {
            c.fill(F::zero());
        }
        return;
    }
    let product = Product {
        alpha,
        a: a.reborrow(),
        b: b.reborrow(),
        adds,
        c: c.view_mut(),
    };
    F::multiply(product);
}

/// Computes `C = alpha·A·Bᵀ + beta·C` with `A` m × k, `B` n × k and `C` m × n.
///
/// # Panics
/// If the shapes do not fit together.
///
/// ```
/// use fashion_bench_numeric::gemm::gemm_nt;
/// use ndarray::{Array2, array};
/// let (a, b) = (array![[1.0_f32, 2.0]], array![[3.0, 4.0], [5.0, 6.0]]);
/// let mut c = Array2::zeros((1, 2));
/// gemm_nt(1.0, a.view(), b.view(), 0.0, &mut c.view_mut());
/// assert_eq!(c, array![[11.0, 17.0]]);
/// ```
pub fn gemm_nt<F: GemmFloat>(
    alpha: F,
    a: ArrayView2<'_, F>,
    b: ArrayView2<'_, F>,
    beta: F,
    c: &mut ArrayViewMut2<'_, F>,
) {
    gemm(alpha, a, b.reversed_axes(), beta, c);
}

/// Computes `C = alpha·Aᵀ·B + beta·C` with `A` k × m, `B` k × n and `C` m × n.
///
/// # Panics
/// If the shapes do not fit together.
pub fn gemm_tn<F: GemmFloat>(
    alpha: F,
    a: ArrayView2<'_, F>,
    b: ArrayView2<'_, F>,
    beta: F,
    c: &mut ArrayViewMut2<'_, F>,
) {
    gemm(alpha, a.reversed_axes(), b, beta, c);
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    fn random(n_rows: usize, n_cols: usize, key: u64) -> Array2<f64> {
        let mut rng = stream(7, &[n_rows as u64, n_cols as u64, key]);
        Array2::from_shape_fn((n_rows, n_cols), |_| rng.gen_range(-1.0..1.0))
    }

    fn naive(
        alpha: f64,
        a: &Array2<f64>,
        b: &Array2<f64>,
        beta: f64,
        c: &Array2<f64>,
    ) -> Array2<f64> {
        Array2::from_shape_fn(c.dim(), |(i, j)| {
            let product: f64 = (0..a.ncols()).map(|k| a[[i, k]] * b[[k, j]]).sum();
            alpha * product + beta * c[[i, j]]
        })
    }

    fn assert_close(found: &Array2<f64>, expected: &Array2<f64>, tolerance: f64) {
        assert_eq!(found.dim(), expected.dim());
        for (a, b) in found.iter().zip(expected) {
            assert!((a - b).abs() <= tolerance, "{a} is not {b}");
        }
    }

    const SIZES: [usize; 7] = [0, 1, 2, 3, 17, 64, 65];

    #[test]
    fn products_of_all_sizes_equal_the_naive_twin() {
        for m in SIZES {
            for n in SIZES {
                for k in SIZES {
                    for (alpha, beta) in [(1.0, 0.0), (-2.0, 1.0), (0.5, -0.25), (0.0, 2.0)] {
                        let (a, b, c) = (random(m, k, 1), random(k, n, 2), random(m, n, 3));
                        let expected = naive(alpha, &a, &b, beta, &c);

                        let mut found = c.clone();
                        gemm(alpha, a.view(), b.view(), beta, &mut found.view_mut());
                        assert_close(&found, &expected, 1e-12);

                        let b_t = b.t().as_standard_layout().into_owned();
                        let mut found = c.clone();
                        gemm_nt(alpha, a.view(), b_t.view(), beta, &mut found.view_mut());
                        assert_close(&found, &expected, 1e-12);

                        let a_t = a.t().as_standard_layout().into_owned();
                        let mut found = c.clone();
                        gemm_tn(alpha, a_t.view(), b.view(), beta, &mut found.view_mut());
                        assert_close(&found, &expected, 1e-12);
                    }
                }
            }
        }
    }

    #[test]
    fn single_precision_products_equal_the_naive_twin() {
        let (a, b) = (random(65, 130, 1), random(33, 130, 2));
        let zero = Array2::zeros((65, 33));
        let expected = naive(1.0, &a, &b.t().to_owned(), 0.0, &zero);
        let mut found = Array2::<f32>::zeros((65, 33));
        let (a, b) = (a.mapv(|v| v as f32), b.mapv(|v| v as f32));
        gemm_nt(1.0, a.view(), b.view(), 0.0, &mut found.view_mut());
        assert_close(&found.mapv(f64::from), &expected, 1e-4);
    }

    #[test]
    fn zero_beta_overwrites_nan() {
        let (a, b) = (random(3, 0, 1), random(0, 2, 2));
        let mut c = Array2::from_elem((3, 2), f64::NAN);
        gemm(1.0, a.view(), b.view(), 0.0, &mut c.view_mut());
        assert_eq!(c, Array2::<f64>::zeros((3, 2)));
        let (a, b) = (random(3, 4, 1), random(4, 2, 2));
        c.fill(f64::NAN);
        gemm(1.0, a.view(), b.view(), 0.0, &mut c.view_mut());
        assert!(c.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn strided_reversed_and_column_major_views_work() {
        let (a, b) = (random(9, 14, 1), random(14, 10, 2));
        let a_part = a.slice(s![..;-2, ..;2]);
        let b_part = b.slice(s![1..8, ..;-3]);
        let expected = naive(
            1.0,
            &a_part.to_owned(),
            &b_part.to_owned(),
            0.0,
            &Array2::zeros((5, 4)),
        );
        let mut whole = Array2::from_elem((8, 7), 9.0);
        let mut part = whole.slice_mut(s![..;2, ..]).reversed_axes();
        let mut part = part.slice_mut(s![1..6, ..]);
        gemm(1.0, a_part, b_part, 0.0, &mut part);
        assert_close(&part.to_owned(), &expected, 1e-12);
        assert!(whole.row(1).iter().all(|&value| value == 9.0));
        assert!(whole.column(6).iter().all(|&value| value == 9.0));
    }

    /// The definition: blocks of the depth, and in each a chain of fused multiply-adds.
    fn chains<F: GemmFloat>(
        fused: fn(F, F, F) -> F,
        alpha: F,
        a: ArrayView2<'_, F>,
        b: ArrayView2<'_, F>,
        adds: bool,
        c: &Array2<F>,
    ) -> Array2<F> {
        let k = a.ncols();
        let depth = k.div_ceil(k.div_ceil(F::DEPTH));
        Array2::from_shape_fn(c.dim(), |(i, j)| {
            let mut value = c[[i, j]];
            for first in (0..k).step_by(depth) {
                let mut chain = F::zero();
                for k in first..k.min(first + depth) {
                    chain = fused(a[[i, k]], b[[k, j]], chain);
                }
                value = if adds || first > 0 {
                    fused(chain, alpha, value)
                } else {
                    chain * alpha
                };
            }
            value
        })
    }

    fn assert_all_levels_are_the_chains<F: GemmFloat + std::fmt::Debug>(fused: fn(F, F, F) -> F) {
        let shapes = [
            (1, 1, 1),
            (1, 30, 70),
            (70, 30, 1),
            (9, 8, 10),
            (23, 33, 49),
            (37, 64, 100),
            (13, 1100, 17),
            (61, 600, 75),
        ];
        for (m, k, n) in shapes {
            let convert = |matrix: Array2<f64>| matrix.mapv(F::from_f64);
            let (a, b) = (convert(random(m, k, 1)), convert(random(k, n, 2)));
            let (a_t, b_t) = (
                a.t().as_standard_layout().into_owned(),
                b.t().as_standard_layout().into_owned(),
            );
            let wide = |matrix: &Array2<F>| {
                let mut wide = Array2::zeros((2 * matrix.nrows(), 3 * matrix.ncols()));
                wide.slice_mut(s![..;2, ..;3]).assign(matrix);
                wide
            };
            let (a_wide, b_wide) = (wide(&a), wide(&b));
            let all_a = [a.view(), a_t.t(), a_wide.slice(s![..;2, ..;3])];
            let all_b = [b.view(), b_t.t(), b_wide.slice(s![..;2, ..;3])];
            let c = convert(random(m, n, 3));
            for adds in [false, true] {
                let alpha = F::from_f64(0.7);
                let expected = chains(fused, alpha, a.view(), b.view(), adds, &c);
                for level in crate::simd::Level::available() {
                    for (a, b) in all_a.iter().flat_map(|a| all_b.iter().map(move |b| (a, b))) {
                        let mut by_row = c.clone();
                        let mut by_column = c.t().as_standard_layout().into_owned();
                        let mut strided = wide(&c);
                        for c in [
                            by_row.view_mut(),
                            by_column.view_mut().reversed_axes(),
                            strided.slice_mut(s![..;2, ..;3]),
                        ] {
                            let (a, b) = (a.reborrow(), b.reborrow());
                            let product = Product {
                                alpha,
                                a,
                                b,
                                adds,
                                c,
                            };
                            crate::simd::dispatch_at(level, product);
                        }
                        assert_eq!(by_row, expected, "{m} {k} {n} {level}");
                        assert_eq!(by_column.t(), expected, "{m} {k} {n} {level}");
                        assert_eq!(strided.slice(s![..;2, ..;3]), expected);
                    }
                }
            }
        }
    }

    #[test]
    fn products_are_chains_to_the_bit_at_all_levels_in_all_layouts() {
        assert_all_levels_are_the_chains::<f32>(f32::mul_add);
        assert_all_levels_are_the_chains::<f64>(f64::mul_add);
    }
}
