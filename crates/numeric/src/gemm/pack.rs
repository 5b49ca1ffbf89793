//! Parts of matrices laid out in the order in which tiles read them.

use ndarray::{ArrayView2, Axis};

use super::GemmFloat;
use super::interleave::interleave;
use crate::simd::padded;

/// Panels of a row's block from which on copying the rows of A together pays.
const WORTH_COPYING: usize = 3;

/// Memory of a product, kept by its thread from one product to the next.
#[derive(Debug)]
pub struct Buffers<F: GemmFloat> {
    pub(super) panels: Vec<F::Array>,
    pub(super) rows: Vec<F>,
}

impl<F: GemmFloat> Default for Buffers<F> {
    fn default() -> Self {
        Self {
            panels: Vec::new(),
            rows: Vec::new(),
        }
    }
}

/// Lays out the given rows (first, number) and columns of `b` in `panels`, and returns them: panels
/// of `width` vectors, one vector after the other for each row, the last panel as wide as needed.
/// Lanes without a column are 0.
#[inline(always)]
pub(super) fn pack_columns<'p, F: GemmFloat>(
    has_avx2: bool,
    b: &ArrayView2<'_, F>,
    (first_row, n_rows): (usize, usize),
    (first_column, n_columns): (usize, usize),
    width: usize,
    panels: &'p mut Vec<F::Array>,
) -> &'p [F::Array] {
    let n_vectors = n_columns.div_ceil(F::LANES);
    if panels.len() < n_vectors * n_rows {
        panels.resize(n_vectors * n_rows, F::ZEROS);
    }
    let panels = &mut panels[..n_vectors * n_rows];
    let end = first_column + n_columns;
    for (panel_idx, panel) in panels.chunks_mut(width * n_rows).enumerate() {
        let width_here = panel.len() / n_rows;
        let first = first_column + panel_idx * width * F::LANES;
        let end = end.min(first + width_here * F::LANES);
        if b.stride_of(Axis(1)) == 1 {
            for (k, vectors) in panel.chunks_exact_mut(width_here).enumerate() {
                let row = b.row(first_row + k);
                let row = &row.to_slice().expect("a stride of 1")[first..end];
                let (whole, tail) = F::chunks(row);
                vectors[..whole.len()].copy_from_slice(whole);
                if !tail.is_empty() {
                    vectors[whole.len()] = padded::<F>(tail);
                }
            }
        } else {
            for vector_idx in 0..width_here {
                let first = first + vector_idx * F::LANES;
                let lanes = first..end.min(first + F::LANES);
                let out = &mut panel[vector_idx..];
                if b.stride_of(Axis(0)) == 1 {
                    let mut columns: [&[F]; 16] = [&[]; 16];
                    let n_lanes = lanes.len();
                    for (lane, column) in columns[..n_lanes].iter_mut().enumerate() {
                        let view = b.column(first + lane);
                        let view = view.to_slice().expect("a stride of 1");
                        *column = &view[first_row..first_row + n_rows];
                    }
                    interleave::<F>(has_avx2, &columns[..n_lanes], width_here, out);
                } else {
                    for (k, vector) in out.iter_mut().step_by(width_here).enumerate() {
                        *vector = F::ZEROS;
                        for (lane, column) in vector.as_mut().iter_mut().zip(lanes.clone()) {
                            *lane = b[[first_row + k, column]];
                        }
                    }
                }
            }
        }
    }
    panels
}

/// A few rows of a matrix with contiguous columns, cut to a range of columns.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a, F> {
    pub(super) a: ArrayView2<'a, F>,
    /// First row and number of rows.
    pub(super) rows: (usize, usize),
    /// First column and number of columns.
    pub(super) columns: (usize, usize),
}

/// Returns `M` rows of `a` from `row` on, cut to `n_depth` elements from `depth` on; rows that are
/// not contiguous, or are read often, are copied to `buffer`.
#[inline(always)]
pub(super) fn gather_rows<'r, F: GemmFloat, const M: usize>(
    has_avx2: bool,
    a: &'r ArrayView2<'_, F>,
    row: usize,
    (depth, n_depth): (usize, usize),
    n_panels: usize,
    buffer: &'r mut Vec<F>,
) -> [&'r [F]; M] {
    let mut rows: [&[F]; M] = [&[]; M];
    let is_contiguous = a.stride_of(Axis(1)) == 1 || a.ncols() == 1;
    if is_contiguous {
        for (i, slice) in rows.iter_mut().enumerate() {
            let values = a.row(row + i).to_slice().expect("a stride of 1");
            *slice = &values[depth..depth + n_depth];
        }
        if n_panels < WORTH_COPYING {
            return rows;
        }
    }
    if buffer.len() < M * n_depth {
        buffer.resize(M * n_depth, F::default());
    }
    let buffer = &mut buffer[..M * n_depth];
    if is_contiguous {
        for (out, values) in buffer.chunks_exact_mut(n_depth).zip(rows) {
            out.copy_from_slice(values);
        }
    } else if a.stride_of(Axis(0)) == 1 {
        let part = Part {
            a: a.view(),
            rows: (row, M),
            columns: (depth, n_depth),
        };
        let n_done = if has_avx2 {
            F::transpose_blocks(&part, buffer)
        } else {
            0
        };
        for k in n_done..n_depth {
            let values = a.column(depth + k);
            let values = &values.to_slice().expect("a stride of 1")[row..row + M];
            for i in 0..M {
                buffer[i * n_depth + k] = values[i];
            }
        }
    } else {
        for (i, out) in buffer.chunks_exact_mut(n_depth).enumerate() {
            for (k, out) in out.iter_mut().enumerate() {
                *out = a[[row + i, depth + k]];
            }
        }
    }
    for (slice, values) in rows.iter_mut().zip(buffer.chunks_exact(n_depth)) {
        *slice = values;
    }
    rows
}
