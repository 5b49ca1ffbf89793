//! From training data to machines: one dual problem per pair of classes, as LIBSVM poses it.
//!
//! C-SVC: min ½ αᵀQα - Σα, 0 ≤ α_i ≤ C·weight, yᵀα = 0. ν-SVC: min ½ αᵀQα, 0 ≤ α_i ≤ 1,
//! Σα = ν·n, yᵀα = 0, then scaled so that the margin is 1. With y = +1 for the lower class of the
//! pair. Bias and support vectors as in C.-C. Chang, C.-J. Lin, LIBSVM: A Library for Support
//! Vector Machines (2011), sections 4.1.5 and 5.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use super::augmented_lagrangian;
use super::decomposition;
use super::dual::{Dual, DualOutcome};
use super::exact_rows::ExactRows;
use super::kernel::Kernel;
use super::kernel_cache::KernelCache;
use super::libsvm_steps::{self, Steps};
use super::machines::{Machines, PairSolution};
use super::model::{NuSvc, Svc};
use super::params::{
    DecisionShape, KernelKind, NuSvcParams, NuSvcValidParams, SvcParams, SvcValidParams,
    SvmSettings,
};
use super::platt::{self, Sigmoid};
use crate::classifier::Classifier;
use crate::error::{FitError, ParamError};
use crate::finite::NotFinite;
use crate::multiclass::{ClassEncoding, ClassPair, class_counts, class_pairs, fit_one_vs_one};
use crate::parameters::Parameters;

/// Steps after which a pair with the linear kernel goes on by steps on its weights. Easy pairs need
/// fewer; the others start from a better point.
const SLOW_FROM: usize = 100_000;

/// Rows of a pair up to which it is solved by LIBSVM's own steps.
const MAX_EXACT: usize = 1024;

/// The same where larger sets are worth it: for the sigmoid kernel, where the path decides which
/// stationary point is found, and for ν-SVC, where working sets converge slowly.
const MAX_EXACT_HARD: usize = 2048;

/// LIBSVM's steps after which a pair with the linear kernel goes on by steps on its weights.
const SLOW_AS_LIBSVM: usize = 1_000_000;

/// LIBSVM's steps after which a fit without `max_iter` ends and says that it has not converged. It
/// is LIBSVM's own limit, which scikit-learn has taken out.
const MAX_STEPS: usize = 10_000_000;

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
        let training = Training {
            kernel: resolve_kernel(&self.settings, x),
            settings: &self.settings,
            problem: |pair: &ClassPair| {
                let bound = |class: usize| self.c * weights[class];
                c_dual(&pair.is_first, bound(pair.first), bound(pair.second))
            },
            solution: c_solution,
        };
        training.fit(x, encoding, codes).map(Svc)
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
        let counts = class_counts(codes, encoding.n_classes());
        // LIBSVM does not use them, but scikit-learn looks at their labels.
        self.settings
            .class_weight
            .of_counts(NuSvcParams::ESTIMATOR, &encoding, &counts)?;
        check_nu(self.nu, &encoding, &counts)?;
        let training = Training {
            kernel: resolve_kernel(&self.settings, x),
            settings: &self.settings,
            problem: |pair: &ClassPair| nu_dual(&pair.is_first, self.nu),
            solution: nu_solution,
        };
        training.fit(x, encoding, codes).map(NuSvc)
    }
}

/// How the machine of any pair of classes is fitted.
struct Training<'a, P, S> {
    kernel: Kernel,
    settings: &'a SvmSettings,
    /// Poses the dual problem of a pair.
    problem: P,
    /// Returns the coefficients of the decision function and the intercept.
    solution: S,
}

impl<P, S> Training<'_, P, S>
where
    P: Fn(&ClassPair) -> Dual + Sync,
    S: Fn(&Dual, &DualOutcome) -> (Vec<f64>, f64) + Sync,
{
    /// Fits the machines of all pairs of classes.
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        encoding: ClassEncoding,
        codes: &[usize],
    ) -> Result<Machines, FitError> {
        let pairs: Result<_, FitError> = fit_one_vs_one(codes, encoding.n_classes(), |pair| {
            let mut solution = self.fit_pair(x, pair);
            if self.settings.probability {
                solution.sigmoid = Some(self.fit_sigmoid(x, pair)?);
            }
            Ok(solution)
        });
        let votes = (
            self.settings.break_ties,
            self.settings.decision_function_shape,
        );
        Ok(Machines::new(
            x,
            encoding,
            codes,
            self.kernel,
            &pairs?,
            votes,
        ))
    }

    fn fit_pair(&self, x: ArrayView2<'_, f32>, pair: &ClassPair) -> PairSolution {
        let mut dual = (self.problem)(pair);
        let x: Array2<f32> = x.select(Axis(0), &pair.rows);
        let is_first = &pair.is_first;
        let (outcome, n_rows) = solve(&mut dual, is_first, self.kernel, x.view(), self.settings);
        let (coefs, intercept) = (self.solution)(&dual, &outcome);
        let rows_and_coefs = pair.rows.iter().copied().zip(coefs);
        PairSolution {
            coefs: rows_and_coefs.filter(|&(_, coef)| coef != 0.0).collect(),
            intercept,
            sigmoid: None,
            objective: dual.objective(&outcome.gradient),
            n_iter: outcome.n_iter,
            n_rows,
            n_rounds: outcome.n_rounds,
            gap: outcome.gap,
            converged: outcome.converged,
        }
    }

    /// Fits the probability of a pair's first class, on decisions of machines that have not seen
    /// the rows.
    fn fit_sigmoid(&self, x: ArrayView2<'_, f32>, pair: &ClassPair) -> Result<Sigmoid, FitError> {
        // LIBSVM has the rows class by class here, and within a fold its second class first.
        let order = libsvm_steps::order_of(&pair.is_first);
        let is_first: Vec<bool> = order.iter().map(|&idx| pair.is_first[idx]).collect();
        let rows: Vec<usize> = order.iter().map(|&idx| pair.rows[idx]).collect();
        let of = |places: &[usize]| -> Array2<f32> {
            let rows: Vec<usize> = places.iter().map(|&place| rows[place]).collect();
            x.select(Axis(0), &rows)
        };
        let decide = |train: &[usize], held_back: &[usize]| {
            let part = ClassPair {
                first: pair.second,
                second: pair.first,
                rows: (0..train.len()).collect(),
                is_first: train.iter().map(|&place| !is_first[place]).collect(),
            };
            if has_full_class(&(self.problem)(&part)) {
                return Ok(vec![f64::NAN; held_back.len()]);
            }
            let x_train = of(train);
            let solution = self.fit_pair(x_train.view(), &part);
            let codes: Vec<usize> = part.is_first.iter().map(|&is| usize::from(!is)).collect();
            let (encoding, codes) = ClassEncoding::new(codes);
            let (x, kernel) = (x_train.view(), self.kernel);
            let votes = (false, DecisionShape::OneVsRest);
            let machine = Machines::new(x, encoding, &codes, kernel, &[solution], votes);
            check_finite_state(machine.not_finite())?;
            let is_small = train.len() <= MAX_EXACT;
            let decisions = machine.decisions_of(of(held_back).view(), is_small);
            Ok(decisions.column(0).mapv(|decision| -decision).to_vec())
        };
        let seed = self.settings.random_state.unwrap_or_default() as u64;
        // numpy's seeds have 32 bits.
        let seed = (seed ^ (seed >> 32)) as u32;
        let decisions = platt::cross_validated(&is_first, seed, decide)?;
        Ok(Sigmoid::fit(&decisions, &is_first))
    }
}

fn check_finite_state(found: Option<NotFinite>) -> Result<(), FitError> {
    found.map_or(Ok(()), |found| Err(found.into()))
}

/// Whether a class of ν-SVC's problem has no more rows than ν·n/2, so that all of them are at their
/// bound whatever the solution, and nothing says where the margin is. A fit refuses that; in the
/// parts of a cross-validation LIBSVM goes on, with decisions that are not numbers.
fn has_full_class(dual: &Dual) -> bool {
    let is_full = |group: u8| {
        let of_group = (0..dual.beta.len()).filter(|&idx| dual.group[idx] == group);
        of_group.clone().count() > 0
            && of_group
                .into_iter()
                .all(|idx| dual.beta[idx] == dual.lower[idx] + dual.upper[idx])
    };
    dual.n_groups == 2 && (is_full(0) || is_full(1))
}

/// Solves the dual problem of a pair of classes with the rows `x`; also returns how many kernel
/// rows that took.
fn solve(
    dual: &mut Dual,
    is_first: &[bool],
    kernel: Kernel,
    x: ArrayView2<'_, f32>,
    settings: &SvmSettings,
) -> (DualOutcome, usize) {
    let squared_norm = |row: ArrayView1<'_, f32>| row.iter().map(|&v| f64::from(v).powi(2)).sum();
    let longest = x.rows().into_iter().map(squared_norm).fold(0.0, f64::max);
    // A weight that is not positive leaves a class without room; LIBSVM's steps say what follows.
    let has_room = dual.lower.iter().zip(&dual.upper).all(|(l, u)| l < u);
    let is_harmless = has_room && kernel.rounding(longest, longest).is_harmless();
    if x.nrows() <= most_exact(kernel, dual.n_groups)
        || settings.max_iter.0.is_some()
        || !is_harmless
    {
        return solve_as_libsvm(dual, is_first, kernel, x, settings);
    }
    let start = dual.beta.clone();
    let mut rows = KernelCache::new(kernel, x, budget_bytes(settings));
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
    solve_as_libsvm(dual, is_first, kernel, x, settings)
}

fn most_exact(kernel: Kernel, n_groups: usize) -> usize {
    if n_groups == 2 || matches!(kernel, Kernel::Sigmoid { .. }) {
        MAX_EXACT_HARD
    } else {
        MAX_EXACT
    }
}

fn budget_bytes(settings: &SvmSettings) -> usize {
    (settings.cache_size * 1e6) as usize
}

fn is_linear_c_svc(kernel: Kernel, dual: &Dual) -> bool {
    kernel == Kernel::Linear && dual.n_groups == 1
}

/// Solves by LIBSVM's steps; what is slow with the linear kernel by steps on the weights.
fn solve_as_libsvm(
    dual: &mut Dual,
    is_first: &[bool],
    kernel: Kernel,
    x: ArrayView2<'_, f32>,
    settings: &SvmSettings,
) -> (DualOutcome, usize) {
    let order = libsvm_steps::order_of(is_first);
    let mut rows = ExactRows::new(kernel, x, order, budget_bytes(settings));
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

fn resolve_kernel(settings: &SvmSettings, x: ArrayView2<'_, f32>) -> Kernel {
    let (gamma, coef0) = (settings.gamma.of_rows(x), settings.coef0);
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
    (dual.beta.clone(), outcome.levels[0])
}

/// Checks that both classes of each pair have the ν·n/2 rows that ν-SVC needs at the least.
fn check_nu(nu: f64, encoding: &ClassEncoding, counts: &[usize]) -> Result<(), FitError> {
    for (first, second) in class_pairs(counts.len()) {
        let n = counts[first] + counts[second];
        let n_smaller = counts[first].min(counts[second]);
        if nu * n as f64 / 2.0 > n_smaller as f64 {
            return Err(FitError::Param(ParamError::value(
                NuSvcParams::ESTIMATOR,
                "nu",
                format!(
                    "at most {}, twice the share of the smaller of the classes {} and {} in their \
                     {n} rows",
                    2.0 * n_smaller as f64 / n as f64,
                    encoding.label(first),
                    encoding.label(second),
                ),
                nu,
            )));
        }
    }
    Ok(())
}

/// Poses ν-SVC's problem; the start is LIBSVM's, the first rows of each class filled up to ν·n/2.
fn nu_dual(is_first: &[bool], nu: f64) -> Dual {
    let n = is_first.len();
    // Summed up as LIBSVM does, which rounds.
    let total: f64 = is_first.iter().map(|_| nu).sum();
    let mut left = [total / 2.0; 2];
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
    dual
}

/// Returns the coefficients of the decision function, scaled so that the margin is 1, and its
/// intercept.
fn nu_solution(dual: &Dual, outcome: &DualOutcome) -> (Vec<f64>, f64) {
    let [first, second] = outcome.levels;
    // f = -Kβ: at the margins the decision without intercept is -first and -second.
    let half_margin = (second - first) / 2.0;
    let scale = 1.0 / half_margin;
    let coefs = dual.beta.iter().map(|beta| beta * scale).collect();
    (coefs, (first + second) / 2.0 / half_margin)
}
