//! Naive Bayes.

use super::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::naive_bayes::{
    BernoulliNbParams, BernoulliNbValidParams, CategoricalNbParams, CategoricalNbValidParams,
    ComplementNbParams, ComplementNbValidParams, GaussianNbParams, GaussianNbValidParams,
    MultinomialNbParams, MultinomialNbValidParams,
};

/// Measured: 0.65 to 0.96 s for 60,000 × 784.
const FIT_S_PER_VALUE: f64 = 1.6e-8;
/// Measured: 0.09 s for 10,000 × 784 against 10 classes.
const PREDICT_S_PER_VALUE: f64 = 1.1e-9;

impl Entry for GaussianNbParams {
    const FAMILY: Family = Family::NaiveBayes;
    const SUMMARY: &'static str =
        "naive Bayes with a normal distribution for each feature and class";

    fn cost(_: &GaussianNbValidParams, shape: &DataShape) -> Cost {
        let n_values = |n_rows: usize| (n_rows * shape.n_features) as f64;
        // The fit holds the rows in f64 and a copy of the rows of one class.
        let rows_held = shape.n_train + shape.n_train / shape.n_classes.max(1);
        Cost {
            cpu_s: FIT_S_PER_VALUE * n_values(shape.n_train)
                + PREDICT_S_PER_VALUE * n_values(shape.n_test) * shape.n_classes as f64,
            memory_bytes: 8 * (rows_held * shape.n_features) as u64,
        }
    }
}

impl Entry for BernoulliNbParams {
    const FAMILY: Family = Family::NaiveBayes;
    const SUMMARY: &'static str = "naive Bayes of features that are there or not";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        drop_what_a_prior_rules_out(params)
    }

    fn cost(_: &BernoulliNbValidParams, shape: &DataShape) -> Cost {
        count_cost(shape, 2.0)
    }
}

impl Entry for CategoricalNbParams {
    const FAMILY: Family = Family::NaiveBayes;
    const SUMMARY: &'static str = "naive Bayes of features that are categories";
    const NEEDS_COUNTS: bool = true;

    fn canonicalise(params: &mut Params) -> Vec<String> {
        drop_what_a_prior_rules_out(params)
    }

    fn cost(_: &CategoricalNbValidParams, shape: &DataShape) -> Cost {
        count_cost(shape, 6.0)
    }
}

impl Entry for ComplementNbParams {
    const FAMILY: Family = Family::NaiveBayes;
    const SUMMARY: &'static str = "naive Bayes of counts, by what the other classes' rows have";
    const NEEDS_COUNTS: bool = true;

    fn canonicalise(params: &mut Params) -> Vec<String> {
        drop_what_a_prior_rules_out(params)
    }

    fn cost(_: &ComplementNbValidParams, shape: &DataShape) -> Cost {
        count_cost(shape, 1.0)
    }
}

impl Entry for MultinomialNbParams {
    const FAMILY: Family = Family::NaiveBayes;
    const SUMMARY: &'static str = "naive Bayes of counts";
    const NEEDS_COUNTS: bool = true;

    fn canonicalise(params: &mut Params) -> Vec<String> {
        drop_what_a_prior_rules_out(params)
    }

    fn cost(_: &MultinomialNbValidParams, shape: &DataShape) -> Cost {
        count_cost(shape, 1.0)
    }
}

/// Removes `fit_prior` where probabilities of the classes are given.
fn drop_what_a_prior_rules_out(params: &mut Params) -> Vec<String> {
    let is_given = params
        .get("class_prior")
        .is_some_and(|prior| !prior.is_null());
    if is_given && params.remove("fit_prior").is_some_and(|fit| fit == false) {
        return vec!["fit_prior is ignored beside class_prior".to_owned()];
    }
    Vec::new()
}

/// The cost of sums of counts and of products with weights in `f64`, `factor` times that of
/// `MultinomialNB`: 0.05 s for 60,000 × 784 and 0.05 s for 10,000 × 784 against 10 classes.
fn count_cost(shape: &DataShape, factor: f64) -> Cost {
    let n_values = |n_rows: usize| (n_rows * shape.n_features) as f64;
    let n_products = n_values(shape.n_test) * shape.n_classes as f64;
    Cost {
        cpu_s: factor * (1e-9 * n_values(shape.n_train) + 7e-10 * n_products),
        // Binary features are a copy of the rows.
        memory_bytes: 4 * n_values(shape.n_train) as u64,
    }
}
