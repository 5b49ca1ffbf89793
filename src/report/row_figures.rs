//! The figures of a row: its accuracy, its cost, and how it compares.

use serde::Serialize;

use super::interval::Interval;
use crate::figures::{KnownFigures, Measured};
use crate::results::{LabelScores, ProbabilityScores, Record, Repeat, median};

/// The figures of a row, each as far as it is known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowFigures {
    /// The mean accuracy over the repeats, in [0, 1].
    pub accuracy: Option<f64>,
    /// The 95 % interval of the accuracy.
    pub interval: Option<Interval>,
    /// The mean scores of the labels over the repeats.
    pub of_labels: Option<LabelScores>,
    /// The mean scores of the probabilities over the repeats, with the bins of the first one.
    pub of_probabilities: Option<ProbabilityScores>,
    /// The median wall seconds of `fit`.
    pub fit_s: Option<f64>,
    /// The median CPU seconds of `fit`.
    pub fit_cpu_s: Option<f64>,
    /// The median wall seconds of predicting the test split.
    pub predict_s: Option<f64>,
    /// The median CPU seconds of predicting the test split.
    pub predict_cpu_s: Option<f64>,
    /// Whether every repeat met its stopping rule; absent where there is none.
    pub converged: Option<bool>,
    /// The published accuracy.
    pub published: Option<f64>,
    /// scikit-learn's figures on the same data.
    pub sklearn: Option<Measured>,
    /// The CPU seconds of scikit-learn's fit and predict, divided by ours.
    pub speedup: Option<f64>,
    /// The CPU seconds after which scikit-learn was still not done.
    pub sklearn_unfinished_s: Option<f64>,
    /// Those seconds divided by ours; the true speed-up is larger.
    pub least_speedup: Option<f64>,
}

impl RowFigures {
    /// Computes the figures of `record` and looks up those of others in `known`.
    #[must_use]
    pub fn of(record: &Record, known: &KnownFigures) -> Self {
        let of_repeats = |figure: fn(&Repeat) -> Option<f64>| {
            let figures: Vec<f64> = record.repeats.iter().filter_map(figure).collect();
            median(figures)
        };
        let cpu_s = of_repeats(Repeat::cpu_s);
        let verdicts = record.repeats.iter().map(|repeat| repeat.fit.converged);
        let sklearn = known.measured(record);
        let sklearn_unfinished_s = known.unfinished_s(record);
        let over_ours = |theirs: f64| Some(theirs / cpu_s.filter(|&seconds| seconds > 0.0)?);
        Self {
            accuracy: record.mean_accuracy,
            interval: Interval::of(&record.score, record.dataset.n_test),
            of_labels: LabelScores::mean(record.repeats.iter().map(|repeat| &repeat.confusion)),
            of_probabilities: mean_of_probabilities(record),
            fit_s: of_repeats(|repeat| repeat.fit_s),
            fit_cpu_s: of_repeats(|repeat| repeat.fit_cpu_s),
            predict_s: of_repeats(|repeat| repeat.predict_s),
            predict_cpu_s: of_repeats(|repeat| repeat.predict_cpu_s),
            converged: verdicts.flatten().reduce(|all, one| all && one),
            published: known.published(record),
            sklearn,
            speedup: sklearn.and_then(|theirs| over_ours(theirs.cpu_s)),
            sklearn_unfinished_s,
            least_speedup: sklearn_unfinished_s.and_then(over_ours),
        }
    }

    /// Returns the accuracy minus the published one.
    #[must_use]
    pub fn above_published(&self) -> Option<f64> {
        Some(self.accuracy? - self.published?)
    }

    /// Returns the accuracy minus scikit-learn's.
    #[must_use]
    pub fn above_sklearn(&self) -> Option<f64> {
        Some(self.accuracy? - self.sklearn?.accuracy)
    }
}

/// Returns the mean scores of probabilities, if every repeat has some.
fn mean_of_probabilities(record: &Record) -> Option<ProbabilityScores> {
    let repeats = record.repeats.iter();
    let all: Option<Vec<&ProbabilityScores>> = repeats
        .map(|repeat| repeat.of_probabilities.as_ref())
        .collect();
    let all = all?;
    let first = *all.first()?;
    let mean = |score: fn(&ProbabilityScores) -> f64| {
        all.iter().map(|scores| score(scores)).sum::<f64>() / all.len() as f64
    };
    let has_areas = all.iter().all(|scores| scores.roc_auc.is_some());
    Some(ProbabilityScores {
        log_loss: mean(|scores| scores.log_loss),
        brier: mean(|scores| scores.brier),
        top_2_accuracy: mean(|scores| scores.top_2_accuracy),
        calibration_error: mean(|scores| scores.calibration_error),
        roc_auc: has_areas.then(|| mean(|scores| scores.roc_auc.unwrap_or_default())),
        proba_s: mean(|scores| scores.proba_s),
        proba_cpu_s: mean(|scores| scores.proba_cpu_s),
        calibration: first.calibration.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    #[test]
    fn times_are_medians_and_one_repeat_that_did_not_converge_counts() {
        let mut row = record("LinearSVC", &[0.5, 0.75, 0.5]);
        for (repeat_idx, repeat) in row.repeats.iter_mut().enumerate() {
            repeat.fit_s = Some([9.0, 1.0, 2.0][repeat_idx]);
            repeat.fit.converged = Some(repeat_idx != 1);
        }
        let figures = RowFigures::of(&row, &KnownFigures::default());
        assert_eq!(figures.fit_s, Some(2.0));
        assert_eq!(figures.converged, Some(false));
        assert_eq!(figures.speedup, None);
    }

    #[test]
    fn a_row_without_a_repeat_has_no_figures() {
        let figures = RowFigures::of(&record("SVC", &[]), &KnownFigures::default());
        assert_eq!((figures.accuracy, figures.fit_s), (None, None));
        assert_eq!((figures.converged, figures.interval), (None, None));
    }
}
