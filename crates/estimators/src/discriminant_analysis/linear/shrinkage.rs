//! Covariances that are drawn towards a multiple of the identity.

use crate::parameters::{Interval, Kind, ParamValue, Parameter};

use super::super::moments::Grouped;

/// How far a covariance is drawn towards the identity times its mean variance.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Shrinkage {
    /// Not at all.
    None,
    /// As far as O. Ledoit and M. Wolf have it (A well-conditioned estimator for large-dimensional
    /// covariance matrices, 2004), for standardised features of each class.
    Auto,
    /// By this share of the way.
    Share(f64),
}

impl Parameter for Shrinkage {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Choice(&["auto"]), Kind::Float, Kind::Null]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Null => Some(Self::None),
            ParamValue::Text(text) => (text == "auto").then_some(Self::Auto),
            value => f64::read(value).map(Self::Share),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::None => ParamValue::Null,
            Self::Auto => ParamValue::from("auto"),
            Self::Share(share) => share.write(),
        }
    }

    fn is_in(&self, range: &Interval) -> bool {
        match self {
            Self::Share(share) => range.contains(*share),
            Self::None | Self::Auto => true,
        }
    }

    fn expected(range: &Interval) -> String {
        format!("\"auto\" or a number in {range} or null")
    }

    fn interval(range: &Interval) -> Option<Interval> {
        Some(*range)
    }
}

impl Shrinkage {
    /// Returns Σ prior·covariance over the classes, row by row, each shrunk.
    pub(super) fn covariance(self, rows: &Grouped<'_>, priors: &[f64]) -> Vec<f64> {
        let width = rows.x.ncols();
        let mut covariance = vec![0.0; width * width];
        for (class, prior) in priors.iter().enumerate() {
            let n_rows = rows.counts[class] as f64;
            let mut own = rows.scatter(class);
            own.iter_mut().for_each(|value| *value /= n_rows);
            match self {
                Self::None => {}
                Self::Share(share) => shrink(&mut own, width, share),
                Self::Auto => shrink_standardised(&mut own, rows, class),
            }
            for (sum, value) in covariance.iter_mut().zip(own) {
                *sum += prior * value;
            }
        }
        covariance
    }
}

/// Draws `covariance` towards the identity times its mean variance.
fn shrink(covariance: &mut [f64], width: usize, share: f64) {
    let mean = covariance.iter().step_by(width + 1).sum::<f64>() / width as f64;
    covariance
        .iter_mut()
        .for_each(|value| *value *= 1.0 - share);
    for value in covariance.iter_mut().step_by(width + 1) {
        *value += share * mean;
    }
}

/// Draws the covariance of standardised features as far as Ledoit and Wolf's lemma says, and brings
/// it back to the scale of the features.
fn shrink_standardised(covariance: &mut [f64], rows: &Grouped<'_>, class: usize) {
    let width = rows.x.ncols();
    let n_rows = rows.counts[class] as f64;
    let mean = rows.mean(class);
    let deviation = |(variance, mean): (&f64, &f64)| {
        // A feature whose variance is rounding is constant, and stays as it is.
        let rounding = n_rows * f64::EPSILON * variance + (n_rows * mean * f64::EPSILON).powi(2);
        if *variance <= rounding {
            1.0
        } else {
            variance.sqrt()
        }
    };
    let variances = covariance.iter().step_by(width + 1);
    let deviations: Vec<f64> = variances.zip(mean).map(deviation).collect();
    rescale(covariance, &deviations, |value, scale| value / scale);
    if width > 1 {
        let share = ledoit_wolf(covariance, rows, class, &deviations);
        shrink(covariance, width, share);
    }
    rescale(covariance, &deviations, |value, scale| value * scale);
}

fn rescale(covariance: &mut [f64], deviations: &[f64], of: impl Fn(f64, f64) -> f64) {
    let width = deviations.len();
    for (row, a) in covariance.chunks_exact_mut(width).zip(deviations) {
        for (value, b) in row.iter_mut().zip(deviations) {
            *value = of(*value, a * b);
        }
    }
}

/// Returns the share of the way: the squared error of the covariance over its squared distance from
/// the target. The sum of all products of squares, Σ_jk Σ_i x_ij²·x_ik², is Σ_i (Σ_j x_ij²)².
fn ledoit_wolf(covariance: &[f64], rows: &Grouped<'_>, class: usize, deviations: &[f64]) -> f64 {
    let width = deviations.len() as f64;
    let n_rows = rows.counts[class] as f64;
    let mean = rows.mean(class);
    let mut sum_of_fourth = 0.0;
    for (row, _) in rows
        .x
        .rows()
        .into_iter()
        .zip(rows.codes)
        .filter(|(_, code)| **code == class)
    {
        let features = row.into_iter().zip(mean).zip(deviations);
        let square: f64 = features
            .map(|((&x, mean), deviation)| ((f64::from(x) - mean) / deviation).powi(2))
            .sum();
        sum_of_fourth += square * square;
    }
    let trace: f64 = covariance.iter().step_by(deviations.len() + 1).sum();
    let mu = trace / width;
    let squares: f64 = covariance.iter().map(|value| value * value).sum();
    let beta = (sum_of_fourth / n_rows - squares) / (width * n_rows);
    let delta = (squares - 2.0 * mu * trace + width * mu * mu) / width;
    let beta = beta.min(delta);
    if beta == 0.0 { 0.0 } else { beta / delta }
}
