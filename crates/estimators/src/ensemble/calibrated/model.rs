//! The fit by cross-validation, and the prediction.

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::super::base_estimator::BaseEstimator;
use super::super::cross_prediction::{Response, cross_predict};
use super::super::member::{Member, with_label};
use super::calibrator::Calibrator;
use super::params::{CalibratedParams, CalibratedValidParams};
use crate::classifier::{Classifier, FittedClassifier};
use crate::error::{FitError, ParamError};
use crate::finite::NotFinite;
use crate::folds::{DEFAULT_FOLDS, split, stratified_folds};
use crate::multiclass::{ClassEncoding, class_counts, numpy_argmax};
use crate::parameters::{ParamValue, Parameters};

/// What a classifier is asked for, the best first.
const RESPONSES: [Response; 2] = [Response::Decisions, Response::Probabilities];

/// A fitted `CalibratedClassifierCV`.
///
/// # Structure
/// Classifiers, each with a function for each class (of two classes, one) from scores to
/// probabilities.
///
/// # Prediction
/// The class of the largest mean probability, the lowest label on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::ensemble::{BaseEstimator, Calibrated};
/// use linfa::prelude::*;
/// use ndarray::{Array1, Array2, array};
/// let x = Array2::from_shape_fn((20, 1), |(row, _)| (row % 2 * 5 + row / 8) as f32);
/// let y = Array1::from_shape_fn(20, |row| row % 2);
/// let nb = BaseEstimator::new("GaussianNB", []);
/// let model = Calibrated::params().estimator(nb).cv(Some(3)).fit(&DatasetBase::new(x, y))?;
/// assert_eq!(model.predict(&array![[0.5_f32], [6.0]]), array![0, 1]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
pub struct Calibrated {
    encoding: ClassEncoding,
    members: Vec<CalibratedMember>,
    n_features: usize,
}

/// A classifier with its functions.
struct CalibratedMember {
    member: Member,
    response: Response,
    /// One for each class that the classifier knows, or one for two classes.
    calibrators: Vec<Calibrator>,
}

linfa_traits! { CalibratedValidParams => Calibrated; }

impl Classifier for CalibratedValidParams {
    type Model = Calibrated;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Calibrated, FitError> {
        const NAME: &str = CalibratedParams::ESTIMATOR;
        let n_classes = encoding.n_classes();
        let counts = class_counts(codes, n_classes);
        if let Some(cv) = self.cv
            && let Some(class) = counts.iter().position(|&count| count < cv)
        {
            let count = counts[class];
            let expected = format!("at most {count}, the rows of the class");
            let error = ParamError::value(NAME, "cv", expected, cv);
            return Err(FitError::of_classes(error, [encoding.label(class)]));
        }
        let n_folds = self.cv.unwrap_or(DEFAULT_FOLDS);
        let folds = stratified_folds(NAME, codes, &encoding, n_folds)?;
        let base = self.base();
        let members = if self.ensemble {
            let fit = |fold| self.fit_fold(&base, (x.view(), codes), &folds, fold, n_classes);
            (0..n_folds).map(fit).collect::<Result<_, _>>()
        } else {
            let fitted = self.fit_all(&base, (x.view(), codes), &folds, n_classes);
            fitted.map(|member| vec![member])
        };
        let members = members.map_err(|error| with_label(error, &encoding))?;
        Ok(Calibrated {
            encoding,
            members,
            n_features: x.ncols(),
        })
    }
}

impl CalibratedValidParams {
    fn base(&self) -> BaseEstimator {
        let default = || {
            let seed = ("random_state", ParamValue::Int(0));
            BaseEstimator::new("LinearSVC", [seed]).expect("a classifier of the list")
        };
        self.estimator.clone().unwrap_or_else(default)
    }

    /// Fits a classifier without `fold`, and its functions to what it says of the fold.
    fn fit_fold(
        &self,
        base: &BaseEstimator,
        (x, codes): (ArrayView2<'_, f32>, &[usize]),
        folds: &[usize],
        fold: usize,
        n_classes: usize,
    ) -> Result<CalibratedMember, FitError> {
        let (train, test) = split(folds, fold);
        let estimator = base.build(fold as u64)?;
        let member = Member::fit_rows(&*estimator, x, codes, &train)?;
        let response = response_of(base, &member, x)?;
        let held_back = x.select(Axis(0), &test);
        let found = member.respond_as_fitted(response, held_back.view());
        let codes: Vec<usize> = test.iter().map(|&row| codes[row]).collect();
        let found = found.expect("a response that there is");
        Ok(self.with_calibrators(member, response, &found, &codes, n_classes))
    }

    /// Fits a classifier to all rows, and its functions to what others say of rows that they have not
    /// seen.
    fn fit_all(
        &self,
        base: &BaseEstimator,
        (x, codes): (ArrayView2<'_, f32>, &[usize]),
        folds: &[usize],
        n_classes: usize,
    ) -> Result<CalibratedMember, FitError> {
        let member = Member::fit(&*base.build(0)?, x, codes)?;
        let response = response_of(base, &member, x)?;
        let found = cross_predict(base, response, (x, codes), folds, n_classes)?;
        Ok(self.with_calibrators(member, response, &found, codes, n_classes))
    }

    fn with_calibrators(
        &self,
        member: Member,
        response: Response,
        found: &Array2<f64>,
        codes: &[usize],
        n_classes: usize,
    ) -> CalibratedMember {
        let classes = classes_of(found.ncols(), member.classes(), n_classes);
        let fit = |(column, class): (ndarray::ArrayView1<'_, f64>, &usize)| {
            let is_class: Vec<bool> = codes.iter().map(|code| code == class).collect();
            Calibrator::fit(self.method, &column.to_vec(), &is_class)
        };
        let calibrators = found.columns().into_iter().zip(&classes).map(fit).collect();
        CalibratedMember {
            member,
            response,
            calibrators,
        }
    }
}

/// Returns the class that each of `n_columns` columns of scores is of.
fn classes_of(n_columns: usize, known: &[usize], n_classes: usize) -> Vec<usize> {
    match n_columns {
        1 if n_classes == 2 => vec![1],
        // A single column of a classifier that knows two of more classes is taken for the first's, as
        // in scikit-learn.
        1 if known.len() == 2 => vec![known[0]],
        _ if n_columns == n_classes => (0..n_classes).collect(),
        _ => known.to_vec(),
    }
}

fn response_of(
    base: &BaseEstimator,
    member: &Member,
    x: ArrayView2<'_, f32>,
) -> Result<Response, ParamError> {
    member.first_of(&RESPONSES, x).ok_or_else(|| {
        let name = CalibratedParams::ESTIMATOR;
        let expected = "a classifier with probabilities or a decision function";
        ParamError::value(name, "estimator", expected, base.name())
    })
}

impl Calibrated {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> CalibratedParams {
        CalibratedParams::default()
    }

    fn means(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let n_classes = self.encoding.n_classes();
        let mut means = Array2::zeros((x.nrows(), n_classes));
        for member in &self.members {
            means += &member.probabilities(x, n_classes);
        }
        means / self.members.len() as f64
    }
}

impl CalibratedMember {
    fn probabilities(&self, x: ArrayView2<'_, f32>, n_classes: usize) -> Array2<f64> {
        let found = self.member.respond_as_fitted(self.response, x);
        let found = found.expect("a response, as the fit checked");
        let classes = classes_of(found.ncols(), self.member.classes(), n_classes);
        let mut probabilities = Array2::zeros((x.nrows(), n_classes));
        let columns = found
            .columns()
            .into_iter()
            .zip(classes)
            .zip(&self.calibrators);
        for ((column, class), calibrator) in columns {
            let values = column.mapv(|score| calibrator.probability(score));
            probabilities.column_mut(class).assign(&values);
        }
        for mut row in probabilities.rows_mut() {
            if n_classes == 2 {
                row[0] = 1.0 - row[1];
                continue;
            }
            let sum = row.sum();
            if sum == 0.0 {
                row.fill(1.0 / n_classes as f64);
            } else {
                row /= sum;
            }
        }
        probabilities
    }
}

impl FittedClassifier for Calibrated {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        for (label, means) in labels.iter_mut().zip(self.means(x).rows()) {
            let code = numpy_argmax(means.to_slice().expect("own means are row-major"));
            *label = self.encoding.label(code);
        }
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        Some(self.means(x))
    }

    /// Each classifier was checked by its own fit.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }
}
