//! Fits naive Bayes of categories.
//!
//! A feature's categories are the whole numbers from 0 to its largest, fractions cut off. The share
//! of a category in a class is (count + alpha) / (rows + alpha·categories). Cost: one pass over the
//! rows.

use ndarray::ArrayView2;

use super::super::smoothing::{Smoothing, log_priors};
use super::model::CategoricalNb;
use super::params::{CategoricalNbParams, CategoricalNbValidParams, MinCategories};
use crate::ParamError;
use crate::classifier::Classifier;
use crate::error::FitError;
use crate::info::FitInfo;
use crate::log_linear::check_counts;
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;

const NAME: &str = CategoricalNbParams::ESTIMATOR;

/// The largest table of logarithms.
const MAX_BYTES: u64 = 1 << 32;

impl Classifier for CategoricalNbValidParams {
    type Model = CategoricalNb;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<CategoricalNb, FitError> {
        // Cut off, what is above -1 is no negative category.
        check_counts(NAME, x.mapv(f32::trunc).view())?;
        let counts = class_counts(codes, encoding.n_classes());
        let smoothing = Smoothing::Every(self.alpha);
        let smoothed = smoothing.of_features(NAME, self.force_alpha, 1)?;
        let class_prior = self.class_prior.as_deref();
        let log_priors = log_priors(NAME, class_prior, self.fit_prior, &counts)?;
        let n_categories = self.n_categories(x)?;
        let starts = starts(&n_categories, counts.len())?;
        let (alpha, n_classes) = (smoothed.alphas[0], counts.len());
        let mut table = vec![0.0; starts[starts.len() - 1]];
        for (row, &class) in x.rows().into_iter().zip(codes) {
            for (start, &value) in starts.iter().zip(row) {
                table[start + value as usize * n_classes + class] += 1.0;
            }
        }
        for (feature, &n) in n_categories.iter().enumerate() {
            let of_feature = &mut table[starts[feature]..starts[feature + 1]];
            let log_sums: Vec<f64> = counts
                .iter()
                .map(|&count| (count as f64 + alpha * n as f64).ln())
                .collect();
            for category in of_feature.chunks_exact_mut(n_classes) {
                for (value, log_sum) in category.iter_mut().zip(&log_sums) {
                    *value = (*value + alpha).ln() - log_sum;
                }
            }
        }
        let unseen = unseen(&n_categories, &counts, alpha);
        let info = FitInfo {
            warnings: smoothed.warnings,
            ..FitInfo::default()
        };
        Ok(CategoricalNb {
            encoding,
            starts,
            table,
            unseen,
            log_priors,
            info,
        })
    }
}

/// Returns the logarithms of the share of a category that no row has: features × classes.
fn unseen(n_categories: &[usize], counts: &[usize], alpha: f64) -> Vec<f64> {
    let of_feature = |&n: &usize| {
        let log_sum = move |&count: &usize| (count as f64 + alpha * n as f64).ln();
        counts.iter().map(move |count| alpha.ln() - log_sum(count))
    };
    n_categories.iter().flat_map(of_feature).collect()
}

/// Returns where the part of each feature begins in a table of categories × classes, and its end.
fn starts(n_categories: &[usize], n_classes: usize) -> Result<Vec<usize>, FitError> {
    let n_all = n_categories
        .iter()
        .fold(0_u64, |sum, &n| sum.saturating_add(n as u64));
    let needed_bytes = n_all.saturating_mul(8 * n_classes as u64);
    if needed_bytes > MAX_BYTES {
        return Err(FitError::Memory {
            what: "the categories, which are all whole numbers up to the largest",
            needed_bytes,
            limit_bytes: MAX_BYTES,
        });
    }
    let mut starts = vec![0];
    for n in n_categories {
        starts.push(starts[starts.len() - 1] + n * n_classes);
    }
    Ok(starts)
}

impl CategoricalNbValidParams {
    /// Returns the number of categories of each feature.
    fn n_categories(&self, x: ArrayView2<'_, f32>) -> Result<Vec<usize>, ParamError> {
        let mut largest = vec![0.0_f32; x.ncols()];
        for row in x.rows() {
            for (largest, &value) in largest.iter_mut().zip(row) {
                *largest = largest.max(value);
            }
        }
        let found = largest
            .into_iter()
            .map(|value| (value as usize).saturating_add(1));
        match &self.min_categories {
            None => Ok(found.collect()),
            Some(MinCategories::Every(least)) => Ok(found.map(|n| n.max(*least)).collect()),
            Some(MinCategories::ByFeature(least)) if least.len() == x.ncols() => {
                Ok(found.zip(least).map(|(n, &least)| n.max(least)).collect())
            }
            Some(MinCategories::ByFeature(least)) => {
                let expected = format!("a list of {} integers, one per feature", x.ncols());
                let got = format_args!("{} integers", least.len());
                Err(ParamError::value(NAME, "min_categories", expected, got))
            }
        }
    }
}
