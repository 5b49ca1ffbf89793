//! Rows held back from training, on which early stopping looks.
//!
//! The one split that all classifiers share, with the refusals of scikit-learn's
//! `train_test_split`. A stratified one draws of each class its share
//! (`StratifiedShuffleSplit`): what rounding leaves over goes to the classes with the largest
//! remainders, at random among equal ones.

use rand::seq::SliceRandom as _;

use crate::error::{FitError, ParamError};
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameter as _;
use crate::tree::Amount;
use fashion_bench_numeric::rng::Rng;

/// The parameter that says how many rows are held back.
const PARAM: &str = "validation_fraction";

/// Rows held back, and those that are left to train on, both in random order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holdout {
    /// Rows to train on.
    pub training: Vec<usize>,
    /// Rows held back.
    pub held_back: Vec<usize>,
}

/// How many rows an estimator holds back.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Share {
    /// Name of the estimator as in a config.
    pub estimator: &'static str,
    /// Its `validation_fraction`.
    pub amount: Amount,
}

impl Share {
    /// Draws the rows held back of `n_samples`.
    ///
    /// # Errors
    /// [`ParamError`] if no row is held back, or none is left to train on.
    pub(crate) fn draw(&self, n_samples: usize, rng: &mut Rng) -> Result<Holdout, ParamError> {
        let n_held_back = self.count(n_samples)?;
        let mut rows: Vec<usize> = (0..n_samples).collect();
        rows.shuffle(rng);
        let training = rows.split_off(n_held_back);
        Ok(Holdout {
            training,
            held_back: rows,
        })
    }

    /// Draws the rows held back, of each class its share; `codes` are the classes of the rows.
    ///
    /// # Errors
    /// [`FitError`] if no row is left to train on, if a class has a single row, or if one of the
    /// two parts has fewer rows than there are classes.
    pub(crate) fn draw_stratified(
        &self,
        codes: &[usize],
        encoding: &ClassEncoding,
        rng: &mut Rng,
    ) -> Result<Holdout, FitError> {
        let (n_samples, n_classes) = (codes.len(), encoding.n_classes());
        let n_held_back = self.count(n_samples)?;
        let counts = class_counts(codes, n_classes);
        if let Some(class) = counts.iter().position(|&count| count == 1) {
            let error = ParamError::unsupported(
                self.estimator,
                format!("{PARAM}={}", self.amount.write()),
                "a single row cannot be both trained on and held back; turn early stopping off",
            );
            return Err(FitError::of_classes(error, [encoding.label(class)]));
        }
        let n_training = n_samples - n_held_back;
        for (n_rows, part) in [(n_training, "trains on"), (n_held_back, "holds back")] {
            if n_rows < n_classes {
                return Err(self.refuse(format!(
                    "such that it {part} at least one row per class, {n_classes} of {n_samples} \
                     and not {n_rows}"
                ))
                .into());
            }
        }
        let mut quota = quotas(&counts, n_training, rng);
        let mut rows: Vec<usize> = (0..n_samples).collect();
        rows.shuffle(rng);
        let (training, held_back) = rows.into_iter().partition(|&row| {
            let quota = &mut quota[codes[row]];
            let is_left = *quota > 0;
            *quota = quota.saturating_sub(1);
            is_left
        });
        Ok(Holdout {
            training,
            held_back,
        })
    }

    /// Returns the error for a class, by its label, all of whose rows were held back.
    pub(crate) fn too_large(&self, class: usize) -> FitError {
        let error = self.refuse(
            "such that each class has a row left to train on; lower it or try another seed".into(),
        );
        FitError::of_classes(error, [class])
    }

    /// Returns the number of rows held back of `n_samples`.
    fn count(&self, n_samples: usize) -> Result<usize, ParamError> {
        let n_held_back = self.amount.of(n_samples);
        if n_held_back == 0 {
            return Err(self.refuse("such that at least one row is held back".to_owned()));
        }
        if n_held_back < n_samples {
            return Ok(n_held_back);
        }
        Err(self.refuse(format!(
            "such that at least one of the {n_samples} rows is left to train on"
        )))
    }

    fn refuse(&self, expected: String) -> ParamError {
        ParamError::value(self.estimator, PARAM, expected, self.amount.write())
    }
}

/// Draws `n_drawn` rows, of each class its share, ascending.
pub(crate) fn stratified_sample(
    codes: &[usize],
    n_classes: usize,
    n_drawn: usize,
    rng: &mut Rng,
) -> Vec<usize> {
    let mut quota = quotas(&class_counts(codes, n_classes), n_drawn, rng);
    let mut rows: Vec<usize> = (0..codes.len()).collect();
    rows.shuffle(rng);
    rows.retain(|&row| {
        let quota = &mut quota[codes[row]];
        let is_drawn = *quota > 0;
        *quota = quota.saturating_sub(1);
        is_drawn
    });
    rows.sort_unstable();
    rows
}

/// Returns how many of `n_drawn` rows are of each class: its share rounded down, and one more for
/// those with the largest remainders.
fn quotas(counts: &[usize], n_drawn: usize, rng: &mut Rng) -> Vec<usize> {
    let n_samples: usize = counts.iter().sum();
    let shares = counts
        .iter()
        .map(|&count| count as f64 / n_samples as f64 * n_drawn as f64);
    let shares: Vec<f64> = shares.collect();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    let mut quotas: Vec<usize> = shares.iter().map(|share| share.floor() as usize).collect();
    let mut order: Vec<usize> = (0..counts.len()).collect();
    order.shuffle(rng);
    // The sort is stable: equal ones stay in random order.
    order.sort_by(|&a, &b| shares[b].fract().total_cmp(&shares[a].fract()));
    let n_left = n_drawn.saturating_sub(quotas.iter().sum());
    for &class in order.iter().take(n_left) {
        quotas[class] += 1;
    }
    quotas
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::boosting::{GradientBoostingParams, HistGradientBoostingParams};
    use crate::classifier::{Classifier, FittedClassifier as _};
    use crate::mlp::MlpParams;
    use crate::parameters::{ParamValue, Parameters, Set};
    use crate::sgd::{PassiveAggressiveParams, PerceptronParams, SgdParams};
    use fashion_bench_numeric::rng::stream;

    fn share(amount: Amount) -> Share {
        Share {
            estimator: "Test",
            amount,
        }
    }

    fn stratified(amount: Amount, labels: &[usize]) -> Result<Holdout, String> {
        let (encoding, codes) = ClassEncoding::new(labels);
        let drawn = share(amount).draw_stratified(&codes, &encoding, &mut stream(1, &[]));
        drawn.map_err(|error| error.to_string())
    }

    #[test]
    fn each_class_gives_its_share_and_each_row_is_in_one_part() {
        let labels: Vec<usize> = (0..100).map(|row| usize::from(row % 10 == 0)).collect();
        for (amount, of_classes) in [
            (Amount::Share(0.1), [9, 1]),
            (Amount::Share(0.25), [22, 2]),
            (Amount::Count(20), [18, 2]),
        ] {
            let Holdout {
                training,
                held_back,
            } = stratified(amount, &labels).unwrap();
            let n_of = |class| {
                held_back
                    .iter()
                    .filter(|&&row| labels[row] == class)
                    .count()
            };
            let found = [n_of(0), n_of(1)];
            // 25 rows are 22.5 and 2.5: one of the classes has one more.
            let is_right = found == of_classes || found == [23, 2] || found == [22, 3];
            assert!(is_right, "{amount:?}: {found:?}");
            let mut all = [training, held_back].concat();
            all.sort_unstable();
            assert!(all.into_iter().eq(0..100));
        }
    }

    #[test]
    fn what_scikit_learn_cannot_split_is_refused() {
        let many: Vec<usize> = (0..100).map(|row| row % 10).collect();
        for (amount, labels, reason) in [
            (
                Amount::Share(0.1),
                &[vec![4; 50], vec![7]].concat(),
                "class 7: Test(validation_fraction=0.1) is not supported: a single row cannot be \
                 both trained on and held back; turn early stopping off",
            ),
            (
                Amount::Share(0.99),
                &many,
                "the `validation_fraction` of Test must be such that it trains on at least one row \
                 per class, 10 of 100 and not 1, got 0.99",
            ),
            (
                Amount::Share(0.05),
                &many,
                "the `validation_fraction` of Test must be such that it holds back at least one row \
                 per class, 10 of 100 and not 5, got 0.05",
            ),
            (
                Amount::Share(0.0),
                &many,
                "the `validation_fraction` of Test must be such that at least one row is held \
                 back, got 0.0",
            ),
            (
                Amount::Count(100),
                &many,
                "the `validation_fraction` of Test must be such that at least one of the 100 rows \
                 is left to train on, got 100",
            ),
        ] {
            assert_eq!(stratified(amount, labels).unwrap_err(), reason);
        }
        let all = share(Amount::Share(0.9)).draw(3, &mut stream(1, &[]));
        assert!(all.unwrap_err().to_string().ends_with("got 0.9"));
    }

    #[test]
    fn a_sample_has_the_share_of_each_class() {
        let codes: Vec<usize> = (0..1000).map(|row| usize::from(row % 4 == 0)).collect();
        let rows = stratified_sample(&codes, 2, 100, &mut stream(2, &[]));
        assert!(rows.is_sorted() && rows.len() == 100);
        assert_eq!(rows.iter().filter(|&&row| codes[row] == 1).count(), 25);
    }

    /// Fits a classifier that stops early; returns what it says of the rows 0 to 9, or why it does
    /// not fit.
    fn fit<P: Parameters>(
        validation_fraction: ParamValue,
        labels: &[usize],
    ) -> Result<Vec<usize>, String>
    where
        P::Checked: Classifier,
    {
        let mut params = P::default();
        let names = params.rows();
        let stops = ["early_stopping", "n_iter_no_change"];
        let name = stops
            .into_iter()
            .find(|name| names.iter().any(|row| row.name == *name));
        let on = match name {
            Some("early_stopping") => ParamValue::Bool(true),
            _ => ParamValue::Int(2),
        };
        assert_eq!(params.set(name.unwrap(), &on), Set::Taken);
        assert_eq!(params.set(PARAM, &validation_fraction), Set::Taken);
        let x = Array2::from_shape_fn((labels.len(), 2), |(row, column)| {
            (row * (column + 1)) as f32
        });
        let model = params
            .check()
            .map_err(|error| error.to_string())?
            .fit_labels(x.view(), labels);
        let model = model.map_err(|error| error.to_string())?;
        let mut found = ndarray::Array1::zeros(10);
        model.predict_rows(x.slice(ndarray::s![..10, ..]), &mut found);
        Ok(found.to_vec())
    }

    #[test]
    fn no_classifier_trains_without_a_class_or_without_rows() {
        type Fit = fn(ParamValue, &[usize]) -> Result<Vec<usize>, String>;
        let fits: [Fit; 6] = [
            fit::<GradientBoostingParams>,
            fit::<HistGradientBoostingParams>,
            fit::<MlpParams>,
            fit::<SgdParams>,
            fit::<PerceptronParams>,
            fit::<PassiveAggressiveParams>,
        ];
        let single = [vec![4; 99], vec![7]].concat();
        let even: Vec<usize> = (0..100).map(|row| row % 2).collect();
        for fit in fits {
            let error = fit(ParamValue::Float(0.1), &single).unwrap_err();
            let reason = "a single row cannot be both trained on and held back";
            assert!(
                error.starts_with("class 7: ") && error.contains(reason),
                "{error}"
            );
            let error = fit(ParamValue::Float(0.995), &even).unwrap_err();
            assert!(error.contains("`validation_fraction`"), "{error}");
            assert!(fit(ParamValue::Float(0.3), &even).is_ok());
        }
        let few = vec![5; 40];
        let found = fit::<HistGradientBoostingParams>(ParamValue::Int(7), &few);
        assert_eq!(found, Ok(vec![5; 10]));
    }
}
