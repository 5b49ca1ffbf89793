//! Parameters of [`GaussianNb`](super::GaussianNb): builder, checks, and their JSON form.

use linfa::ParamGuard;

use crate::erased::erase;
use crate::error::ParamError;
use crate::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, keep_all,
};

pub(super) const NAME: &str = "GaussianNB";

/// scikit-learn's `GaussianNB`.
pub static GAUSSIAN_NB: EstimatorSpec = EstimatorSpec {
    name: NAME,
    family: Family::NaiveBayes,
    summary: "naive Bayes with a normal distribution for each feature and class (linfa-bayes)",
    params: &[
        ParamSpec::new(
            "priors",
            &[Kind::Floats, Kind::Null],
            "null",
            "probability of each class, in ascending order of label; null takes the class frequencies",
        ),
        // 0.19 had no such parameter, but this value of it.
        ParamSpec::new(
            "var_smoothing",
            &[Kind::Float],
            "1e-9",
            "share of the largest feature variance that is added to every variance",
        ),
    ],
    canonicalise: keep_all,
    build: |args| {
        let mut params = GaussianNbParams::new().var_smoothing(args.float("var_smoothing"));
        if let Some(priors) = args.floats("priors") {
            params = params.priors(&priors);
        }
        Ok(erase(params.check()?))
    },
    cost,
};

fn cost(_: &Args<'_>, shape: &DataShape) -> Cost {
    let n_values = |n_rows: usize| (n_rows * shape.n_features) as f64;
    // The fit holds the rows in f64 and a copy of the rows of one class.
    let rows_held = shape.n_train + shape.n_train / shape.n_classes.max(1);
    Cost {
        cpu_s: FIT_S_PER_VALUE * n_values(shape.n_train)
            + PREDICT_S_PER_VALUE * n_values(shape.n_test) * shape.n_classes as f64,
        memory_bytes: 8 * (rows_held * shape.n_features) as u64,
    }
}

/// Measured: 0.65 to 0.96 s for 60,000 × 784.
const FIT_S_PER_VALUE: f64 = 1.6e-8;
/// Measured: 0.09 s for 10,000 × 784 against 10 classes.
const PREDICT_S_PER_VALUE: f64 = 1.1e-9;

/// Unchecked parameters of [`GaussianNb`](super::GaussianNb).
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `priors` | class frequencies | probability of each class | one a class, not negative, sum 1 |
/// | `var_smoothing` | 1e-9 | share of the largest variance added to all | [0, inf) |
///
/// # Errors
/// [`ParamGuard::check`] refuses values out of range; the number of priors is checked by the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianNbParams(GaussianNbValidParams);

/// Checked parameters of [`GaussianNb`](super::GaussianNb).
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianNbValidParams {
    priors: Option<Vec<f64>>,
    var_smoothing: f64,
}

impl GaussianNbValidParams {
    /// Probability of each class, if not the class frequencies.
    #[must_use]
    pub fn priors(&self) -> Option<&[f64]> {
        self.priors.as_deref()
    }

    /// Share of the largest feature variance that is added to every variance.
    #[must_use]
    pub fn var_smoothing(&self) -> f64 {
        self.var_smoothing
    }
}

impl GaussianNbParams {
    /// scikit-learn's defaults.
    #[must_use]
    pub fn new() -> Self {
        Self(GaussianNbValidParams {
            priors: None,
            var_smoothing: 1e-9,
        })
    }

    /// Sets the probability of each class, in ascending order of label.
    #[must_use]
    pub fn priors(mut self, priors: &[f64]) -> Self {
        self.0.priors = Some(priors.to_vec());
        self
    }

    /// Sets the share of the largest feature variance that is added to every variance.
    #[must_use]
    pub fn var_smoothing(mut self, var_smoothing: f64) -> Self {
        self.0.var_smoothing = var_smoothing;
        self
    }
}

impl Default for GaussianNbParams {
    fn default() -> Self {
        Self::new()
    }
}

impl ParamGuard for GaussianNbParams {
    type Checked = GaussianNbValidParams;
    type Error = ParamError;

    fn check_ref(&self) -> Result<&Self::Checked, ParamError> {
        let GaussianNbValidParams {
            priors,
            var_smoothing,
        } = &self.0;
        if !(0.0..f64::INFINITY).contains(var_smoothing) {
            let expected = "a number in [0, inf)";
            return Err(ParamError::value(
                NAME,
                "var_smoothing",
                expected,
                var_smoothing,
            ));
        }
        if let Some(priors) = priors {
            // numpy's `isclose`, which scikit-learn asks.
            let sums_to_one = (priors.iter().sum::<f64>() - 1.0).abs() <= 1e-8 + 1e-5;
            if !sums_to_one || priors.iter().any(|&prior| prior < 0.0) {
                let expected = "a list of non-negative numbers that sum to 1";
                return Err(ParamError::value(
                    NAME,
                    "priors",
                    expected,
                    format_args!("{priors:?}"),
                ));
            }
        }
        Ok(&self.0)
    }

    fn check(self) -> Result<Self::Checked, ParamError> {
        self.check_ref()?;
        Ok(self.0)
    }
}
