//! linfa's own classifiers as benchmark subjects, a thin file each.
//!
//! They run the upstream crate as released, with linfa's parameter names and defaults: what is
//! slow or wrong there is measured and reported (`benchmark/linfa.md`), not patched over. Added
//! here is only what a linfa program would write around them: one-vs-one votes around the binary
//! SVM, a majority vote around the neighbour index, a conversion where upstream needs `f64`
//! (`precision`), and `guard`, which turns upstream panics into errors.
//!
//! # Reproducibility
//! Same seed, same answer holds as far as upstream allows:
//!
//! | subject | randomness | reproducible |
//! |---|---|---|
//! | `linfa::GaussianNb` | order of a `HashMap`, on exactly equal likelihoods | but for such ties |
//! | `linfa::MultiLogisticRegression` | none | yes |
//! | `linfa::Svm` | none | yes |
//! | `linfa::NearestNeighbors` | none | yes |
//! | `linfa::DecisionTree` | order of a `HashMap`: rounding of every impurity, modal class | no |
//! | `linfa::RandomForest` | as the tree, and tied votes; bootstrap takes our seed | no |
//!
//! The hash maps are inside the crates and keyed by the operating system's randomness, so no seed
//! reaches them; [`IRREPRODUCIBLE`] names the subjects concerned.

mod decision_tree;
mod gaussian_nb;
mod guard;
mod multi_logistic_regression;
mod nearest_neighbors;
mod precision;
mod random_forest;
mod svm;

pub use decision_tree::LinfaDecisionTreeParams;
pub use gaussian_nb::LinfaGaussianNbParams;
pub use multi_logistic_regression::LinfaMultiLogisticRegressionParams;
pub use nearest_neighbors::LinfaNearestNeighborsParams;
pub use random_forest::LinfaRandomForestParams;
pub use svm::LinfaSvmParams;

/// Subjects whose predictions may differ from one fit to the next with the same seed.
pub const IRREPRODUCIBLE: &[&str] = &["linfa::DecisionTree", "linfa::RandomForest"];

#[cfg(test)]
mod tests;
