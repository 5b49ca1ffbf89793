//! Fit and predict on trait objects, for programs that choose the classifier at run time.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::classifier::{
    Checked, Classifier, FittedClassifier, check_finite, check_width, checked,
};
use crate::error::FitError;
use crate::info::FitInfo;
use crate::path::{Ledger, PathData, predict_by};

/// A classifier whose parameters are set.
pub trait Estimator: Send + Sync {
    /// Fits to `x` (`n_samples` × `n_features`, row-major) and `y` (`n_samples` class labels).
    ///
    /// # Errors
    /// [`FitError`] for empty, unequal or non-finite input, for a single class where the classifier
    /// needs two, and for whatever the classifier itself reports.
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError>;

    /// Returns the names of the parameters along which one training serves several classifiers;
    /// none for most.
    #[must_use]
    fn path_parameters() -> &'static [&'static str]
    where
        Self: Sized,
    {
        &[]
    }

    /// Trains classifiers that differ only in the parameters of [`Self::path_parameters`] on `x`
    /// and `y`, as in [`Self::fit`], predicts `x_test`, and tells `ledger` what came out for each.
    ///
    /// # Errors
    /// [`FitError`] for all members that `ledger` was not told to be done.
    fn run_path(
        path: &[Self],
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
        x_test: ArrayView2<'_, f32>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError>
    where
        Self: Sized,
    {
        for (member, estimator) in path.iter().enumerate() {
            ledger.fit_for(&[member]);
            match estimator.fit(x, y) {
                Ok(model) => predict_by(member, model.as_ref(), x_test, ledger),
                Err(error) => ledger.done(member, Err(error)),
            }
        }
        Ok(())
    }
}

/// The classifiers of a path, whatever they are.
pub trait Path: Send + Sync {
    /// Trains all of them and predicts, as [`Estimator::run_path`].
    ///
    /// # Errors
    /// [`FitError`] for all members that `ledger` was not told to be done.
    fn run(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
        x_test: ArrayView2<'_, f32>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError>;
}

impl<E: Estimator> Path for Vec<E> {
    fn run(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
        x_test: ArrayView2<'_, f32>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        E::run_path(self, x, y, x_test, ledger)
    }
}

/// A fitted classifier.
pub trait Model: Send + Sync {
    /// Returns the label of each row of `x` (`n_samples` × `n_features`, row-major).
    ///
    /// # Errors
    /// [`FitError`] if the rows have another width than in training or are not finite.
    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Array1<usize>, FitError>;

    /// Returns the probability of each class, ascending by label, for each row of `x`
    /// (`n_samples` × `n_features`, row-major): `n_samples` × `n_classes`; nothing if the model does
    /// not estimate it.
    ///
    /// # Errors
    /// [`FitError`] if the rows have another width than in training or are not finite.
    fn predict_proba(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array2<f64>>, FitError> {
        let _ = x;
        Ok(None)
    }

    /// Returns scikit-learn's `decision_function` of each row of `x` (`n_samples` × `n_features`,
    /// row-major), as [`FittedClassifier::decision_function`] says.
    ///
    /// # Errors
    /// [`FitError`] if the rows have another width than in training or are not finite.
    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array2<f64>>, FitError> {
        let _ = x;
        Ok(None)
    }

    /// Returns how the fit went.
    fn fit_info(&self) -> FitInfo;
}

impl<C: Classifier<Model: 'static>> Estimator for C {
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError> {
        Ok(Box::new(self.fit_labels(x, y.iter())?))
    }

    fn path_parameters() -> &'static [&'static str] {
        C::PATH
    }

    fn run_path(
        path: &[Self],
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
        x_test: ArrayView2<'_, f32>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        let all: Vec<usize> = (0..path.len()).collect();
        ledger.fit_for(&all);
        let Checked { x, codes, encoding } = checked::<C>(x, y.iter())?;
        let data = PathData {
            x: x.view(),
            codes: &codes,
            encoding: &encoding,
            x_test: x_test.view(),
        };
        C::fit_path(path, data, ledger)
    }
}

impl<M: FittedClassifier> Model for M {
    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Array1<usize>, FitError> {
        check_width(x, self.n_features())?;
        check_finite(x)?;
        let mut labels = Array1::zeros(x.nrows());
        if x.nrows() > 0 {
            self.try_predict_rows(x.as_standard_layout().view(), &mut labels)?;
        }
        Ok(labels)
    }

    fn predict_proba(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array2<f64>>, FitError> {
        check_width(x, self.n_features())?;
        check_finite(x)?;
        Ok(self.probabilities(x.as_standard_layout().view()))
    }

    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array2<f64>>, FitError> {
        check_width(x, self.n_features())?;
        check_finite(x)?;
        let x = x.as_standard_layout();
        Ok(FittedClassifier::decision_function(self, x.view()))
    }

    fn fit_info(&self) -> FitInfo {
        FittedClassifier::fit_info(self)
    }
}
