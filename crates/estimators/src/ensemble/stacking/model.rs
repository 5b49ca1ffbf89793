//! The fit by cross-validation, and the prediction in two steps.
//!
//! D. Wolpert, Stacked generalization (1992). The last classifier is fitted to what the others say of
//! rows that they were not trained on; for predictions they are fitted once more to all rows.

use ndarray::{Array1, Array2, ArrayView2, concatenate};

use super::super::base_estimator::BaseEstimator;
use super::super::cross_prediction::{Response, cross_predict};
use super::super::member::{Member, with_label};
use super::params::{StackMethod, StackingParams, StackingValidParams};
use crate::classifier::{Classifier, FittedClassifier};
use crate::error::{FitError, ParamError};
use crate::finite::NotFinite;
use crate::folds::{DEFAULT_FOLDS, stratified_folds};
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters;

/// A fitted `StackingClassifier`.
///
/// # Structure
/// The classifiers, what is asked of each, and the last one.
///
/// # Prediction
/// That of the last classifier.
///
/// # Example
/// ```
/// use fashion_bench_estimators::ensemble::{BaseEstimator, NamedEstimators, Stacking};
/// use linfa::prelude::*;
/// use ndarray::{Array1, Array2, array};
/// let x = Array2::from_shape_fn((20, 1), |(row, _)| (row % 2 * 5 + row / 8) as f32);
/// let y = Array1::from_shape_fn(20, |row| row % 2);
/// let estimators = NamedEstimators(vec![("nb".to_owned(), BaseEstimator::new("GaussianNB", []))]);
/// let model = Stacking::params().estimators(estimators).fit(&DatasetBase::new(x, y))?;
/// assert_eq!(model.predict(&array![[0.5_f32], [6.0]]), array![0, 1]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
pub struct Stacking {
    encoding: ClassEncoding,
    members: Vec<(Response, Member)>,
    last: Member,
    passthrough: bool,
    n_features: usize,
}

linfa_traits! { StackingValidParams => Stacking; }

/// The place of the last classifier among the seeds.
const LAST_PLACE: u64 = 1 << 20;

impl Classifier for StackingValidParams {
    type Model = Stacking;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Stacking, FitError> {
        let fitted = self.fit_members(x, codes, encoding.clone());
        fitted.map_err(|error| with_label(error, &encoding))
    }
}

impl StackingValidParams {
    fn fit_members(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Stacking, FitError> {
        let name = StackingParams::ESTIMATOR;
        let n_classes = encoding.n_classes();
        let n_folds = self.cv.unwrap_or(DEFAULT_FOLDS);
        let folds = stratified_folds(name, codes, &encoding, n_folds)?;
        let (mut members, mut parts) = (Vec::new(), Vec::new());
        for (place, base) in self.estimators.kept() {
            let member = Member::fit(&*base.build(place as u64)?, x, codes)?;
            let response = self.response(base, &member, x)?;
            parts.push(cross_predict(
                base,
                response,
                (x.view(), codes),
                &folds,
                n_classes,
            )?);
            members.push((response, member));
        }
        let last = match &self.final_estimator {
            Some(last) => last.build(LAST_PLACE)?,
            None => {
                let default = BaseEstimator::new("LogisticRegression", []);
                default
                    .expect("a classifier of the list")
                    .build(LAST_PLACE)?
            }
        };
        let meta = stacked(&parts, self.passthrough.then_some(x));
        Ok(Stacking {
            last: Member::fit(&*last, meta.view(), codes)?,
            encoding,
            members,
            passthrough: self.passthrough,
            n_features: x.ncols(),
        })
    }

    /// Returns what is asked of a classifier.
    fn response(
        &self,
        base: &BaseEstimator,
        member: &Member,
        x: ArrayView2<'_, f32>,
    ) -> Result<Response, ParamError> {
        let wanted: &[Response] = match self.stack_method {
            StackMethod::Auto => &[
                Response::Probabilities,
                Response::Decisions,
                Response::Codes,
            ],
            StackMethod::Probabilities => &[Response::Probabilities],
            StackMethod::Decisions => &[Response::Decisions],
            StackMethod::Classes => &[Response::Codes],
        };
        member.first_of(wanted, x).ok_or_else(|| {
            ParamError::unsupported(
                StackingParams::ESTIMATOR,
                format!("stack_method={}", self.stack_method),
                format!("{} has none here; write stack_method=auto", base.name()),
            )
        })
    }
}

/// Returns the features of the last classifier.
#[expect(
    clippy::cast_possible_truncation,
    reason = "features are in single precision"
)]
fn stacked(parts: &[Array2<f64>], x: Option<ArrayView2<'_, f32>>) -> Array2<f32> {
    let parts: Vec<Array2<f32>> = parts
        .iter()
        .map(|part| part.mapv(|value| value as f32))
        .collect();
    let mut views: Vec<ArrayView2<'_, f32>> = parts.iter().map(|part| part.view()).collect();
    let x = x.as_ref().map(|x| x.view());
    views.extend(x);
    let meta = concatenate(ndarray::Axis(1), &views).expect("parts of the same rows");
    meta.as_standard_layout().into_owned()
}

impl Stacking {
    /// Returns the parameters at scikit-learn's defaults, which name no classifiers.
    #[must_use]
    pub fn params() -> StackingParams {
        StackingParams::default()
    }

    fn meta(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        let n_classes = self.encoding.n_classes();
        let parts: Vec<Array2<f64>> = self
            .members
            .iter()
            .map(|(response, member)| {
                let found = member.respond(*response, x, n_classes);
                found.expect("a response, as the fit checked")
            })
            .collect();
        stacked(&parts, self.passthrough.then_some(x))
    }
}

impl FittedClassifier for Stacking {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        labels.assign(&self.last.codes(self.meta(x).view()));
        self.encoding.decode(labels);
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        self.last
            .probabilities(self.meta(x).view(), self.encoding.n_classes())
    }

    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        self.last.decisions(self.meta(x).view())
    }

    /// Each classifier was checked by its own fit.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }
}
