//! Naive Bayes of the counts that rows of the other classes have.

mod algorithm;
mod params;

pub use params::{ComplementNbParams, ComplementNbValidParams};

crate::log_linear::log_linear_classifier! {
    /// A fitted `ComplementNB`.
    ///
    /// # Structure
    /// For each class minus the logarithm of each feature's share in the other classes.
    ///
    /// # Prediction
    /// The class whose complement a row is least like, the lowest label on ties.
    ///
    /// # Example
    /// ```
    /// use fashion_bench_estimators::naive_bayes::ComplementNb;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let x = array![[1.0_f32, 7.0], [0.0, 5.0], [6.0, 1.0], [9.0, 2.0]];
    /// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 8, 8]);
    /// let model = ComplementNb::params().fit(&train)?;
    /// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    ComplementNb: ComplementNbParams => ComplementNbValidParams
}
