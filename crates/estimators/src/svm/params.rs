//! Parameters of [`Svc`](super::Svc) and [`NuSvc`](super::NuSvc).

use super::gamma::Gamma;
use super::step_limit::StepLimit;
use crate::parameters::{Interval, Parameters, Verbosity};
use crate::{ClassWeight, ParamError};

choices! {
    /// Which kernel; its parameters are in [`SvmSettings`].
    #[derive(Default)]
    pub enum KernelKind {
        /// `exp(-gamma·‖a - b‖²)`.
        #[default]
        Rbf = "rbf",
        /// `a·b`.
        Linear = "linear",
        /// `(gamma·a·b + coef0)^degree`.
        Poly = "poly",
        /// `tanh(gamma·a·b + coef0)`.
        Sigmoid = "sigmoid",
    }
}

choices! {
    /// Form of the decision values.
    #[derive(Default)]
    pub enum DecisionShape {
        /// A value per class.
        #[default]
        OneVsRest = "ovr",
        /// A value per pair of classes.
        OneVsOne = "ovo",
    }
}

parameter_group! {
    /// What [`SvcParams`] and [`NuSvcParams`] share.
    pub struct SvmSettings {
        /// kernel function
        kernel: KernelKind = KernelKind::Rbf;
        /// exponent of the poly kernel
        degree: usize = 3, in Interval::closed(0.0, 2_147_483_647.0);
        /// coefficient of rbf, poly and sigmoid: auto = 1/n_features, scale = 1/(n_features·var(X))
        gamma: Gamma = Gamma::Scale, in Interval::NOT_NEGATIVE, was Gamma::Auto;
        /// constant of poly and sigmoid
        coef0: f64 = 0.0;
        /// whether probabilities are estimated, by cross-validation; classes do not depend on them
        probability: bool = false;
        /// largest violation of optimality that counts as none
        tol: f64 = 1e-3, in Interval::POSITIVE;
        /// MB for the kernel rows of a pair of classes; rows that do not fit are computed again
        cache_size: f64 = 200.0, in Interval::POSITIVE;
        /// factors on C by class
        class_weight: ClassWeight = ClassWeight::Uniform, in Interval::FINITE;
        /// steps allowed for each pair of classes; -1 for no limit
        max_iter: StepLimit = StepLimit(None);
        /// whether variables at their bounds are set aside, where LIBSVM's own steps are taken
        shrinking: bool = true;
        /// seed of the cross-validation; null takes the repeat's
        random_state: Option<usize> = None;
        /// form of the decision values; classes do not depend on it unless ties are broken
        decision_function_shape: DecisionShape = DecisionShape::OneVsRest;
        /// whether confidences break ties of votes (ovr only)
        break_ties: bool = false;
    }
    ignored {
        /// printing; accepted and dropped
        verbose: Verbosity = Verbosity;
    }
}

parameters! {
    /// Parameters of [`Svc`](super::Svc).
    pub struct SvcParams => SvcValidParams: "SVC" {
        /// weight of errors against margin
        c as "C": f64 = 1.0, in Interval::POSITIVE;
    }
    groups {
        /// kernel, stopping rule, class weights and votes
        settings: SvmSettings = SvmSettings::default();
    }
    check check_svc;
}

parameters! {
    /// Parameters of [`NuSvc`](super::NuSvc).
    pub struct NuSvcParams => NuSvcValidParams: "NuSVC" {
        /// bound on the share of margin errors and of support vectors
        nu: f64 = 0.5, in Interval::SHARE;
    }
    groups {
        /// kernel, stopping rule and votes; class weights change nothing, as in LIBSVM
        settings: SvmSettings = SvmSettings::default();
    }
    check check_nu_svc;
}

fn check_svc(params: &SvcValidParams) -> Result<(), ParamError> {
    check_combinations(&params.settings, SvcParams::ESTIMATOR)
}

fn check_nu_svc(params: &NuSvcValidParams) -> Result<(), ParamError> {
    check_combinations(&params.settings, NuSvcParams::ESTIMATOR)
}

fn check_combinations(settings: &SvmSettings, estimator: &'static str) -> Result<(), ParamError> {
    if settings.break_ties && settings.decision_function_shape == DecisionShape::OneVsOne {
        return Err(ParamError::unsupported(
            estimator,
            "break_ties=true, decision_function_shape=ovo",
            "only ovr has confidences to break ties with",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use linfa::ParamGuard;

    use super::*;

    #[test]
    fn what_does_not_exist_is_refused_by_name() {
        let refused = |settings: SvmSettings| {
            let error = SvcParams::default().settings(settings).check().unwrap_err();
            error.to_string()
        };
        let default = SvmSettings::default;
        let ties_of_pairs = SvmSettings {
            break_ties: true,
            decision_function_shape: DecisionShape::OneVsOne,
            ..default()
        };
        assert!(refused(ties_of_pairs).contains("only ovr has confidences"));
        let too_steep = SvmSettings {
            degree: 1 << 32,
            ..default()
        };
        assert_eq!(
            refused(too_steep),
            "the `degree` of SVC must be an integer in [0, 2147483647], got 4294967296"
        );
    }
}
