//! Classes of normally distributed rows: one covariance for all (`LinearDiscriminantAnalysis`) or
//! one each (`QuadraticDiscriminantAnalysis`).

mod linear;
mod moments;
mod quadratic;

pub use linear::{
    LinearDiscriminant, LinearDiscriminantParams, LinearDiscriminantSolver,
    LinearDiscriminantValidParams, Shrinkage,
};
pub use quadratic::{
    QuadraticDiscriminant, QuadraticDiscriminantParams, QuadraticDiscriminantValidParams,
};
