//! From training data to machines: one dual problem per pair of classes, as LIBSVM poses it.
//!
//! C-SVC: min ½ αᵀQα - Σα, 0 ≤ α_i ≤ C·weight, yᵀα = 0. ν-SVC: min ½ αᵀQα, 0 ≤ α_i ≤ 1,
//! Σα = ν·n, yᵀα = 0, then scaled so that the margin is 1. With y = +1 for the lower class of the
//! pair. Bias and support vectors as in C.-C. Chang, C.-J. Lin, LIBSVM: A Library for Support
//! Vector Machines (2011), sections 4.1.5 and 5.

use ndarray::{Array2, ArrayView2, Axis};

use super::augmented_lagrangian;
use super::decomposition;
use super::dual::{Dual, DualOutcome};
use super::kernel::Kernel;
use super::kernel_cache::KernelCache;
use super::machines::{Machines, PairSolution};
use super::model::{NuSvc, Svc};
use super::params::{
    KernelKind, NuSvcParams, NuSvcValidParams, SvcParams, SvcValidParams, SvmSettings,
};
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::multiclass::{ClassEncoding, ClassPair, fit_one_vs_one};
use crate::parameters::Parameters;

/// Steps after which a pair with the linear kernel goes on by steps on its weights. Easy pairs need
/// fewer; the others start from a better point.
const SLOW_FROM: usize = 100_000;

impl Classifier for SvcValidParams {
    type Model = Svc;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Svc, FitError> {
        let weights =
            self.settings
                .class_weight
                .of_classes(SvcParams::ESTIMATOR, &encoding, codes)?;
        let problem = |pair: &ClassPair| {
            let bound = |class: usize| self.c * weights[class];
            Ok(c_dual(
                &pair.is_first,
                bound(pair.first),
                bound(pair.second),
            ))
        };
        fit_machines(x, encoding, codes, &self.settings, &problem, c_solution).map(Svc)
    }
}

impl Classifier for NuSvcValidParams {
    type Model = NuSvc;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<NuSvc, FitError> {
        let problem = |pair: &ClassPair| nu_dual(&pair.is_first, self.nu);
        fit_machines(x, encoding, codes, &self.settings, &problem, nu_solution).map(NuSvc)
    }
}

/// Fits the machines of all pairs of classes: `problem` poses the dual problem of a pair,
/// `solution` returns the coefficients of its decision function and the intercept.
fn fit_machines(
    x: ArrayView2<'_, f32>,
    encoding: ClassEncoding,
    codes: &[usize],
    settings: &SvmSettings,
    problem: &(impl Fn(&ClassPair) -> Result<Dual, FitError> + Sync),
    solution: impl Fn(&Dual, &DualOutcome) -> (Vec<f64>, f64) + Sync,
) -> Result<Machines, FitError> {
    let kernel = resolve_kernel(settings, x);
    let pairs: Result<_, FitError> = fit_one_vs_one(codes, encoding.n_classes(), |pair| {
        let mut dual = problem(pair)?;
        let x: Array2<f32> = x.select(Axis(0), &pair.rows);
        let (outcome, n_rows) = solve(&mut dual, kernel, x.view(), settings);
        let (coefs, intercept) = solution(&dual, &outcome);
        let rows_and_coefs = pair.rows.iter().copied().zip(coefs);
        Ok(PairSolution {
            coefs: rows_and_coefs.filter(|&(_, coef)| coef != 0.0).collect(),
            intercept,
            n_iter: outcome.n_iter,
            n_rows,
            n_rounds: outcome.n_rounds,
            gap: outcome.gap,
            converged: outcome.converged,
        })
    });
    let break_ties = settings.break_ties;
    Ok(Machines::new(
        x, encoding, codes, kernel, &pairs?, break_ties,
    ))
}

/// Solves the dual problem of a pair of classes with the rows `x`; also returns how many kernel
/// rows that took.
fn solve(
    dual: &mut Dual,
    kernel: Kernel,
    x: ArrayView2<'_, f32>,
    settings: &SvmSettings,
) -> (DualOutcome, usize) {
    let budget = (settings.cache_size * 1e6) as usize;
    let mut rows = KernelCache::new(kernel, x, budget);
    let outcome = if kernel == Kernel::Linear && dual.n_groups == 1 {
        solve_linear(dual, &mut rows, x, settings)
    } else {
        decomposition::solve(dual, &mut rows, settings.tol, settings.max_iter.0)
    };
    (outcome, rows.n_computed())
}

/// Solves by working sets as long as they are quick, then by steps on the weights; a limit of steps
/// leaves it at the working sets.
fn solve_linear(
    dual: &mut Dual,
    rows: &mut KernelCache<'_>,
    x: ArrayView2<'_, f32>,
    settings: &SvmSettings,
) -> DualOutcome {
    let max_iter = settings.max_iter.0;
    let first = decomposition::solve(dual, rows, settings.tol, max_iter.or(Some(SLOW_FROM)));
    if first.converged || max_iter.is_some() {
        return first;
    }
    let second = augmented_lagrangian::solve(dual, x, settings.tol);
    DualOutcome {
        n_iter: first.n_iter + second.n_iter,
        n_rounds: first.n_rounds + second.n_rounds,
        ..second
    }
}

fn resolve_kernel(settings: &SvmSettings, x: ArrayView2<'_, f32>) -> Kernel {
    let (gamma, coef0) = (settings.gamma.of_rows(x) as f32, settings.coef0 as f32);
    match settings.kernel {
        KernelKind::Linear => Kernel::Linear,
        KernelKind::Rbf => Kernel::Rbf { gamma },
        KernelKind::Poly => Kernel::Poly {
            gamma,
            coef0,
            degree: u32::try_from(settings.degree).expect("checked with the parameters"),
        },
        KernelKind::Sigmoid => Kernel::Sigmoid { gamma, coef0 },
    }
}

/// Poses C-SVC's problem with these bounds of α for the first and the second class; the start is 0.
fn c_dual(is_first: &[bool], c_first: f64, c_second: f64) -> Dual {
    let n = is_first.len();
    let by_class = |first: f64, second: f64| -> Vec<f64> {
        let value = |&is_first: &bool| if is_first { first } else { second };
        is_first.iter().map(value).collect()
    };
    Dual {
        beta: vec![0.0; n],
        lower: by_class(0.0, -c_second),
        upper: by_class(c_first, 0.0),
        linear: by_class(1.0, -1.0),
        group: vec![0; n],
        n_groups: 1,
    }
}

/// Returns the coefficients of the decision function, and its intercept.
fn c_solution(dual: &Dual, outcome: &DualOutcome) -> (Vec<f64>, f64) {
    (dual.beta.clone(), dual.level(&outcome.gradient, 0))
}

/// Poses ν-SVC's problem; the start is LIBSVM's, the first rows of each class filled up to ν·n/2.
fn nu_dual(is_first: &[bool], nu: f64) -> Result<Dual, FitError> {
    let n = is_first.len();
    let n_first = is_first.iter().filter(|&&is_first| is_first).count();
    if nu * n as f64 / 2.0 > n_first.min(n - n_first) as f64 {
        return Err(FitError::Param(ParamError::value(
            NuSvcParams::ESTIMATOR,
            "nu",
            format!(
                "at most twice the share of the smaller class of each pair, here {}",
                2.0 * n_first.min(n - n_first) as f64 / n as f64
            ),
            nu,
        )));
    }
    let mut left = [nu * n as f64 / 2.0; 2];
    let mut dual = Dual {
        beta: vec![0.0; n],
        lower: vec![0.0; n],
        upper: vec![0.0; n],
        linear: vec![0.0; n],
        group: is_first
            .iter()
            .map(|&is_first| u8::from(!is_first))
            .collect(),
        n_groups: 2,
    };
    for (idx, &is_first) in is_first.iter().enumerate() {
        let left = &mut left[usize::from(!is_first)];
        let alpha = left.min(1.0);
        *left -= alpha;
        if is_first {
            dual.upper[idx] = 1.0;
            dual.beta[idx] = alpha;
        } else {
            dual.lower[idx] = -1.0;
            dual.beta[idx] = -alpha;
        }
    }
    Ok(dual)
}

/// Returns the coefficients of the decision function, scaled so that the margin is 1, and its
/// intercept.
fn nu_solution(dual: &Dual, outcome: &DualOutcome) -> (Vec<f64>, f64) {
    let level_of = |group| dual.level(&outcome.gradient, group);
    let (first, second) = (level_of(0), level_of(1));
    // f = -Kβ: at the margins the decision without intercept is -first and -second.
    let half_margin = (second - first) / 2.0;
    let coefs = dual.beta.iter().map(|beta| beta / half_margin).collect();
    (coefs, (first + second) / 2.0 / half_margin)
}
