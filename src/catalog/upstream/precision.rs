//! The `precision` parameter of the subjects that misbehave in `f32`.

use linfa::Float;
use ndarray::{ArrayView2, CowArray, Ix2};

use crate::estimators::choices;

choices! {
    /// Floating point type of a fit; linfa has it as a type parameter.
    pub enum Precision {
        /// The type of the features.
        F32 = "f32",
        /// Converts the features inside fit and predict.
        F64 = "f64",
    }
}

/// A type that upstream can be run in.
pub trait Real: Float {
    /// The features in this type: as they are, or converted.
    fn records(x: ArrayView2<'_, f32>) -> CowArray<'_, Self, Ix2>;
}

impl Real for f32 {
    fn records(x: ArrayView2<'_, f32>) -> CowArray<'_, Self, Ix2> {
        x.into()
    }
}

impl Real for f64 {
    fn records(x: ArrayView2<'_, f32>) -> CowArray<'_, Self, Ix2> {
        x.mapv(Self::from).into()
    }
}
