//! Predictions held against the true labels.

use ndarray::ArrayView1;

use super::outcomes::{self, Packed};
use super::record::ClassScores;

/// How well predictions fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Score {
    /// Share of the labels that were predicted, in [0, 1].
    pub accuracy: f64,
    /// Scores of each class, in class order.
    pub classes: Vec<ClassScores>,
    /// Samples by true class (row) and predicted class (column).
    pub confusion: Vec<Vec<u32>>,
    /// Which samples were predicted correctly, and what the others were taken for.
    pub outcomes: Packed,
    /// SHA-256 of the predicted labels.
    pub predictions_sha256: String,
}

/// Scores `predicted` against `truth`, both of labels from 0 to `n_classes` − 1.
///
/// # Errors
/// The first predicted label that is not below `n_classes`.
///
/// # Panics
/// If the lengths differ or a true label is not below `n_classes`: both are the data set's.
pub fn score(
    truth: ArrayView1<'_, usize>,
    predicted: ArrayView1<'_, usize>,
    n_classes: usize,
) -> Result<Score, usize> {
    assert_eq!(truth.len(), predicted.len(), "a prediction for each sample");
    let mut confusion = vec![vec![0_u32; n_classes]; n_classes];
    let mut wrong = Vec::with_capacity(truth.len());
    let mut labels = Vec::with_capacity(truth.len());
    for (&truth, &predicted) in truth.iter().zip(predicted) {
        if predicted >= n_classes {
            return Err(predicted);
        }
        confusion[truth][predicted] += 1;
        // A data set has at most 1,000 classes.
        let label = u16::try_from(predicted).unwrap_or(u16::MAX);
        labels.push(label);
        wrong.push((truth != predicted).then_some(label));
    }
    let n_correct = wrong.iter().filter(|label| label.is_none()).count();
    Ok(Score {
        accuracy: n_correct as f64 / truth.len() as f64,
        classes: class_scores(&confusion),
        confusion,
        outcomes: outcomes::pack(&wrong, n_classes),
        predictions_sha256: outcomes::predictions_sha256(labels, n_classes),
    })
}

fn class_scores(confusion: &[Vec<u32>]) -> Vec<ClassScores> {
    let ratio = |part: u32, whole: u32| {
        if whole == 0 {
            0.0
        } else {
            f64::from(part) / f64::from(whole)
        }
    };
    (0..confusion.len())
        .map(|class| {
            let hits = confusion[class][class];
            let n_true: u32 = confusion[class].iter().sum();
            let n_predicted: u32 = confusion.iter().map(|row| row[class]).sum();
            ClassScores {
                precision: ratio(hits, n_predicted),
                recall: ratio(hits, n_true),
                f1: ratio(2 * hits, n_true + n_predicted),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use base64::Engine;
    use base64::prelude::BASE64_STANDARD;
    use ndarray::array;

    #[test]
    fn a_small_case_agrees_with_sums_done_by_hand() {
        let truth = array![0, 0, 1, 1, 1, 2, 2, 0, 1];
        let predicted = array![0, 1, 1, 1, 0, 2, 1, 0, 1];
        let score = score(truth.view(), predicted.view(), 4).unwrap();
        assert!((score.accuracy - 6.0 / 9.0).abs() < 1e-15);
        let confusion = [[2, 1, 0, 0], [1, 3, 0, 0], [0, 1, 1, 0], [0, 0, 0, 0]];
        assert_eq!(score.confusion, confusion.map(Vec::from));
        // sklearn.metrics.precision_recall_fscore_support(truth, predicted, labels=[0, 1, 2, 3])
        let expected = [
            (2.0 / 3.0, 2.0 / 3.0, 2.0 / 3.0),
            (0.6, 0.75, 2.0 / 3.0),
            (1.0, 0.5, 2.0 / 3.0),
            (0.0, 0.0, 0.0),
        ];
        for (class, (precision, recall, f1)) in score.classes.iter().zip(expected) {
            assert!((class.precision - precision).abs() < 1e-15);
            assert!((class.recall - recall).abs() < 1e-15);
            assert!((class.f1 - f1).abs() < 1e-15);
        }
        // Correct: samples 0, 2, 3, 5, 7 and 8.
        assert_eq!(
            score.outcomes.correct,
            BASE64_STANDARD.encode([0b1010_1101, 0b1])
        );
    }

    #[test]
    fn the_hash_is_that_of_the_labels_as_bytes() {
        let predicted = array![2, 0, 1];
        let score = score(array![0, 0, 0].view(), predicted.view(), 3).unwrap();
        assert_eq!(
            score.predictions_sha256,
            hex::encode(Sha256::digest([2, 0, 1]))
        );
    }

    #[test]
    fn a_label_that_is_no_class_is_given_back() {
        let truth = array![0, 1];
        assert_eq!(score(truth.view(), array![0, 7].view(), 2), Err(7));
    }
}
