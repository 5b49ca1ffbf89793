//! Parts of matrices laid out in the order in which tiles read them.

use std::ops::Range;

use ndarray::ArrayView2;

use super::GemmFloat;
use super::interleave::interleave;
use super::lines::Lines;
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

/// The widths, in vectors, of the panels of a block: as equal as can be, the wider ones first.
#[derive(Debug, Clone)]
pub(super) struct PanelWidths {
    n_panels: usize,
    n_vectors: usize,
}

impl PanelWidths {
    /// Cuts `n_vectors` into panels of at most `most`.
    #[inline(always)]
    pub(super) fn new(n_vectors: usize, most: usize) -> Self {
        let n_panels = n_vectors.div_ceil(most);
        Self {
            n_panels,
            n_vectors,
        }
    }

    /// Returns the number of panels to come.
    #[inline(always)]
    pub(super) fn n_panels(&self) -> usize {
        self.n_panels
    }
}

impl Iterator for PanelWidths {
    type Item = usize;

    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        if self.n_panels == 0 {
            return None;
        }
        let width = self.n_vectors.div_ceil(self.n_panels);
        self.n_panels -= 1;
        self.n_vectors -= width;
        Some(width)
    }
}

/// Lays out rows `ks` and `columns` of `b` in `panels`, and returns them: panels of at most `width`
/// vectors, one vector after the other for each row. Lanes without a column are 0.
#[inline(always)]
pub(super) fn pack_columns<'p, F: GemmFloat>(
    has_avx2: bool,
    b: &ArrayView2<'_, F>,
    ks: Range<usize>,
    columns: Range<usize>,
    width: usize,
    panels: &'p mut Vec<F::Array>,
) -> &'p [F::Array] {
    let n_vectors = columns.len().div_ceil(F::LANES);
    if panels.len() < n_vectors * ks.len() {
        panels.resize(n_vectors * ks.len(), F::ZEROS);
    }
    let panels = &mut panels[..n_vectors * ks.len()];
    let (rows, lines) = (Lines::of(b), Lines::of_columns(b));
    let mut rest = &mut *panels;
    let mut first = columns.start;
    for width in PanelWidths::new(n_vectors, width) {
        let panel;
        (panel, rest) = rest.split_at_mut(width * ks.len());
        let end = columns.end.min(first + width * F::LANES);
        if let Some(rows) = &rows {
            for (k, vectors) in ks.clone().zip(panel.chunks_exact_mut(width)) {
                let (whole, tail) = F::chunks(rows.part(k, first, end - first));
                for (vector, values) in vectors.iter_mut().zip(whole) {
                    *vector = *values;
                }
                if !tail.is_empty() {
                    vectors[whole.len()] = padded(tail);
                }
            }
        } else {
            for (vector_idx, first) in (first..end).step_by(F::LANES).enumerate() {
                let n_lanes = F::LANES.min(end - first);
                let out = &mut panel[vector_idx..];
                if let Some(lines) = &lines {
                    let mut parts: [&[F]; 16] = [&[]; 16];
                    for (lane, part) in parts[..n_lanes].iter_mut().enumerate() {
                        *part = lines.part(first + lane, ks.start, ks.len());
                    }
                    interleave(has_avx2, &parts[..n_lanes], width, out);
                } else {
                    for (k, vector) in ks.clone().zip(out.iter_mut().step_by(width)) {
                        *vector = F::ZEROS;
                        for (lane, value) in vector.as_mut()[..n_lanes].iter_mut().enumerate() {
                            *value = b[[k, first + lane]];
                        }
                    }
                }
            }
        }
        first = end;
    }
    panels
}

/// The rows of A.
pub(super) struct Rows<'a, F> {
    a: ArrayView2<'a, F>,
    rows: Option<Lines<'a, F>>,
    /// The columns, if they are contiguous.
    columns: Option<Lines<'a, F>>,
    has_avx2: bool,
}

impl<'a, F: GemmFloat> Rows<'a, F> {
    pub(super) fn of(a: &'a ArrayView2<'_, F>, has_avx2: bool) -> Self {
        Self {
            rows: Lines::of(a),
            columns: Lines::of_columns(a),
            a: a.view(),
            has_avx2,
        }
    }

    /// Whether the elements of a row are neighbours.
    pub(super) fn are_contiguous(&self) -> bool {
        self.rows.is_some()
    }

    /// Copies elements `ks` of rows (first, number) to `buffer`, one row after the other, unless they
    /// are contiguous where they are. Many rows at once use what is read from memory whole.
    #[inline(always)]
    pub(super) fn copy(&self, (row, n): (usize, usize), ks: Range<usize>, buffer: &mut Vec<F>) {
        if self.rows.is_some() {
            return;
        }
        let n_ks = ks.len();
        if buffer.len() < n * n_ks {
            buffer.resize(n * n_ks, F::default());
        }
        let buffer = &mut buffer[..n * n_ks];
        if let Some(columns) = &self.columns {
            let n_done = if self.has_avx2 {
                F::transpose_blocks(columns, (row, n), ks.clone(), buffer)
            } else {
                0
            };
            for (k, column) in ks.enumerate().skip(n_done) {
                let values = columns.part(column, row, n);
                for (out, &value) in buffer[k..].iter_mut().step_by(n_ks).zip(values) {
                    *out = value;
                }
            }
        } else {
            for (i, out) in buffer.chunks_exact_mut(n_ks).enumerate() {
                for (k, out) in ks.clone().zip(out) {
                    *out = self.a[[row + i, k]];
                }
            }
        }
    }

    /// Returns elements `ks` of `M` rows from `row` on. Rows that are not contiguous must have been
    /// [copied](Self::copy) to `buffer`, from `first` on; others are copied there if they are read
    /// often.
    #[inline(always)]
    pub(super) fn gather<'r, const M: usize>(
        &self,
        (first, row): (usize, usize),
        ks: Range<usize>,
        n_panels: usize,
        buffer: &'r mut Vec<F>,
    ) -> [&'r [F]; M]
    where
        'a: 'r,
    {
        let n = ks.len();
        let mut rows: [&[F]; M] = [&[]; M];
        let mut offset = (row - first) * n;
        if let Some(lines) = &self.rows {
            for (i, part) in rows.iter_mut().enumerate() {
                *part = lines.part(row + i, ks.start, n);
            }
            if n_panels < WORTH_COPYING {
                return rows;
            }
            offset = 0;
            if buffer.len() < M * n {
                buffer.resize(M * n, F::default());
            }
            for (out, values) in buffer.chunks_exact_mut(n).zip(rows) {
                out.copy_from_slice(values);
            }
        }
        let copies = buffer[offset..].chunks_exact(n);
        for (part, values) in rows.iter_mut().zip(copies) {
            *part = values;
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn panels_are_nearly_equal() {
        let widths = |n, most| PanelWidths::new(n, most).collect::<Vec<_>>();
        assert_eq!(widths(0, 3), []);
        assert_eq!(widths(1, 3), [1]);
        assert_eq!(widths(4, 3), [2, 2]);
        assert_eq!(widths(7, 3), [3, 2, 2]);
        assert_eq!(widths(9, 3), [3, 3, 3]);
    }
}
