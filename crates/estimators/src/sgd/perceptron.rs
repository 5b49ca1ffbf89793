//! `Perceptron`: Rosenblatt's rule, one-vs-rest.

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

parameters! {
    /// Parameters of [`Perceptron`].
    ///
    /// The seed is that of the orders of the rows and of the split for early stopping.
    pub struct PerceptronParams => PerceptronValidParams: "Perceptron" {
        /// the constant step
        eta0: f64 = 1.0, in Interval::POSITIVE;
    }
    groups {
        /// what is added to the loss
        penalty: SgdPenalty = SgdPenalty { norm: LinearPenalty::None, ..SgdPenalty::default() };
        /// epochs, stopping and weights of classes
        training: StochasticTraining = StochasticTraining::default();
    }
    seed ParamValue::Int(0);
}

linear_classifier! {
    /// A fitted `Perceptron`.
    Perceptron: PerceptronParams => PerceptronValidParams
}

impl Classifier for PerceptronValidParams {
    type Model = Perceptron;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Perceptron, FitError> {
        algorithm::fit(&self.settings(), x, codes, encoding).map(Into::into)
    }
}

impl PerceptronValidParams {
    fn settings(&self) -> Settings {
        Settings {
            estimator: PerceptronParams::ESTIMATOR,
            loss: ScoreLoss::Perceptron,
            penalty: self.penalty.clone(),
            step: StepLength::Constant { eta0: self.eta0 },
            average: Averaging::Never,
            training: self.training.clone(),
            seed: self.seed,
        }
    }
}
