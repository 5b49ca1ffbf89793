//! Weights that are shrunk by a common factor and moved towards zero, both as late as possible.
//!
//! The weights are `scale` times what is stored, so that shrinking all of them is one
//! multiplication. Penalties of rows that change no weight otherwise are added up in `pending`, and
//! taken at the next row that does:
//!
//! ```text
//! row            1: moves   2: no change   3: no change   4: moves
//! l1 penalty     truncate   pending += a   pending += a   settle: all weights by 2a towards zero,
//!                                                         then move and truncate
//! ```
//!
//! In between, products are taken with the weights moved by `pending`.

use fashion_bench_numeric::simd::{Lanes, Map, Same, Vector, add_scaled, dot};

/// The common factor is multiplied into the weights when it falls below this.
const MIN_SCALE: f64 = 1e-6;

/// The weights of one problem and the l1 penalty that they owe.
#[derive(Debug, Clone)]
pub(super) struct PenalisedWeights {
    /// The weights are `scale · stored`.
    stored: Vec<f32>,
    scale: f64,
    /// l1 penalty that each weight could have had so far, and has had (Tsuruoka's u and q).
    due: f64,
    paid: Vec<f32>,
    /// The part of `due` by which all weights are yet to be moved towards zero.
    pending: f64,
    average: Option<Average>,
}

/// The mean of the weights after each row, by Bottou's way of following it (*Stochastic gradient
/// descent tricks*, 2012): of the stored weights, which change with some rows, and of the factor,
/// which changes with every row, the sum over rows is `factors·stored + rest`.
///
/// As in scikit-learn, `rest` makes up for the steps along rows and not for the l1 penalty, which
/// so counts as if it had been taken before the first row, or before the factor was multiplied in.
#[derive(Debug, Clone)]
struct Average {
    rest: Vec<f64>,
    factors: f64,
    n_rows: usize,
}

/// Moves weights towards zero, but not beyond.
struct TowardsZero<V> {
    /// By how much: minus and plus.
    low: V,
    high: V,
}

impl<L, V: Vector<L>> Map<L, V> for TowardsZero<V> {
    #[inline(always)]
    fn map(&self, w: V) -> V {
        w.sub(w.max(self.low).min(self.high))
    }
}

impl PenalisedWeights {
    /// Returns weights of 0; `has_l1` if there will be l1 penalties, `averages` if
    /// [`Self::count`] will be called.
    pub fn new(n_features: usize, has_l1: bool, averages: bool) -> Self {
        Self {
            stored: vec![0.0; n_features],
            scale: 1.0,
            due: 0.0,
            paid: vec![0.0; if has_l1 { n_features } else { 0 }],
            pending: 0.0,
            average: averages.then(|| Average {
                rest: vec![0.0; n_features],
                factors: 0.0,
                n_rows: 0,
            }),
        }
    }

    /// Returns the weights in units of [`Self::scale`]; they must be settled: see
    /// [`Self::settle_all`].
    pub fn as_slice(&self) -> &[f32] {
        &self.stored
    }

    /// Returns the common factor of the weights.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// Shrinks all weights by `factor`.
    #[inline(always)]
    pub fn shrink(&mut self, factor: f64) {
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
        if self.average.is_some() {
            self.settle();
        }
        if let Some(average) = &mut self.average {
            for (rest, &w) in average.rest.iter_mut().zip(&self.stored) {
                *rest += average.factors * f64::from(w);
            }
            average.factors = 0.0;
        }
        for w in &mut self.stored {
            *w *= self.scale as f32;
        }
        self.scale = 1.0;
    }

    /// Adds `update` times `x` to the weights.
    #[inline(always)]
    pub fn add<L: Lanes>(&mut self, lanes: L, x: &[f32], update: f64) {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "weights are in single precision"
        )]
        let step = (update / self.scale) as f32;
        add_scaled(lanes, step, x, &mut self.stored);
    }

    /// Returns the product of `x` with the weights.
    #[inline(always)]
    pub fn product<L: Lanes>(&self, lanes: L, x: &[f32]) -> f64 {
        f64::from(self.stored_product(lanes, x)) * self.scale
    }

    /// Returns the product of `x` with the stored weights, moved towards zero by what is pending.
    #[inline(always)]
    fn stored_product<L: Lanes>(&self, lanes: L, x: &[f32]) -> f32 {
        if self.pending == 0.0 {
            return dot(lanes, &self.stored, x, Same);
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "weights are in single precision"
        )]
        let t = (self.pending / self.scale) as f32;
        let (low, high) = (lanes.splat_f32(-t), lanes.splat_f32(t));
        dot(lanes, &self.stored, x, TowardsZero { low, high })
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
    pub fn settle(&mut self) {
        if self.pending == 0.0 {
            return;
        }
        let (scale, due) = (self.scale as f32, self.due as f32);
        let t = (self.pending / self.scale) as f32;
        for (w, paid) in self.stored.iter_mut().zip(&mut self.paid) {
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

    /// Moves each weight towards zero by what it owes, but not beyond: the cumulative penalty of
    /// Tsuruoka et al. (2009), Figure 2.
    #[inline(always)]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "weights are in single precision"
    )]
    fn truncate(&mut self) {
        let (scale, due) = (self.scale as f32, self.due as f32);
        let inverse = 1.0 / scale;
        for (w, paid) in self.stored.iter_mut().zip(&mut self.paid) {
            let old = *w;
            let positive = (old - (due + *paid) * inverse).max(0.0);
            let negative = (old + (due - *paid) * inverse).min(0.0);
            let truncated = if old > 0.0 { positive } else { negative };
            let new = if old == 0.0 { 0.0 } else { truncated };
            *paid += scale * (new - old);
            *w = new;
        }
    }

    /// Counts the weights after the row `x`, by `update` times which they were moved, into their
    /// average.
    pub fn count(&mut self, x: &[f32], update: f64) {
        let Some(average) = &mut self.average else {
            return;
        };
        if update != 0.0 {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "the step that the weights took, in single precision"
            )]
            let step = (update / self.scale) as f32;
            let before = average.factors * f64::from(step);
            for (rest, &x) in average.rest.iter_mut().zip(x) {
                *rest -= before * f64::from(x);
            }
        }
        average.factors += self.scale;
        average.n_rows += 1;
    }

    /// Returns the average of the weights if any were counted, else the weights. They must be
    /// settled.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "models are in single precision"
    )]
    pub fn result(&self) -> Vec<f32> {
        let scaled = |&w: &f32| (self.scale * f64::from(w)) as f32;
        match &self.average {
            Some(average) if average.n_rows > 0 => {
                let pairs = average.rest.iter().zip(&self.stored);
                let n_rows = average.n_rows as f64;
                pairs
                    .map(|(rest, &w)| ((rest + average.factors * f64::from(w)) / n_rows) as f32)
                    .collect()
            }
            _ => self.stored.iter().map(scaled).collect(),
        }
    }

    /// Takes the penalty `due` of a row: at once if the row changes the weights otherwise, else
    /// with the next row that does.
    #[inline(always)]
    pub fn penalise(&mut self, due: f64, has_update: bool) {
        self.due += due;
        if has_update {
            self.truncate();
        } else {
            self.pending += due;
        }
    }

    /// Brings the weights themselves up to date; the factor stays where they are averaged.
    pub fn settle_all(&mut self) {
        self.settle();
        if self.average.is_none() {
            self.apply_scale();
        }
    }
}
