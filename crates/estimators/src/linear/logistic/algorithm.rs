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
//! gradient.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{ArrayBase, Data, Ix2};

use super::super::above_zero;
use super::super::margin::{MarginKind, MarginLoss, Stop};
use super::super::model::LinearModel;
use super::super::multinomial::Multinomial;
use super::super::newton::{self, GroupLoss, Settings, Solution};
use super::super::one_vs_rest::{OneVsRest, liblinear_costs};
use super::super::proximal;
use super::LogisticRegression;
use super::params::{
    LogisticMultiClass, LogisticPenalty, LogisticRegressionValidParams, LogisticSolver, NAME,
};
use crate::FitError;
use crate::linear::ClassWeight;
use crate::multiclass::ClassEncoding;
use fashion_bench_numeric::tall::Tall;

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for LogisticRegressionValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = LogisticRegression;

    fn fit(
        &self,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
    ) -> Result<LogisticRegression, FitError> {
        let mut models = self.fit_path(dataset, &[self.c])?;
        Ok(models.pop().expect("a model a cost"))
    }
}

/// With an l1 term by the proximal method, else by Newton's.
fn solve<L: GroupLoss>(
    settings: &Settings<'_>,
    l1: &[f64],
    tols: &[f64],
    losses: Vec<L>,
    start: Option<&[Solution]>,
) -> Vec<Solution> {
    if l1.iter().any(|&l1| l1 > 0.0) {
        return proximal::minimise(settings, l1, tols, losses, start);
    }
    newton::minimise(settings, losses, start)
        .into_iter()
        .map(|(_, solution)| solution)
        .collect()
}

/// What the fits of a path have in common.
struct Problem<'a> {
    settings: Settings<'a>,
    l1: &'a [f64],
    encoding: &'a ClassEncoding,
    codes: &'a [usize],
    /// Weights of the classes.
    weights: &'a [f64],
}

impl LogisticRegressionValidParams {
    /// Fits a model for each of `costs` in turn, in place of `c`: a regularisation path.
    ///
    /// Each fit starts from the weights of the one before, so that ascending costs take fewer
    /// steps than as many fits. Every model meets the stopping rule of a single fit.
    ///
    /// # Errors
    /// [`FitError::Param`] for a cost that is not above 0.
    pub fn fit_path<D, T>(
        &self,
        dataset: &DatasetBase<ArrayBase<D, Ix2>, T>,
        costs: &[f64],
    ) -> Result<Vec<LogisticRegression>, FitError>
    where
        D: Data<Elem = f32>,
        T: AsSingleTargets<Elem = usize>,
    {
        for &c in costs {
            above_zero(NAME, "C", c)?;
        }
        let x = dataset.records().as_standard_layout();
        let (encoding, codes) = ClassEncoding::new(dataset.as_single_targets().iter());
        let is_liblinear = self.solver == LogisticSolver::Liblinear;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "features are in single precision"
        )]
        let constant = if is_liblinear {
            self.intercept_scaling as f32
        } else {
            1.0
        };
        let bias = self.fit_intercept.then_some(constant);
        let design = Tall::new(x.view(), bias);

        let (l1_weight, l2_weight) = match self.penalty {
            LogisticPenalty::None => (0.0, 0.0),
            LogisticPenalty::L1 => (1.0, 0.0),
            LogisticPenalty::L2 => (0.0, 1.0),
            LogisticPenalty::ElasticNet { l1_ratio } => (l1_ratio, 1.0 - l1_ratio),
        };
        let penalties = |weight: f64| {
            let mut penalties = vec![weight; design.width()];
            if !is_liblinear && self.fit_intercept {
                penalties[x.ncols()] = 0.0;
            }
            penalties
        };
        let (l1, ridge) = (penalties(l1_weight), penalties(l2_weight));
        let problem = Problem {
            settings: Settings {
                design: &design,
                ridge: &ridge,
                leverages: &design.leverages(),
                max_iter: self.max_iter,
                seed: self.seed,
            },
            l1: &l1,
            encoding: &encoding,
            codes: &codes,
            weights: &self.class_weight.of_classes(&encoding, &codes),
        };
        let mut start: Option<Vec<Solution>> = None;
        let mut models = Vec::with_capacity(costs.len());
        for &c in costs {
            let params = Self { c, ..self.clone() };
            let solutions = params.solve(&problem, start.as_deref());
            let gap = solutions
                .iter()
                .fold(0.0, |gap, s: &Solution| s.relative_gradient.max(gap));
            models.push(LogisticRegression(LinearModel::from_solutions(
                &solutions,
                x.ncols(),
                bias,
                encoding.clone(),
                gap,
            )));
            start = Some(solutions);
        }
        Ok(models)
    }

    fn solve(&self, problem: &Problem<'_>, start: Option<&[Solution]>) -> Vec<Solution> {
        let Problem {
            settings,
            l1,
            encoding,
            codes,
            weights,
        } = problem;
        let is_multinomial = match self.multi_class {
            LogisticMultiClass::Auto => self.solver.has_multinomial() && encoding.n_classes() > 2,
            LogisticMultiClass::OneVsRest => false,
            LogisticMultiClass::Multinomial => true,
        };
        if is_multinomial {
            let cost: Vec<f64> = codes
                .iter()
                .map(|&code| self.cost() * weights[code])
                .collect();
            let stop = Stop::LargestElement(self.tol * cost.iter().sum::<f64>());
            let loss = Multinomial::new(codes.to_vec(), encoding.n_classes(), cost, stop);
            return solve(settings, l1, &[self.tol], vec![loss], start);
        }
        let problems = OneVsRest::new(codes, encoding.n_classes());
        let (losses, tols) = self.margin_losses(&problems, codes, weights);
        solve(settings, l1, &tols, losses, start)
    }

    fn cost(&self) -> f64 {
        if self.penalty == LogisticPenalty::None {
            1.0
        } else {
            self.c
        }
    }

    /// The loss of each problem, and its tolerance for the proximal method.
    fn margin_losses(
        &self,
        problems: &OneVsRest<'_>,
        codes: &[usize],
        weights: &[f64],
    ) -> (Vec<MarginLoss>, Vec<f64>) {
        if self.solver == LogisticSolver::Liblinear {
            let tols = problems.liblinear_tols(self.tol);
            let costs = liblinear_costs(problems, self.c, weights);
            let loss = |((class, &costs), &tol): ((usize, &(f64, f64)), &f64)| {
                let (signs, cost) = problems.rows(class, costs);
                MarginLoss::new(
                    MarginKind::Logistic,
                    signs,
                    cost,
                    Stop::RelativeNorm(tol),
                    0.0,
                )
            };
            return (
                problems
                    .classes()
                    .zip(&costs)
                    .zip(&tols)
                    .map(loss)
                    .collect(),
                tols,
            );
        }
        let n_rows = codes.len();
        let losses: Vec<MarginLoss> = problems
            .classes()
            .map(|class| {
                // "balanced" weighs the two sides of each problem, a table the classes.
                let n_positive = problems.counts()[class];
                let (signs, mut cost) = match self.class_weight {
                    ClassWeight::Balanced => {
                        let side = |count: usize| self.cost() * n_rows as f64 / (2 * count) as f64;
                        problems.rows(class, (side(n_positive), side(n_rows - n_positive)))
                    }
                    _ => problems.rows(class, (self.cost(), self.cost())),
                };
                if let ClassWeight::ByLabel(_) = self.class_weight {
                    for (cost, &code) in cost.iter_mut().zip(codes) {
                        *cost *= weights[code];
                    }
                }
                let stop = Stop::LargestElement(self.tol * cost.iter().sum::<f64>());
                MarginLoss::new(MarginKind::Logistic, signs, cost, stop, 0.0)
            })
            .collect();
        let tols = vec![self.tol; losses.len()];
        (losses, tols)
    }
}
