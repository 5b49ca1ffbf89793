//! Which cell of a histogram belongs to which bin of which column.

use std::ops::Range;

use crate::hist::FeatureBins;

/// Where the cells of each column lie in a histogram, and which bin each stands for.
#[derive(Debug, Clone, Default)]
pub struct CellMap {
    /// First cell of each column, and the end of the last one's.
    starts: Vec<u32>,
    /// The bin of each cell, ascending in each column.
    bins: Vec<u8>,
}

impl CellMap {
    /// Returns one cell for each bin of each feature.
    pub fn of_all(features: &[FeatureBins]) -> Self {
        let mut map = Self::empty();
        for feature in features {
            #[expect(clippy::cast_possible_truncation, reason = "at most 256 bins")]
            map.push_column((0..feature.n_bins()).map(|bin| bin as u8));
        }
        map
    }

    /// Returns a map without columns, to which [`Self::push_column`] adds.
    pub fn empty() -> Self {
        Self {
            starts: vec![0],
            bins: Vec::new(),
        }
    }

    /// Adds a column whose cells stand for `bins`, ascending.
    pub fn push_column(&mut self, bins: impl IntoIterator<Item = u8>) {
        self.bins.extend(bins);
        let end = u32::try_from(self.bins.len()).expect("cells are counted in 32 bits");
        self.starts.push(end);
    }

    /// Returns the cells of a column.
    #[inline]
    pub fn of_column(&self, column: usize) -> Range<usize> {
        self.starts[column] as usize..self.starts[column + 1] as usize
    }

    /// Returns the bins of a column's cells.
    #[inline]
    pub fn bins(&self, column: usize) -> &[u8] {
        &self.bins[self.of_column(column)]
    }

    /// Returns the bin that a code of a column stands for. Where no cells are used, codes are bins.
    pub fn bin(&self, column: usize, code: u32) -> usize {
        if self.starts.is_empty() {
            code as usize
        } else {
            usize::from(self.bins(column)[code as usize])
        }
    }

    /// Returns the first cell of each column, and the end of the last one's.
    pub fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Returns the number of cells of a histogram.
    pub fn n_cells(&self) -> usize {
        self.bins.len()
    }
}
