//! Naive Bayes of features that are there or not.

mod algorithm;
mod params;

pub use params::{BernoulliNbParams, BernoulliNbValidParams};

crate::log_linear::log_linear_classifier! {
    /// A fitted `BernoulliNB`.
    ///
    /// # Structure
    /// For each class the logarithm of the odds that a feature is there, and an offset.
    ///
    /// # Prediction
    /// The class of the largest joint log-likelihood, the lowest label on ties.
    ///
    /// # Example
    /// ```
    /// use fashion_bench_estimators::naive_bayes::BernoulliNb;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let x = array![[0.0_f32, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]];
    /// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 8, 8]);
    /// let model = BernoulliNb::params().fit(&train)?;
    /// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    BernoulliNb: BernoulliNbParams => BernoulliNbValidParams
}
