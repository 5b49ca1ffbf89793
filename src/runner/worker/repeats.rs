//! The repeats of a job: shuffle, fit, predict, score.
//!
//! Repeat r takes one seed derived from the base seed and r for both the order of the train split
//! and the estimator. Only `fit` and `predict` are timed. As in the original, an estimator whose
//! first two scores differ by less than 1e-3 does not care for the order and is not repeated
//! further.

use std::error::Error;
use std::hint::black_box;

use super::learner::{Learner, Measured, News};
use super::panics::catch;
use crate::dataset::Prepared;
use crate::estimators::{FitError, FitInfo};
use crate::numeric::rng::derive;
use crate::results::{ProbabilityScores, Repeat, Status, score};
use crate::runner::protocol::{Failure, JobSettings, Message};

/// First two scores closer than this end the repeats.
const INVARIANCE: f64 = 1e-3;

/// Returns the seed of repeat `repeat_idx`.
#[must_use]
pub fn repeat_seed(base: u64, repeat_idx: usize) -> u64 {
    derive(base, &[repeat_idx as u64])
}

/// Trains and scores `n_members` models as often as `settings` say, and sends each repeat of a model
/// and its end. The repeats of a model end when its first two scores are equal.
pub fn run_repeats(
    learner: &mut dyn Learner,
    n_members: usize,
    settings: &JobSettings,
    data: &Prepared,
    send: &mut dyn FnMut(Message),
) {
    // Maps the test split's pages, so that the first prediction does not pay for it.
    black_box(data.x_test().sum());
    let mut scores: Vec<Vec<f64>> = vec![Vec::new(); n_members];
    let mut members: Vec<usize> = (0..n_members).collect();
    let mut invariant: Vec<usize> = Vec::new();
    for repeat_idx in 0..settings.repeats {
        // The end of the last members comes after all else.
        if invariant.len() == members.len() {
            break;
        }
        members.retain(|member| !invariant.contains(member));
        for member in invariant.drain(..) {
            send(Message::Finished {
                member,
                invariant: true,
            });
        }
        let seed = repeat_seed(settings.seed, repeat_idx);
        let mut waiting = members.clone();
        let mut failed = Vec::new();
        let result = catch(|| {
            learner.repeat(seed, &members, data, &mut |news| match news {
                News::Engine(report) => send(Message::Engine(report)),
                News::Note(note) => send(Message::Note(note)),
                News::Spared(spared_s) => send(Message::Spared { spared_s }),
                News::Done { member, result } => {
                    waiting.retain(|&waiting| waiting != member);
                    match result.and_then(|measured| message_of(member, seed, *measured, data)) {
                        Ok((accuracy, message)) => {
                            scores[member].push(accuracy);
                            send(message);
                        }
                        Err(failure) => {
                            failed.push(member);
                            send(Message::Failed { member, failure });
                        }
                    }
                }
            })
        });
        let failure = match result {
            Ok(Ok(())) => Failure::new(Status::Failed, "it was not trained"),
            Ok(Err(failure)) => failure,
            Err(panic) => Failure::new(Status::Failed, panic),
        };
        for member in waiting {
            failed.push(member);
            let failure = failure.clone();
            send(Message::Failed { member, failure });
        }
        members.retain(|member| !failed.contains(member));
        let is_invariant = |member: &usize| matches!(scores[*member][..], [first, second] if (first - second).abs() < INVARIANCE);
        invariant = members.iter().copied().filter(is_invariant).collect();
    }
    for note in learner.end() {
        send(Message::Note(note));
    }
    for member in members {
        send(Message::Finished {
            member,
            invariant: invariant.contains(&member),
        });
    }
}

/// Scores what a member predicted.
fn message_of(
    member: usize,
    seed: u64,
    measured: Measured,
    data: &Prepared,
) -> Result<(f64, Message), Failure> {
    let n_classes = data.n_classes();
    let score = score(data.y_test(), measured.labels.view(), n_classes).map_err(|label| {
        let reason = format!("expected a prediction among {n_classes} classes, got class {label}");
        Failure::new(Status::Failed, reason)
    })?;
    let repeat = Repeat {
        seed: Some(seed),
        accuracy: score.accuracy,
        fit_s: Some(measured.fit.wall_s),
        fit_cpu_s: Some(measured.fit.cpu_s),
        predict_s: Some(measured.predict.wall_s),
        predict_cpu_s: Some(measured.predict.cpu_s),
        fit: measured.info,
        classes: score.classes,
        confusion: score.confusion,
        correct: Some(score.outcomes.correct),
        wrong_labels: Some(score.outcomes.wrong_labels),
        predictions_sha256: Some(score.predictions_sha256),
        of_probabilities: measured
            .probabilities
            .map(|(probabilities, timing)| ProbabilityScores {
                proba_s: timing.wall_s,
                proba_cpu_s: timing.cpu_s,
                ..ProbabilityScores::of(data.y_test(), probabilities.view())
            }),
    };
    let message = Message::Repeat {
        member,
        repeat: Box::new(repeat),
        peak_rss_bytes: measured.peak_rss_bytes,
        spared_s: measured.spared_s,
    };
    Ok((score.accuracy, message))
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

/// The status and reason that stand for an error of an estimator, whose class labels are codes that
/// `name` gives names to.
pub(super) fn failure_of(error: &FitError, name: &dyn Fn(usize) -> String) -> Failure {
    let status = match error.kind() {
        FitError::Param(_) => Status::Invalid,
        FitError::Memory { .. } => Status::OutOfMemory,
        FitError::OneClass { .. }
        | FitError::Empty { .. }
        | FitError::NotFinite { .. }
        | FitError::Negative { .. }
        | FitError::TooFewRows { .. } => Status::Unsupported,
        _ => Status::Failed,
    };
    Failure::new(status, with_causes(error.in_words(name), error))
}

/// An error and its causes, as one line.
pub(super) fn chain(error: &dyn Error) -> String {
    with_causes(error.to_string(), error)
}

fn with_causes(mut text: String, error: &dyn Error) -> String {
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
        let (mut repeats, mut ends) = run_all(&[kind], repeats);
        (repeats.remove(0), ends.remove(0).unwrap())
    }

    type End = Option<Result<bool, Failure>>;

    /// The repeats and the end of each kind.
    fn run_all(kinds: &[usize], repeats: usize) -> (Vec<Vec<Repeat>>, Vec<End>) {
        let jobs: Vec<_> = kinds.iter().map(|&kind| fixture::job(kind)).collect();
        let settings = JobSettings {
            // Under it the first two scores of the random model differ.
            seed: 2,
            repeats,
            ..fixture::job_settings()
        };
        let (mut done, mut ends) = (vec![Vec::new(); kinds.len()], vec![None; kinds.len()]);
        let path = jobs.iter().map(|job| &job.resolved).collect();
        let mut learner = Ours::new(&fixture::FAKE, path, settings.scores);
        let mut end = |member: usize, end| {
            assert_eq!(ends[member], None);
            ends[member] = Some(end);
        };
        run_repeats(
            &mut learner,
            kinds.len(),
            &settings,
            &fixture::data(),
            &mut |message| match message {
                Message::Repeat { member, repeat, .. } => done[member].push(*repeat),
                Message::Finished { member, invariant } => end(member, Ok(invariant)),
                Message::Failed { member, failure } => end(member, Err(failure)),
                Message::Spared { .. } => {}
                _ => panic!("{message:?}"),
            },
        );
        (done, ends)
    }

    #[test]
    fn each_member_of_a_path_has_its_own_end() {
        let kinds = [
            fixture::CONSTANT,
            fixture::RANDOM,
            fixture::FAILING,
            fixture::OUT_OF_RANGE,
        ];
        let (repeats, ends) = run_all(&kinds, 3);
        let n_repeats: Vec<usize> = repeats.iter().map(Vec::len).collect();
        assert_eq!(n_repeats, [2, 3, 0, 0]);
        assert_eq!(ends[..2], [Some(Ok(true)), Some(Ok(false))]);
        assert!(ends[2..].iter().all(|end| matches!(end, Some(Err(_)))));
        // As each does alone.
        for (member, kind) in kinds.into_iter().enumerate() {
            let (alone, end) = run(kind, 3);
            let hashes = |repeats: &[Repeat]| -> Vec<Option<String>> {
                let hashes = repeats.iter().map(|repeat| &repeat.predictions_sha256);
                hashes.cloned().collect()
            };
            assert_eq!(hashes(&repeats[member]), hashes(&alone));
            assert_eq!(ends[member], Some(end));
        }
    }

    #[test]
    fn a_panic_fails_all_members_that_are_not_done() {
        let (repeats, ends) = run_all(&[fixture::CONSTANT, fixture::PANICKING, fixture::RANDOM], 1);
        assert_eq!(repeats[0].len(), 1);
        assert_eq!(ends[0], Some(Ok(false)));
        for end in &ends[1..] {
            let failure = end.clone().unwrap().unwrap_err();
            assert!(failure.reason.ends_with("not my day"), "{failure:?}");
        }
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
