//! Parameters of `LinearDiscriminantAnalysis`.

use super::shrinkage::Shrinkage;
use crate::ParamError;
use crate::parameters::{Interval, OnlyNull, Parameters};

choices! {
    /// scikit-learn's solvers.
    pub enum LinearDiscriminantSolver {
        /// In the directions in which rows vary within classes more than `tol`.
        Svd = "svd",
        /// Least squares with the covariance, which may be shrunk and need not be regular.
        Lsqr = "lsqr",
        /// With the inverse of the covariance, which may be shrunk and has to be regular.
        Eigen = "eigen",
    }
}

parameters! {
    /// Parameters of [`LinearDiscriminant`](super::LinearDiscriminant).
    pub struct LinearDiscriminantParams => LinearDiscriminantValidParams: "LinearDiscriminantAnalysis" {
        /// how the weights are found
        solver: LinearDiscriminantSolver = LinearDiscriminantSolver::Svd;
        /// how far covariances are drawn to a multiple of the identity (lsqr and eigen)
        shrinkage: Shrinkage = Shrinkage::None, in Interval::UNIT;
        /// probability of each class, in ascending order of label; null takes the class frequencies
        priors: Option<Vec<f64>> = None, in Interval::NOT_NEGATIVE;
        /// components of a projection; checked, classes do not depend on it
        n_components: Option<usize> = None, in Interval::at_least(1);
        /// deviation that counts as none (svd)
        tol: f64 = 1e-4, in Interval::NOT_NEGATIVE;
        /// an estimator of covariances, which only Python has
        covariance_estimator: OnlyNull = OnlyNull;
    }
    ignored {
        /// ignored: the model keeps no covariance
        store_covariance: bool = false;
    }
    check check_shrinkage;
}

fn check_shrinkage(params: &LinearDiscriminantValidParams) -> Result<(), ParamError> {
    let is_shrunk = params.shrinkage != Shrinkage::None;
    if is_shrunk && params.solver == LinearDiscriminantSolver::Svd {
        return Err(ParamError::unsupported(
            LinearDiscriminantParams::ESTIMATOR,
            "shrinkage, solver=svd",
            "this solver knows no covariance to shrink; write solver=lsqr or solver=eigen",
        ));
    }
    Ok(())
}
