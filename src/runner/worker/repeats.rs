//! The repeats of a job: shuffle, fit, predict, score.
//!
//! Repeat r takes one seed derived from the base seed and r for both the order of the train split
//! and the estimator. Only `fit` and `predict` are timed. As in the original, an estimator whose
//! first two scores differ by less than 1e-3 does not care for the order and is not repeated
//! further.

use std::error::Error;
use std::hint::black_box;

use super::clock::Timing;
use super::learner::Learner;

use crate::dataset::Prepared;
use crate::estimators::{FitError, FitInfo};
use crate::numeric::rng::derive;
use crate::results::{Repeat, Status, score};
use crate::runner::protocol::{Failure, JobSettings, Message};

/// First two scores closer than this end the repeats.
const INVARIANCE: f64 = 1e-3;

/// Returns the seed of repeat `repeat_idx`.
#[must_use]
pub fn repeat_seed(base: u64, repeat_idx: usize) -> u64 {
    derive(base, &[repeat_idx as u64])
}

/// Trains and scores as often as `settings` say and sends each repeat. Returns whether repeating stopped because the first two scores were equal.
///
/// # Errors
/// [`Failure`] if the parameters are refused, or the fit or the prediction reports an error.
pub fn run_repeats(
    learner: &mut dyn Learner,
    settings: &JobSettings,
    data: &Prepared,
    send: &mut dyn FnMut(Message),
) -> Result<bool, Failure> {
    // Maps the test split's pages, so that the first prediction does not pay for it.
    black_box(data.x_test().sum());
    let mut scores: Vec<f64> = Vec::new();
    for repeat_idx in 0..settings.repeats {
        let seed = repeat_seed(settings.seed, repeat_idx);
        let repeat = run_repeat(learner, seed, data, send)?;
        scores.push(repeat.accuracy);
        send(Message::Repeat {
            repeat: Box::new(repeat),
            peak_rss_bytes: learner.peak_rss_bytes(),
        });
        if let [first, second] = scores[..]
            && (first - second).abs() < INVARIANCE
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn run_repeat(
    learner: &mut dyn Learner,
    seed: u64,
    data: &Prepared,
    send: &mut dyn FnMut(Message),
) -> Result<Repeat, Failure> {
    learner.begin(seed, data)?;
    if let Some(report) = learner.take_report() {
        send(Message::Engine(Box::new(report)));
    }
    let (info, fit) = learner.fit()?;
    let (predicted, predict) = learner.predict(data)?;
    for note in learner.take_notes() {
        send(Message::Note(note));
    }
    let n_classes = data.n_classes();
    let score = score(data.y_test(), predicted.view(), n_classes).map_err(|label| {
        let reason = format!("expected a prediction among {n_classes} classes, got class {label}");
        Failure::new(Status::Failed, reason)
    })?;
    let Timing { wall_s, cpu_s } = fit;
    Ok(Repeat {
        seed: Some(seed),
        accuracy: score.accuracy,
        fit_s: Some(wall_s),
        fit_cpu_s: Some(cpu_s),
        predict_s: Some(predict.wall_s),
        predict_cpu_s: Some(predict.cpu_s),
        fit: info,
        classes: score.classes,
        confusion: score.confusion,
        correct: Some(score.outcomes.correct),
        wrong_labels: Some(score.outcomes.wrong_labels),
        predictions_sha256: Some(score.predictions_sha256),
    })
}

/// JSON has no infinities: what is not finite is left out, a loss curve ends before it.
pub(super) fn finite(mut info: FitInfo) -> FitInfo {
    info.objective = info.objective.filter(|value| value.is_finite());
    info.gap = info.gap.filter(|value| value.is_finite());
    if let Some(end) = info.loss_curve.iter().position(|loss| !loss.is_finite()) {
        info.loss_curve.truncate(end);
    }
    if info
        .feature_importances
        .iter()
        .any(|value| !value.is_finite())
    {
        info.feature_importances.clear();
    }
    info.details.retain(|_, value| value.is_finite());
    info
}

/// The status and reason that stand for an estimator's error.
pub(super) fn failure_of(error: &FitError) -> Failure {
    let status = match error {
        FitError::Param(_) => Status::Invalid,
        FitError::Memory { .. } => Status::OutOfMemory,
        FitError::OneClass { .. } | FitError::Empty { .. } | FitError::NotFinite { .. } => {
            Status::Unsupported
        }
        _ => Status::Failed,
    };
    Failure::new(status, chain(error))
}

/// An error and its causes, as one line.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        // Some errors of other crates repeat their cause.
        if !text.ends_with(&inner_text) {
            text.push_str(": ");
            text.push_str(&inner_text);
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::fixture;
    use crate::runner::worker::learner::Ours;

    fn run(kind: usize, repeats: usize) -> (Vec<Repeat>, Result<bool, Failure>) {
        let job = fixture::job(kind);
        let settings = JobSettings {
            // Under it the first two scores of the random model differ.
            seed: 2,
            repeats,
            ..fixture::job_settings()
        };
        let mut done = Vec::new();
        let mut learner = Ours::new(&fixture::FAKE, &job.resolved);
        let result = run_repeats(&mut learner, &settings, &fixture::data(), &mut |message| {
            if let Message::Repeat { repeat, .. } = message {
                done.push(*repeat);
            }
        });
        (done, result)
    }

    #[test]
    fn equal_scores_end_the_repeats_after_two() {
        let (repeats, result) = run(fixture::CONSTANT, 5);
        assert_eq!((repeats.len(), result), (2, Ok(true)));
        assert_ne!(repeats[0].seed, repeats[1].seed);
    }

    #[test]
    fn differing_scores_are_repeated_as_often_as_asked() {
        let (repeats, result) = run(fixture::RANDOM, 5);
        assert_eq!((repeats.len(), result), (5, Ok(false)));
    }

    #[test]
    fn one_repeat_is_not_called_invariant() {
        let (repeats, result) = run(fixture::CONSTANT, 1);
        assert_eq!((repeats.len(), result), (1, Ok(false)));
    }

    #[test]
    fn the_same_seed_gives_the_same_predictions() {
        let hashes = |repeats: &[Repeat]| -> Vec<Option<String>> {
            let hashes = repeats.iter().map(|repeat| &repeat.predictions_sha256);
            hashes.cloned().collect()
        };
        let (first, second) = (run(fixture::RANDOM, 3).0, run(fixture::RANDOM, 3).0);
        assert_eq!(hashes(&first), hashes(&second));
    }

    #[test]
    fn an_error_of_the_fit_is_a_failure_with_its_reason() {
        let (repeats, result) = run(fixture::FAILING, 2);
        assert_eq!(repeats, []);
        let expected = "diverged: the training loss was inf after 3 iterations; scale the data";
        assert_eq!(result, Err(Failure::new(Status::Failed, expected)));
    }

    #[test]
    fn a_predicted_label_that_is_no_class_is_a_failure() {
        let expected = "expected a prediction among 10 classes, got class 99";
        assert_eq!(
            run(fixture::OUT_OF_RANGE, 1).1,
            Err(Failure::new(Status::Failed, expected))
        );
    }

    #[test]
    fn numbers_that_json_does_not_have_are_left_out() {
        let mut info = FitInfo {
            objective: Some(f64::INFINITY),
            gap: Some(0.5),
            loss_curve: vec![1.0, f64::NAN, 2.0],
            feature_importances: vec![f32::NAN],
            ..FitInfo::default()
        };
        info.details.insert("bad".to_owned(), f64::NAN);
        info.details.insert("good".to_owned(), 1.0);
        let info = finite(info);
        assert_eq!((info.objective, info.gap), (None, Some(0.5)));
        assert_eq!(info.loss_curve, [1.0]);
        assert!(info.feature_importances.is_empty());
        assert_eq!(info.details.len(), 1);
    }
}
