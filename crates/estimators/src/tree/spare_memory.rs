//! Memory that is used again, since fresh memory of this size costs as much as filling it.

use fashion_bench_numeric::pages::Bytes;

/// Histograms and bins that are not needed any more.
pub struct SpareMemory<U> {
    histograms: Vec<Vec<U>>,
    bins: Vec<Bytes>,
}

impl<U> SpareMemory<U> {
    /// Returns no memory yet.
    pub fn new() -> Self {
        Self {
            histograms: Vec::new(),
            bins: Vec::new(),
        }
    }

    /// Takes the smallest histogram with room for `n_units`, or a new one; it holds anything.
    pub fn take_histogram(&mut self, n_units: usize) -> Vec<U> {
        let spare = self.histograms.iter().enumerate();
        let fitting = spare.filter(|(_, memory)| memory.capacity() >= n_units);
        let smallest = fitting.min_by_key(|(_, memory)| memory.capacity());
        match smallest.map(|(at, _)| at) {
            Some(at) => self.histograms.swap_remove(at),
            None => Vec::with_capacity(n_units),
        }
    }

    /// Keeps a histogram, if there is one.
    pub fn keep_histogram(&mut self, histogram: impl Into<Option<Vec<U>>>) {
        self.histograms.extend(histogram.into());
    }

    /// Takes memory for bins, perhaps none; it holds anything.
    pub fn take_bins(&mut self) -> Bytes {
        self.bins.pop().unwrap_or_default()
    }

    /// Keeps memory of bins.
    pub fn keep_bins(&mut self, bins: Bytes) {
        self.bins.push(bins);
    }
}
