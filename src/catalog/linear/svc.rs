//! `LinearSVC`.

use super::cost::batch_cost;
use crate::catalog::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::linear::{
    LinearSvcParams, LinearSvcValidParams, SvcLoss, SvcMultiClass, SvcPenalty,
};

impl Entry for LinearSvcParams {
    const FAMILY: Family = Family::Linear;
    const SUMMARY: &'static str =
        "linear support vector machine, one-vs-rest or Crammer and Singer";

    fn canonicalise(params: &mut Params) -> Vec<String> {
        let mut notes = Vec::new();
        if params["multi_class"] == "crammer_singer" {
            for name in ["loss", "penalty", "dual"] {
                params.remove(name);
            }
            notes.push("crammer_singer ignores loss, penalty and dual".to_owned());
        }
        if params["fit_intercept"] == false {
            params.remove("intercept_scaling");
        }
        notes
    }

    fn cost(params: &LinearSvcValidParams, shape: &DataShape) -> Cost {
        if *params.multi_class() == SvcMultiClass::CrammerSinger {
            // The solver goes to its limit of work at any C ≥ 1.
            return batch_cost(105.0, shape);
        }
        let measured_s = match (params.loss(), params.penalty()) {
            (SvcLoss::Hinge, _) => 20.0,
            (SvcLoss::SquaredHinge, SvcPenalty::L1) => 40.0,
            (SvcLoss::SquaredHinge, SvcPenalty::L2) => 10.0,
        };
        let harder = 1.0 + 0.3 * params.c().max(1.0).log10();
        batch_cost(measured_s * harder, shape)
    }
}
