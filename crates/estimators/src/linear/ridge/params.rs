//! Parameters of `RidgeClassifier`.

use crate::parameters::{Interval, Parameters};
use crate::{ClassWeight, ParamError};

choices! {
    /// scikit-learn's solvers, all of which have the same optimum.
    enum RidgeSolver {
        Auto = "auto",
        Svd = "svd",
        Cholesky = "cholesky",
        Lsqr = "lsqr",
        SparseCg = "sparse_cg",
        Sag = "sag",
        Saga = "saga",
        Lbfgs = "lbfgs",
    }
}

parameters! {
    /// Parameters of [`RidgeClassifier`](super::RidgeClassifier).
    pub struct RidgeClassifierParams => RidgeClassifierValidParams: "RidgeClassifier" {
        /// weight of the penalty
        alpha: f64 = 1.0, in Interval::NOT_NEGATIVE;
        /// whether there is an intercept
        fit_intercept: bool = true;
        /// weight of each class's rows
        class_weight: ClassWeight = ClassWeight::Uniform;
        /// weights not below 0: not supported
        positive: bool = false;
    }
    ignored {
        /// ignored
        copy_x as "copy_X": bool = true;
        /// ignored: the solution is direct
        max_iter: Option<usize> = None::<usize>;
        /// ignored: the solution is direct
        tol: f64 = 1e-4, was 1e-3;
        /// ignored: the optimum is the same
        solver: RidgeSolver = RidgeSolver::Auto;
        /// ignored: nothing is random
        seed as "random_state": Option<usize> = None::<usize>;
    }
    check check_positive;
}

fn check_positive(params: &RidgeClassifierValidParams) -> Result<(), ParamError> {
    if !params.positive {
        return Ok(());
    }
    Err(ParamError::unsupported(
        RidgeClassifierParams::ESTIMATOR,
        "positive=true",
        "there is no solver with bounds on the weights; write positive=false",
    ))
}
