//! Parameters of `LinearSVC`.

use super::SvcDual;
use crate::parameters::{Interval, ParamValue, Parameters, Verbosity};
use crate::{ClassWeight, ParamError};

choices! {
    /// Norm of the weights that is penalised.
    pub enum SvcPenalty {
        /// `|w|₁`.
        L1 = "l1",
        /// `½|w|²`.
        L2 = "l2",
    }
}

choices! {
    /// Loss of one class against the rest, as a function of the margin `m`.
    pub enum SvcLoss {
        /// `max(0, 1 - m)`.
        Hinge = "hinge" | "l1",
        /// `max(0, 1 - m)²`.
        SquaredHinge = "squared_hinge" | "l2",
    }
}

choices! {
    /// How a problem of more than two classes is solved.
    pub enum SvcMultiClass {
        /// One problem per class.
        OneVsRest = "ovr",
        /// One problem for all (Crammer and Singer 2001); loss, penalty and dual do not apply.
        CrammerSinger = "crammer_singer",
    }
}

parameters! {
    /// Parameters of [`LinearSvc`](super::LinearSvc).
    ///
    /// Steps are Newton's, or with `multi_class` Crammer–Singer iterations of 20 sweeps. The seed
    /// is that of the samples that precondition Newton's method, or of the orders of the rows.
    pub struct LinearSvcParams => LinearSvcValidParams: "LinearSVC" {
        /// norm of the weights
        penalty: SvcPenalty = SvcPenalty::L2;
        /// loss of one class against the rest
        loss: SvcLoss = SvcLoss::SquaredHinge;
        /// LIBLINEAR's dual or primal solver; here only which combinations exist
        dual: SvcDual = SvcDual::Auto, was SvcDual::Dual;
        /// relative duality gap or gradient to reach
        tol: f64 = 1e-4, in Interval::POSITIVE;
        /// cost of an error against the penalty
        c as "C": f64 = 1.0, in Interval::POSITIVE;
        /// one problem per class, or one for all
        multi_class: SvcMultiClass = SvcMultiClass::OneVsRest;
        /// whether there is an intercept
        fit_intercept: bool = true;
        /// value of the constant feature behind the (penalised) intercept
        intercept_scaling: f64 = 1.0, in Interval::POSITIVE;
        /// weight of each class's rows
        class_weight: ClassWeight = ClassWeight::Uniform;
        /// steps at most
        max_iter: usize = 1000, in Interval::at_least(0);
    }
    seed ParamValue::Null;
    ignored {
        /// ignored
        verbose: Verbosity = Verbosity;
    }
    check check_combination;
}

fn check_combination(params: &LinearSvcValidParams) -> Result<(), ParamError> {
    if params.multi_class == SvcMultiClass::CrammerSinger {
        return Ok(());
    }
    let (combination, reason) = match (params.penalty, params.loss, params.dual) {
        (SvcPenalty::L1, SvcLoss::Hinge, _) => (
            "penalty=l1, loss=hinge",
            "LIBLINEAR has no such solver; write loss=squared_hinge with dual=false",
        ),
        (SvcPenalty::L1, SvcLoss::SquaredHinge, SvcDual::Dual) => (
            "penalty=l1, dual=true",
            "LIBLINEAR solves the l1 penalty in the primal only; write dual=false",
        ),
        (SvcPenalty::L2, SvcLoss::Hinge, SvcDual::Primal) => (
            "loss=hinge, dual=false",
            "LIBLINEAR solves the hinge in the dual only; write dual=true",
        ),
        _ => return Ok(()),
    };
    Err(ParamError::unsupported(
        LinearSvcParams::ESTIMATOR,
        combination,
        reason,
    ))
}
