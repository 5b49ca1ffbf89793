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

use std::ops::Range;

use ndarray::{ArrayView2, ArrayViewMut2, Axis};

use super::GemmFloat;
use super::lines::LinesMut;
use super::pack::{PanelWidths, Rows, pack_columns};
use super::tile::{Sums, tile};
use crate::simd::{Kernel, Lanes, Vector, padded};

/// Bytes of a block of B: less than half of a second-level cache of 1 MiB, most of one of 512 KiB,
/// and enough for 256 columns of half of 784 features.
const BLOCK_BYTES: usize = 448 << 10;

/// Rows of A that are copied at once if they are not contiguous, in tiles.
const ROWS_COPIED: usize = 8;

/// `C += alpha·A·B`, or `C = alpha·A·B`.
#[derive(Debug)]
pub struct Product<'a, F> {
    pub(super) alpha: F,
    pub(super) a: ArrayView2<'a, F>,
    pub(super) b: ArrayView2<'a, F>,
    /// Whether `c` is added to.
    pub(super) adds: bool,
    pub(super) c: ArrayViewMut2<'a, F>,
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
        let bytes_per_vector = size_of::<F::Array>() * depth;
        let most_vectors = (BLOCK_BYTES / bytes_per_vector).max(V);
        // Blocks of nearly equal size, of whole panels but for the last.
        let n_blocks = n.div_ceil(F::LANES).div_ceil(most_vectors);
        let n_panels = n.div_ceil(V * F::LANES).div_ceil(n_blocks);
        let columns = n_panels * V * F::LANES;
        let has_avx2 = L::N_REGISTERS <= 2;
        let (a, b) = (self.a, self.b);
        let rows = Rows::of(&a, has_avx2);
        let mut buffers = F::take_buffers();
        for k0 in (0..k).step_by(depth) {
            let ks = k0..k.min(k0 + depth);
            for column in (0..n).step_by(columns) {
                let columns = column..n.min(column + columns);
                let panels = &mut buffers.panels;
                let panels = pack_columns(has_avx2, &b, ks.clone(), columns.clone(), V, panels);
                let block = Block {
                    ks: ks.clone(),
                    columns,
                    panels,
                    alpha: self.alpha,
                    adds: self.adds || k0 > 0,
                };
                block.multiply::<L, M, V>(lanes, &rows, &mut self.c, &mut buffers.rows);
            }
        }
        F::keep_buffers(buffers);
    }
}

/// A block of columns within a block of the depth.
struct Block<'p, F: GemmFloat> {
    ks: Range<usize>,
    columns: Range<usize>,
    /// Panels of B one after the other.
    panels: &'p [F::Array],
    alpha: F,
    adds: bool,
}

impl<F: GemmFloat> Block<'_, F> {
    /// Multiplies all rows of A with the block.
    #[inline(always)]
    fn multiply<L: Lanes, const M: usize, const V: usize>(
        &self,
        lanes: L,
        a: &Rows<'_, F>,
        c: &mut ArrayViewMut2<'_, F>,
        buffer: &mut Vec<F>,
    ) {
        let m = c.nrows();
        let mut target = match LinesMut::of(c) {
            Some(lines) => Target::Lines(lines),
            None => Target::Any(c.view_mut()),
        };
        let group = if a.are_contiguous() {
            m
        } else {
            ROWS_COPIED * M
        };
        for first in (0..m).step_by(group.max(1)) {
            let end = m.min(first + group);
            a.copy((first, end - first), self.ks.clone(), buffer);
            let mut row = first;
            while end - row >= M {
                self.multiply_rows::<L, M, V>(lanes, a, (first, row), &mut target, buffer);
                row += M;
            }
            while end - row >= 4 {
                self.multiply_rows::<L, 4, V>(lanes, a, (first, row), &mut target, buffer);
                row += 4;
            }
            while row < end {
                self.multiply_rows::<L, 1, V>(lanes, a, (first, row), &mut target, buffer);
                row += 1;
            }
        }
    }

    /// Multiplies `M` rows of A from `row` on with the panels of the block; those that had to be
    /// copied begin at `first`.
    #[inline(always)]
    fn multiply_rows<L: Lanes, const M: usize, const V: usize>(
        &self,
        lanes: L,
        a: &Rows<'_, F>,
        (first, row): (usize, usize),
        c: &mut Target<'_, F>,
        buffer: &mut Vec<F>,
    ) {
        let widths = PanelWidths::new(self.columns.len().div_ceil(F::LANES), V);
        let n_panels = widths.n_panels();
        let rows = a.gather::<M>((first, row), self.ks.clone(), n_panels, buffer);
        let mut column = self.columns.start;
        let mut panels = self.panels;
        for width in widths {
            let (panel, rest) = panels.split_at(width * self.ks.len());
            panels = rest;
            let place = (row, column);
            if width == V {
                self.multiply_panel::<L, M, V>(lanes, &rows, panel, place, c);
            } else if width == 2 {
                self.multiply_panel::<L, M, 2>(lanes, &rows, panel, place, c);
            } else {
                self.multiply_panel::<L, M, 1>(lanes, &rows, panel, place, c);
            }
            column += width * F::LANES;
        }
    }

    /// Multiplies `M` rows with a panel of `V` vectors.
    #[inline(always)]
    fn multiply_panel<L: Lanes, const M: usize, const V: usize>(
        &self,
        lanes: L,
        rows: &[&[F]; M],
        panel: &[F::Array],
        (row, column): (usize, usize),
        c: &mut Target<'_, F>,
    ) {
        let (panel, _) = panel.as_chunks::<V>();
        let len = V * F::LANES;
        match c {
            Target::Lines(lines) if column + len <= self.columns.end => {
                let c = lines.parts(row, column, len);
                let sums = if self.adds {
                    Sums::Add(self.alpha, c)
                } else {
                    Sums::Scale(self.alpha, c)
                };
                tile(lanes, rows, panel, sums);
            }
            _ => {
                let mut sums = [[F::ZEROS; V]; M];
                tile(lanes, rows, panel, Sums::Write(&mut sums));
                let columns = column..self.columns.end.min(column + len);
                for (i, sums) in sums.iter().enumerate() {
                    self.write_row(lanes, sums, row + i, columns.clone(), c);
                }
            }
        }
    }
}

impl<F: GemmFloat> Block<'_, F> {
    /// Writes a row of a tile to C where it is not whole vectors of contiguous elements.
    #[inline(always)]
    fn write_row<L: Lanes>(
        &self,
        lanes: L,
        sums: &[F::Array],
        row: usize,
        columns: Range<usize>,
        c: &mut Target<'_, F>,
    ) {
        let alpha = F::Vector::splat(lanes, self.alpha);
        for (first, sum) in columns.clone().step_by(F::LANES).zip(sums) {
            let n = F::LANES.min(columns.end - first);
            let sum = F::Vector::load(lanes, sum);
            let mut values = F::ZEROS;
            if self.adds {
                match c {
                    Target::Lines(lines) => {
                        let [old] = lines.parts(row, first, n);
                        values = padded(old);
                    }
                    Target::Any(c) => {
                        for (lane, value) in values.as_mut()[..n].iter_mut().enumerate() {
                            *value = c[[row, first + lane]];
                        }
                    }
                }
                sum.mul_add(alpha, F::Vector::load(lanes, &values))
                    .store(&mut values);
            } else {
                sum.mul(alpha).store(&mut values);
            }
            let values = &values.as_ref()[..n];
            match c {
                Target::Lines(lines) => {
                    let [new] = lines.parts(row, first, n);
                    new.copy_from_slice(values);
                }
                Target::Any(c) => {
                    for (lane, &value) in values.iter().enumerate() {
                        c[[row, first + lane]] = value;
                    }
                }
            }
        }
    }
}

/// C while it is written.
enum Target<'c, F> {
    /// With contiguous rows.
    Lines(LinesMut<'c, F>),
    Any(ArrayViewMut2<'c, F>),
}
