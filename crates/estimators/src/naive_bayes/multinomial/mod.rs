//! Naive Bayes of counts that a multinomial distribution of each class draws.

mod algorithm;
mod params;

pub use params::{MultinomialNbParams, MultinomialNbValidParams};

crate::log_linear::log_linear_classifier! {
    /// A fitted `MultinomialNB`.
    ///
    /// # Structure
    /// For each class the logarithm of each feature's share, and of the class's probability.
    ///
    /// # Prediction
    /// The class of the largest joint log-likelihood, the lowest label on ties.
    ///
    /// # Example
    /// ```
    /// use fashion_bench_estimators::naive_bayes::MultinomialNb;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let x = array![[1.0_f32, 7.0], [0.0, 5.0], [6.0, 1.0], [9.0, 2.0]];
    /// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 8, 8]);
    /// let model = MultinomialNb::params().fit(&train)?;
    /// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    MultinomialNb: MultinomialNbParams => MultinomialNbValidParams
}
