//! From the latent values of two-class problems to classes.
//!
//! Probabilities, which settle one-vs-rest and break ties between votes, are rounded as
//! scikit-learn's are: an f* below 1e-16 gives 0.5 for every class. Among equal probabilities the
//! last class wins (one-vs-rest), as there.

use super::params::GaussianProcessMultiClass;
use crate::multiclass::{argmax, class_pairs, one_vs_one_scores};
use fashion_bench_numeric::erf::erf;

/// Scales and weights of the error functions that make up the logistic function (Williams and
/// Barber, Bayesian Classification With Gaussian Processes, 1998, appendix A), scikit-learn's.
const ERF_SCALES: [f64; 5] = [0.41, 0.4, 0.37, 0.44, 0.39];
const ERF_WEIGHTS: [f64; 5] = [
    -1_854.821_415_1,
    3_516.898_936_46,
    221.293_467_12,
    128.123_238_05,
    -2_010.494_226_54,
];

/// Returns the class of each row. `is_second` says for each row and problem whether f* is for the
/// second class; `probabilities` computes, for the rows it is given, the probability of each
/// problem's second class, and is called only where that matters.
pub(super) fn decide(
    multi_class: GaussianProcessMultiClass,
    n_classes: usize,
    is_second: &[Vec<bool>],
    probabilities: impl Fn(&[usize]) -> Vec<Vec<f64>>,
) -> Vec<usize> {
    if n_classes == 2 {
        return is_second.iter().map(|row| usize::from(row[0])).collect();
    }
    match multi_class {
        GaussianProcessMultiClass::OneVsRest => {
            let all: Vec<usize> = (0..is_second.len()).collect();
            let probabilities = probabilities(&all);
            probabilities.iter().map(|p| last_largest(p)).collect()
        }
        GaussianProcessMultiClass::OneVsOne => vote(n_classes, is_second, probabilities),
    }
}

/// Returns the class with most votes for each row. Probabilities are computed only where several
/// classes have as many votes.
fn vote(
    n_classes: usize,
    is_second: &[Vec<bool>],
    probabilities: impl Fn(&[usize]) -> Vec<Vec<f64>>,
) -> Vec<usize> {
    let mut tied = Vec::new();
    let mut found: Vec<usize> = is_second
        .iter()
        .enumerate()
        .map(|(row, is_second)| {
            let mut votes = vec![0_usize; n_classes];
            for ((first, second), is_second) in class_pairs(n_classes).zip(is_second) {
                votes[if *is_second { second } else { first }] += 1;
            }
            let winner = argmax(&votes);
            if votes.iter().filter(|&&n| n == votes[winner]).count() > 1 {
                tied.push(row);
            }
            winner
        })
        .collect();
    let confidences = probabilities(&tied);
    for (row, confidences) in tied.into_iter().zip(confidences) {
        found[row] = argmax(&one_vs_one_scores(&is_second[row], &confidences, n_classes));
    }
    found
}

/// Returns the last of the largest: scikit-learn's rule for one-vs-rest.
fn last_largest(probabilities: &[f64]) -> usize {
    let mut best = 0;
    for (class, &probability) in probabilities.iter().enumerate() {
        if probability >= probabilities[best] {
            best = class;
        }
    }
    best
}

/// Returns the mean of the logistic function of a normal variable, in scikit-learn's order of
/// operations.
pub(super) fn probability(mean: f64, variance: f64) -> f64 {
    let pi = std::f64::consts::PI;
    let alpha = 1.0 / (2.0 * variance);
    let mut sum = 0.0;
    for (scale, weight) in ERF_SCALES.into_iter().zip(ERF_WEIGHTS) {
        let argument = scale * mean * (alpha / (alpha + scale * scale)).sqrt();
        let integral = (pi / alpha).sqrt() * erf(argument) / (2.0 * (variance * 2.0 * pi).sqrt());
        sum += weight * integral;
    }
    sum + 0.5 * ERF_WEIGHTS.iter().sum::<f64>()
}
