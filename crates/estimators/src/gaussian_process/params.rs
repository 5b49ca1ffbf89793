//! Parameters of [`GaussianProcess`](super::GaussianProcess).

use super::kernel::GaussianProcessKernel;
use crate::parameters::{Interval, NJobs};

choices! {
    /// How many classes are made of two-class problems.
    #[derive(Default)]
    pub enum GaussianProcessMultiClass {
        /// Each class against all others; the largest probability wins.
        #[default]
        OneVsRest = "one_vs_rest",
        /// Each pair of classes; the most votes win.
        OneVsOne = "one_vs_one",
    }
}

choices! {
    /// What optimises a kernel that is not held fixed.
    pub enum KernelOptimizer {
        /// SciPy's L-BFGS-B.
        LbfgsB = "fmin_l_bfgs_b",
    }
}

parameters! {
    /// Parameters of [`GaussianProcess`](super::GaussianProcess).
    pub struct GaussianProcessParams => GaussianProcessValidParams: "GaussianProcessClassifier" {
        /// constant · RBF, held fixed: null for 1·RBF(1), or {"constant_value": c, "length_scale": l}
        kernel: Option<GaussianProcessKernel> = None, in Interval::POSITIVE;
        /// Newton steps of each two-class problem at most
        max_iter_predict: usize = 100, in Interval::at_least(1);
        /// how many classes are made of two-class problems
        multi_class: GaussianProcessMultiClass = GaussianProcessMultiClass::OneVsRest;
    }
    ignored {
        /// optimises kernels that are not held fixed; there are none here, accepted and dropped
        optimizer: Option<KernelOptimizer> = Some(KernelOptimizer::LbfgsB);
        /// restarts of the optimizer; accepted and dropped
        n_restarts_optimizer: usize = 0;
        /// start from an earlier mode; there is none, accepted and dropped
        warm_start: bool = false;
        /// a matter of memory; accepted and dropped
        copy_x_train as "copy_X_train": bool = true;
        /// seed of the restarts; accepted and dropped
        random_state: Option<usize> = None;
        /// a matter of speed; accepted and dropped
        n_jobs: NJobs = NJobs;
    }
}
