//! `linfa::Svm`: linfa-svm's binary classifier, one-vs-one, in `f32` or `f64`.
//!
//! A binary machine for each pair of classes on the rows of that pair, one vote each, ties to the
//! lowest class: what scikit-learn's `SVC` does. The pairs are fitted on the caller's pool. In
//! `f32` the default `eps` of 1e-7 lies below the rounding of the gradient and the solver runs to
//! its cap of 10,000,000 steps (`benchmark/linfa.md`). Upstream's sparse kernels cannot be set.

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_svm::{Svm, SvmParams};
use ndarray::{Array1, ArrayView1, ArrayView2, Axis};

use super::guard::{fit_guarded, reported};
use super::precision::{Precision, Real};
use crate::catalog::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::classifier::{Classifier, FittedClassifier};
use crate::estimators::erased::{Estimator, Model};
use crate::estimators::finite::NotFinite;
use crate::estimators::multiclass::{ClassEncoding, ClassPair, fit_one_vs_one, vote};
use crate::estimators::parameters::Interval;
use crate::estimators::{FitError, FitInfo, choices, parameters};

const CRATE: &str = "linfa-svm";

choices! {
    /// Kernel function.
    pub enum SvmKernel {
        /// `<x, x'>`.
        Linear = "linear",
        /// `exp(-|x - x'|² / eps)`.
        Gaussian = "gaussian",
        /// `(<x, x'> + constant)^degree`.
        Polynomial = "polynomial",
    }
}

parameters! {
    /// Parameters of linfa-svm's machine, one-vs-one.
    pub struct LinfaSvmParams => LinfaSvmValidParams: "linfa::Svm" {
        /// kernel function
        kernel: SvmKernel = SvmKernel::Linear;
        /// eps of the Gaussian kernel exp(-|x - x'|²/eps)
        gaussian_eps: f64 = 0.5, in Interval::POSITIVE;
        /// constant of the polynomial kernel (<x, x'> + constant)^degree; linfa has no default
        constant: f64 = 1.0;
        /// degree of the polynomial kernel; linfa has no default
        degree: f64 = 3.0, in Interval::POSITIVE;
        /// penalty C of the lower class of each pair (first of pos_neg_weights)
        c_pos: f64 = 1.0, in Interval::POSITIVE;
        /// penalty C of the higher class of each pair (second of pos_neg_weights)
        c_neg: f64 = 1.0, in Interval::POSITIVE;
        /// nu of nu_weight, in place of C; null for C
        nu: Option<f64> = None, in Interval::SHARE;
        /// violation at which the solver stops
        eps: f64 = 1e-7, in Interval::NOT_NEGATIVE;
        /// whether the solver sets bounded variables aside
        shrinking: bool = false;
        /// floating point type of the fit; f64 converts the features inside fit and predict
        precision: Precision = Precision::F32;
    }
}

impl Entry for LinfaSvmParams {
    const FAMILY: Family = Family::Linfa;
    const SUMMARY: &'static str = "support vector machine of linfa-svm, one-vs-one";

    /// Removes what the kernel, and nu in place of C, leave without effect.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        let kernel = params.get("kernel").and_then(|value| value.as_str());
        let mut unused = match kernel {
            Some("gaussian") => vec!["constant", "degree"],
            Some("polynomial") => vec!["gaussian_eps"],
            _ => vec!["gaussian_eps", "constant", "degree"],
        };
        if params.get("nu").is_some_and(|nu| !nu.is_null()) {
            unused.extend(["c_pos", "c_neg"]);
        }
        params.retain(|name, _| !unused.contains(&name.as_str()));
        Vec::new()
    }

    /// Fitted to pairs of 1,000 to 4,000 rows: the kernel matrix takes 5.5e-10 s a product (6.9 s for
    /// 4,000 × 784), a step of the solver 1.3e-8 s a row. Steps: about one a row for the Gaussian
    /// kernel, 88,000 and 655,000 for the linear one with 1,000 and 2,000 rows, and the cap where `f32`
    /// cannot reach `eps` (seen with the Gaussian kernel at 4,000 rows, not at 2,000).
    fn cost(params: &LinfaSvmValidParams, shape: &DataShape) -> Cost {
        const CAP: f64 = 1.0e7;
        let is_f64 = params.precision == Precision::F64;
        let n_classes = shape.n_classes.max(2) as f64;
        let n_pairs = n_classes * (n_classes - 1.0) / 2.0;
        let pair_rows = 2.0 * shape.n_train as f64 / n_classes;
        let kernel_s = 5.5e-10 * pair_rows * pair_rows * shape.n_features as f64;
        let is_gaussian = params.kernel == SvmKernel::Gaussian;
        let is_out_of_reach = !is_f64 && params.eps < 1.0e-6;
        let n_steps = if is_out_of_reach && (!is_gaussian || pair_rows > 3_000.0) {
            CAP
        } else if is_gaussian {
            pair_rows
        } else {
            CAP.min(8.0e-5 * pair_rows.powi(3))
        };
        let n_bytes = if is_f64 { 8.0 } else { 4.0 };
        Cost {
            cpu_s: n_pairs * (kernel_s + 1.3e-8 * pair_rows * n_steps),
            memory_bytes: (n_bytes * pair_rows * (pair_rows + 2.0 * shape.n_features as f64))
                as u64,
        }
    }
}

impl LinfaSvmValidParams {
    fn to_linfa<F: Real>(&self) -> SvmParams<F, bool> {
        let params = Svm::<F, bool>::params()
            .eps(F::cast(self.eps))
            .shrinking(self.shrinking);
        let params = match self.kernel {
            SvmKernel::Gaussian => params.gaussian_kernel(F::cast(self.gaussian_eps)),
            SvmKernel::Polynomial => {
                params.polynomial_kernel(F::cast(self.constant), F::cast(self.degree))
            }
            SvmKernel::Linear => params.linear_kernel(),
        };
        match self.nu {
            Some(nu) => params.nu_weight(F::cast(nu)),
            None => params.pos_neg_weights(F::cast(self.c_pos), F::cast(self.c_neg)),
        }
    }
}

impl Estimator for LinfaSvmValidParams {
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError> {
        match self.precision {
            Precision::F32 => fit_guarded(CRATE, &Subject::<f32>(self.to_linfa()), x, y),
            Precision::F64 => fit_guarded(CRATE, &Subject::<f64>(self.to_linfa()), x, y),
        }
    }
}

struct Subject<F: Real>(SvmParams<F, bool>);

struct FittedSubject<F: Real> {
    pairs: Vec<Svm<F, bool>>,
    classes: ClassEncoding,
    n_features: usize,
}

impl<F: Real> Subject<F> {
    fn fit_pair(&self, x: ArrayView2<'_, F>, pair: &ClassPair) -> Result<Svm<F, bool>, FitError> {
        let records = x.select(Axis(0), &pair.rows);
        let is_first = Array1::from(pair.is_first.clone());
        self.0
            .fit(&DatasetBase::new(records, is_first))
            .map_err(|error| reported(CRATE, error))
    }
}

impl<F: Real> Classifier for Subject<F> {
    type Model = FittedSubject<F>;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        classes: ClassEncoding,
    ) -> Result<FittedSubject<F>, FitError> {
        let records = F::records(x);
        let pairs = fit_one_vs_one(codes, classes.n_classes(), |pair| {
            self.fit_pair(records.view(), pair)
        })?;
        Ok(FittedSubject {
            pairs,
            classes,
            n_features: x.ncols(),
        })
    }
}

impl<F: Real> FittedClassifier for FittedSubject<F> {
    /// Upstream does not show its state.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }

    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let records = F::records(x);
        let mut decisions = vec![0.0; self.pairs.len()];
        for (row, label) in records.rows().into_iter().zip(labels.iter_mut()) {
            for (decision, pair) in decisions.iter_mut().zip(&self.pairs) {
                let value = pair.weighted_sum(&row) - pair.rho;
                *decision = value.to_f64().unwrap_or(f64::NAN);
            }
            *label = self
                .classes
                .label(vote(&decisions, self.classes.n_classes()));
        }
    }

    fn fit_info(&self) -> FitInfo {
        let outcomes: Vec<_> = self.pairs.iter().map(parse_outcome).collect();
        let n_support: usize = self.pairs.iter().map(Svm::nsupport).sum();
        FitInfo {
            n_iter: outcomes.iter().flatten().map(|outcome| outcome.0).max(),
            converged: outcomes
                .iter()
                .map(|outcome| outcome.map(|outcome| outcome.1))
                .try_fold(true, |all, converged| converged.map(|one| all & one)),
            // Of all pairs; a row may support several.
            n_support_vectors: Some(n_support as u64),
            ..FitInfo::default()
        }
    }
}

/// Iterations of the solver and whether it reached its threshold. Upstream tells it only in words:
/// `Exited after 10 iterations with …`, `Reached maximal iterations 10 with …`.
fn parse_outcome<F: Real>(machine: &Svm<F, bool>) -> Option<(u64, bool)> {
    let text = machine.to_string();
    let converged = text.starts_with("Exited");
    let n_iter = text.split(' ').find_map(|word| word.parse().ok())?;
    Some((n_iter, converged))
}
