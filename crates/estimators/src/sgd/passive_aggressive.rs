//! `PassiveAggressiveClassifier`: the online algorithms of Crammer et al. (2006), one-vs-rest.

use ndarray::ArrayView2;

use super::algorithm;
use super::averaging::Averaging;
use super::loss::ScoreLoss;
use super::penalty::SgdPenalty;
use super::settings::{Settings, StepLength};
use super::training::StochasticTraining;
use crate::FitError;
use crate::classifier::Classifier;
use crate::linear::LinearPenalty;
use crate::linear::model::linear_classifier;
use crate::multiclass::ClassEncoding;
use crate::parameters::{Interval, ParamValue, Parameters};

choices! {
    /// How far a step goes; the loss that it makes smaller is `l = max(0, 1 - y·p)`.
    pub enum PassiveAggressiveLoss {
        /// PA-I: `min(C, l / |x|²)`.
        Hinge = "hinge",
        /// PA-II: `l / (|x|² + 1/2C)`.
        SquaredHinge = "squared_hinge",
    }
}

parameters! {
    /// Parameters of [`PassiveAggressiveClassifier`].
    ///
    /// The seed is that of the orders of the rows and of the split for early stopping.
    pub struct PassiveAggressiveParams => PassiveAggressiveValidParams: "PassiveAggressiveClassifier" {
        /// the longest step (PA-I), or its stiffness (PA-II)
        c as "C": f64 = 1.0, in Interval::POSITIVE;
        /// hinge is PA-I, squared_hinge PA-II
        loss: PassiveAggressiveLoss = PassiveAggressiveLoss::Hinge;
        /// average the weights, from the first row or from this one on
        average: Averaging = Averaging::Never;
    }
    groups {
        /// epochs, stopping and weights of classes
        training: StochasticTraining = StochasticTraining::default();
    }
    seed ParamValue::Null;
}

linear_classifier! {
    /// A fitted `PassiveAggressiveClassifier`.
    PassiveAggressiveClassifier: PassiveAggressiveParams => PassiveAggressiveValidParams
}

impl Classifier for PassiveAggressiveValidParams {
    type Model = PassiveAggressiveClassifier;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<PassiveAggressiveClassifier, FitError> {
        algorithm::fit(&self.settings(), x, codes, encoding).map(Into::into)
    }
}

impl PassiveAggressiveValidParams {
    fn settings(&self) -> Settings {
        let c = self.c;
        Settings {
            estimator: PassiveAggressiveParams::ESTIMATOR,
            loss: ScoreLoss::Hinge,
            penalty: SgdPenalty {
                norm: LinearPenalty::None,
                ..SgdPenalty::default()
            },
            step: match self.loss {
                PassiveAggressiveLoss::Hinge => StepLength::PassiveAggressive1 { c },
                PassiveAggressiveLoss::SquaredHinge => StepLength::PassiveAggressive2 { c },
            },
            average: self.average,
            training: self.training.clone(),
            seed: self.seed,
        }
    }
}
