//! The difference of two scores of labels that are no mean over the images, by the bootstrap.

use rand::Rng as _;
use rayon::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal};

use super::pairing::{Difference, NORMAL_95};
use crate::numeric::rng::stream;
use crate::results::{LabelScore, LabelScores};

/// Samples of the test split. The standard error is then known to 2 %.
const N_SAMPLES: u64 = 1000;

/// The labels that the repeats of a row predicted.
pub type Predictions = Vec<Vec<u16>>;

/// Compares two models by a score of their labels: the mean over their repeats.
///
/// This is the paired bootstrap (Efron and Tibshirani 1993, chapter 6): both models are scored on the
/// same sample of images, drawn with replacement, again and again. The interval and the p-value are those
/// of a normal distribution with the standard error of these samples. A p-value counted in samples would
/// be at least 1 in 1,000, too coarse for Holm's correction over a hundred rows.
///
/// # Panics
/// If a side has no repeat, or one of other images than `truth`.
#[must_use]
pub fn compare_resampled(
    score: LabelScore,
    truth: &[u16],
    [a, b]: [&Predictions; 2],
) -> Difference {
    let labels = a.iter().chain(b).flatten().chain(truth);
    let n_classes = labels.max().map_or(0, |&label| usize::from(label) + 1);
    let all: Vec<usize> = (0..truth.len()).collect();
    let difference = |images: &[usize]| {
        let mean = |side: &Predictions| {
            let of_repeat = |labels: &Vec<u16>| value(score, n_classes, truth, labels, images);
            side.iter().map(of_repeat).sum::<f64>() / side.len() as f64
        };
        mean(a) - mean(b)
    };
    let mean = difference(&all);
    let samples: Vec<f64> = (0..N_SAMPLES)
        .into_par_iter()
        .map(|sample| {
            let mut rng = stream(0, &[sample]);
            let images: Vec<usize> = all.iter().map(|_| rng.gen_range(0..all.len())).collect();
            difference(&images)
        })
        .collect();
    let centre = samples.iter().sum::<f64>() / samples.len() as f64;
    let squares: f64 = samples.iter().map(|sample| (sample - centre).powi(2)).sum();
    let error = (squares / (samples.len() - 1) as f64).sqrt();
    Difference {
        mean,
        half_width: NORMAL_95 * error,
        p: if mean == 0.0 {
            1.0
        } else {
            2.0 * Normal::standard().cdf(-mean.abs() / error)
        },
        is_paired: true,
    }
}

fn value(
    score: LabelScore,
    n_classes: usize,
    truth: &[u16],
    labels: &[u16],
    images: &[usize],
) -> f64 {
    let mut confusion = vec![vec![0; n_classes]; n_classes];
    for &image in images {
        confusion[usize::from(truth[image])][usize::from(labels[image])] += 1;
    }
    LabelScores::of(&confusion).map_or(0.0, |scores| score.of(&scores))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::compare_paired;

    /// Labels of 2,000 images of four classes, of which every `n`-th is taken for the next.
    fn labels(n: usize, truth: &[u16]) -> Predictions {
        let wrong = |(image, &label): (usize, &u16)| match image % n {
            0 => (label + 1) % 4,
            _ => label,
        };
        vec![truth.iter().enumerate().map(wrong).collect()]
    }

    #[test]
    fn where_classes_are_of_one_size_balanced_accuracy_differs_as_accuracy_does() {
        let truth: Vec<u16> = (0..2000).map(|image| image % 4).collect();
        let (a, b) = (labels(10, &truth), labels(7, &truth));
        let found = compare_resampled(LabelScore::BalancedAccuracy, &truth, [&a, &b]);
        let right = |side: &Predictions| -> Vec<f64> {
            let pairs = side[0].iter().zip(&truth);
            pairs.map(|(a, b)| f64::from(u8::from(a == b))).collect()
        };
        let expected = compare_paired(&right(&a), &right(&b));
        assert!((found.mean - expected.mean).abs() < 1e-9);
        assert!((found.half_width / expected.half_width - 1.0).abs() < 0.1);
        assert!(found.p < 0.001 && expected.p < 0.001);
    }

    #[test]
    fn the_same_labels_do_not_differ_whatever_the_score() {
        let truth: Vec<u16> = (0..200).map(|image| image * image % 4).collect();
        let a = labels(5, &truth);
        for score in LabelScore::ALL {
            let found = compare_resampled(score, &truth, [&a, &a]);
            assert_eq!((found.mean, found.half_width, found.p), (0.0, 0.0, 1.0));
        }
    }

    #[test]
    fn a_rare_class_that_is_lost_shows_in_the_scores_that_weigh_classes() {
        let truth: Vec<u16> = (0..2000).map(|image| u16::from(image % 40 == 0)).collect();
        let (a, never) = (vec![truth.clone()], vec![vec![0; 2000]]);
        let found = |score| compare_resampled(score, &truth, [&a, &never]);
        assert!((found(LabelScore::BalancedAccuracy).mean - 0.5).abs() < 1e-12);
        assert!(found(LabelScore::F1Macro).mean > 0.5);
        assert!(found(LabelScore::F1Weighted).mean < 0.05);
        assert!((found(LabelScore::Kappa).mean - 1.0).abs() < 1e-12);
    }
}
