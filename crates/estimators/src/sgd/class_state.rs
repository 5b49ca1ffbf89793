//! One class against the rest while it is trained: weights, steps, average, stopping rule.

use rand::seq::SliceRandom as _;

use super::penalised_weights::PenalisedWeights;
use super::settings::{Settings, StepLength};
use crate::finite::{NotFinite, first_not_finite};
use fashion_bench_numeric::dot::dot;
use fashion_bench_numeric::rng::Rng;
use fashion_bench_numeric::simd::Lanes;

/// scikit-learn multiplies the common factor of the weights in when it is below this.
const LEAST_SHRINKAGE: f64 = 1e-9;

/// Slopes are clipped to this, as in scikit-learn.
const MAX_SLOPE: f64 = 1e12;

/// Weights and state of one problem.
#[derive(Debug, Clone)]
pub(super) struct ClassState {
    /// Code of the positive class.
    pub class: usize,
    /// Order of the rows in the last epoch, where it is kept.
    order: Vec<usize>,
    /// Costs of positive and negative rows.
    costs: (f64, f64),
    weights: PenalisedWeights,
    pub intercept: f64,
    /// Product of all factors that the weights were shrunk by, or 1 again where scikit-learn
    /// multiplies it in: its score of the rows held back forgets it.
    shrinkage: f64,
    /// Running sum of the intercept, and its number of rows.
    intercept_sum: f64,
    n_summed: usize,
    /// Rows seen, from 1.
    t: f64,
    /// Length of the last step.
    eta: f64,
    /// Bottou's t₀.
    optimal_start: f64,
    /// Loss of the running epoch, if it is wanted.
    loss_sum: f64,
    sums_loss: bool,
    /// Rows of the last epoch.
    n_visited: usize,
    /// Least loss of an epoch, or highest score on the rows held back.
    best: f64,
    /// Epochs in a row without progress.
    n_without_progress: usize,
    pub n_iter: usize,
    /// Whether the stopping rule was met.
    pub is_done: bool,
}

/// A visited row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visit<'a> {
    pub x: &'a [f32],
    /// Squared norm of `x`; used by the passive-aggressive steps only.
    pub square: f64,
    /// Class of the row.
    pub code: usize,
}

impl ClassState {
    /// Shuffles the order of the last epoch, at first that of `rows`, and lends it; to be given back
    /// by [`Self::keep_order`].
    pub fn shuffled_order(&mut self, rows: &[usize], rng: &mut Rng) -> Vec<usize> {
        let mut order = std::mem::take(&mut self.order);
        if order.is_empty() {
            order.extend_from_slice(rows);
        }
        order.shuffle(rng);
        order
    }

    /// Keeps the order of an epoch for the next one.
    pub fn keep_order(&mut self, order: Vec<usize>) {
        self.order = order;
    }

    pub fn new(settings: &Settings, class: usize, costs: (f64, f64), n_features: usize) -> Self {
        let typical = (1.0 / settings.penalty.alpha.sqrt()).sqrt();
        let first_eta = typical / settings.loss.slope(1.0, -typical).max(1.0);
        let eta = match settings.step {
            StepLength::Constant { eta0 }
            | StepLength::Adaptive { eta0 }
            | StepLength::InvScaling { eta0, .. } => eta0,
            StepLength::Optimal
            | StepLength::PassiveAggressive1 { .. }
            | StepLength::PassiveAggressive2 { .. } => 0.0,
        };
        let averages = settings.average.first_row().is_some();
        Self {
            class,
            order: Vec::new(),
            costs,
            weights: PenalisedWeights::new(n_features, settings.penalty.l1_share() > 0.0, averages),
            intercept: 0.0,
            shrinkage: 1.0,
            intercept_sum: 0.0,
            n_summed: 0,
            t: 1.0,
            eta,
            optimal_start: 1.0 / (first_eta * settings.penalty.alpha),
            loss_sum: 0.0,
            sums_loss: false,
            n_visited: 0,
            best: if settings.training.early_stopping {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            },
            n_without_progress: 0,
            n_iter: 0,
            is_done: false,
        }
    }

    /// Starts an epoch, whose loss is summed if `sums_loss`.
    pub fn start_epoch(&mut self, sums_loss: bool) {
        self.loss_sum = 0.0;
        self.sums_loss = sums_loss;
    }

    /// Takes one step of Algorithm 1 of Bottou (2010) on one row.
    #[inline(always)]
    pub fn visit<L: Lanes>(&mut self, lanes: L, settings: &Settings, visit: &Visit<'_>) {
        let p = self.weights.product(lanes, visit.x) + self.intercept;
        let (y, cost) = if visit.code == self.class {
            (1.0, self.costs.0)
        } else {
            (-1.0, self.costs.1)
        };
        let update = match settings.step {
            // Such a row does not count, nor for the average.
            StepLength::PassiveAggressive1 { .. } if visit.square == 0.0 => {
                if self.sums_loss {
                    self.loss_sum += settings.loss.value(y, p);
                }
                return;
            }
            StepLength::PassiveAggressive1 { c } => {
                y * (settings.loss.value(y, p) / visit.square).min(c)
            }
            StepLength::PassiveAggressive2 { c } => {
                y * settings.loss.value(y, p) / (visit.square + 0.5 / c)
            }
            _ => {
                self.set_eta(settings);
                -self.eta * settings.loss.slope(y, p).clamp(-MAX_SLOPE, MAX_SLOPE)
            }
        } * cost;
        if self.sums_loss {
            self.loss_sum += settings.loss.value(y, p);
        }

        let shrink = settings.penalty.l2_share() * self.eta * settings.penalty.alpha;
        if shrink > 0.0 {
            let factor = (1.0 - shrink).max(0.0);
            self.weights.shrink(factor);
            self.shrinkage *= factor;
            if self.shrinkage < LEAST_SHRINKAGE {
                self.shrinkage = 1.0;
            }
        }
        if update != 0.0 {
            self.weights.settle();
            self.weights.add(lanes, visit.x, update);
            if settings.training.fit_intercept {
                self.intercept += update;
            }
        }
        let first_averaged = settings.average.first_row();
        if first_averaged.is_some_and(|first| first as f64 <= self.t) {
            self.weights.count(visit.x, update);
            self.intercept_sum += self.intercept;
            self.n_summed += 1;
        }
        let l1_share = settings.penalty.l1_share();
        if l1_share > 0.0 {
            let due = l1_share * self.eta * settings.penalty.alpha;
            self.weights.penalise(due, update != 0.0);
        }
        self.t += 1.0;
    }

    #[inline(always)]
    fn set_eta(&mut self, settings: &Settings) {
        match settings.step {
            StepLength::Optimal => {
                self.eta = 1.0 / (settings.penalty.alpha * (self.optimal_start + self.t - 1.0));
            }
            StepLength::InvScaling { eta0, power_t } => self.eta = eta0 / self.t.powf(power_t),
            StepLength::Constant { .. }
            | StepLength::Adaptive { .. }
            | StepLength::PassiveAggressive1 { .. }
            | StepLength::PassiveAggressive2 { .. } => {}
        }
    }

    /// Returns the score of the row `x` after [`Self::end_visits`], as scikit-learn takes it to
    /// judge an epoch: the weights without the factor that they were shrunk by, plus the
    /// intercept; here all of it times the factor, which is not negative.
    pub fn score(&self, x: &[f32]) -> f64 {
        let product = f64::from(dot(x, self.weights.as_slice())) * self.weights.scale();
        product + self.intercept * self.shrinkage
    }

    /// Returns the mean loss of the last epoch, taken on the way.
    pub fn mean_loss(&self) -> f64 {
        self.loss_sum / self.n_visited.max(1) as f64
    }

    /// Brings the weights themselves up to date after an epoch's last row.
    pub fn end_visits(&mut self) {
        self.weights.settle_all();
    }

    /// Ends an epoch with the stopping rule. `score` is the accuracy on the rows held back, if any;
    /// `n_rows` the number of rows trained on.
    pub fn end_epoch(&mut self, settings: &Settings, score: Option<f64>, n_rows: usize) {
        self.n_iter += 1;
        self.n_visited = n_rows;
        let (is_progress, is_best) = match (settings.training.tol, score) {
            (None, _) => (true, false),
            (Some(tol), Some(score)) => (score >= self.best + tol, score > self.best),
            (Some(tol), None) => {
                let needed = self.best - tol * n_rows as f64;
                (self.loss_sum <= needed, self.loss_sum < self.best)
            }
        };
        if is_best {
            self.best = score.unwrap_or(self.loss_sum);
        }
        self.n_without_progress = if is_progress {
            0
        } else {
            self.n_without_progress + 1
        };
        if self.n_without_progress >= settings.training.n_iter_no_change {
            let is_adaptive = matches!(settings.step, StepLength::Adaptive { .. });
            if is_adaptive && self.eta > 1e-6 {
                self.eta /= 5.0;
                self.n_without_progress = 0;
            } else {
                self.is_done = true;
            }
        }
    }

    /// Returns the first weight, or the intercept, that is NaN or infinite.
    pub fn not_finite(&self) -> Option<NotFinite> {
        first_not_finite("a weight", self.weights.as_slice())
            .or_else(|| first_not_finite("an intercept", [&self.intercept]))
    }

    /// Returns weights and intercept of the model: the averages, where averaging has begun.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "models are in single precision"
    )]
    pub fn result(&self) -> (Vec<f32>, f32) {
        let intercept = if self.n_summed == 0 {
            self.intercept
        } else {
            self.intercept_sum / self.n_summed as f64
        };
        (self.weights.result(), intercept as f32)
    }
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::super::averaging::Averaging;
    use super::super::loss::ScoreLoss;
    use super::super::penalty::SgdPenalty;
    use super::super::training::StochasticTraining;
    use super::*;
    use crate::linear::LinearPenalty;
    use fashion_bench_numeric::rng::stream;
    use fashion_bench_numeric::simd::{Kernel, dispatch};

    struct Visits<'a> {
        settings: &'a Settings,
        state: &'a mut ClassState,
        rows: &'a [Vec<f32>],
        /// Whether penalties are taken row by row.
        is_eager: bool,
    }

    impl Kernel for Visits<'_> {
        type Output = ();

        #[inline(always)]
        fn run<L: Lanes>(self, lanes: L) {
            for (row_idx, x) in self.rows.iter().enumerate() {
                let visit = Visit {
                    x,
                    square: 0.0,
                    code: row_idx % 3,
                };
                self.state.visit(lanes, self.settings, &visit);
                if self.is_eager {
                    self.state.weights.settle();
                }
            }
            self.state.end_visits();
        }
    }

    #[test]
    fn penalties_taken_together_equal_those_taken_row_by_row() {
        let mut rng = stream(8, &[]);
        for n_features in [1, 2, 17, 64, 131] {
            let rows: Vec<Vec<f32>> = (0..300)
                .map(|_| (0..n_features).map(|_| rng.gen_range(-1.0..1.0)).collect())
                .collect();
            for norm in [LinearPenalty::L1, LinearPenalty::ElasticNet] {
                let settings = Settings {
                    estimator: "SGDClassifier",
                    loss: ScoreLoss::Hinge,
                    penalty: SgdPenalty {
                        norm,
                        alpha: 1e-3,
                        l1_ratio: 0.3,
                    },
                    step: StepLength::Optimal,
                    average: Averaging::Never,
                    training: StochasticTraining::default(),
                    seed: 0,
                };
                let fit = |is_eager| {
                    let mut state = ClassState::new(&settings, 1, (1.0, 1.0), n_features);
                    dispatch(Visits {
                        settings: &settings,
                        state: &mut state,
                        rows: &rows,
                        is_eager,
                    });
                    state.result().0
                };
                let (together, one_by_one) = (fit(false), fit(true));
                assert!(together.iter().any(|&w| w != 0.0));
                for (a, b) in together.iter().zip(&one_by_one) {
                    assert!((a - b).abs() < 1e-3 * b.abs().max(1.0), "{a}, {b}");
                }
            }
        }
    }
}
