//! From training data to machines: one dual problem a pair of classes, as LIBSVM poses it.
//!
//! C-SVC: min ½ αᵀQα - Σα, 0 ≤ α_i ≤ C·weight, yᵀα = 0. ν-SVC: min ½ αᵀQα, 0 ≤ α_i ≤ 1,
//! Σα = ν·n, yᵀα = 0, then scaled so that the margin is 1. With y = +1 for the lower class of the
//! pair. Bias and support vectors as in C.-C. Chang, C.-J. Lin, LIBSVM: A Library for Support
//! Vector Machines (2011), sections 4.1.5 and 5.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{Array2, ArrayBase, ArrayView2, Axis, Data, Ix2};

use super::augmented_lagrangian;
use super::decomposition::{self, Dual, Outcome};
use super::kernel::Kernel;
use super::model::{Machines, NuSvc, PairSolution, Svc};
use super::params::{
    ClassWeight, Gamma, KernelKind, NuSvcValidParams, SvcValidParams, SvmSettings,
};
use super::rows::KernelRows;
use crate::error::{FitError, ParamError};
use crate::multiclass::{ClassEncoding, ClassPair, class_counts, fit_one_vs_one};

/// Steps of a pair with the linear kernel after which its weights are turned to: easy pairs need
/// fewer, and the others start the better.
const SLOW_FROM: usize = 100_000;

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for SvcValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = Svc;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Svc, FitError> {
        let (encoding, codes) = ClassEncoding::new(dataset.as_single_targets());
        let weights = class_weights(&self.settings.class_weight, &encoding, &codes);
        let problem = |pair: &ClassPair| {
            let bound = |is_first| {
                self.c
                    * if is_first {
                        weights[pair.first]
                    } else {
                        weights[pair.second]
                    }
            };
            Ok(c_dual(&pair.is_first, bound(true), bound(false)))
        };
        let x = dataset.records().view();
        fit_machines(x, encoding, &codes, &self.settings, &problem, c_solution).map(Svc)
    }
}

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for NuSvcValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = NuSvc;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<NuSvc, FitError> {
        let (encoding, codes) = ClassEncoding::new(dataset.as_single_targets());
        let problem = |pair: &ClassPair| nu_dual(&pair.is_first, self.nu);
        let x = dataset.records().view();
        fit_machines(x, encoding, &codes, &self.settings, &problem, nu_solution).map(NuSvc)
    }
}

fn fit_machines(
    x: ArrayView2<'_, f32>,
    encoding: ClassEncoding,
    codes: &[usize],
    settings: &SvmSettings,
    problem: &(impl Fn(&ClassPair) -> Result<Dual, FitError> + Sync),
    solution: impl Fn(&Dual, &Outcome) -> (Vec<f64>, f64) + Sync,
) -> Result<Machines, FitError> {
    let kernel = resolve_kernel(settings, x);
    let budget = (settings.cache_size * 1e6) as usize;
    let pairs: Result<_, FitError> = fit_one_vs_one(codes, encoding.n_classes(), |pair| {
        let mut dual = problem(pair)?;
        let x: Array2<f32> = x.select(Axis(0), &pair.rows);
        let mut rows = KernelRows::new(kernel, x.view(), budget);
        let outcome = if kernel == Kernel::Linear && dual.n_groups == 1 {
            solve_linear(&mut dual, &mut rows, x.view(), settings)
        } else {
            decomposition::solve(&mut dual, &mut rows, settings.tol, settings.max_iter)
        };
        let (coefs, intercept) = solution(&dual, &outcome);
        let support = |&(_, coef): &(usize, f64)| coef != 0.0;
        Ok(PairSolution {
            coefs: pair
                .rows
                .iter()
                .copied()
                .zip(coefs)
                .filter(support)
                .collect(),
            intercept,
            n_iter: outcome.n_iter,
            n_rows: rows.n_computed(),
            n_rounds: outcome.n_rounds,
            gap: outcome.gap,
            converged: outcome.converged,
        })
    });
    Ok(Machines::new(
        x,
        encoding,
        codes,
        kernel,
        &pairs?,
        settings.break_ties,
    ))
}

/// Working sets as long as they are quick, then steps on the weights.
fn solve_linear(
    dual: &mut Dual,
    rows: &mut KernelRows<'_>,
    x: ArrayView2<'_, f32>,
    settings: &SvmSettings,
) -> Outcome {
    let max_iter = settings.max_iter.unwrap_or(SLOW_FROM);
    let first = decomposition::solve(dual, rows, settings.tol, Some(max_iter));
    if first.converged || settings.max_iter.is_some() {
        return first;
    }
    let second = augmented_lagrangian::solve(dual, x, settings.tol);
    Outcome {
        n_iter: first.n_iter + second.n_iter,
        n_rounds: first.n_rounds + second.n_rounds,
        ..second
    }
}

fn resolve_kernel(settings: &SvmSettings, x: ArrayView2<'_, f32>) -> Kernel {
    let (gamma, coef0) = (gamma(settings.gamma, x) as f32, settings.coef0 as f32);
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

fn gamma(gamma: Gamma, x: ArrayView2<'_, f32>) -> f64 {
    let n_features = x.ncols() as f64;
    match gamma {
        Gamma::Auto => 1.0 / n_features,
        Gamma::Value(gamma) => gamma,
        Gamma::Scale => {
            let n = x.len() as f64;
            let mean = x.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
            let variance = x
                .iter()
                .map(|&v| (f64::from(v) - mean).powi(2))
                .sum::<f64>()
                / n;
            if variance > 0.0 {
                1.0 / (n_features * variance)
            } else {
                1.0
            }
        }
    }
}

fn class_weights(weight: &ClassWeight, encoding: &ClassEncoding, codes: &[usize]) -> Vec<f64> {
    let n_classes = encoding.n_classes();
    match weight {
        ClassWeight::Uniform => vec![1.0; n_classes],
        ClassWeight::Balanced => class_counts(codes, n_classes)
            .into_iter()
            .map(|count| codes.len() as f64 / (n_classes * count) as f64)
            .collect(),
        ClassWeight::ByLabel(weights) => encoding
            .labels()
            .iter()
            .map(|label| weights.get(label).copied().unwrap_or(1.0))
            .collect(),
    }
}

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

/// Coefficients of the decision function, and its intercept.
fn c_solution(dual: &Dual, outcome: &Outcome) -> (Vec<f64>, f64) {
    (dual.beta.clone(), dual.level(&outcome.gradient, 0))
}

/// ν-SVC's constraints; the start is LIBSVM's, the first rows of each class filled up to ν·n/2.
fn nu_dual(is_first: &[bool], nu: f64) -> Result<Dual, FitError> {
    let n = is_first.len();
    let n_first = is_first.iter().filter(|&&is_first| is_first).count();
    if nu * n as f64 / 2.0 > n_first.min(n - n_first) as f64 {
        return Err(FitError::Param(ParamError::value(
            "NuSVC",
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

fn nu_solution(dual: &Dual, outcome: &Outcome) -> (Vec<f64>, f64) {
    let level_of = |group| dual.level(&outcome.gradient, group);
    let (first, second) = (level_of(0), level_of(1));
    // f = -Kβ: at the margins the decision without intercept is -first and -second.
    let half_margin = (second - first) / 2.0;
    let coefs = dual.beta.iter().map(|beta| beta / half_margin).collect();
    (coefs, (first + second) / 2.0 / half_margin)
}
