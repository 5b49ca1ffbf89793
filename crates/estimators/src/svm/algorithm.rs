//! From training data to machines: one dual problem per pair of classes, as LIBSVM poses it.
//!
//! C-SVC: min ½ αᵀQα - Σα, 0 ≤ α_i ≤ C·weight, yᵀα = 0. ν-SVC: min ½ αᵀQα, 0 ≤ α_i ≤ 1,
//! Σα = ν·n, yᵀα = 0, then scaled so that the margin is 1. With y = +1 for the lower class of the
//! pair. Bias and support vectors as in C.-C. Chang, C.-J. Lin, LIBSVM: A Library for Support
//! Vector Machines (2011), sections 4.1.5 and 5.

use ndarray::{Array2, ArrayView2, Axis};

use super::dual::{Dual, DualOutcome};
use super::kernel::Kernel;
use super::libsvm_steps;
use super::machines::{Machines, PairSolution};
use super::model::{NuSvc, Svc};
use super::pair_solver::{MAX_EXACT, PairSolver};
use super::params::{
    DecisionShape, KernelKind, NuSvcParams, NuSvcValidParams, SvcParams, SvcValidParams,
    SvmSettings,
};
use super::path::fit_together;
use super::platt::{self, Sigmoid};
use super::products::{Computed, Products};
use crate::classifier::{Classifier, FittedClassifier as _};
use crate::error::{FitError, ParamError};
use crate::finite::NotFinite;
use crate::multiclass::{ClassEncoding, ClassPair, class_counts, class_pairs, fit_one_vs_one};
use crate::parameters::Parameters;
use crate::path::{Ledger, PathData};

impl Classifier for SvcValidParams {
    type Model = Svc;

    const PATH: &'static [&'static str] = &[
        "C",
        "class_weight",
        "coef0",
        "degree",
        "gamma",
        "kernel",
        "tol",
    ];

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Svc, FitError> {
        let training = self.training(x, codes, &encoding)?;
        training.fit(x, encoding, codes).map(Svc)
    }

    fn fit_path(
        path: &[Self],
        data: PathData<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        fit_together(
            path,
            |own| own.training(data.x, data.codes, data.encoding),
            data,
            ledger,
        )
    }
}

impl SvcValidParams {
    fn training<'a>(
        &'a self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: &ClassEncoding,
    ) -> Result<Training<'a>, FitError> {
        let weights =
            self.settings
                .class_weight
                .of_classes(SvcParams::ESTIMATOR, encoding, codes)?;
        let bounds = weights.iter().map(|weight| self.c * weight).collect();
        Ok(Training {
            kernel: resolve_kernel(&self.settings, x),
            settings: &self.settings,
            problem: Problem::C(bounds),
        })
    }
}

impl Classifier for NuSvcValidParams {
    type Model = NuSvc;

    const PATH: &'static [&'static str] = &["coef0", "degree", "gamma", "kernel", "nu", "tol"];

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<NuSvc, FitError> {
        let training = self.training(x, codes, &encoding)?;
        training.fit(x, encoding, codes).map(NuSvc)
    }

    fn fit_path(
        path: &[Self],
        data: PathData<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        fit_together(
            path,
            |own| own.training(data.x, data.codes, data.encoding),
            data,
            ledger,
        )
    }
}

impl NuSvcValidParams {
    fn training<'a>(
        &'a self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: &ClassEncoding,
    ) -> Result<Training<'a>, FitError> {
        let counts = class_counts(codes, encoding.n_classes());
        // LIBSVM does not use them, but scikit-learn looks at their labels.
        self.settings
            .class_weight
            .of_counts(NuSvcParams::ESTIMATOR, encoding, &counts)?;
        check_nu(self.nu, encoding, &counts)?;
        Ok(Training {
            kernel: resolve_kernel(&self.settings, x),
            settings: &self.settings,
            problem: Problem::Nu(self.nu),
        })
    }
}

/// How the machine of any pair of classes is fitted.
pub(super) struct Training<'a> {
    pub kernel: Kernel,
    pub settings: &'a SvmSettings,
    problem: Problem,
}

/// What is minimised.
enum Problem {
    /// C-SVC, with the bound of each class.
    C(Vec<f64>),
    /// ν-SVC, with ν.
    Nu(f64),
}

impl Problem {
    /// Poses the dual problem of a pair.
    fn dual(&self, pair: &ClassPair) -> Dual {
        match self {
            Self::C(bounds) => c_dual(&pair.is_first, bounds[pair.first], bounds[pair.second]),
            Self::Nu(nu) => nu_dual(&pair.is_first, *nu),
        }
    }

    /// Returns the coefficients of the decision function and the intercept.
    fn solution(&self, dual: &Dual, outcome: &DualOutcome) -> (Vec<f64>, f64) {
        match self {
            Self::C(_) => (dual.beta.clone(), outcome.levels[0]),
            Self::Nu(_) => nu_solution(dual, outcome),
        }
    }
}

impl Training<'_> {
    /// Fits the machines of all pairs of classes.
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        encoding: ClassEncoding,
        codes: &[usize],
    ) -> Result<Machines, FitError> {
        let pairs: Result<_, FitError> = fit_one_vs_one(codes, encoding.n_classes(), |pair| {
            let rows = x.select(Axis(0), &pair.rows);
            let mut products = Computed::new(rows.view());
            self.fit_machine(x, pair, rows.view(), &mut products)
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

    /// Fits the machine of a pair, whose rows of `x` are given with their products.
    pub(super) fn fit_machine(
        &self,
        x: ArrayView2<'_, f32>,
        pair: &ClassPair,
        rows: ArrayView2<'_, f32>,
        products: &mut dyn Products,
    ) -> Result<PairSolution, FitError> {
        let mut solution = self.fit_pair(pair, rows, products);
        if self.settings.probability {
            solution.sigmoid = Some(self.fit_sigmoid(x, pair)?);
        }
        Ok(solution)
    }

    fn fit_pair(
        &self,
        pair: &ClassPair,
        x: ArrayView2<'_, f32>,
        products: &mut dyn Products,
    ) -> PairSolution {
        let mut dual = self.problem.dual(pair);
        let is_first = &pair.is_first;
        let solver = PairSolver {
            kernel: self.kernel,
            x: x.view(),
            settings: self.settings,
        };
        let (outcome, n_rows) = solver.solve(&mut dual, is_first, products);
        let (coefs, intercept) = self.problem.solution(&dual, &outcome);
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
            if has_full_class(&self.problem.dual(&part)) {
                return Ok(vec![f64::NAN; held_back.len()]);
            }
            let x_train = of(train);
            let mut products = Computed::new(x_train.view());
            let solution = self.fit_pair(&part, x_train.view(), &mut products);
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

/// Checks that both classes of each pair have the ν·n/2 rows that ν-SVC needs at the least.
fn check_nu(nu: f64, encoding: &ClassEncoding, counts: &[usize]) -> Result<(), FitError> {
    for (first, second) in class_pairs(counts.len()) {
        let n = counts[first] + counts[second];
        let n_smaller = counts[first].min(counts[second]);
        if nu * n as f64 / 2.0 > n_smaller as f64 {
            let most = 2.0 * n_smaller as f64 / n as f64;
            let expected =
                format!("at most {most}, twice the share of the smaller one in their {n} rows");
            let error = ParamError::value(NuSvcParams::ESTIMATOR, "nu", expected, nu);
            let classes = [first, second].map(|code| encoding.label(code));
            return Err(FitError::of_classes(error, classes));
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
