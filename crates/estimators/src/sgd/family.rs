//! What the three estimators share as types: the setters of common settings, checking and fitting.

/// Declares what a stochastic classifier has beside its own settings: `$name` is the fitted form,
/// `$params` wraps `$valid`, which wraps the `Settings`.
macro_rules! stochastic_classifier {
    ($name:ident, $params:ident, $valid:ident, $scikit_name:expr) => {
        $crate::linear::model::linear_classifier!(
            #[doc = concat!("A fitted `", stringify!($name), "`.")]
            $name,
            $params
        );

        impl $params {
            /// Sets whether there is an intercept.
            #[must_use]
            pub fn fit_intercept(mut self, fit_intercept: bool) -> Self {
                self.0.0.fit_intercept = fit_intercept;
                self
            }

            /// Sets the number of epochs at most.
            #[must_use]
            pub fn max_iter(mut self, max_iter: usize) -> Self {
                self.0.0.max_iter = max_iter;
                self
            }

            /// Sets the decrease of the mean loss that counts as progress; `None` never stops early.
            #[must_use]
            pub fn tol(mut self, tol: Option<f64>) -> Self {
                self.0.0.tol = tol;
                self
            }

            /// Sets the epochs without progress before the end.
            #[must_use]
            pub fn n_iter_no_change(mut self, n_iter_no_change: usize) -> Self {
                self.0.0.n_iter_no_change = n_iter_no_change;
                self
            }

            /// Sets whether, and on what share of the rows, to stop on rows held back.
            #[must_use]
            pub fn early_stopping(
                mut self,
                early_stopping: Option<$crate::sgd::EarlyStopping>,
            ) -> Self {
                self.0.0.early_stopping = early_stopping;
                self
            }

            /// Sets whether each epoch has its own order of rows.
            #[must_use]
            pub fn shuffle(mut self, shuffle: bool) -> Self {
                self.0.0.shuffle = shuffle;
                self
            }

            /// Sets the weights of the classes.
            #[must_use]
            pub fn class_weight(
                mut self,
                class_weight: $crate::linear::ClassWeight,
            ) -> Self {
                self.0.0.class_weight = class_weight;
                self
            }

            /// Sets the seed.
            #[must_use]
            pub fn seed(mut self, seed: u64) -> Self {
                self.0.0.seed = seed;
                self
            }
        }

        impl linfa::ParamGuard for $params {
            type Checked = $valid;
            type Error = $crate::ParamError;

            fn check_ref(&self) -> Result<&$valid, $crate::ParamError> {
                self.0.0.check($scikit_name)?;
                Ok(&self.0)
            }

            fn check(self) -> Result<$valid, $crate::ParamError> {
                self.check_ref()?;
                Ok(self.0)
            }
        }

        impl<D, T>
            linfa::traits::Fit<ndarray::ArrayBase<D, ndarray::Ix2>, T, $crate::FitError>
            for $valid
        where
            D: ndarray::Data<Elem = f32>,
            T: linfa::dataset::AsSingleTargets<Elem = usize>,
        {
            type Object = $name;

            fn fit(
                &self,
                dataset: &linfa::DatasetBase<ndarray::ArrayBase<D, ndarray::Ix2>, T>,
            ) -> Result<$name, $crate::FitError> {
                Ok($name($crate::sgd::algorithm::fit(
                    &self.0, dataset,
                )?))
            }
        }
    };
}

pub(super) use stochastic_classifier;
