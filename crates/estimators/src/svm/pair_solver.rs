//! The solver that suits the dual problem of a pair of classes.

use ndarray::{ArrayView1, ArrayView2};

use super::augmented_lagrangian;
use super::decomposition;
use super::dual::{Dual, DualOutcome};
use super::exact_rows::ExactRows;
use super::kernel::Kernel;
use super::kernel_cache::KernelCache;
use super::libsvm_steps::{self, Steps};
use super::params::SvmSettings;
use super::products::Products;

/// Steps after which a pair with the linear kernel goes on by steps on its weights. Easy pairs need
/// fewer; the others start from a better point.
const SLOW_FROM: usize = 100_000;

/// Rows of a pair up to which it is solved by LIBSVM's own steps.
pub(super) const MAX_EXACT: usize = 1024;

/// The same where larger sets are worth it: for the sigmoid kernel, where the path decides which
/// stationary point is found, and for ν-SVC, where working sets converge slowly.
const MAX_EXACT_HARD: usize = 2048;

/// LIBSVM's steps after which a pair with the linear kernel goes on by steps on its weights.
const SLOW_AS_LIBSVM: usize = 1_000_000;

/// LIBSVM's steps after which a fit without `max_iter` ends and says that it has not converged. It
/// is LIBSVM's own limit, which scikit-learn has taken out.
const MAX_STEPS: usize = 10_000_000;

/// A problem's kernel, rows and settings.
pub(super) struct PairSolver<'a> {
    pub kernel: Kernel,
    /// The rows of the pair.
    pub x: ArrayView2<'a, f32>,
    pub settings: &'a SvmSettings,
}

impl PairSolver<'_> {
    /// Solves the dual problem; also returns how many kernel rows that took.
    pub(super) fn solve(
        &self,
        dual: &mut Dual,
        is_first: &[bool],
        products: &mut dyn Products,
    ) -> (DualOutcome, usize) {
        let Self {
            kernel,
            x,
            settings,
        } = *self;
        let squared_norm =
            |row: ArrayView1<'_, f32>| row.iter().map(|&v| f64::from(v).powi(2)).sum();
        let longest = x.rows().into_iter().map(squared_norm).fold(0.0, f64::max);
        // A weight that is not positive leaves a class without room; LIBSVM's steps say what follows.
        let has_room = dual.lower.iter().zip(&dual.upper).all(|(l, u)| l < u);
        let is_harmless = has_room && kernel.rounding(longest, longest).is_harmless();
        if x.nrows() <= most_exact(kernel, dual.n_groups)
            || settings.max_iter.0.is_some()
            || !is_harmless
        {
            return self.solve_as_libsvm(dual, is_first, products);
        }
        let start = dual.beta.clone();
        let mut rows = KernelCache::new(kernel, x, budget_bytes(settings), products);
        let outcome = if is_linear_c_svc(kernel, dual) {
            solve_linear(dual, &mut rows, x, settings)
        } else {
            decomposition::solve(dual, &mut rows, settings.tol, None)
        };
        if outcome.converged {
            return (outcome, rows.n_computed());
        }
        // Rounding hides what is left to gain: gradients in `f64` go on to the end.
        dual.beta = start;
        drop(rows);
        self.solve_as_libsvm(dual, is_first, products)
    }

    /// Solves by LIBSVM's steps; what is slow with the linear kernel by steps on the weights.
    fn solve_as_libsvm(
        &self,
        dual: &mut Dual,
        is_first: &[bool],
        products: &mut dyn Products,
    ) -> (DualOutcome, usize) {
        let Self {
            kernel,
            x,
            settings,
        } = *self;
        let order = libsvm_steps::order_of(is_first);
        let mut rows = ExactRows::new(kernel, x, order, budget_bytes(settings), products);
        let may_switch = is_linear_c_svc(kernel, dual) && settings.max_iter.0.is_none();
        let steps = Steps {
            tol: settings.tol,
            max_iter: match settings.max_iter.0 {
                Some(max_iter) => max_iter,
                None if may_switch => SLOW_AS_LIBSVM,
                None => MAX_STEPS,
            },
            shrinking: settings.shrinking,
        };
        let first = libsvm_steps::solve(dual, is_first, &mut rows, steps);
        if first.converged || !may_switch {
            return (first, rows.n_computed());
        }
        dual.beta.fill(0.0);
        let second = augmented_lagrangian::solve(dual, x, settings.tol);
        (followed_by(&first, second), rows.n_computed())
    }
}

fn most_exact(kernel: Kernel, n_groups: usize) -> usize {
    if n_groups == 2 || matches!(kernel, Kernel::Sigmoid { .. }) {
        MAX_EXACT_HARD
    } else {
        MAX_EXACT
    }
}

/// Returns how many bytes of kernel rows are kept.
pub(super) fn budget_bytes(settings: &SvmSettings) -> usize {
    (settings.cache_size * 1e6) as usize
}

fn is_linear_c_svc(kernel: Kernel, dual: &Dual) -> bool {
    kernel == Kernel::Linear && dual.n_groups == 1
}

/// Solves by working sets as long as they are quick, then by steps on the weights.
fn solve_linear(
    dual: &mut Dual,
    rows: &mut KernelCache<'_>,
    x: ArrayView2<'_, f32>,
    settings: &SvmSettings,
) -> DualOutcome {
    let first = decomposition::solve(dual, rows, settings.tol, Some(SLOW_FROM));
    if first.converged {
        return first;
    }
    followed_by(&first, augmented_lagrangian::solve(dual, x, settings.tol))
}

/// Adds what the first of two solvers did to the result of the second.
fn followed_by(first: &DualOutcome, second: DualOutcome) -> DualOutcome {
    DualOutcome {
        n_iter: first.n_iter + second.n_iter,
        n_rounds: first.n_rounds + second.n_rounds,
        ..second
    }
}
