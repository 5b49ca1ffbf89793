//! Linear classifiers fitted by batch optimisation.

mod centroid;
