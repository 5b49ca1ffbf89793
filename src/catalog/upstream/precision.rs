//! The `precision` parameter of the subjects that misbehave in `f32`.

use linfa::Float;
use ndarray::{ArrayView2, CowArray, Ix2};

use crate::catalog::spec::{Args, Kind, ParamSpec};

/// The parameter row. linfa has it as a type parameter.
pub const PRECISION: ParamSpec = ParamSpec::new(
    "precision",
    &[Kind::Choice(&["f32", "f64"])],
    "\"f32\"",
    "floating point type of the fit; f64 converts the features inside fit and predict",
);

/// Whether `precision` is `f64`.
pub fn is_f64(args: &Args<'_>) -> bool {
    args.choice(PRECISION.name) == Some("f64")
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
