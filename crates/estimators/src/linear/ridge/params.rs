//! Parameters of `RidgeClassifier`.

use crate::parameters::{Interval, Parameters};
use crate::{ClassWeight, ParamError};

choices! {
    /// scikit-learn's solvers. Without bounds all have the same optimum, which Cholesky finds.
    pub enum RidgeSolver {
        /// L-BFGS-B with bounds, else Cholesky.
        Auto = "auto",
        /// Cholesky here.
        Svd = "svd",
        /// Cholesky.
        Cholesky = "cholesky",
        /// Cholesky here.
        Lsqr = "lsqr",
        /// Cholesky here.
        SparseCg = "sparse_cg",
        /// Cholesky here.
        Sag = "sag",
        /// Cholesky here.
        Saga = "saga",
        /// L-BFGS-B, with bounds only.
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
        /// whether weights may not fall below 0
        positive: bool = false;
        /// iterations at most, null for 15,000; with positive=true alone
        max_iter: Option<usize> = None, in Interval::at_least(1);
        /// gradient to reach, and relative decrease that ends it; with positive=true alone
        tol: f64 = 1e-4, in Interval::NOT_NEGATIVE, was 1e-3;
        /// with positive=true auto or lbfgs; the others have the same optimum
        solver: RidgeSolver = RidgeSolver::Auto;
    }
    ignored {
        /// ignored
        copy_x as "copy_X": bool = true;
        /// ignored: nothing is random
        seed as "random_state": Option<usize> = None::<usize>;
    }
    check check_solver;
}

fn check_solver(params: &RidgeClassifierValidParams) -> Result<(), ParamError> {
    let has_bounds = matches!(params.solver, RidgeSolver::Auto | RidgeSolver::Lbfgs);
    let (combination, reason) = match (params.positive, params.solver) {
        (true, _) if has_bounds => return Ok(()),
        (true, solver) => (
            format!("positive=true, solver={solver}"),
            "this solver has no bounds on the weights; write solver=lbfgs",
        ),
        (false, RidgeSolver::Lbfgs) => (
            "solver=lbfgs".to_owned(),
            "it is for positive=true alone; write solver=auto",
        ),
        (false, _) => return Ok(()),
    };
    Err(ParamError::unsupported(
        RidgeClassifierParams::ESTIMATOR,
        combination,
        reason,
    ))
}

#[cfg(test)]
mod tests {
    use linfa::ParamGuard as _;

    use super::*;

    #[test]
    fn bounds_and_their_solver_come_together() {
        for (solver, positive, is_accepted) in [
            (RidgeSolver::Auto, true, true),
            (RidgeSolver::Lbfgs, true, true),
            (RidgeSolver::Cholesky, true, false),
            (RidgeSolver::Lbfgs, false, false),
            (RidgeSolver::Svd, false, true),
        ] {
            let params = RidgeClassifierParams::default();
            let checked = params.solver(solver).positive(positive).check();
            assert_eq!(checked.is_ok(), is_accepted, "{solver} {positive}");
        }
        let refused = RidgeClassifierParams::default().max_iter(Some(0)).check();
        let message = refused.unwrap_err().to_string();
        assert!(message.starts_with("the `max_iter` of RidgeClassifier must be"));
    }
}
