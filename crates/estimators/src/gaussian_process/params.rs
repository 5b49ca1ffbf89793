//! Parameters of [`GaussianProcess`](super::GaussianProcess).

use super::expression::KernelExpression;
use super::kernel::GaussianProcessKernel;
use crate::ParamError;
use crate::parameters::{Interval, NJobs, ParamValue, Parameters};

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
        /// scikit-learn's text of a kernel, or an object of the numbers of a fixed constant · RBF; null is 1 · RBF(1), fixed
        kernel: Option<GaussianProcessKernel> = None, in Interval::POSITIVE;
        /// chooses the numbers of the kernel that are not fixed; null keeps all as they are
        optimizer: Option<KernelOptimizer> = Some(KernelOptimizer::LbfgsB);
        /// further searches for those numbers, from random ones
        n_restarts_optimizer: usize = 0;
        /// Newton steps of each two-class problem at most
        max_iter_predict: usize = 100, in Interval::at_least(1);
        /// whether each search for a mode starts from the end of the one before
        warm_start: bool = false;
        /// how many classes are made of two-class problems
        multi_class: GaussianProcessMultiClass = GaussianProcessMultiClass::OneVsRest;
    }
    seed ParamValue::Null;
    ignored {
        /// a matter of memory; accepted and dropped
        copy_x_train as "copy_X_train": bool = true;
        /// a matter of speed; accepted and dropped
        n_jobs: NJobs = NJobs;
    }
    check check_kernel;
}

impl GaussianProcessValidParams {
    /// Whether the kernel is a constant times an RBF whose numbers are held fixed, for which there
    /// is a fast way.
    #[must_use]
    pub fn is_fixed_rbf(&self) -> bool {
        let is_fixed = self.optimizer.is_none();
        let kernel = self.kernel.as_ref();
        kernel.is_none_or(|kernel| kernel.fixed_rbf(is_fixed).is_some())
    }

    /// Returns how many numbers of the kernel are to be chosen.
    #[must_use]
    pub fn n_free(&self) -> usize {
        match &self.kernel {
            Some(GaussianProcessKernel::Expression(KernelExpression(kernel)))
                if self.optimizer.is_some() =>
            {
                kernel.n_free()
            }
            _ => 0,
        }
    }
}

fn check_kernel(params: &GaussianProcessValidParams) -> Result<(), ParamError> {
    let estimator = GaussianProcessParams::ESTIMATOR;
    match &params.kernel {
        Some(GaussianProcessKernel::Unreadable { text, reason }) => {
            let expected = format!("a kernel in scikit-learn's words ({reason})");
            Err(ParamError::value(
                estimator,
                "kernel",
                expected,
                format!("{text:?}"),
            ))
        }
        Some(GaussianProcessKernel::Expression(KernelExpression(kernel))) => {
            let bounds = kernel.log_bounds();
            let is_finite = |(low, high): &(f64, f64)| low.is_finite() && high.is_finite();
            let n_restarts = params.n_restarts_optimizer;
            if params.optimizer.is_none() || n_restarts == 0 || bounds.iter().all(is_finite) {
                return Ok(());
            }
            Err(ParamError::unsupported(
                estimator,
                format!("n_restarts_optimizer={n_restarts}"),
                "random starts need bounds of the kernel that are finite and not 0",
            ))
        }
        _ => Ok(()),
    }
}
