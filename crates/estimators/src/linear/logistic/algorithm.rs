//! Fits logistic regression.
//!
//! Minimises `penalty(w) + C Σ_i log(1 + exp(-y_i·x_i·w))` for each class against the rest, or
//! `Σ_m penalty(w_m) + C Σ_i -log softmax(x_i·W)_{y_i}` for all classes together. With
//! `solver = liblinear` the intercept is the weight of a constant feature and penalised like any
//! other; with the other solvers it is not penalised.
//!
//! Whatever the solver's name, the method is Newton's ([`super::super::newton`]; with an l1 term
//! [`super::super::proximal`]), as n ≫ p; iterations are its steps, of which ten or so do what
//! scikit-learn's L-BFGS does not reach in its hundred. Stopping rules with their default
//! tolerance of 1e-4: liblinear's `|g| ≤ tol·min(n₊, n₋)/n·|g₀|`; for the others no element of the
//! gradient of the mean loss above `tol`; with an l1 term the sum of violations in place of the
//! gradient. Without an l1 term the last step has to be small as well ([`super::super::stop`]).
//!
//! With C above 100 or without a penalty the fit passes the solutions of C = 1, 100, …. From zero
//! weights Newton's first steps separate the rows along any direction that does, which is far from
//! the minimum where the penalty is weak. Where rows can be separated and there is no penalty there
//! is no minimum either; the way of the solutions then ends at small weights that separate well,
//! as gradient descent from zero weights does.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use ndarray::{ArrayBase, ArrayView2, Data, Ix2};

use super::super::group::GroupSettings;
use super::super::group_loss::GroupLoss;
use super::super::margin::{MarginKind, MarginLoss};
use super::super::model::{LinearModel, Link};
use super::super::multinomial::Multinomial;
use super::super::one_vs_rest::{OneVsRest, liblinear_costs};
use super::super::penalty::LinearPenalty;
use super::super::rotation::Rotation;
use super::super::solution::Solution;
use super::super::stop::Stop;
use super::super::{newton, proximal};
use super::LogisticRegression;
use super::params::{
    LogisticMultiClass, LogisticRegressionParams, LogisticRegressionValidParams, LogisticSolver,
};
use crate::classifier::{Classifier, check_classes, check_finite, check_shapes};
use crate::multiclass::ClassEncoding;
use crate::parameters::{Interval, Parameters, check_range};
use crate::{ClassWeight, FitError};
use fashion_bench_numeric::tall::Tall;

/// Costs of the loss, against an l2 penalty, that are passed on the way to a weaker penalty or to
/// none; towards a larger cost they go on by the same factor.
const STAGES: [f64; 3] = [1.0, 100.0, 10_000.0];

/// Tolerance of a stage.
const STAGE_TOL: f64 = 1e-2;

impl Classifier for LogisticRegressionValidParams {
    type Model = LogisticRegression;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<LogisticRegression, FitError> {
        let mut models = self.fit_costs(x, codes, &encoding, &[self.c])?;
        Ok(models.pop().expect("one model per cost"))
    }
}

/// What the fits of a path have in common.
#[derive(Clone, Copy)]
struct Problem<'a> {
    settings: GroupSettings<'a>,
    l1: &'a [f64],
    codes: &'a [usize],
    n_classes: usize,
    /// Weights of the classes.
    weights: &'a [f64],
}

impl Problem<'_> {
    /// Minimises by the proximal method with an l1 term, else by Newton's.
    fn minimise<L: GroupLoss>(
        &self,
        tols: &[f64],
        losses: Vec<L>,
        start: Option<&[Solution]>,
    ) -> Vec<Solution> {
        if self.l1.iter().any(|&l1| l1 > 0.0) {
            proximal::minimise(&self.settings, self.l1, tols, losses, start)
        } else {
            newton::minimise(&self.settings, losses, start)
        }
    }
}

impl LogisticRegressionValidParams {
    /// Fits a model for each of `costs` in turn, in place of `c`: a regularisation path.
    ///
    /// Each fit starts from the weights of the one before, so that ascending costs take fewer
    /// steps than as many fits. Every model meets the stopping rule of a single fit.
    ///
    /// # Errors
    /// [`FitError::Param`] for a cost that is not above 0, and the errors of a fit for the data.
    pub fn fit_path<D, T>(
        &self,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
        costs: &[f64],
    ) -> Result<Vec<LogisticRegression>, FitError>
    where
        D: Data<Elem = f32>,
        T: AsSingleTargets<Elem = usize>,
    {
        for c in costs {
            let name = LogisticRegressionParams::ESTIMATOR;
            check_range(name, "C", c, &Interval::POSITIVE)?;
        }
        let x = dataset.records().as_standard_layout();
        let (encoding, codes) = ClassEncoding::new(dataset.as_single_targets().iter());
        check_shapes(x.view(), codes.len())?;
        check_finite(x.view())?;
        check_classes(&encoding)?;
        self.fit_costs(x.view(), &codes, &encoding, costs)
    }

    pub(in super::super) fn fit_costs(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: &ClassEncoding,
        costs: &[f64],
    ) -> Result<Vec<LogisticRegression>, FitError> {
        let estimator = LogisticRegressionParams::ESTIMATOR;
        let weights = self.class_weight.of_classes(estimator, encoding, codes)?;
        let bias = self.fit_intercept.then_some(self.constant());
        // Without elasticnet there may be no ratio, and it is not read.
        let (l1, l2) = self.penalty.shares(self.l1_ratio.unwrap_or_default());
        let rotation = if l1 > 0.0 { None } else { Rotation::of(x) };
        let rows = rotation
            .as_ref()
            .map_or_else(|| x.view(), |it| it.coordinates.view());
        let design = Tall::new(rows, bias);
        let problem = Problem {
            settings: GroupSettings {
                design: &design,
                ridge: &self.penalties(l2, &design),
                leverages: &design.leverages(),
                max_iter: self.max_iter,
                seed: self.seed,
            },
            l1: &self.penalties(l1, &design),
            codes,
            n_classes: encoding.n_classes(),
            weights: &weights,
        };
        let mut start: Option<Vec<Solution>> = None;
        let mut models = Vec::with_capacity(costs.len());
        for &c in costs {
            let params = Self { c, ..self.clone() };
            let solutions = params.solve_from(&problem, start.as_deref());
            let encoding = encoding.clone();
            let mut restored = solutions.clone();
            if let Some(rotation) = &rotation {
                rotation.restore(&mut restored);
            }
            let link = if self.is_multinomial(encoding.n_classes()) {
                Link::Softmax
            } else {
                Link::Logistic
            };
            let model = LinearModel::from_solutions(&restored, x.ncols(), bias, encoding);
            models.push(model.with_link(link).into());
            start = Some(solutions);
        }
        Ok(models)
    }

    /// Returns the value of the constant feature behind the intercept.
    fn constant(&self) -> f32 {
        if self.solver != LogisticSolver::Liblinear {
            return 1.0;
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "features are in single precision"
        )]
        let constant = self.intercept_scaling as f32;
        constant
    }

    /// Returns `weight` for each coefficient; 0 for an intercept that is not penalised.
    fn penalties(&self, weight: f64, design: &Tall<'_>) -> Vec<f64> {
        let mut penalties = vec![weight; design.width()];
        if self.fit_intercept && self.solver != LogisticSolver::Liblinear {
            penalties[design.width() - 1] = 0.0;
        }
        penalties
    }

    /// Solves from `start`, or where there is none, and the penalty is weak, from the solutions of
    /// stronger ones: see the module.
    fn solve_from(&self, problem: &Problem<'_>, start: Option<&[Solution]>) -> Vec<Solution> {
        let is_smooth = problem.l1.iter().all(|&l1| l1 == 0.0);
        let costs: Vec<f64> = match self.penalty {
            LinearPenalty::None => STAGES.to_vec(),
            _ if self.c > STAGES[1] => {
                let cost = |&stage: &f64| stage < self.c;
                let more = std::iter::successors(Some(STAGES[0]), |c| Some(c * STAGES[1]));
                more.take_while(cost).collect()
            }
            _ => Vec::new(),
        };
        if start.is_some() || !is_smooth || costs.is_empty() {
            return self.solve(problem, start);
        }
        let ridge = self.penalties(1.0, problem.settings.design);
        let mut reached: Option<Vec<Solution>> = None;
        let n_steps = |reached: &Option<Vec<Solution>>| {
            let solutions = reached.iter().flatten();
            solutions.map(|solution| solution.n_iter).max().unwrap_or(0)
        };
        let go_on = |params: &Self, reached: Option<Vec<Solution>>, ridge| {
            let settings = GroupSettings {
                max_iter: self.max_iter - n_steps(&reached).min(self.max_iter),
                ridge,
                ..problem.settings
            };
            let problem = Problem {
                settings,
                ..*problem
            };
            let mut solutions = params.solve(&problem, reached.as_deref());
            for (solution, before) in solutions.iter_mut().zip(reached.iter().flatten()) {
                solution.n_iter += before.n_iter;
            }
            solutions
        };
        for c in costs {
            let stage = Self {
                c,
                penalty: LinearPenalty::L2,
                tol: self.tol.max(STAGE_TOL),
                ..self.clone()
            };
            reached = Some(go_on(&stage, reached, &ridge));
        }
        go_on(self, reached, problem.settings.ridge)
    }

    fn solve(&self, problem: &Problem<'_>, start: Option<&[Solution]>) -> Vec<Solution> {
        let &Problem {
            codes,
            n_classes,
            weights,
            ..
        } = problem;
        if self.is_multinomial(n_classes) {
            let weight = |&code: &usize| self.cost() * weights[code];
            let cost: Vec<f64> = codes.iter().map(weight).collect();
            let stop = Stop::of_mean(self.tol, cost.iter().sum());
            let loss = Multinomial::new(codes.to_vec(), n_classes, cost, stop);
            return problem.minimise(&[self.tol], vec![loss], start);
        }
        let problems = OneVsRest::new(codes, n_classes);
        if self.solver == LogisticSolver::Liblinear {
            let tols = problems.liblinear_tols(self.tol);
            let losses = self.liblinear_losses(&problems, weights, &tols);
            return problem.minimise(&tols, losses, start);
        }
        let loss = |class| self.loss_against_rest(&problems, class, problem);
        let losses: Vec<MarginLoss> = problems.classes().map(loss).collect();
        let tols = vec![self.tol; losses.len()];
        problem.minimise(&tols, losses, start)
    }

    /// Whether all classes are fitted together.
    pub(in super::super) fn is_multinomial(&self, n_classes: usize) -> bool {
        match self.multi_class {
            LogisticMultiClass::Auto => self.solver.has_multinomial() && n_classes > 2,
            LogisticMultiClass::OneVsRest => false,
            LogisticMultiClass::Multinomial => true,
        }
    }

    fn cost(&self) -> f64 {
        if self.penalty == LinearPenalty::None {
            1.0
        } else {
            self.c
        }
    }

    /// Returns LIBLINEAR's loss of each problem.
    fn liblinear_losses(
        &self,
        problems: &OneVsRest<'_>,
        weights: &[f64],
        tols: &[f64],
    ) -> Vec<MarginLoss> {
        let costs = liblinear_costs(problems, self.c, weights);
        let pairs = problems.classes().zip(costs).zip(tols);
        pairs
            .map(|((class, costs), &tol)| {
                let (signs, cost) = problems.rows(class, costs);
                let stop = Stop::relative(tol, self.tol);
                MarginLoss::new(MarginKind::Logistic, signs, cost, stop, 0.0)
            })
            .collect()
    }

    /// Returns the loss of `class` against the rest with scikit-learn's own solvers: "balanced"
    /// weighs the two sides of each problem, a table the classes.
    fn loss_against_rest(
        &self,
        problems: &OneVsRest<'_>,
        class: usize,
        problem: &Problem<'_>,
    ) -> MarginLoss {
        let (codes, n_positive) = (problem.codes, problems.counts()[class]);
        let n_rows = codes.len();
        let side = |count: usize| self.cost() * n_rows as f64 / (2 * count) as f64;
        let sides = match self.class_weight {
            ClassWeight::Balanced => (side(n_positive), side(n_rows - n_positive)),
            ClassWeight::Uniform | ClassWeight::ByLabel(_) => (self.cost(), self.cost()),
        };
        let (signs, mut cost) = problems.rows(class, sides);
        if let ClassWeight::ByLabel(_) = self.class_weight {
            for (cost, &code) in cost.iter_mut().zip(codes) {
                *cost *= problem.weights[code];
            }
        }
        let stop = Stop::of_mean(self.tol, cost.iter().sum());
        MarginLoss::new(MarginKind::Logistic, signs, cost, stop, 0.0)
    }
}
