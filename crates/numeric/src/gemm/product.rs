//! The blocked product behind [`super::gemm`].
//!
//! The scheme is that of Goto and van de Geijn (Anatomy of High-Performance Matrix Multiplication,
//! 2008): a block of B, laid out in panels of a few vectors' columns, stays in the second-level
//! cache, and a few rows of A at a time, which stay in the first, meet all of its panels. The depth
//! k is cut into blocks of nearly equal length. An element of C is
//!
//! ```text
//! c + alpha·(chain over the first block) + alpha·(chain over the second) + …
//! ```
//!
//! with fused multiply-adds throughout. The blocks depend on k alone; the shape of tiles and all
//! other blocks change nothing.

use ndarray::{ArrayView2, ArrayViewMut2, Axis};

use super::GemmFloat;
use super::pack::{gather_rows, pack_columns};
use super::tile::tile;
use crate::simd::{Kernel, Lanes, Vector, padded};

/// Bytes of a block of B: half of a second-level cache of 1 MiB, all of one of 512 KiB.
const BLOCK_BYTES: usize = 384 << 10;

/// `C += alpha·A·B`, or `C = alpha·A·B`.
pub(super) struct Product<'a, F> {
    pub alpha: F,
    pub a: ArrayView2<'a, F>,
    pub b: ArrayView2<'a, F>,
    /// Whether `c` is added to.
    pub adds: bool,
    pub c: ArrayViewMut2<'a, F>,
}

/// A block of columns within a block of the depth.
struct Block<'p, F: GemmFloat> {
    /// First index of the depth.
    depth: usize,
    /// Length of the depth.
    n_depth: usize,
    /// First column, and number of columns.
    column: usize,
    n_columns: usize,
    /// Panels of B one after the other.
    panels: &'p [F::Array],
    adds: bool,
}

impl<F: GemmFloat> Product<'_, F> {
    /// Returns the same product, or that of the transposed matrices, whichever is cheaper: they are
    /// the same to the bit.
    pub(super) fn oriented(self) -> Self {
        let (a, b, c) = (&self.a, &self.b, &self.c);
        let row_by_row = Self::cost(a.dim(), b.dim(), is_unit(a, 1), is_unit(b, 1))
            + Self::cost_of_writing(c.len(), is_unit(&c.view(), 1));
        let (turned_a, turned_b) = (b.t(), a.t());
        let is_a_unit = is_unit(&turned_a, 1);
        let column_by_column = Self::cost(
            turned_a.dim(),
            turned_b.dim(),
            is_a_unit,
            is_unit(&turned_b, 1),
        ) + Self::cost_of_writing(c.len(), is_unit(&c.t(), 1));
        if row_by_row <= column_by_column {
            return self;
        }
        Self {
            a: self.b.reversed_axes(),
            b: self.a.reversed_axes(),
            c: self.c.reversed_axes(),
            ..self
        }
    }

    /// Estimates the time of a product in vector instructions: the multiply-adds, the packing of B
    /// once, and the gathering of A unless its rows are contiguous.
    fn cost(
        (m, k): (usize, usize),
        (_, n): (usize, usize),
        is_a_contiguous: bool,
        is_b_contiguous: bool,
    ) -> usize {
        let n_vectors = n.div_ceil(F::LANES);
        let per_vector_of_b = if is_b_contiguous { 2 } else { 8 };
        let per_element_of_a = if is_a_contiguous { 0 } else { 1 };
        m * n_vectors * k + per_vector_of_b * n_vectors * k + per_element_of_a * m * k
    }

    /// Estimates the time of the writing of C of that many elements.
    fn cost_of_writing(len: usize, is_contiguous: bool) -> usize {
        if is_contiguous {
            len / F::LANES
        } else {
            4 * len
        }
    }
}

/// Whether elements along the axis are neighbours.
fn is_unit<F>(view: &ArrayView2<'_, F>, axis: usize) -> bool {
    view.stride_of(Axis(axis)) == 1 || view.len_of(Axis(axis)) <= 1
}

impl<F: GemmFloat> Kernel for Product<'_, F> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, lanes: L) {
        match L::N_REGISTERS {
            // 32 registers: 24 sums, 3 vectors of B, and the factor.
            1 => self.blocks::<L, 8, 3>(lanes),
            // 16 registers: 12 sums, 2 of B, and the factor.
            2 => self.blocks::<L, 6, 1>(lanes),
            _ => self.blocks::<L, 4, 1>(lanes),
        }
    }
}

impl<F: GemmFloat> Product<'_, F> {
    #[inline(always)]
    fn blocks<L: Lanes, const M: usize, const V: usize>(mut self, lanes: L) {
        let (k, n) = self.b.dim();
        let depth = k.div_ceil(k.div_ceil(F::DEPTH));
        let per_panel = V * F::LANES;
        let columns = (BLOCK_BYTES / size_of::<F>() / depth / per_panel).max(1) * per_panel;
        let mut buffers = F::take_buffers();
        for k0 in (0..k).step_by(depth) {
            let n_depth = depth.min(k - k0);
            for column in (0..n).step_by(columns) {
                let n_columns = columns.min(n - column);
                let panels = pack_columns::<F>(
                    L::N_REGISTERS <= 2,
                    &self.b,
                    (k0, n_depth),
                    (column, n_columns),
                    V,
                    &mut buffers.panels,
                );
                let block = Block::<F> {
                    depth: k0,
                    n_depth,
                    column,
                    n_columns,
                    panels,
                    adds: self.adds || k0 > 0,
                };
                self.rows_of_block::<L, M, V>(lanes, &block, &mut buffers.rows);
            }
        }
        F::keep_buffers(buffers);
    }

    #[inline(always)]
    fn rows_of_block<L: Lanes, const M: usize, const V: usize>(
        &mut self,
        lanes: L,
        block: &Block<'_, F>,
        buffer: &mut Vec<F>,
    ) {
        let m = self.a.nrows();
        let mut row = 0;
        while m - row >= M {
            self.rows::<L, M, V>(lanes, block, row, buffer);
            row += M;
        }
        while m - row >= 4 {
            self.rows::<L, 4, V>(lanes, block, row, buffer);
            row += 4;
        }
        while m - row >= 2 {
            self.rows::<L, 2, V>(lanes, block, row, buffer);
            row += 2;
        }
        if row < m {
            self.rows::<L, 1, V>(lanes, block, row, buffer);
        }
    }

    /// Multiplies `M` rows of A from `row` on with the panels of the block.
    #[inline(always)]
    fn rows<L: Lanes, const M: usize, const V: usize>(
        &mut self,
        lanes: L,
        block: &Block<'_, F>,
        row: usize,
        buffer: &mut Vec<F>,
    ) {
        let n_vectors = block.n_columns.div_ceil(F::LANES);
        let (a, depth) = (self.a, (block.depth, block.n_depth));
        let rows = gather_rows::<F, M>(
            L::N_REGISTERS <= 2,
            &a,
            row,
            depth,
            n_vectors.div_ceil(V),
            buffer,
        );
        let n_full = n_vectors / V;
        let (full, rest) = block.panels.split_at(n_full * V * block.n_depth);
        let mut column = block.column;
        let mut sums = [[F::ZEROS; V]; M];
        for panel in full.chunks_exact(V * block.n_depth) {
            let (panel, _) = panel.as_chunks::<V>();
            tile::<F, L, M, V>(lanes, &rows, panel, &mut sums);
            self.write(lanes, block, (row, column), &sums);
            column += V * F::LANES;
        }
        match n_vectors % V {
            1 => {
                let (panel, _) = rest.as_chunks::<1>();
                let mut sums = [[F::ZEROS; 1]; M];
                tile::<F, L, M, 1>(lanes, &rows, panel, &mut sums);
                self.write(lanes, block, (row, column), &sums);
            }
            2 => {
                let (panel, _) = rest.as_chunks::<2>();
                let mut sums = [[F::ZEROS; 2]; M];
                tile::<F, L, M, 2>(lanes, &rows, panel, &mut sums);
                self.write(lanes, block, (row, column), &sums);
            }
            _ => {}
        }
    }

    /// Writes a tile to C at (row, column).
    #[inline(always)]
    fn write<L: Lanes, const M: usize, const V: usize>(
        &mut self,
        lanes: L,
        block: &Block<'_, F>,
        (row, column): (usize, usize),
        sums: &[[F::Array; V]; M],
    ) {
        let alpha = F::Vector::splat(lanes, self.alpha);
        let end = (column + V * F::LANES).min(block.column + block.n_columns);
        for (i, sums) in sums.iter().enumerate() {
            let mut c = self.c.row_mut(row + i);
            let mut sums = sums.iter();
            if let Some(c) = c.as_slice_mut() {
                let (whole, tail) = F::chunks_mut(&mut c[column..end]);
                for (c, sum) in whole.iter_mut().zip(sums.by_ref()) {
                    update::<F, L>(lanes, alpha, block.adds, sum, c);
                }
                if let Some(sum) = sums.next().filter(|_| !tail.is_empty()) {
                    let mut c = padded::<F>(tail);
                    update::<F, L>(lanes, alpha, block.adds, sum, &mut c);
                    tail.copy_from_slice(&c.as_ref()[..tail.len()]);
                }
            } else {
                for (first, sum) in (column..end).step_by(F::LANES).zip(sums) {
                    let mut values = F::ZEROS;
                    let columns = first..end.min(first + F::LANES);
                    for (value, j) in values.as_mut().iter_mut().zip(columns.clone()) {
                        *value = c[j];
                    }
                    update::<F, L>(lanes, alpha, block.adds, sum, &mut values);
                    for (value, j) in values.as_ref().iter().zip(columns) {
                        c[j] = *value;
                    }
                }
            }
        }
    }
}

/// Makes `c` the value `alpha·sum`, or adds it to `c`.
#[inline(always)]
fn update<F: GemmFloat, L: Lanes>(
    lanes: L,
    alpha: F::Vector<L>,
    adds: bool,
    sum: &F::Array,
    c: &mut F::Array,
) {
    let sum = F::Vector::load(lanes, sum);
    let value = if adds {
        sum.mul_add(alpha, F::Vector::load(lanes, c))
    } else {
        sum.mul(alpha)
    };
    value.store(c);
}
