//! `LogisticRegression` and `LogisticRegressionCV`.

use super::cost::batch_cost;
use super::penalty::name_no_penalty;
use crate::catalog::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::linear::{
    LinearPenalty, LogisticRegressionCvParams, LogisticRegressionCvValidParams,
    LogisticRegressionParams, LogisticRegressionValidParams,
};

impl Entry for LogisticRegressionParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str = "logistic regression, one-vs-rest or multinomial";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        let mut notes = Vec::new();
        name_no_penalty(params);
        let is_unpenalised = params["penalty"].is_null();
        if is_unpenalised && params.remove("C").is_some_and(|c| c != 1.0) {
            notes.push("without a penalty C is ignored".to_owned());
        }
        if params["penalty"] != "elasticnet"
            && params.remove("l1_ratio").is_some_and(|r| !r.is_null())
        {
            notes.push("l1_ratio is ignored unless penalty=elasticnet".to_owned());
        }
        let is_liblinear = params["solver"] == "liblinear";
        if !is_liblinear || params["fit_intercept"] == false {
            let scaling = params.remove("intercept_scaling");
            if !is_liblinear && scaling.is_some_and(|s| s != 1.0) {
                notes.push("intercept_scaling is ignored unless solver=liblinear".to_owned());
            }
        }
        notes
    }

    fn cost(params: &LogisticRegressionValidParams, shape: &DataShape) -> Cost {
        let measured_s = match params.penalty() {
            LinearPenalty::L1 | LinearPenalty::ElasticNet => 60.0,
            LinearPenalty::L2 | LinearPenalty::None => 20.0,
        };
        let harder = 1.0 + params.c().max(1.0).log10();
        batch_cost(measured_s * harder, shape)
    }
}

impl Entry for LogisticRegressionCvParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str = "logistic regression, the penalty by cross-validation";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        let mut notes = Vec::new();
        if params["penalty"] != "elasticnet"
            && params
                .remove("l1_ratios")
                .is_some_and(|ratios| !ratios.is_null())
        {
            notes.push("l1_ratios is ignored unless penalty=elasticnet".to_owned());
        }
        let is_liblinear = params["solver"] == "liblinear";
        if !is_liblinear || params["fit_intercept"] == false {
            let scaling = params.remove("intercept_scaling");
            if !is_liblinear && scaling.is_some_and(|s| s != 1.0) {
                notes.push("intercept_scaling is ignored unless solver=liblinear".to_owned());
            }
        }
        // It is the only one there is.
        params.remove("scoring");
        notes
    }

    /// The fits of a fold go along one path, each from the weights of the one before.
    fn cost(params: &LogisticRegressionCvValidParams, shape: &DataShape) -> Cost {
        let one_s = match params.penalty() {
            LinearPenalty::L1 | LinearPenalty::ElasticNet => 60.0,
            LinearPenalty::L2 | LinearPenalty::None => 15.0,
        };
        let n_folds = params.cv().unwrap_or(5) as f64;
        let n_ratios = params.l1_ratios().as_ref().map_or(1, Vec::len) as f64;
        let n_costs = params.costs().values().len() as f64;
        batch_cost(one_s * (1.0 + n_folds * n_ratios * n_costs), shape)
    }
}
