//! The try: each model on a handful of samples of each class before anything is trained, so that a
//! bad row fails in the first second and not in the third hour.
//!
//! A model that reports an error is tried again on ten and on a hundred times as many samples: a
//! few parameters, like a number of neighbours, are fine for a data set but not for a handful of it.

use std::cell::OnceCell;

use ndarray::{Array1, Array2, Axis};

use super::repeats::{failure_of, repeat_seed};
use crate::catalog::{EstimatorSpec, Params};
use crate::dataset::Prepared;
use crate::estimators::FitError;
use crate::results::Status;
use crate::runner::protocol::Failure;

/// Samples of each class, round by round.
const ROUNDS: [usize; 3] = [3, 30, 300];

/// Handfuls of a data set, taken out once.
pub(in crate::runner) struct Trial<'a> {
    data: &'a Prepared,
    seed: u64,
    handfuls: [OnceCell<Handful>; ROUNDS.len()],
}

struct Handful {
    x: Array2<f32>,
    y: Array1<usize>,
}

impl<'a> Trial<'a> {
    /// A try on `data` with the seed of the first repeat under `base_seed`.
    pub(in crate::runner) fn new(data: &'a Prepared, base_seed: u64) -> Self {
        Self {
            data,
            seed: repeat_seed(base_seed, 0),
            handfuls: Default::default(),
        }
    }

    /// Fits a model to a handful of samples and predicts them.
    pub(in crate::runner) fn run(
        &self,
        spec: &EstimatorSpec,
        params: &Params,
    ) -> Result<(), Failure> {
        let mut last = None;
        for (round, handful) in self.handfuls.iter().enumerate() {
            let handful = handful.get_or_init(|| take_handful(self.data, ROUNDS[round]));
            match self.run_on(handful, spec, params) {
                Ok(()) => return Ok(()),
                Err(error) => last = Some((error, handful.y.len())),
            }
        }
        last.map_or(Ok(()), |(error, n_samples)| {
            let mut failure = failure_of(&error);
            if !matches!(error, FitError::Param(_)) {
                failure.reason = format!("in a try on {n_samples} samples: {}", failure.reason);
            }
            // Whatever a try refuses, the row says that the parameters were refused.
            failure.status = Status::Invalid;
            Err(failure)
        })
    }

    fn run_on(
        &self,
        handful: &Handful,
        spec: &EstimatorSpec,
        params: &Params,
    ) -> Result<(), FitError> {
        let estimator = spec.build(params, self.seed)?;
        let model = estimator.fit(handful.x.view(), handful.y.view())?;
        model.predict(handful.x.view()).map(drop)
    }
}

/// The first `n_per_class` train samples of each class, in the order of the train split.
fn take_handful(data: &Prepared, n_per_class: usize) -> Handful {
    let labels = data.y_train();
    let mut counts = vec![0; data.n_classes()];
    let picked: Vec<usize> = (0..labels.len())
        .filter(|&sample_idx| {
            let count = &mut counts[labels[sample_idx]];
            *count += 1;
            *count <= n_per_class
        })
        .collect();
    Handful {
        x: data.x_train().select(Axis(0), &picked),
        y: labels.select(Axis(0), &picked),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runner::fixture;

    fn run(kind: usize) -> Result<(), Failure> {
        let job = fixture::job(kind);
        Trial::new(&fixture::data(), 1).run(job.spec, &job.resolved)
    }

    #[test]
    fn a_handful_has_as_many_samples_of_each_class() {
        let handful = take_handful(&fixture::data(), 3);
        let mut labels = handful.y.to_vec();
        labels.sort_unstable();
        let expected: Vec<usize> = (0..10).flat_map(|class| [class; 3]).collect();
        assert_eq!(labels, expected);
        assert_eq!(handful.x.nrows(), 30);
    }

    #[test]
    fn a_good_model_passes() {
        assert_eq!(run(fixture::CONSTANT), Ok(()));
    }

    #[test]
    fn a_model_that_needs_more_than_a_handful_passes_in_a_later_round() {
        assert_eq!(run(fixture::NEEDS_100_SAMPLES), Ok(()));
    }

    #[test]
    fn a_model_that_always_fails_is_invalid() {
        let failure = run(fixture::FAILING).unwrap_err();
        assert_eq!(failure.status, Status::Invalid);
        assert!(failure.reason.starts_with("in a try on "), "{failure:?}");
        assert!(failure.reason.contains("diverged"), "{failure:?}");
    }
}
