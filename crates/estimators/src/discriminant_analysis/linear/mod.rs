//! Linear discriminant analysis.

mod algorithm;
mod params;
mod shrinkage;

pub use params::{
    LinearDiscriminantParams, LinearDiscriminantSolver, LinearDiscriminantValidParams,
};
pub use shrinkage::Shrinkage;

crate::log_linear::log_linear_classifier! {
    /// A fitted `LinearDiscriminantAnalysis`.
    ///
    /// # Structure
    /// Weights and an intercept for each class.
    ///
    /// # Prediction
    /// The class of the largest posterior probability, the lowest label on ties.
    ///
    /// # Example
    /// ```
    /// use fashion_bench_estimators::discriminant_analysis::LinearDiscriminant;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let x = array![[-1.0_f32, -1.0], [-2.0, -1.0], [-3.0, -2.0], [1.0, 1.0], [2.0, 1.0], [3.0, 2.0]];
    /// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 3, 8, 8, 8]);
    /// let model = LinearDiscriminant::params().fit(&train)?;
    /// assert_eq!(model.predict(&x), array![3, 3, 3, 8, 8, 8]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    LinearDiscriminant: LinearDiscriminantParams => LinearDiscriminantValidParams, decision_function
}
