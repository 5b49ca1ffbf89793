//! Scales of the features: how the values of the files become those that classifiers see.

use std::fmt;
use std::str::FromStr;

use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::error::DatasetError;
use super::raw::RawDataset;

/// How features are scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Zero mean and unit variance over the train split, as in the original benchmark.
    #[default]
    Standard,
    /// Not at all: pixels stay bytes from 0 to 255.
    None,
    /// To the range from 0 to 1 of the train split, as scikit-learn's `MinMaxScaler` does.
    Minmax,
}

impl Scaling {
    /// Every scaling, in the order of its declaration.
    pub const ALL: [Self; 3] = [Self::Standard, Self::None, Self::Minmax];

    /// The names of [`Self::ALL`].
    pub const NAMES: [&str; 3] = ["standard", "none", "minmax"];

    /// Returns the name in a config and in rows.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => Self::NAMES[0],
            Self::None => Self::NAMES[1],
            Self::Minmax => Self::NAMES[2],
        }
    }

    /// Whether it is the one of the original benchmark.
    #[must_use]
    pub fn is_standard(&self) -> bool {
        *self == Self::Standard
    }

    /// Returns the scaler of the columns of `train` (rows × columns).
    pub(super) fn fit(self, train: &Array2<f64>) -> Result<Scaler, DatasetError> {
        if train.nrows() == 0 {
            return Err(DatasetError::NoTrainRows);
        }
        let n_columns = train.ncols();
        Ok(match self {
            Self::Standard => {
                let means = train
                    .mean_axis(Axis(0))
                    .unwrap_or_else(|| Array1::zeros(n_columns));
                // A constant column is only centred.
                let scales = train.std_axis(Axis(0), 0.0).mapv(|deviation| {
                    if deviation <= f64::EPSILON {
                        1.0
                    } else {
                        1.0 / deviation
                    }
                });
                Scaler::Centred { means, scales }
            }
            Self::None => Scaler::Unscaled,
            Self::Minmax => {
                let fold = |start, of: fn(f64, f64) -> f64| {
                    train.fold_axis(Axis(0), start, |&a, &b| of(a, b))
                };
                let low = fold(f64::INFINITY, f64::min);
                let high = fold(f64::NEG_INFINITY, f64::max);
                // A constant column is only moved to 0.
                let scales = (&high - &low).mapv(|range| {
                    if range < 10.0 * f64::EPSILON {
                        1.0
                    } else {
                        1.0 / range
                    }
                });
                let shifts = -(low * &scales);
                Scaler::Stretched { scales, shifts }
            }
        })
    }
}

impl fmt::Display for Scaling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no scaling has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("expected one of \"standard\", \"none\", \"minmax\", got \"{0}\"")]
pub struct UnknownScaling(String);

impl FromStr for Scaling {
    type Err = UnknownScaling;

    fn from_str(text: &str) -> Result<Self, UnknownScaling> {
        let mut all = Self::ALL.into_iter();
        all.find(|scaling| scaling.name() == text)
            .ok_or_else(|| UnknownScaling(text.to_owned()))
    }
}

/// Shift and scale of each column, fitted to the train split.
pub(super) enum Scaler {
    /// (x - mean) · scale.
    Centred {
        means: Array1<f64>,
        scales: Array1<f64>,
    },
    /// x · scale + shift, in scikit-learn's order.
    Stretched {
        scales: Array1<f64>,
        shifts: Array1<f64>,
    },
    /// x.
    Unscaled,
}

impl Scaler {
    pub(super) fn apply(&self, x: Array2<f64>) -> Array2<f64> {
        match self {
            Self::Centred { means, scales } => (x - means) * scales,
            Self::Stretched { scales, shifts } => x * scales + shifts,
            Self::Unscaled => x,
        }
    }
}

impl RawDataset {
    /// Returns the data set whose features are prepared by `scaling`; the raw values stay as they
    /// are.
    #[must_use]
    pub fn scaled(mut self, scaling: Scaling) -> Self {
        self.identity.scaling = scaling;
        self
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn scalings_equal_those_of_scikit_learn() {
        // scikit-learn 1.5.2: `MinMaxScaler().fit(train).transform(test)` and `StandardScaler()`.
        let train = array![[0.0, 5.0], [10.0, 5.0], [4.0, 5.0]];
        let test = array![[5.0, 7.0], [20.0, 5.0]];
        let apply = |scaling: Scaling| scaling.fit(&train).unwrap().apply(test.clone());
        assert_eq!(apply(Scaling::None), test);
        assert_eq!(apply(Scaling::Minmax), array![[0.5, 2.0], [2.0, 0.0]]);
        let standard = apply(Scaling::Standard);
        assert!((standard[[0, 0]] - 0.081_110_710_565_380_81).abs() < 1e-15);
        assert_eq!(standard[[0, 1]], 2.0);
        assert!(
            Scaling::Minmax
                .fit(&train.slice(ndarray::s![..0, ..]).to_owned())
                .is_err()
        );
    }

    #[test]
    fn a_scaling_has_one_name() {
        for scaling in Scaling::ALL {
            assert_eq!(scaling.to_string().parse(), Ok(scaling));
            assert_eq!(serde_json::json!(scaling), scaling.name());
        }
        let error = "MinMax".parse::<Scaling>().unwrap_err().to_string();
        assert!(error.starts_with("expected one of \"standard\""), "{error}");
    }
}
