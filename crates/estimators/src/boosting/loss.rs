//! Losses of boosted classifiers: log loss of the softmax (one score per class) or of the logistic
//! function (one score for two classes), and the exponential loss (two classes).
//!
//! Scores, gradients and Hessians lie output after output: `scores[output][row]`.

use rayon::prelude::*;

/// How many rows a thread takes at a time.
const CHUNK: usize = 4096;

/// Which loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// Log loss.
    Log,
    /// AdaBoost's exponential loss; two classes only.
    Exponential,
}

/// Gradient and Hessian of each row for one output.
#[derive(Debug, Clone, Default)]
pub(super) struct Slope {
    /// Minus the derivative of the loss by the score.
    pub negative_gradient: Vec<f64>,
    /// Second derivative.
    pub hessian: Vec<f64>,
}

impl Loss {
    /// Returns what a score of two classes is multiplied by to be the logarithm of the odds.
    pub(super) fn odds_scale(self) -> f64 {
        match self {
            Self::Log => 1.0,
            Self::Exponential => 2.0,
        }
    }

    /// Returns the slopes of every output at these scores. `codes` are the classes of the rows.
    pub(super) fn slopes(self, scores: &[Vec<f64>], codes: &[usize]) -> Vec<Slope> {
        let n_samples = codes.len();
        let mut slopes: Vec<Slope> = scores
            .iter()
            .map(|_| Slope {
                negative_gradient: vec![0.0; n_samples],
                hessian: vec![0.0; n_samples],
            })
            .collect();
        if let [slope] = slopes.as_mut_slice() {
            for (row, (&score, &code)) in scores[0].iter().zip(codes).enumerate() {
                let (gradient, hessian) = self.two_class_slope(score, code);
                slope.negative_gradient[row] = gradient;
                slope.hessian[row] = hessian;
            }
            return slopes;
        }
        let log_sums = log_sums(scores);
        slopes
            .par_iter_mut()
            .zip(scores)
            .enumerate()
            .for_each(|(class, (slope, scores))| {
                for row in 0..n_samples {
                    let p = (scores[row] - log_sums[row]).exp();
                    let is_class = f64::from(u8::from(codes[row] == class));
                    slope.negative_gradient[row] = is_class - p;
                    slope.hessian[row] = p * (1.0 - p);
                }
            });
        slopes
    }

    fn two_class_slope(self, score: f64, code: usize) -> (f64, f64) {
        let y = f64::from(u8::from(code == 1));
        match self {
            Self::Log => {
                let p = 1.0 / (1.0 + (-score).exp());
                (y - p, p * (1.0 - p))
            }
            Self::Exponential => {
                let sign = 2.0 * y - 1.0;
                let value = (-sign * score).exp();
                (sign * value, value)
            }
        }
    }

    /// Returns the mean loss over the rows, each with its weight; rows without any do not count.
    pub(super) fn mean(
        self,
        scores: &[Vec<f64>],
        codes: &[usize],
        weight: impl Fn(usize) -> f64,
    ) -> f64 {
        let (mut sum, mut total) = (0.0, 0.0);
        let log_sums = match scores {
            [_] => Vec::new(),
            _ => log_sums(scores),
        };
        for (row, &code) in codes.iter().enumerate() {
            let weight = weight(row);
            if weight <= 0.0 {
                continue;
            }
            let loss = if let [scores] = scores {
                let margin = if code == 1 { scores[row] } else { -scores[row] };
                match self {
                    // ln(1 + exp(-margin)), without overflow.
                    Self::Log => (-margin).max(0.0) + (-margin.abs()).exp().ln_1p(),
                    Self::Exponential => (-margin).exp(),
                }
            } else {
                log_sums[row] - scores[code][row]
            };
            sum += weight * loss;
            total += weight;
        }
        if total > 0.0 { sum / total } else { 0.0 }
    }

    /// Returns the scores of a constant prediction of these class shares.
    pub(super) fn prior_scores(self, shares: &[f64]) -> Vec<f64> {
        // The bounds keep classes without a sample finite.
        let least = f64::from(f32::EPSILON);
        let clipped = |share: f64| share.clamp(least, 1.0 - least);
        match shares {
            [_, share] => {
                let p = clipped(*share);
                let logit = (p / (1.0 - p)).ln();
                vec![match self {
                    Self::Log => logit,
                    Self::Exponential => 0.5 * logit,
                }]
            }
            _ => shares.iter().map(|&share| clipped(share).ln()).collect(),
        }
    }
}

/// Returns `ln Σ exp(score)` of each row.
fn log_sums(scores: &[Vec<f64>]) -> Vec<f64> {
    let n_samples = scores.first().map_or(0, Vec::len);
    let mut sums = vec![0.0; n_samples];
    sums.par_chunks_mut(CHUNK)
        .enumerate()
        .for_each(|(chunk_idx, sums)| {
            for (offset, sum) in sums.iter_mut().enumerate() {
                let row = chunk_idx * CHUNK + offset;
                let of_row = || scores.iter().map(|scores| scores[row]);
                let largest = of_row().fold(f64::NEG_INFINITY, f64::max);
                *sum = largest
                    + of_row()
                        .map(|score| (score - largest).exp())
                        .sum::<f64>()
                        .ln();
            }
        });
    sums
}
