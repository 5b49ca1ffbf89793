//! Parameters of `DummyClassifier`.

use crate::parameters::{ParamValue, Parameters};
use crate::{ClassLabel, ParamError};

choices! {
    /// What is predicted.
    pub enum DummyStrategy {
        /// The most frequent class; the shares of the classes are their probabilities.
        Prior = "prior",
        /// The most frequent class, which is certain.
        MostFrequent = "most_frequent",
        /// A class drawn by the shares of the classes.
        Stratified = "stratified",
        /// A class drawn from all alike.
        Uniform = "uniform",
        /// A class that is given.
        Constant = "constant",
    }
}

parameters! {
    /// Parameters of [`DummyClassifier`](super::DummyClassifier).
    pub struct DummyParams => DummyValidParams: "DummyClassifier" {
        /// what is predicted
        strategy: DummyStrategy = DummyStrategy::Prior, was DummyStrategy::Stratified;
        /// class that the strategy constant predicts
        constant: Option<ClassLabel> = None;
    }
    seed ParamValue::Null;
    check check_constant;
}

fn check_constant(params: &DummyValidParams) -> Result<(), ParamError> {
    if params.strategy == DummyStrategy::Constant && params.constant.is_none() {
        let expected = "a class of the data with strategy=constant";
        let name = DummyParams::ESTIMATOR;
        return Err(ParamError::value(name, "constant", expected, "null"));
    }
    Ok(())
}
