//! Probabilities out of what a classifier says of rows that it was not trained on.

mod calibrator;
mod model;
mod params;

pub use model::Calibrated;
pub use params::{CalibratedParams, CalibratedValidParams, CalibrationMethod};
