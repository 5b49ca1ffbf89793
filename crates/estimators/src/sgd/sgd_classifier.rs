//! `SGDClassifier`: regularised linear models by stochastic gradient descent, one-vs-rest.

use ndarray::ArrayView2;

use super::algorithm;
use super::averaging::Averaging;
use super::loss::ScoreLoss;
use super::penalty::SgdPenalty;
use super::settings::{Settings, StepLength};
use super::training::StochasticTraining;
use crate::classifier::Classifier;
use crate::linear::model::{Link, linear_classifier};
use crate::multiclass::ClassEncoding;
use crate::parameters::{Interval, ParamValue, Parameters, check_range};
use crate::{FitError, ParamError};

choices! {
    /// Loss of a score `p` for a target `y` of ±1; the last four are made for regression on the
    /// targets.
    pub enum SgdLoss {
        /// `max(0, 1 - y·p)`.
        Hinge = "hinge",
        /// `max(0, 1 - y·p)²`.
        SquaredHinge = "squared_hinge",
        /// `max(0, -y·p)`.
        Perceptron = "perceptron",
        /// `log(1 + exp(-y·p))`.
        Log = "log_loss" | "log",
        /// `max(0, 1 - y·p)²` for `y·p ≥ -1`, else `-4·y·p`.
        ModifiedHuber = "modified_huber",
        /// `½(p - y)²`.
        SquaredError = "squared_error" | "squared_loss",
        /// Squared within epsilon, linear outside.
        Huber = "huber",
        /// `max(0, |p - y| - epsilon)`.
        EpsilonInsensitive = "epsilon_insensitive",
        /// `max(0, |p - y| - epsilon)²`.
        SquaredEpsilonInsensitive = "squared_epsilon_insensitive",
    }
}

choices! {
    /// How long a step is at the t-th row, counted from 1 over all epochs.
    pub enum SgdLearningRate {
        /// `1 / (alpha·(t₀ + t))` with Bottou's t₀.
        Optimal = "optimal",
        /// `eta0`.
        Constant = "constant",
        /// `eta0 / t^power_t`.
        InvScaling = "invscaling",
        /// `eta0`, a fifth of it whenever the stopping rule would stop, until it is below 1e-6.
        Adaptive = "adaptive",
    }
}

parameters! {
    /// Parameters of [`SgdClassifier`].
    ///
    /// The seed is that of the orders of the rows and of the split for early stopping.
    pub struct SgdParams => SgdValidParams: "SGDClassifier" {
        /// loss of one class against the rest
        loss: SgdLoss = SgdLoss::Hinge;
        /// width of the losses that have one
        epsilon: f64 = 0.1, in Interval::NOT_NEGATIVE;
        /// length of the steps
        learning_rate: SgdLearningRate = SgdLearningRate::Optimal;
        /// first step (not with optimal)
        eta0: f64 = 0.0, in Interval::NOT_NEGATIVE;
        /// power of the row count (invscaling)
        power_t: f64 = 0.5;
        /// average the weights, from the first row or from this one on
        average: Averaging = Averaging::Never;
    }
    groups {
        /// what is added to the loss
        penalty: SgdPenalty = SgdPenalty::default();
        /// epochs, stopping and weights of classes
        training: StochasticTraining = StochasticTraining::default();
    }
    seed ParamValue::Null;
    check check_step;
}

linear_classifier! {
    /// A fitted `SGDClassifier`.
    SgdClassifier: SgdParams => SgdValidParams
}

/// Checks that the first step is not 0 or infinite.
fn check_step(params: &SgdValidParams) -> Result<(), ParamError> {
    let (name, value) = match params.learning_rate {
        SgdLearningRate::Optimal => ("alpha", params.penalty.alpha),
        SgdLearningRate::Constant | SgdLearningRate::InvScaling | SgdLearningRate::Adaptive => {
            ("eta0", params.eta0)
        }
    };
    check_range(SgdParams::ESTIMATOR, name, &value, &Interval::POSITIVE)
}

impl Classifier for SgdValidParams {
    type Model = SgdClassifier;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<SgdClassifier, FitError> {
        let link = match self.loss {
            SgdLoss::Log => Link::Logistic,
            SgdLoss::ModifiedHuber => Link::ModifiedHuber,
            _ => Link::None,
        };
        let model = algorithm::fit(&self.settings(), x, codes, encoding)?;
        Ok(model.with_link(link).into())
    }
}

impl SgdValidParams {
    fn settings(&self) -> Settings {
        let (eta0, power_t) = (self.eta0, self.power_t);
        Settings {
            estimator: SgdParams::ESTIMATOR,
            loss: self.score_loss(),
            penalty: self.penalty.clone(),
            step: match self.learning_rate {
                SgdLearningRate::Optimal => StepLength::Optimal,
                SgdLearningRate::Constant => StepLength::Constant { eta0 },
                SgdLearningRate::InvScaling => StepLength::InvScaling { eta0, power_t },
                SgdLearningRate::Adaptive => StepLength::Adaptive { eta0 },
            },
            average: self.average,
            training: self.training.clone(),
            seed: self.seed,
        }
    }

    fn score_loss(&self) -> ScoreLoss {
        let epsilon = self.epsilon;
        match self.loss {
            SgdLoss::Hinge => ScoreLoss::Hinge,
            SgdLoss::SquaredHinge => ScoreLoss::SquaredHinge,
            SgdLoss::Perceptron => ScoreLoss::Perceptron,
            SgdLoss::Log => ScoreLoss::Log,
            SgdLoss::ModifiedHuber => ScoreLoss::ModifiedHuber,
            SgdLoss::SquaredError => ScoreLoss::SquaredError,
            SgdLoss::Huber => ScoreLoss::Huber { epsilon },
            SgdLoss::EpsilonInsensitive => ScoreLoss::EpsilonInsensitive { epsilon },
            SgdLoss::SquaredEpsilonInsensitive => ScoreLoss::SquaredEpsilonInsensitive { epsilon },
        }
    }
}
