//! `linfa::MultiLogisticRegression`: linfa-logistic's multinomial regression, in `f32` or `f64`.
//!
//! In `f32` on more than a few thousand rows upstream returns its all-zero start as a success
//! (`benchmark/linfa.md`); `max_abs_coefficient` in the fit's details shows it. Upstream tells
//! neither iterations nor convergence. Its `initial_params` (a matrix) cannot be set here.

use std::collections::BTreeMap;
use std::marker::PhantomData;

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use linfa_logistic::error::Error;
use linfa_logistic::{MultiFittedLogisticRegression, MultiLogisticRegression};
use ndarray::{Array1, ArrayView1, ArrayView2};

use super::guard::{fit_guarded, reported};
use super::precision::{Precision, Real};
use crate::catalog::{Cost, DataShape, Entry, Family};
use crate::estimators::classifier::{Classifier, FittedClassifier};
use crate::estimators::erased::{Estimator, Model};
use crate::estimators::finite::{NotFinite, first_not_finite};
use crate::estimators::multiclass::ClassEncoding;
use crate::estimators::parameters::Interval;
use crate::estimators::{FitError, FitInfo, parameters};

const CRATE: &str = "linfa-logistic";

parameters! {
    /// Parameters of linfa-logistic's multinomial regression.
    pub struct LinfaMultiLogisticRegressionParams => LinfaMultiLogisticRegressionValidParams:
        "linfa::MultiLogisticRegression"
    {
        /// weight of the L2 penalty, against a loss summed over rows
        alpha: f64 = 1.0, in Interval::NOT_NEGATIVE;
        /// whether to fit an intercept
        with_intercept: bool = true;
        /// iterations of the solver at most
        max_iterations: usize = 100;
        /// gradient norm (summed over rows) at which the solver stops
        gradient_tolerance: f64 = 1e-4, in Interval::POSITIVE;
        /// floating point type of the fit; f64 converts the features inside fit and predict
        precision: Precision = Precision::F32;
    }
}

impl Entry for LinfaMultiLogisticRegressionParams {
    const FAMILY: Family = Family::Linfa;
    const SUMMARY: &'static str = "multinomial logistic regression of linfa-logistic (L-BFGS)";

    /// Fitted to 20 iterations on 60,000 × 784, 10 classes: 9.1 s in `f64`, and 41 s in `f32`, whose
    /// line searches run to their end each time.
    fn cost(params: &LinfaMultiLogisticRegressionValidParams, shape: &DataShape) -> Cost {
        let is_f64 = params.precision == Precision::F64;
        let cells = (shape.n_train * shape.n_features) as f64;
        let scores = (shape.n_train * shape.n_classes) as f64;
        let (n_bytes, s_per_product) = if is_f64 { (8.0, 1.0e-9) } else { (4.0, 4.4e-9) };
        let converted = if is_f64 { 8.0 * cells } else { 0.0 };
        let products = cells * shape.n_classes as f64 * params.max_iterations as f64;
        Cost {
            cpu_s: s_per_product * products,
            memory_bytes: (converted + 6.0 * n_bytes * scores) as u64,
        }
    }
}

impl Estimator for LinfaMultiLogisticRegressionValidParams {
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError> {
        let max_iterations = self.max_iterations as u64;
        match self.precision {
            Precision::F64 => {
                let params = MultiLogisticRegression::<f64>::default()
                    .alpha(self.alpha)
                    .gradient_tolerance(self.gradient_tolerance)
                    .max_iterations(max_iterations)
                    .with_intercept(self.with_intercept);
                let subject = Subject {
                    params,
                    max_abs: |model: &MultiFittedLogisticRegression<f64, usize>| {
                        model.params().iter().fold(0.0, |max, w| max.max(w.abs()))
                    },
                    precision: PhantomData::<f64>,
                };
                fit_guarded(CRATE, &subject, x, y)
            }
            Precision::F32 => {
                let params = MultiLogisticRegression::<f32>::default()
                    .alpha(self.alpha as f32)
                    .gradient_tolerance(self.gradient_tolerance as f32)
                    .max_iterations(max_iterations)
                    .with_intercept(self.with_intercept);
                let subject = Subject {
                    params,
                    max_abs: |model: &MultiFittedLogisticRegression<f32, usize>| {
                        let max = model.params().iter().fold(0.0, |max, w| w.abs().max(max));
                        f64::from(max)
                    },
                    precision: PhantomData::<f32>,
                };
                fit_guarded(CRATE, &subject, x, y)
            }
        }
    }
}

/// Generic by the traits of its parameters and model: upstream's own float trait is private.
struct Subject<F, P, M> {
    params: P,
    max_abs: fn(&M) -> f64,
    precision: PhantomData<F>,
}

struct FittedSubject<F, M> {
    model: M,
    max_abs_coefficient: f64,
    encoding: ClassEncoding,
    n_features: usize,
    precision: PhantomData<F>,
}

impl<F, P, M> Classifier for Subject<F, P, M>
where
    F: Real,
    P: for<'a, 'b> Fit<ArrayView2<'a, F>, ArrayView1<'b, usize>, Error, Object = M> + Send + Sync,
    M: for<'a> PredictInplace<ArrayView2<'a, F>, Array1<usize>> + Send + Sync,
{
    type Model = FittedSubject<F, M>;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<FittedSubject<F, M>, FitError> {
        let records = F::records(x);
        let converted = DatasetBase::new(records.view(), ArrayView1::from(codes));
        let model = self
            .params
            .fit(&converted)
            .map_err(|error| reported(CRATE, error))?;
        Ok(FittedSubject {
            max_abs_coefficient: (self.max_abs)(&model),
            model,
            encoding,
            n_features: x.ncols(),
            precision: PhantomData,
        })
    }
}

impl<F, M> FittedClassifier for FittedSubject<F, M>
where
    F: Real,
    M: for<'a> PredictInplace<ArrayView2<'a, F>, Array1<usize>> + Send + Sync,
{
    fn not_finite(&self) -> Option<NotFinite> {
        first_not_finite("the largest coefficient", [&self.max_abs_coefficient])
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        self.model.predict_inplace(&F::records(x).view(), labels);
        self.encoding.decode(labels);
    }

    fn fit_info(&self) -> FitInfo {
        FitInfo {
            details: BTreeMap::from([("max_abs_coefficient".to_owned(), self.max_abs_coefficient)]),
            ..FitInfo::default()
        }
    }
}
