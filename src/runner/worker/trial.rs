//! The try: each model on a handful of samples of each class before anything is trained, so that a
//! bad row fails in the first second and not in the third hour.
//!
//! A handful is not the data: what a model asks of the number of samples, of the size of the classes
//! or of a part held back, a handful may not have and the data may. An error of the fit is therefore
//! no refusal but a doubt, and a doubtful model is trained first, on the data themselves, whose fit
//! makes the same checks before it begins. Only parameters that no data would mend are refused here.

use std::cell::OnceCell;

use ndarray::{Array1, Array2, Axis};

use super::class_keys;
use super::repeats::{failure_of, repeat_seed};
use crate::catalog::{EstimatorSpec, Params};
use crate::dataset::Prepared;
use crate::estimators::FitError;
use crate::estimators::erased::Estimator;
use crate::runner::protocol::Verdict;

/// Samples of each class, round by round.
const ROUNDS: [usize; 2] = [3, 30];

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

    /// Returns the seed of the first repeat.
    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// Returns the data.
    pub(super) fn data(&self) -> &Prepared {
        self.data
    }

    /// Returns the number of classes of the data.
    pub(super) fn n_classes(&self) -> usize {
        self.data.n_classes()
    }

    /// Returns the samples of the last round and their labels.
    pub(super) fn large_handful(&self) -> (&Array2<f32>, &Array1<usize>) {
        let last = ROUNDS.len() - 1;
        let handful = self.handfuls[last].get_or_init(|| take_handful(self.data, ROUNDS[last]));
        (&handful.x, &handful.y)
    }

    /// Fits a model to a handful of samples and predicts them; one that reports an error is tried
    /// again on ten times as many.
    pub(in crate::runner) fn run(&self, spec: &EstimatorSpec, params: &Params) -> Verdict {
        let params = match class_keys::coded(spec.name, params, self.data) {
            Ok(params) => params,
            Err(failure) => return Verdict::Refused(failure),
        };
        let name = class_keys::name_of(self.data.class_labels());
        let estimator = match spec.build(&params, self.seed) {
            Ok(estimator) => estimator,
            Err(error) => return Verdict::Refused(failure_of(&error.into(), &name)),
        };
        let mut verdict = Verdict::Passed;
        for (round, handful) in self.handfuls.iter().enumerate() {
            let handful = handful.get_or_init(|| take_handful(self.data, ROUNDS[round]));
            match run_on(handful, estimator.as_ref()) {
                Ok(()) => return Verdict::Passed,
                Err(error) => verdict = Verdict::Doubtful(failure_of(&error, &name).reason),
            }
        }
        verdict
    }
}

fn run_on(handful: &Handful, estimator: &dyn Estimator) -> Result<(), FitError> {
    let model = estimator.fit(handful.x.view(), handful.y.view())?;
    model.predict(handful.x.view()).map(drop)
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

    fn run(kind: usize) -> Verdict {
        let job = fixture::job(kind);
        Trial::new(&fixture::data(), 1).run(&fixture::FAKE, &job.resolved)
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
        assert_eq!(run(fixture::CONSTANT), Verdict::Passed);
    }

    #[test]
    fn a_model_that_needs_more_than_a_handful_passes_in_a_later_round() {
        assert_eq!(run(fixture::NEEDS_100_SAMPLES), Verdict::Passed);
    }

    #[test]
    fn a_model_that_fails_on_a_handful_is_doubtful_and_not_refused() {
        let Verdict::Doubtful(reason) = run(fixture::FAILING) else {
            panic!("expected a doubt");
        };
        assert!(reason.contains("diverged"), "{reason}");
    }

    #[test]
    fn parameters_that_no_data_would_mend_are_refused() {
        let job = fixture::job(fixture::CONSTANT);
        let mut params = job.resolved;
        params.insert("kind".to_owned(), "odd".into());
        let verdict = Trial::new(&fixture::data(), 1).run(&fixture::FAKE, &params);
        let Verdict::Refused(failure) = verdict else {
            panic!("expected a refusal, got {verdict:?}");
        };
        assert!(failure.reason.contains("`kind` of Fake"), "{failure:?}");
    }
}
