//! Bins between edges, as histogram boosting of scikit-learn has them.
//!
//! A feature with at most `max_bins` distinct values gets one bin per value, with edges in the
//! middle between neighbours. Other features get edges at equally spaced percentiles of all rows,
//! each the middle between the two values that are next to it; edges may coincide, and the bins
//! between them are empty. A threshold is an edge, wherever the values of a node lie.
//!
//! ```text
//! values          0  0  0  3  7  7  9         edges     1.5  5  8
//! bins            0  0  0  1  2  2  3
//!
//! at most 2 bins                              the median is 3: edges  3
//! bins            0  0  0  0  1  1  1
//! ```
//!
//! scikit-learn takes the percentiles of 200,000 random rows where there are more; here they are
//! always those of all rows.

use super::binned::Bins;

/// The edges between the bins of one feature, ascending.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EdgeBins {
    /// The largest value that each bin but the last may hold.
    edges: Vec<f64>,
}

impl EdgeBins {
    /// Returns the number of bins, at least 1.
    #[must_use]
    pub fn n_bins(&self) -> usize {
        self.edges.len() + 1
    }

    /// Returns the largest value that a bin below the last one may hold.
    #[must_use]
    pub fn edge(&self, bin: usize) -> f64 {
        self.edges[bin]
    }

    /// Returns the bin of a value.
    #[must_use]
    pub fn bin_of(&self, value: f32) -> usize {
        let value = f64::from(value);
        self.edges.partition_point(|&edge| edge < value)
    }
}

impl Bins for EdgeBins {
    /// Slots without a key share the edge of the last slot below that has one.
    fn of_lattice(keys: &[f32]) -> Option<Self> {
        let mut edges = Vec::with_capacity(keys.len());
        let mut last = *keys.first()?;
        if last.is_nan() {
            return None;
        }
        for (slot, &key) in keys.iter().enumerate().skip(1) {
            if key.is_nan() {
                continue;
            }
            if key <= last {
                return None;
            }
            edges.resize(slot, middle(f64::from(last), f64::from(key)));
            last = key;
        }
        Some(Self { edges })
    }

    fn n_bins(&self) -> usize {
        self.n_bins()
    }

    fn of_sorted(values: &[(f32, usize)], max_bins: usize) -> Self {
        let mut distinct: Vec<f64> = values.iter().map(|&(value, _)| value.into()).collect();
        distinct.dedup();
        let edges = if distinct.len() <= max_bins {
            let pairs = distinct.windows(2);
            pairs.map(|pair| middle(pair[0], pair[1])).collect()
        } else {
            percentiles(values, max_bins)
        };
        Self { edges }
    }

    fn bin(&self, value: f32) -> usize {
        self.bin_of(value)
    }
}

fn middle(low: f64, high: f64) -> f64 {
    (low + high) * 0.5
}

/// Returns the percentiles between `max_bins` shares of the rows, computed step by step as NumPy's
/// `percentile` with the method `midpoint` does, since a last bit decides on which side a value is.
fn percentiles(values: &[(f32, usize)], max_bins: usize) -> Vec<f64> {
    let last = values.len() - 1;
    let step = 100.0 / max_bins as f64;
    let percentile = |number: usize| {
        let place = last as f64 * (number as f64 * step / 100.0);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in the list"
        )]
        let [below, above] = [place.floor() as usize, place.ceil() as usize];
        let low = f64::from(values[below.min(last)].0);
        let high = f64::from(values[above.min(last)].0);
        if below == above {
            low
        } else {
            high - (high - low) * 0.5
        }
    };
    (1..max_bins).map(percentile).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(values: &[f32]) -> Vec<(f32, usize)> {
        values.iter().map(|&value| (value, 1)).collect()
    }

    #[test]
    fn few_values_have_edges_in_the_middle_and_many_have_percentiles() {
        let values = sorted(&[0.0, 0.0, 0.0, 3.0, 7.0, 7.0, 9.0]);
        let exact = EdgeBins::of_sorted(&values, 4);
        assert_eq!(exact.edges, [1.5, 5.0, 8.0]);
        assert_eq!(EdgeBins::of_sorted(&values, 2).edges, [3.0]);
        // numpy.percentile([...], [33.3, 66.7], method="midpoint").
        assert_eq!(EdgeBins::of_sorted(&values, 3).edges, [0.0, 7.0]);
        assert_eq!([exact.bin_of(1.5), exact.bin_of(1.6)], [0, 1]);
        assert_eq!([exact.bin_of(-9.0), exact.bin_of(99.0)], [0, 3]);
    }

    #[test]
    fn a_lattice_with_free_slots_has_the_bins_of_its_values() {
        let nan = f32::NAN;
        let bins = EdgeBins::of_lattice(&[0.0, 3.0, nan, 9.0]).unwrap();
        assert_eq!(bins.edges, [1.5, 6.0, 6.0]);
        assert_eq!([bins.bin_of(3.0), bins.bin_of(9.0)], [1, 3]);
        assert_eq!(EdgeBins::of_lattice(&[0.0, 0.0]), None);
        assert_eq!(EdgeBins::of_lattice(&[nan, 0.0]), None);
        assert_eq!(EdgeBins::of_lattice(&[2.0]).unwrap().n_bins(), 1);
    }
}
