//! The samples of a tree, or of a part of it, and the histograms of all their columns.

use std::ops::Range;

use super::cell_map::CellMap;
use super::target::Target;
use crate::hist::{BinMatrix, Sums, fill};

/// The samples of a tree, or of a part of it, with the bins of the columns still of interest.
pub struct Space<'a, T: Target> {
    /// Bins; `samples` names its rows.
    pub matrix: &'a BinMatrix,
    /// The feature of each column.
    pub columns: &'a [u32],
    /// The histogram cells of each column, where histograms of all columns are used.
    pub cells: &'a CellMap,
    /// Rows of the matrix; each node owns a range of them.
    pub samples: Vec<u32>,
    /// What travels with them.
    pub payloads: Vec<T::Payload>,
    /// Columns in drawing order, where few are drawn for each node. The first ones are constant in
    /// the node at hand.
    pub order: Vec<u32>,
    /// The columns found constant on the way from the root, in the order they were found.
    pub constants: Vec<u32>,
}

impl<T: Target> Space<'_, T> {
    /// Replaces `histograms` by those of the samples of `range`: the cells of all columns, one
    /// column after another.
    pub fn fill(&self, target: &T, range: Range<usize>, histograms: &mut Vec<T::Unit>) {
        let samples = (&self.samples[range.clone()], &self.payloads[range]);
        let starts = self.cells.starts();
        fill(&CellsOf(target), self.matrix, starts, samples, histograms);
    }

    /// Returns the units of a histogram with `stride` of them in each cell.
    pub fn n_units(&self, stride: usize) -> usize {
        self.cells.n_cells() * stride
    }
}

/// The cells of a target.
struct CellsOf<'t, T>(&'t T);

impl<T: Target> Sums for CellsOf<'_, T> {
    type Unit = T::Unit;
    type Payload = T::Payload;

    fn stride(&self) -> usize {
        self.0.stride()
    }

    #[inline(always)]
    fn add(&self, cells: &mut [T::Unit], cell: usize, payload: T::Payload) {
        self.0.add(cells, cell, payload);
    }
}
