//! Parameters of `QuadraticDiscriminantAnalysis`.

use crate::parameters::Interval;

parameters! {
    /// Parameters of [`QuadraticDiscriminant`](super::QuadraticDiscriminant).
    pub struct QuadraticDiscriminantParams => QuadraticDiscriminantValidParams: "QuadraticDiscriminantAnalysis" {
        /// probability of each class, in ascending order of label; null takes the class frequencies
        priors: Option<Vec<f64>> = None, in Interval::NOT_NEGATIVE;
        /// share of the identity in every covariance
        reg_param: f64 = 0.0, in Interval::UNIT;
        /// singular value that counts as 0; only warned of
        tol: f64 = 1e-4, in Interval::NOT_NEGATIVE;
    }
    ignored {
        /// ignored: the model keeps no covariance
        store_covariance: bool = false;
    }
}
