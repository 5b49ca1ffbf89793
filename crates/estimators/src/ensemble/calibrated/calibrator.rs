//! The probability as a function of a classifier's score.
//!
//! `sigmoid` is J. Platt's, Probabilistic Outputs for Support Vector Machines (1999): the logistic
//! function that is likeliest for targets drawn in from 0 and 1. `isotonic` is the function without a
//! fall that is nearest to the classes, by pooling adjacent violators, and linear between its steps
//! (B. Zadrozny and C. Elkan, 2002).

use super::params::CalibrationMethod;
use crate::class_probabilities::logistic;
use crate::lbfgs_b::{Settings, minimise};

/// Scores from which on they are scaled down for the fit.
const LARGE_SCORE: f64 = 30.0;

/// Scores that are nearer to each other count as one, as in scikit-learn.
const RESOLUTION: f64 = 1e-15;

/// A function from scores to probabilities.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Calibrator {
    /// 1 / (1 + exp(slope·score + offset)).
    Sigmoid { slope: f64, offset: f64 },
    /// Probabilities at ascending scores, between which it is linear.
    Isotonic { scores: Vec<f64>, values: Vec<f64> },
}

impl Calibrator {
    /// Fits the function to `scores` of rows, which are of the class or not.
    pub fn fit(method: CalibrationMethod, scores: &[f64], is_class: &[bool]) -> Self {
        match method {
            CalibrationMethod::Sigmoid => sigmoid(scores, is_class),
            CalibrationMethod::Isotonic => isotonic(scores, is_class),
        }
    }

    /// Returns the probability of a score.
    pub fn probability(&self, score: f64) -> f64 {
        match self {
            Self::Sigmoid { slope, offset } => logistic(-(slope * score + offset)),
            Self::Isotonic { scores, values } => {
                let above = scores.partition_point(|known| *known < score);
                match (above.checked_sub(1), scores.get(above)) {
                    (None, _) => values[0],
                    (Some(below), None) => values[below],
                    (Some(below), Some(&high)) => {
                        let share = (score - scores[below]) / (high - scores[below]);
                        values[below] + share * (values[above] - values[below])
                    }
                }
            }
        }
    }
}

fn sigmoid(scores: &[f64], is_class: &[bool]) -> Calibrator {
    let n_in = is_class.iter().filter(|&&is| is).count() as f64;
    let n_out = is_class.len() as f64 - n_in;
    let largest = scores
        .iter()
        .fold(0.0_f64, |most, score| most.max(score.abs()));
    let scale = if largest >= LARGE_SCORE { largest } else { 1.0 };
    let target = |&is: &bool| {
        if is {
            (n_in + 1.0) / (n_in + 2.0)
        } else {
            1.0 / (n_out + 2.0)
        }
    };
    let rows: Vec<(f64, f64)> = scores
        .iter()
        .zip(is_class)
        .map(|(score, is)| (score / scale, target(is)))
        .collect();
    let settings = Settings {
        gtol: 1e-6,
        ftol: 64.0 * f64::EPSILON,
        ..Settings::default()
    };
    let start = vec![0.0, ((n_out + 1.0) / (n_in + 1.0)).ln()];
    let minimum = minimise(start, None, &settings, |at, gradient| {
        gradient.fill(0.0);
        let mut loss = 0.0;
        for &(score, target) in &rows {
            let z = -(at[0] * score + at[1]);
            // ln(1 + e^z) - target·z.
            loss += z.max(0.0) + (-z.abs()).exp().ln_1p() - target * z;
            let slope = logistic(z) - target;
            gradient[0] -= slope * score;
            gradient[1] -= slope;
        }
        loss
    });
    Calibrator::Sigmoid {
        slope: minimum.x[0] / scale,
        offset: minimum.x[1],
    }
}

fn isotonic(scores: &[f64], is_class: &[bool]) -> Calibrator {
    let mut rows: Vec<(f64, f64)> = scores
        .iter()
        .zip(is_class)
        .map(|(&score, &is)| (score, f64::from(u8::from(is))))
        .collect();
    rows.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Equal scores are one, with the mean of their rows.
    let mut knots: Vec<(f64, f64, f64)> = Vec::new();
    for (score, value) in rows {
        match knots.last_mut() {
            Some((known, sum, n)) if score - *known < RESOLUTION => {
                *sum += value;
                *n += 1.0;
            }
            _ => knots.push((score, value, 1.0)),
        }
    }
    // Neighbours that fall are pooled: sum, rows and knots of each pool.
    let mut pools: Vec<(f64, f64, usize)> = Vec::new();
    for &(_, sum, n) in &knots {
        pools.push((sum, n, 1));
        while let [.., before, last] = &pools[..]
            && before.0 / before.1 >= last.0 / last.1
        {
            let (sum, n, n_knots) = (before.0 + last.0, before.1 + last.1, before.2 + last.2);
            pools.truncate(pools.len() - 2);
            pools.push((sum, n, n_knots));
        }
    }
    let (mut at, mut values) = (Vec::new(), Vec::new());
    let mut first = 0;
    for (sum, n, n_knots) in pools {
        let last = first + n_knots - 1;
        for place in [first, last] {
            if at.last() != Some(&knots[place].0) {
                at.push(knots[place].0);
                values.push(sum / n);
            }
        }
        first = last + 1;
    }
    Calibrator::Isotonic { scores: at, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn isotonic_functions_equal_those_of_scikit_learn() {
        // scikit-learn 1.5.2: `IsotonicRegression(out_of_bounds="clip")`.
        let scores = [0.1, 0.4, 0.35, 0.8, 0.8, 0.6, 0.9, 0.2];
        let is_class = [false, true, false, true, false, true, true, true];
        let found = isotonic(&scores, &is_class);
        let expected = [
            (0.0, 0.0),
            (0.15, 0.25),
            (0.35, 0.5),
            (0.5, 0.75),
            (0.85, 0.875),
            (2.0, 1.0),
        ];
        for (score, probability) in expected {
            let found = found.probability(score);
            assert!((found - probability).abs() < 1e-12, "{score}: {found}");
        }
    }

    #[test]
    fn a_sigmoid_rises_with_scores_that_are_right() {
        let scores: Vec<f64> = (0..40).map(f64::from).collect();
        let is_class: Vec<bool> = (0..40).map(|row| row % 7 + row > 22).collect();
        let found = sigmoid(&scores, &is_class);
        assert!(found.probability(0.0) < 0.05 && found.probability(39.0) > 0.95);
    }
}
