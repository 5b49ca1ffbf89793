//! What is to be seen of one data set.

use ndarray::Array2;

use super::sample::Sample;
use crate::dataset::RawDataset;

/// Placed samples of a data set.
#[derive(Debug)]
pub struct Panel {
    /// The line above the points.
    pub title: String,
    /// The data.
    pub raw: RawDataset,
    /// The samples.
    pub sample: Sample,
    /// One point per sample (n × 2).
    pub points: Array2<f64>,
    /// The text along each axis, where axes have a meaning.
    pub axes: Option<[String; 2]>,
}

impl Panel {
    /// Returns ranges of equal length around the points, so that distances look alike in both
    /// directions.
    pub(super) fn square(&self) -> [std::ops::Range<f64>; 2] {
        let ranges = [0, 1].map(|axis| {
            let column = self.points.column(axis);
            let low = column.iter().copied().fold(f64::INFINITY, f64::min);
            let high = column.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            (low, high)
        });
        let widest = ranges
            .iter()
            .fold(0.0_f64, |m, (low, high)| m.max(high - low));
        // The square has a little room around the points, and some where all lie on one spot.
        let half = if widest > 0.0 { 0.52 * widest } else { 1.0 };
        ranges.map(|(low, high)| {
            let middle = f64::midpoint(low, high);
            middle - half..middle + half
        })
    }
}

#[cfg(test)]
pub(super) mod fixture {
    use super::*;
    use crate::dataset::{DatasetName, DatasetRequest, load};
    use crate::embed::SplitChoice;

    /// Returns a panel of `n` samples of the demo set, each placed by two of its values.
    pub fn demo(n: usize) -> Panel {
        let raw = load(&DatasetRequest::new(DatasetName::Demo), &mut |_| {}).unwrap();
        let sample = Sample::draw(&raw, SplitChoice::Both, Some(n), 3);
        let points = Array2::from_shape_fn((n, 2), |(row, axis)| {
            f64::from(sample.x.row(row).sum()) * (axis as f64 - 0.5) + row as f64
        });
        Panel {
            title: format!("{n} <samples>"),
            raw,
            sample,
            points,
            axes: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_square_holds_all_points_with_equal_scales() {
        let mut panel = fixture::demo(2);
        panel.points = array![[0.0, 5.0], [10.0, 6.0]];
        let [x, y] = panel.square();
        assert!((x.end - x.start - (y.end - y.start)).abs() < 1e-12);
        assert!(x.contains(&0.0) && x.contains(&10.0) && y.contains(&5.0));
        panel.points = array![[1.0, 1.0], [1.0, 1.0]];
        let [x, _] = panel.square();
        assert!(x.contains(&1.0) && x.end > x.start);
    }
}
