//! Parameters of [`Mlp`](super::Mlp).

use super::batch_size::BatchSize;
use crate::ParamError;
use crate::parameters::{Interval, ParamValue, Parameters, Verbosity, check_range};

choices! {
    /// Function of the hidden units.
    #[derive(Default)]
    pub enum Activation {
        /// `max(0, x)`.
        #[default]
        Relu = "relu",
        /// `tanh x`.
        Tanh = "tanh",
        /// `1/(1 + e^-x)`.
        Logistic = "logistic",
        /// `x`.
        Identity = "identity",
    }
}

choices! {
    /// How weights follow gradients.
    #[derive(Default)]
    pub enum MlpSolver {
        /// Kingma and Ba's.
        #[default]
        Adam = "adam",
        /// Gradient descent with momentum.
        Sgd = "sgd",
        /// The quasi-Newton method L-BFGS on all samples at once.
        Lbfgs = "lbfgs",
    }
}

choices! {
    /// Schedule of the step length of [`MlpSolver::Sgd`].
    #[derive(Default)]
    pub enum MlpLearningRate {
        /// Always the initial one.
        #[default]
        Constant = "constant",
        /// Initial / (1 + samples seen)^`power_t`.
        InvScaling = "invscaling",
        /// Divided by 5 where training would stop, until it is 1e-6.
        Adaptive = "adaptive",
    }
}

parameters! {
    /// Parameters of [`Mlp`](super::Mlp).
    pub struct MlpParams => MlpValidParams: "MLPClassifier" {
        /// units of each hidden layer
        hidden_layer_sizes: Vec<usize> = vec![100], in Interval::at_least(1);
        /// function of the hidden units
        activation: Activation = Activation::Relu;
        /// how weights follow gradients
        solver: MlpSolver = MlpSolver::Adam;
        /// weight of the squared weights in a batch's loss
        alpha: f64 = 1e-4, in Interval::NOT_NEGATIVE;
        /// samples of a batch; auto = min(200, n_samples)
        batch_size: BatchSize = BatchSize::Auto, in Interval::at_least(1);
        /// schedule of the step length (sgd)
        learning_rate: MlpLearningRate = MlpLearningRate::Constant;
        /// initial step length
        learning_rate_init: f64 = 1e-3, in Interval::POSITIVE;
        /// exponent of invscaling (sgd)
        power_t: f64 = 0.5, in Interval::NOT_NEGATIVE;
        /// epochs (lbfgs: iterations) at most
        max_iter: usize = 200, in Interval::at_least(1);
        /// new order of samples each epoch
        shuffle: bool = true;
        /// improvement of loss or validation score that counts; lbfgs: largest element of the gradient
        tol: f64 = 1e-4, in Interval::NOT_NEGATIVE;
        /// decay of the velocity (sgd)
        momentum: f64 = 0.9, in Interval::UNIT;
        /// whether to look ahead along the velocity (sgd)
        nesterovs_momentum: bool = true;
        /// whether a held-out share decides when to stop
        early_stopping: bool = false;
        /// share held out for early stopping
        validation_fraction: f64 = 0.1, in Interval::closed_open(0.0, 1.0);
        /// decay of the first moment (adam)
        beta_1: f64 = 0.9, in Interval::closed_open(0.0, 1.0);
        /// decay of the second moment (adam)
        beta_2: f64 = 0.999, in Interval::closed_open(0.0, 1.0);
        /// keeps divisors from 0 (adam)
        epsilon: f64 = 1e-8, in Interval::POSITIVE;
        /// epochs without improvement before stopping
        n_iter_no_change: usize = 10, in Interval::at_least(1), was 2;
        /// evaluations of the loss after which no iteration is started (lbfgs)
        max_fun: usize = 15_000, in Interval::at_least(1);
    }
    seed ParamValue::Null;
    ignored {
        /// printing; accepted and dropped
        verbose: Verbosity = Verbosity;
        /// reuse of an earlier fit; there is none in a benchmark, accepted and dropped
        warm_start: bool = false;
    }
    check check_validation;
}

/// Checks that something is held out where it is to decide, as scikit-learn's split does.
fn check_validation(params: &MlpValidParams) -> Result<(), ParamError> {
    if !params.early_stopping || params.solver == MlpSolver::Lbfgs {
        return Ok(());
    }
    check_range(
        MlpParams::ESTIMATOR,
        "validation_fraction",
        &params.validation_fraction,
        &Interval::PART,
    )
}

#[cfg(test)]
mod tests {
    use linfa::ParamGuard;

    use super::*;

    #[test]
    fn empty_layers_and_empty_shares_held_out_are_refused() {
        let refused = |params: MlpParams| params.check().unwrap_err().to_string();
        assert_eq!(
            refused(MlpParams::default().hidden_layer_sizes(vec![10, 0])),
            "the `hidden_layer_sizes` of MLPClassifier must be a list of integers in [1, inf), got [10,0]"
        );
        let nothing_held_out = MlpParams::default().validation_fraction(0.0);
        assert_eq!(
            refused(nothing_held_out.clone().early_stopping(true)),
            "the `validation_fraction` of MLPClassifier must be a number in (0, 1), got 0.0"
        );
        assert!(nothing_held_out.check().is_ok());
        let no_layer = MlpParams::default().hidden_layer_sizes(Vec::new());
        assert!(no_layer.check().is_ok());
    }
}
