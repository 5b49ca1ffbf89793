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

use super::guard::{guarded, reported};
use super::precision::{PRECISION, Real, is_f64};
use super::ranges::{not_negative, positive};
use crate::estimators::erased::erase;
use crate::estimators::info::Fitted;
use crate::catalog::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, keep_all,
};
use crate::estimators::{FitError, FitInfo};

const CRATE: &str = "linfa-logistic";

/// The subject as the registry lists it.
pub static MULTI_LOGISTIC_REGRESSION: EstimatorSpec = EstimatorSpec {
    name: "linfa::MultiLogisticRegression",
    family: Family::Linfa,
    summary: "multinomial logistic regression of linfa-logistic (L-BFGS)",
    params: &[
        ParamSpec::new(
            "alpha",
            &[Kind::Float],
            "1.0",
            "weight of the L2 penalty, against a loss summed over rows",
        ),
        ParamSpec::new(
            "with_intercept",
            &[Kind::Bool],
            "true",
            "whether to fit an intercept",
        ),
        ParamSpec::new(
            "max_iterations",
            &[Kind::Int],
            "100",
            "iterations of the solver at most",
        ),
        ParamSpec::new(
            "gradient_tolerance",
            &[Kind::Float],
            "1e-4",
            "gradient norm (summed over rows) at which the solver stops",
        ),
        PRECISION,
    ],
    canonicalise: keep_all,
    build: |args| {
        let alpha = not_negative(args, "alpha")?;
        let tolerance = positive(args, "gradient_tolerance")?;
        let max_iterations = args.count("max_iterations")? as u64;
        let with_intercept = args.bool("with_intercept");
        let estimator = if is_f64(args) {
            let params = MultiLogisticRegression::<f64>::default()
                .alpha(alpha)
                .gradient_tolerance(tolerance)
                .max_iterations(max_iterations)
                .with_intercept(with_intercept);
            erase(Subject {
                params,
                max_abs: |model: &MultiFittedLogisticRegression<f64, usize>| {
                    model.params().iter().fold(0.0, |max, w| max.max(w.abs()))
                },
                precision: PhantomData,
            })
        } else {
            let params = MultiLogisticRegression::<f32>::default()
                .alpha(alpha as f32)
                .gradient_tolerance(tolerance as f32)
                .max_iterations(max_iterations)
                .with_intercept(with_intercept);
            erase(Subject {
                params,
                max_abs: |model: &MultiFittedLogisticRegression<f32, usize>| {
                    let max = model.params().iter().fold(0.0, |max, w| w.abs().max(max));
                    f64::from(max)
                },
                precision: PhantomData,
            })
        };
        Ok(guarded(CRATE, estimator))
    },
    cost,
};

/// Fitted to 20 iterations on 60,000 × 784, 10 classes: 9.1 s in `f64`, and 41 s in `f32`, whose
/// line searches run to their end each time.
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let cells = (shape.n_train * shape.n_features) as f64;
    let scores = (shape.n_train * shape.n_classes) as f64;
    let (n_bytes, s_per_product) = if is_f64(args) {
        (8.0, 1.0e-9)
    } else {
        (4.0, 4.4e-9)
    };
    let converted = if is_f64(args) { 8.0 * cells } else { 0.0 };
    let products = cells * shape.n_classes as f64 * args.float("max_iterations");
    Cost {
        cpu_s: s_per_product * products,
        memory_bytes: (converted + 6.0 * n_bytes * scores) as u64,
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
    n_features: usize,
    precision: PhantomData<F>,
}

impl<'x, F, P, M> Fit<ArrayView2<'x, f32>, ArrayView1<'_, usize>, FitError> for Subject<F, P, M>
where
    F: Real,
    P: for<'a, 'b> Fit<ArrayView2<'a, F>, ArrayView1<'b, usize>, Error, Object = M>,
{
    type Object = FittedSubject<F, M>;

    fn fit(
        &self,
        data: &DatasetBase<ArrayView2<'x, f32>, ArrayView1<'_, usize>>,
    ) -> Result<FittedSubject<F, M>, FitError> {
        let records = F::records(*data.records());
        let converted = DatasetBase::new(records.view(), *data.targets());
        let model = self
            .params
            .fit(&converted)
            .map_err(|error| reported(CRATE, error))?;
        Ok(FittedSubject {
            max_abs_coefficient: (self.max_abs)(&model),
            model,
            n_features: data.records().ncols(),
            precision: PhantomData,
        })
    }
}

impl<'x, F, M> PredictInplace<ArrayView2<'x, f32>, Array1<usize>> for FittedSubject<F, M>
where
    F: Real,
    M: for<'a> PredictInplace<ArrayView2<'a, F>, Array1<usize>>,
{
    fn predict_inplace(&self, x: &ArrayView2<'x, f32>, y: &mut Array1<usize>) {
        self.model.predict_inplace(&F::records(*x).view(), y);
    }

    fn default_target(&self, x: &ArrayView2<'x, f32>) -> Array1<usize> {
        Array1::default(x.nrows())
    }
}

impl<F, M> Fitted for FittedSubject<F, M> {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn fit_info(&self) -> FitInfo {
        FitInfo {
            details: BTreeMap::from([("max_abs_coefficient".to_owned(), self.max_abs_coefficient)]),
            ..FitInfo::default()
        }
    }
}
