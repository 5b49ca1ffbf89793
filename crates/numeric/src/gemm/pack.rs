//! Parts of matrices laid out in the order in which tiles read them.

use std::ops::Range;

use ndarray::ArrayView2;

use super::GemmFloat;
use super::interleave::interleave;
use super::lines::Lines;
use crate::simd::{Lanes, Vector};

/// Length of columns from which on the next ones are fetched.
const WORTH_FETCHING: usize = 64;

/// Memory of a product, kept by its thread from one product to the next.
#[derive(Debug)]
pub struct Buffers<F: GemmFloat> {
    pub(super) panels: Vec<F::Array>,
}

impl<F: GemmFloat> Default for Buffers<F> {
    fn default() -> Self {
        Self { panels: Vec::new() }
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
/// vectors, one vector after the other for each row. Lanes without a column hold anything.
#[inline(always)]
pub(super) fn pack_columns<'p, F: GemmFloat, L: Lanes>(
    level: L,
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
                    let part = F::Vector::load_part(level, tail);
                    part.store(&mut vectors[whole.len()]);
                }
            }
        } else {
            for (vector_idx, first) in (first..end).step_by(F::LANES).enumerate() {
                let n_lanes = F::LANES.min(end - first);
                let out = &mut panel[vector_idx..];
                if let Some(lines) = &lines {
                    let mut parts: [&[F]; 32] = [&[]; 32];
                    let (parts, next) = parts[..2 * F::LANES].split_at_mut(F::LANES);
                    for (lane, part) in parts.iter_mut().enumerate() {
                        let line = first + lane.min(n_lanes - 1);
                        *part = lines.part(line, ks.start, ks.len());
                    }
                    let n_next = if ks.len() < WORTH_FETCHING {
                        0
                    } else {
                        F::LANES.min(lines.n_lines() - first - n_lanes)
                    };
                    for (lane, next) in next[..n_next].iter_mut().enumerate() {
                        let line = first + n_lanes + lane;
                        *next = lines.part(line, ks.start, ks.len());
                    }
                    interleave(L::N_REGISTERS <= 2, parts, &next[..n_next], width, out);
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
