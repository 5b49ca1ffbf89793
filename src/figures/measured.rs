//! scikit-learn's measurements, line by line.

use serde::{Deserialize, Serialize};

use crate::catalog::{Params, Profile};

/// What scikit-learn did with the model of a row.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measured {
    /// Mean accuracy, in [0, 1].
    pub accuracy: f64,
    /// Seconds of fit and predict together: CPU seconds, or wall seconds of one thread on a quiet
    /// machine where only those were taken.
    pub cpu_s: f64,
}

/// A line of a file of measurements.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct MeasuredLine {
    pub(super) name: String,
    pub(super) parameter: Params,
    #[serde(default)]
    pub(super) profile: Profile,
    #[serde(default = "fashion_mnist")]
    pub(super) dataset: String,
    /// Absent where scikit-learn failed or was stopped.
    pub(super) accuracy: Option<f64>,
    pub(super) fit_s: Option<f64>,
    pub(super) predict_s: Option<f64>,
    pub(super) fit_cpu_s: Option<f64>,
    pub(super) predict_cpu_s: Option<f64>,
    /// CPU seconds after which scikit-learn was stopped.
    pub(super) limit_cpu_s: Option<f64>,
}

fn fashion_mnist() -> String {
    "fashion-mnist".to_owned()
}

impl MeasuredLine {
    /// Returns the CPU seconds of fit and predict together.
    pub(super) fn cpu_s(&self) -> Option<f64> {
        Some(self.fit_cpu_s? + self.predict_cpu_s?)
    }

    /// Returns the wall seconds of fit and predict together.
    pub(super) fn wall_s(&self) -> Option<f64> {
        Some(self.fit_s? + self.predict_s?)
    }
}
