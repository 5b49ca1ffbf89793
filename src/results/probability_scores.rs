//! Scores of predicted probabilities.

use ndarray::{ArrayView1, ArrayView2, Axis};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Bins of equal width that the largest probability of a row is sorted into.
const N_BINS: usize = 15;

/// Scores of the probabilities of the test rows; as `sklearn.metrics` has them, where it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProbabilityScores {
    /// Mean of minus the logarithm of the true class's probability, which is clipped to 2.2e-16 from
    /// 0 and from 1.
    pub log_loss: f64,
    /// Mean squared distance from the true class as a unit vector (Brier, 1950), between 0 and 2; of
    /// two classes half of it.
    pub brier: f64,
    /// Share of the rows whose true class has one of the two largest probabilities.
    pub top_2_accuracy: f64,
    /// Expected calibration error: mean distance of confidence and accuracy in 15 bins of equal width
    /// (Guo et al., 2017).
    pub calibration_error: f64,
    /// Area under the ROC curve of each class against the rest, averaged over classes; of two classes
    /// that of the second. Absent where the test split lacks a class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roc_auc: Option<f64>,
    /// The bins of the calibration error that hold rows, ascending.
    pub calibration: Vec<CalibrationBin>,
    /// Wall seconds of predicting the probabilities, which are in no other time.
    pub proba_s: f64,
    /// CPU seconds of it, over all threads.
    pub proba_cpu_s: f64,
}

/// Rows of about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalibrationBin {
    /// Number of rows.
    pub n: usize,
    /// Mean of their largest probabilities.
    pub confidence: f64,
    /// Share of them whose class of the largest probability is the true one.
    pub accuracy: f64,
}

impl ProbabilityScores {
    /// Scores `probabilities` (`n_samples` × `n_classes`, finite) against `truth`, the class of each
    /// row; times are zero.
    ///
    /// # Panics
    /// If there are not as many rows as labels, no rows, or a label is not below `n_classes`.
    #[must_use]
    pub fn of(truth: ArrayView1<'_, usize>, probabilities: ArrayView2<'_, f64>) -> Self {
        let (n_samples, n_classes) = probabilities.dim();
        assert_eq!(truth.len(), n_samples, "probabilities for each sample");
        let n = n_samples as f64;
        let (mut log_loss, mut brier, mut top_2) = (0.0, 0.0, 0.0);
        let mut bins = [(0_usize, 0.0, 0.0); N_BINS];
        for (row, &class) in probabilities.rows().into_iter().zip(truth) {
            let own = row[class];
            log_loss -= own.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln();
            let squares: f64 = row.iter().map(|p| p * p).sum();
            brier += squares - 2.0 * own + 1.0;
            // Of equal probabilities the later class comes first, as in scikit-learn.
            let is_before = |(other, &p): (usize, &f64)| p > own || (p == own && other > class);
            let n_before = row.iter().enumerate().filter(|&it| is_before(it)).count();
            top_2 += f64::from(u8::from(n_before < 2));
            let (best, confidence) =
                row.iter()
                    .enumerate()
                    .fold((0, f64::NEG_INFINITY), |best, (class, &p)| {
                        if p > best.1 { (class, p) } else { best }
                    });
            let bin = &mut bins[bin_of(confidence)];
            bin.0 += 1;
            bin.1 += confidence;
            bin.2 += f64::from(u8::from(best == class));
        }
        let calibration: Vec<CalibrationBin> = bins
            .into_iter()
            .filter(|bin| bin.0 > 0)
            .map(|(n, confidence, right)| CalibrationBin {
                n,
                confidence: confidence / n as f64,
                accuracy: right / n as f64,
            })
            .collect();
        let gaps = calibration
            .iter()
            .map(|bin| bin.n as f64 / n * (bin.confidence - bin.accuracy).abs());
        Self {
            log_loss: log_loss / n,
            brier: brier / n / if n_classes == 2 { 2.0 } else { 1.0 },
            top_2_accuracy: top_2 / n,
            calibration_error: gaps.sum(),
            roc_auc: roc_auc(truth, probabilities),
            calibration,
            proba_s: 0.0,
            proba_cpu_s: 0.0,
        }
    }
}

/// Returns the bin of a confidence; an edge belongs to the bin below.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "casts saturate, and places are brought into range"
)]
fn bin_of(confidence: f64) -> usize {
    let place = (confidence * N_BINS as f64).ceil() as usize;
    place.saturating_sub(1).min(N_BINS - 1)
}

fn roc_auc(truth: ArrayView1<'_, usize>, probabilities: ArrayView2<'_, f64>) -> Option<f64> {
    let classes = match probabilities.ncols() {
        2 => 1..2,
        n_classes => 0..n_classes,
    };
    let n_classes = classes.len() as f64;
    let areas: Option<Vec<f64>> = classes
        .map(|class| {
            let scores = probabilities.index_axis(Axis(1), class);
            area(scores, truth.iter().map(|&label| label == class))
        })
        .collect();
    Some(areas?.iter().sum::<f64>() / n_classes)
}

/// Returns the share of pairs of a positive and a negative row that are ranked right, half of those
/// that tie: the area under the ROC curve. Nothing if one of the two kinds is missing.
fn area(scores: ArrayView1<'_, f64>, is_positive: impl Iterator<Item = bool>) -> Option<f64> {
    let mut rows: Vec<(f64, bool)> = scores.iter().copied().zip(is_positive).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let n_positive = rows.iter().filter(|row| row.1).count() as f64;
    let n_negative = rows.len() as f64 - n_positive;
    if n_positive == 0.0 || n_negative == 0.0 {
        return None;
    }
    let (mut below, mut right) = (0.0, 0.0);
    for tied in rows.chunk_by(|a, b| a.0 == b.0) {
        let positive = tied.iter().filter(|row| row.1).count() as f64;
        let negative = tied.len() as f64 - positive;
        right += positive * (below + negative / 2.0);
        below += negative;
    }
    Some(right / (n_positive * n_negative))
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::results::fixture::score_cases;

    #[test]
    fn scores_of_probabilities_are_those_of_scikit_learn() {
        for case in score_cases() {
            let ours = ProbabilityScores::of(case.truth.view(), case.probabilities.view());
            let expected = &case.of_probabilities;
            let close = |ours: f64, name: &str| {
                let theirs = expected[name].as_f64().unwrap();
                assert!((ours - theirs).abs() < 1e-12, "{name}: {ours}, {theirs}");
            };
            close(ours.log_loss, "log_loss");
            close(ours.brier, "brier");
            close(ours.top_2_accuracy, "top_2_accuracy");
            close(ours.calibration_error, "calibration_error");
            match ours.roc_auc {
                Some(area) => close(area, "roc_auc"),
                None => assert!(expected["roc_auc"].is_null()),
            }
        }
    }

    #[test]
    fn bins_hold_rows_of_about_the_same_confidence() {
        let truth = array![0, 1, 1];
        let probabilities = array![[0.9, 0.1], [0.92, 0.08], [0.4, 0.6]];
        let scores = ProbabilityScores::of(truth.view(), probabilities.view());
        let counts: Vec<usize> = scores.calibration.iter().map(|bin| bin.n).collect();
        assert_eq!(counts, [1, 2]);
        assert_eq!(scores.calibration[1].accuracy, 0.5);
        assert_eq!((bin_of(0.0), bin_of(1.0), bin_of(1.0 / 15.0)), (0, 14, 0));
    }
}
