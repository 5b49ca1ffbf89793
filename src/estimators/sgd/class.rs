//! One class against the rest while it is trained: weights, penalty account, stopping rule.

use pulp::Simd;

use super::settings::{LearningRate, Settings};

/// Slopes are clipped to this, as in scikit-learn.
const MAX_SLOPE: f64 = 1e12;

/// The common factor is multiplied into the weights when it falls below this.
const MIN_SCALE: f64 = 1e-6;

/// Weights and state of one problem.
#[derive(Debug, Clone)]
pub(super) struct ClassState {
    /// Code of the positive class.
    pub class: usize,
    /// Weights of positive and negative rows.
    costs: (f64, f64),
    /// The weights are `scale · weights`.
    pub weights: Vec<f32>,
    scale: f64,
    pub intercept: f64,
    /// l1 penalty that each weight could have had so far, and has had (Tsuruoka's u and q).
    penalty_due: f64,
    penalty_paid: Vec<f32>,
    /// Running sums of weights and intercept, and their number.
    sum: Vec<f64>,
    intercept_sum: f64,
    n_summed: usize,
    /// Rows seen, from 1.
    t: f64,
    eta: f64,
    optimal_start: f64,
    /// Loss of the running epoch.
    pub loss_sum: f64,
    n_visited: usize,
    best: f64,
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
    /// Product of `x` with the unscaled weights.
    pub dot: f32,
}

impl ClassState {
    pub fn new(settings: &Settings, class: usize, costs: (f64, f64), n_features: usize) -> Self {
        let has_l1 = settings.penalty.l1_share() > 0.0;
        let typical = (1.0 / settings.alpha.sqrt()).sqrt();
        let first_eta = typical / settings.loss.slope(1.0, -typical).max(1.0);
        let eta = match settings.learning_rate {
            LearningRate::Constant { eta0 }
            | LearningRate::Adaptive { eta0 }
            | LearningRate::InvScaling { eta0, .. } => eta0,
            _ => 0.0,
        };
        Self {
            class,
            costs,
            weights: vec![0.0; n_features],
            scale: 1.0,
            intercept: 0.0,
            penalty_due: 0.0,
            penalty_paid: vec![0.0; if has_l1 { n_features } else { 0 }],
            sum: vec![0.0; if settings.average > 0 { n_features } else { 0 }],
            intercept_sum: 0.0,
            n_summed: 0,
            t: 1.0,
            eta,
            optimal_start: 1.0 / (first_eta * settings.alpha),
            loss_sum: 0.0,
            n_visited: 0,
            best: if settings.early_stopping.is_some() {
                f64::NEG_INFINITY
            } else {
                f64::INFINITY
            },
            n_without_progress: 0,
            n_iter: 0,
            is_done: false,
        }
    }

    /// One step of Algorithm 1 of Bottou (2010) on one row.
    #[inline(always)]
    pub fn visit<S: Simd>(&mut self, simd: S, settings: &Settings, visit: &Visit<'_>) {
        let p = self.score(visit.dot);
        let (y, cost) = if visit.code == self.class {
            (1.0, self.costs.0)
        } else {
            (-1.0, self.costs.1)
        };
        let loss = settings.loss.value(y, p);
        self.loss_sum += loss;
        let update = match settings.learning_rate {
            LearningRate::PassiveAggressive1 { .. } if visit.square == 0.0 => return,
            LearningRate::PassiveAggressive1 { c } => y * (loss / visit.square).min(c),
            LearningRate::PassiveAggressive2 { c } => y * loss / (visit.square + 0.5 / c),
            _ => {
                self.set_eta(settings);
                -self.eta * settings.loss.slope(y, p).clamp(-MAX_SLOPE, MAX_SLOPE)
            }
        } * cost;

        let shrink = settings.penalty.l2_share() * self.eta * settings.alpha;
        if shrink > 0.0 {
            self.shrink((1.0 - shrink).max(0.0));
        }
        if update != 0.0 {
            self.add(simd, visit.x, update);
            if settings.fit_intercept {
                self.intercept += update;
            }
        }
        if settings.average > 0 && settings.average as f64 <= self.t {
            self.add_to_sum();
        }
        let l1_share = settings.penalty.l1_share();
        if l1_share > 0.0 {
            self.penalty_due += l1_share * self.eta * settings.alpha;
            self.truncate();
        }
        self.t += 1.0;
    }

    #[inline(always)]
    fn set_eta(&mut self, settings: &Settings) {
        match settings.learning_rate {
            LearningRate::Optimal => {
                self.eta = 1.0 / (settings.alpha * (self.optimal_start + self.t - 1.0));
            }
            LearningRate::InvScaling { eta0, power_t } => self.eta = eta0 / self.t.powf(power_t),
            _ => {}
        }
    }

    #[inline(always)]
    fn shrink(&mut self, factor: f64) {
        self.scale *= factor;
        if self.scale < MIN_SCALE {
            self.apply_scale();
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "weights are in single precision"
    )]
    fn apply_scale(&mut self) {
        for w in &mut self.weights {
            *w *= self.scale as f32;
        }
        self.scale = 1.0;
    }

    #[inline(always)]
    fn add<S: Simd>(&mut self, simd: S, x: &[f32], update: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "weights are in single precision"
        )]
        let step = (update / self.scale) as f32;
        let (w, w_tail) = S::as_mut_simd_f32s(&mut self.weights);
        let (x, x_tail) = S::as_simd_f32s(x);
        let steps = simd.splat_f32s(step);
        for (w, &x) in w.iter_mut().zip(x) {
            *w = simd.mul_add_e_f32s(steps, x, *w);
        }
        for (w, &x) in w_tail.iter_mut().zip(x_tail) {
            *w += step * x;
        }
    }

    /// The cumulative penalty of Tsuruoka et al. (2009), Figure 2: a weight is moved towards zero
    /// by what it owes, but not beyond.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "weights are in single precision"
    )]
    fn truncate(&mut self) {
        let (scale, due) = (self.scale as f32, self.penalty_due as f32);
        let inverse = 1.0 / scale;
        for (w, paid) in self.weights.iter_mut().zip(&mut self.penalty_paid) {
            let old = *w;
            let positive = (old - (due + *paid) * inverse).max(0.0);
            let negative = (old + (due - *paid) * inverse).min(0.0);
            let truncated = if old > 0.0 { positive } else { negative };
            let new = if old == 0.0 { 0.0 } else { truncated };
            *paid += scale * (new - old);
            *w = new;
        }
    }

    fn add_to_sum(&mut self) {
        for (sum, &w) in self.sum.iter_mut().zip(&self.weights) {
            *sum += self.scale * f64::from(w);
        }
        self.intercept_sum += self.intercept;
        self.n_summed += 1;
    }

    /// The score of a row whose product with the unscaled weights is `dot`.
    pub fn score(&self, dot: f32) -> f64 {
        f64::from(dot) * self.scale + self.intercept
    }

    /// Mean loss of the last epoch, taken on the way.
    pub fn mean_loss(&self) -> f64 {
        self.loss_sum / self.n_visited.max(1) as f64
    }

    /// Ends an epoch: applies the scale and the stopping rule. `score` is the accuracy on the
    /// rows held back, if any; `n_rows` the rows trained on.
    pub fn end_epoch(&mut self, settings: &Settings, score: Option<f64>, n_rows: usize) {
        self.apply_scale();
        self.n_iter += 1;
        self.n_visited = n_rows;
        let (is_progress, is_best) = match (settings.tol, score) {
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
        if self.n_without_progress >= settings.n_iter_no_change {
            let is_adaptive = matches!(settings.learning_rate, LearningRate::Adaptive { .. });
            if is_adaptive && self.eta > 1e-6 {
                self.eta /= 5.0;
                self.n_without_progress = 0;
            } else {
                self.is_done = true;
            }
        }
    }

    /// Whether all weights are finite numbers.
    pub fn is_finite(&self) -> bool {
        self.intercept.is_finite() && self.weights.iter().all(|w| w.is_finite())
    }

    /// Weights and intercept of the model: the averages, where averaging has begun.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "models are in single precision"
    )]
    pub fn result(&self) -> (Vec<f32>, f32) {
        if self.n_summed == 0 {
            return (self.weights.clone(), self.intercept as f32);
        }
        let n = self.n_summed as f64;
        let weights = self.sum.iter().map(|sum| (sum / n) as f32).collect();
        (weights, (self.intercept_sum / n) as f32)
    }
}
