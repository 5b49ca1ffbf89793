//! What a classifier implements, and linfa's traits over it.
//!
//! A classifier gets rows that were checked and class codes, never labels:
//! [`Classifier::fit_codes`]. [`linfa_traits!`](crate::linfa_traits!) makes linfa's `Fit` and
//! `PredictInplace` of that, so that a linfa program and the runner go through the same checks and
//! get the same errors.

use ndarray::{Array1, Array2, ArrayView2, CowArray, Ix2};

use crate::error::FitError;
use crate::finite::{NotFinite, first_not_finite, not_finite};
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use crate::path::{Ledger, PathData, train_each};

/// A classifier whose parameters were checked.
pub trait Classifier: Send + Sync {
    /// What a fit makes.
    type Model: FittedClassifier;

    /// Whether [`Self::fit_codes`] itself reports features that are not finite, in a pass that it
    /// makes anyway.
    const CHECKS_VALUES: bool = false;

    /// Whether rows of a single class are learned, as the class that every row is predicted to
    /// have. It is what scikit-learn's classifier of that name does; the others refuse them.
    const ACCEPTS_ONE_CLASS: bool = false;

    /// The parameters along which one training serves several classifiers, by
    /// [`Self::fit_path`]; none for most.
    const PATH: &'static [&'static str] = &[];

    /// Fits to `x` (`n_samples` × `n_features`, row-major, not empty, finite) and `codes`
    /// (`n_samples` class codes below `encoding.n_classes()`, each of which occurs).
    ///
    /// # Errors
    /// [`FitError`] for what the parameters ask of the data, and for a fit that fails.
    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Self::Model, FitError>;

    /// Trains classifiers that differ only in the parameters of [`Self::PATH`], lets them predict,
    /// and tells `ledger` what came out for each.
    ///
    /// # Errors
    /// [`FitError`] for a fit that fails for all classifiers that are not done yet.
    fn fit_path(path: &[Self], data: PathData<'_>, ledger: &mut dyn Ledger) -> Result<(), FitError>
    where
        Self: Sized,
    {
        train_each(path, data, ledger);
        Ok(())
    }

    /// Checks rows and labels, encodes the labels, fits, and checks what was fitted.
    ///
    /// # Errors
    /// [`FitError`] for empty, unequal or non-finite input, for a single class unless
    /// [`Self::ACCEPTS_ONE_CLASS`], for whatever [`Self::fit_codes`] reports, and for a fit that
    /// left the finite numbers.
    fn fit_labels<'a>(
        &self,
        x: ArrayView2<'_, f32>,
        labels: impl IntoIterator<Item = &'a usize>,
    ) -> Result<Self::Model, FitError> {
        let Checked { x, codes, encoding } = checked::<Self>(x, labels)?;
        let model = self.fit_codes(x.view(), &codes, encoding)?;
        check_fitted(&model)?;
        Ok(model)
    }
}

/// Rows and labels that were checked.
pub(crate) struct Checked<'x> {
    /// `n_samples` × `n_features`, row-major.
    pub x: CowArray<'x, f32, Ix2>,
    /// The class code of each sample.
    pub codes: Vec<usize>,
    pub encoding: ClassEncoding,
}

/// Checks rows and labels for `C` and encodes the labels.
pub(crate) fn checked<'x, 'a, C: Classifier + ?Sized>(
    x: ArrayView2<'x, f32>,
    labels: impl IntoIterator<Item = &'a usize>,
) -> Result<Checked<'x>, FitError> {
    let (encoding, codes) = ClassEncoding::new(labels);
    check_shapes(x, codes.len())?;
    let x = CowArray::from(x);
    let x = if x.is_standard_layout() {
        x
    } else {
        CowArray::from(x.as_standard_layout().into_owned())
    };
    if !C::CHECKS_VALUES {
        check_finite(x.view())?;
    }
    if !C::ACCEPTS_ONE_CLASS {
        check_classes(&encoding)?;
    }
    Ok(Checked { x, codes, encoding })
}

/// A fitted classifier.
pub trait FittedClassifier: Send + Sync {
    /// Returns the number of features of the rows that were fitted.
    fn n_features(&self) -> usize;

    /// Writes the label of each row of `x` (`n_samples` × `n_features`, row-major, finite) to
    /// `labels` (`n_samples`).
    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>);

    /// Writes labels as [`Self::predict_rows`]; a model that cannot predict every row reports it.
    ///
    /// # Errors
    /// [`FitError`] for a row that cannot be predicted.
    fn try_predict_rows(
        &self,
        x: ArrayView2<'_, f32>,
        labels: &mut Array1<usize>,
    ) -> Result<(), FitError> {
        self.predict_rows(x, labels);
        Ok(())
    }

    /// Returns the probability of each class, ascending by label, for each row of `x`
    /// (`n_samples` × `n_features`, row-major, finite): `n_samples` × `n_classes`; nothing if the
    /// model does not estimate it.
    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let _ = x;
        None
    }

    /// Returns scikit-learn's `decision_function` of each row of `x` (`n_samples` × `n_features`,
    /// row-major, finite): a column per class, ascending by label, or for two classes a single one,
    /// positive for the second; `SVC` of shape `ovo` has a column per pair of classes. Returns
    /// nothing if the model has no such scores.
    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let _ = x;
        None
    }

    /// Returns the first number that predictions depend on and that is NaN or infinite, if there
    /// is one. Every classifier has to say it, so that none predicts from a fit that overflowed.
    fn not_finite(&self) -> Option<NotFinite>;

    /// Returns how the fit went.
    fn fit_info(&self) -> FitInfo {
        FitInfo::default()
    }
}

/// Implements linfa's `Fit` for checked parameters and `PredictInplace` for the fitted model, over
/// [`Classifier`] and [`FittedClassifier`]: `XValidParams => X;`, or `AValidParams, BValidParams =>
/// X;` where two classifiers fit the same model.
///
/// Predicting rows of another width than those of the fit panics, as linfa's trait has no errors.
#[macro_export]
macro_rules! linfa_traits {
    ($($($valid:ty),+ => $model:ty;)+) => {
        $(
            $(impl<D, T>
                ::linfa::traits::Fit<
                    ::ndarray::ArrayBase<D, ::ndarray::Ix2>,
                    T,
                    $crate::FitError,
                > for $valid
            where
                D: ::ndarray::Data<Elem = f32>,
                T: ::linfa::dataset::AsSingleTargets<Elem = usize>,
            {
                type Object = $model;

                fn fit(
                    &self,
                    dataset: &::linfa::DatasetBase<::ndarray::ArrayBase<D, ::ndarray::Ix2>, T>,
                ) -> Result<$model, $crate::FitError> {
                    let labels = ::linfa::dataset::AsSingleTargets::as_single_targets(dataset);
                    $crate::classifier::Classifier::fit_labels(
                        self,
                        dataset.records().view(),
                        labels.iter(),
                    )
                }
            })+

            impl<D: ::ndarray::Data<Elem = f32>>
                ::linfa::traits::PredictInplace<
                    ::ndarray::ArrayBase<D, ::ndarray::Ix2>,
                    ::ndarray::Array1<usize>,
                > for $model
            {
                fn predict_inplace<'a>(
                    &'a self,
                    x: &'a ::ndarray::ArrayBase<D, ::ndarray::Ix2>,
                    y: &mut ::ndarray::Array1<usize>,
                ) {
                    $crate::classifier::predict_or_panic(self, x.view(), y);
                }

                fn default_target(
                    &self,
                    x: &::ndarray::ArrayBase<D, ::ndarray::Ix2>,
                ) -> ::ndarray::Array1<usize> {
                    ::ndarray::Array1::zeros(x.nrows())
                }
            }
        )+
    };
}

/// Predicts through linfa's trait, which cannot report an error.
///
/// # Panics
/// If the rows have another width than those of the fit, or `labels` is of another length.
pub fn predict_or_panic(
    model: &impl FittedClassifier,
    x: ArrayView2<'_, f32>,
    labels: &mut Array1<usize>,
) {
    if let Err(error) = check_width(x, model.n_features()) {
        panic!("{error}");
    }
    assert_eq!(x.nrows(), labels.len(), "one label for each row");
    if x.nrows() > 0 {
        model.predict_rows(x.as_standard_layout().view(), labels);
    }
}

/// Checks that `x` has rows, columns, and one of `n_labels` labels for each row.
///
/// # Errors
/// [`FitError::Empty`] or [`FitError::LabelCount`].
pub fn check_shapes(x: ArrayView2<'_, f32>, n_labels: usize) -> Result<(), FitError> {
    let (n_samples, n_features) = x.dim();
    if x.is_empty() {
        return Err(FitError::Empty {
            n_samples,
            n_features,
        });
    }
    if n_samples != n_labels {
        return Err(FitError::LabelCount {
            n_samples,
            n_labels,
        });
    }
    Ok(())
}

/// Checks that `x` has `n_features` columns.
///
/// # Errors
/// [`FitError::FeatureCount`] if it has another number.
pub fn check_width(x: ArrayView2<'_, f32>, n_features: usize) -> Result<(), FitError> {
    if x.ncols() == n_features {
        return Ok(());
    }
    Err(FitError::FeatureCount {
        expected: n_features,
        found: x.ncols(),
    })
}

/// Checks that no value of `x` is NaN or infinite.
///
/// # Errors
/// [`FitError::NotFinite`] for the first that is, row by row.
pub fn check_finite(x: ArrayView2<'_, f32>) -> Result<(), FitError> {
    not_finite(x).map_or(Ok(()), Err)
}

/// Checks that there are at least two classes.
///
/// # Errors
/// [`FitError::OneClass`] if there is only one.
pub fn check_classes(encoding: &ClassEncoding) -> Result<(), FitError> {
    match encoding.labels() {
        [class] => Err(FitError::OneClass { class: *class }),
        _ => Ok(()),
    }
}

/// Checks that no number of a fitted model or of its report is NaN or infinite.
///
/// # Errors
/// [`FitError::NotFiniteFit`] for the first that is.
pub fn check_fitted(model: &impl FittedClassifier) -> Result<(), FitError> {
    let of_report = || {
        let info = model.fit_info();
        first_not_finite("the objective", &info.objective)
            .or_else(|| first_not_finite("the training loss", &info.loss_curve))
    };
    match model.not_finite().or_else(of_report) {
        None => Ok(()),
        Some(found) => Err(found.into()),
    }
}
