//! The canonical form of a penalty, which the batch and the stochastic classifiers share.

use serde_json::Value;

use crate::catalog::Params;

/// Writes the penalty `"none"` as `null`.
pub fn name_no_penalty(params: &mut Params) {
    if params
        .get("penalty")
        .is_some_and(|penalty| penalty == "none")
    {
        params.insert("penalty".to_owned(), Value::Null);
    }
}
