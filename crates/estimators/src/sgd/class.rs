//! One class against the rest while it is trained: weights, penalty account, stopping rule.

use pulp::Simd;

use super::settings::{LearningRate, Settings};

/// Slopes are clipped to this, as in scikit-learn.
const MAX_SLOPE: f64 = 1e12;

/// The common factor is multiplied into the weights when it falls below this.
const MIN_SCALE: f64 = 1e-6;

/// Independent sums of a product, enough to hide the latency of a fused multiply-add.
const UNROLL: usize = 4;

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
    /// The part of `penalty_due` by which all weights are yet to be moved towards zero.
    pending: f64,
    /// Running sums of weights and intercept, and their number.
    sum: Vec<f64>,
    intercept_sum: f64,
    n_summed: usize,
    /// Rows seen, from 1.
    t: f64,
    eta: f64,
    optimal_start: f64,
    /// Loss of the running epoch, if it is wanted.
    loss_sum: f64,
    sums_loss: bool,
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
}

/// `Σ f(w)·x`, where `f` is given for a vector and for a number.
#[inline(always)]
fn sum_of_products<S: Simd>(
    simd: S,
    w: &[f32],
    x: &[f32],
    (f, f_one): (impl Fn(S::f32s) -> S::f32s, impl Fn(f32) -> f32),
) -> f32 {
    let (w, w_tail) = S::as_simd_f32s(w);
    let (x, x_tail) = S::as_simd_f32s(x);
    let (w, w_rest) = w.as_chunks::<UNROLL>();
    let (x, x_rest) = x.as_chunks::<UNROLL>();
    let mut sums = [simd.splat_f32s(0.0); UNROLL];
    for (w, x) in w.iter().zip(x) {
        for lane in 0..UNROLL {
            sums[lane] = simd.mul_add_e_f32s(f(w[lane]), x[lane], sums[lane]);
        }
    }
    for (&w, &x) in w_rest.iter().zip(x_rest) {
        sums[0] = simd.mul_add_e_f32s(f(w), x, sums[0]);
    }
    let [a, b, c, d] = sums;
    let sum = simd.reduce_sum_f32s(simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d)));
    let tail = w_tail.iter().zip(x_tail);
    tail.fold(sum, |sum, (&w, x)| sum + f_one(w) * x)
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
            pending: 0.0,
            penalty_paid: vec![0.0; if has_l1 { n_features } else { 0 }],
            sum: vec![0.0; if settings.average > 0 { n_features } else { 0 }],
            intercept_sum: 0.0,
            n_summed: 0,
            t: 1.0,
            eta,
            optimal_start: 1.0 / (first_eta * settings.alpha),
            loss_sum: 0.0,
            sums_loss: false,
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

    /// Starts an epoch, whose loss is summed if `sums_loss`.
    pub fn start_epoch(&mut self, sums_loss: bool) {
        self.loss_sum = 0.0;
        self.sums_loss = sums_loss;
    }

    /// One step of Algorithm 1 of Bottou (2010) on one row.
    #[inline(always)]
    pub fn visit<S: Simd>(&mut self, simd: S, settings: &Settings, visit: &Visit<'_>) {
        let p = self.score(self.product(simd, visit.x));
        let (y, cost) = if visit.code == self.class {
            (1.0, self.costs.0)
        } else {
            (-1.0, self.costs.1)
        };
        let update = match settings.learning_rate {
            LearningRate::PassiveAggressive1 { .. } if visit.square == 0.0 => 0.0,
            LearningRate::PassiveAggressive1 { c } => {
                y * (settings.loss.value(y, p) / visit.square).min(c)
            }
            LearningRate::PassiveAggressive2 { c } => {
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

        let shrink = settings.penalty.l2_share() * self.eta * settings.alpha;
        if shrink > 0.0 {
            self.shrink((1.0 - shrink).max(0.0));
        }
        if update != 0.0 {
            self.settle();
            self.add(simd, visit.x, update);
            if settings.fit_intercept {
                self.intercept += update;
            }
        }
        if settings.average > 0 && settings.average as f64 <= self.t {
            self.settle();
            self.add_to_sum();
        }
        let l1_share = settings.penalty.l1_share();
        if l1_share > 0.0 {
            let due = l1_share * self.eta * settings.alpha;
            self.penalty_due += due;
            if update != 0.0 {
                self.truncate();
            } else {
                self.pending += due;
            }
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
        self.pending *= factor;
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

    /// The product of `x` with the unscaled weights, moved towards zero by what is pending.
    #[inline(always)]
    fn product<S: Simd>(&self, simd: S, x: &[f32]) -> f32 {
        if self.pending == 0.0 {
            return sum_of_products(simd, &self.weights, x, (|w| w, |w| w));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "weights are in single precision"
        )]
        let t = (self.pending / self.scale) as f32;
        let (low, high) = (simd.splat_f32s(-t), simd.splat_f32s(t));
        let moved = |w| simd.sub_f32s(w, simd.min_f32s(simd.max_f32s(w, low), high));
        sum_of_products(simd, &self.weights, x, (moved, |w| w - w.clamp(-t, t)))
    }

    /// Moves every weight towards zero by what is pending.
    ///
    /// Between two steps that change the weights otherwise, the penalties of the rows can be taken
    /// together: a weight that is not zero has paid all that was due, so all of them owe the same.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "weights are in single precision"
    )]
    fn settle(&mut self) {
        if self.pending == 0.0 {
            return;
        }
        let (scale, due) = (self.scale as f32, self.penalty_due as f32);
        let t = (self.pending / self.scale) as f32;
        for (w, paid) in self.weights.iter_mut().zip(&mut self.penalty_paid) {
            let kept = *w - w.max(-t).min(t);
            let used_up = *paid - scale * *w;
            *paid = if kept == 0.0 {
                used_up
            } else {
                -due.copysign(kept)
            };
            *w = kept;
        }
        self.pending = 0.0;
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

    /// Brings the weights themselves up to date after an epoch's last row.
    pub fn end_visits(&mut self) {
        self.settle();
        self.apply_scale();
    }

    /// Ends an epoch with the stopping rule. `score` is the accuracy on the
    /// rows held back, if any; `n_rows` the rows trained on.
    pub fn end_epoch(&mut self, settings: &Settings, score: Option<f64>, n_rows: usize) {
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

#[cfg(test)]
mod tests {
    use pulp::{Arch, WithSimd};
    use rand::Rng as _;

    use super::super::settings::SgdPenalty;
    use super::*;
    use fashion_bench_numeric::rng::stream;

    struct Visits<'a> {
        settings: &'a Settings,
        state: &'a mut ClassState,
        rows: &'a [Vec<f32>],
        /// Whether penalties are taken row by row.
        is_eager: bool,
    }

    impl WithSimd for Visits<'_> {
        type Output = ();

        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            for (row_idx, x) in self.rows.iter().enumerate() {
                let visit = Visit {
                    x,
                    square: 0.0,
                    code: row_idx % 3,
                };
                self.state.visit(simd, self.settings, &visit);
                if self.is_eager {
                    self.state.settle();
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
            for penalty in [SgdPenalty::L1, SgdPenalty::ElasticNet { l1_ratio: 0.3 }] {
                let settings = Settings {
                    penalty,
                    alpha: 1e-3,
                    ..Settings::default()
                };
                let fit = |is_eager| {
                    let mut state = ClassState::new(&settings, 1, (1.0, 1.0), n_features);
                    Arch::new().dispatch(Visits {
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
