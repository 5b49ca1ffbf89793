//! Fit and predict on trait objects, for programs that choose the classifier at run time.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2};

use crate::classifier::{Classifier, FittedClassifier, check_finite, check_width};
use crate::error::FitError;
use crate::info::FitInfo;

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
}

impl<M: FittedClassifier> Model for M {
    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Array1<usize>, FitError> {
        check_width(x, self.n_features())?;
        check_finite(x)?;
        let mut labels = Array1::zeros(x.nrows());
        if x.nrows() > 0 {
            self.predict_rows(x, &mut labels);
        }
        Ok(labels)
    }

    fn predict_proba(&self, x: ArrayView2<'_, f32>) -> Result<Option<Array2<f64>>, FitError> {
        check_width(x, self.n_features())?;
        check_finite(x)?;
        Ok(self.probabilities(x.as_standard_layout().view()))
    }

    fn fit_info(&self) -> FitInfo {
        FittedClassifier::fit_info(self)
    }
}
