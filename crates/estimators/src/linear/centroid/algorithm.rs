//! Fits the centres: the mean of each class, or for the Manhattan distance the median of each
//! feature; shrunk, if asked, as the nearest shrunken centroids of Tibshirani et al. (2002).

use ndarray::{Array1, Array2, ArrayView2};

use super::NearestCentroid;
use super::params::{CentroidMetric, NearestCentroidParams, NearestCentroidValidParams};
use crate::classifier::Classifier;
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;
use crate::{FitError, ParamError};

impl Classifier for NearestCentroidValidParams {
    type Model = NearestCentroid;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<NearestCentroid, FitError> {
        let counts = class_counts(codes, encoding.n_classes());
        let mut centres = match self.metric {
            CentroidMetric::Euclidean => means(x, codes, &counts),
            CentroidMetric::Manhattan => medians(x, codes, &counts),
        };
        if let Some(threshold) = self.shrink_threshold {
            shrink(x, codes, &counts, threshold, &mut centres)?;
        }
        Ok(NearestCentroid {
            centres,
            metric: self.metric,
            encoding,
        })
    }
}

fn means(x: ArrayView2<'_, f32>, codes: &[usize], counts: &[usize]) -> Array2<f64> {
    let mut sums = Array2::zeros((counts.len(), x.ncols()));
    for (row, &code) in x.rows().into_iter().zip(codes) {
        for (sum, &value) in sums.row_mut(code).iter_mut().zip(row) {
            *sum += f64::from(value);
        }
    }
    for (mut sum, &count) in sums.rows_mut().into_iter().zip(counts) {
        sum /= count as f64;
    }
    sums
}

fn medians(x: ArrayView2<'_, f32>, codes: &[usize], counts: &[usize]) -> Array2<f64> {
    let mut centres = Array2::zeros((counts.len(), x.ncols()));
    for (class, mut centre) in centres.rows_mut().into_iter().enumerate() {
        let members: Vec<usize> = (0..codes.len())
            .filter(|&row| codes[row] == class)
            .collect();
        for (column, median) in x.columns().into_iter().zip(&mut centre) {
            let values: Vec<f64> = members.iter().map(|&row| f64::from(column[row])).collect();
            *median = median_of(values);
        }
    }
    centres
}

/// Returns the middle value, or the mean of the two in the middle.
fn median_of(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    let is_even = values.len().is_multiple_of(2);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    if is_even {
        let lower = below.iter().fold(f64::NEG_INFINITY, |m, &v| m.max(v));
        f64::midpoint(lower, upper)
    } else {
        upper
    }
}

/// Moves the centres towards the overall mean by `threshold` standard deviations of each feature
/// within the classes, but not beyond it.
fn shrink(
    x: ArrayView2<'_, f32>,
    codes: &[usize],
    counts: &[usize],
    threshold: f64,
    centres: &mut Array2<f64>,
) -> Result<(), FitError> {
    let n_rows = codes.len() as f64;
    let mut overall = Array1::<f64>::zeros(x.ncols());
    let mut squares = Array1::<f64>::zeros(x.ncols());
    for (row, &code) in x.rows().into_iter().zip(codes) {
        for (j, &value) in row.iter().enumerate() {
            let value = f64::from(value);
            overall[j] += value / n_rows;
            squares[j] += (value - centres[[code, j]]).powi(2);
        }
    }
    let freedom = n_rows - counts.len() as f64;
    let mut deviations = squares.mapv(|square| (square / freedom).sqrt());
    deviations += median_of(deviations.to_vec());
    // scikit-learn divides by zero there, and its model refuses to predict.
    if !deviations.iter().all(|&deviation| deviation > 0.0) {
        let reason = "half of the features or more do not vary within the classes, so that there is \
                      no unit to shrink by; leave the threshold out";
        let combination = format!("shrink_threshold={threshold}");
        return Err(
            ParamError::unsupported(NearestCentroidParams::ESTIMATOR, combination, reason).into(),
        );
    }
    for (mut centre, &count) in centres.rows_mut().into_iter().zip(counts) {
        let m = (1.0 / count as f64 - 1.0 / n_rows).sqrt();
        for (j, centre) in centre.iter_mut().enumerate() {
            let unit = m * deviations[j];
            let offset = *centre - overall[j];
            *centre = overall[j] + (offset.abs() - threshold * unit).max(0.0).copysign(offset);
        }
    }
    Ok(())
}
