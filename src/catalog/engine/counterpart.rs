//! Which classifier of this program an engine's classifier is to be set beside.

use crate::catalog::{EstimatorSpec, Params, Profile, find};

/// Parameters that say how a library works, and not what it learns.
const TECHNICAL: &[&str] = &[
    "device",
    "force_col_wise",
    "force_row_wise",
    "n_jobs",
    "thread_count",
    "tree_method",
    "verbose",
    "verbosity",
];

/// A class of another name than ours that learns the same kind of model.
struct Counterpart {
    engine: &'static str,
    class: &'static str,
    ours: &'static str,
    /// Its names of parameters, and ours.
    renamed: &'static [(&'static str, &'static str)],
}

/// Boosting on histograms, whose defaults of scikit-learn are LightGBM's.
const COUNTERPARTS: &[Counterpart] = &[
    Counterpart {
        engine: "lightgbm",
        class: "LGBMClassifier",
        ours: "HistGradientBoostingClassifier",
        renamed: &[
            ("n_estimators", "max_iter"),
            ("num_leaves", "max_leaf_nodes"),
            ("min_child_samples", "min_samples_leaf"),
            ("reg_lambda", "l2_regularization"),
        ],
    },
    Counterpart {
        engine: "xgboost",
        class: "XGBClassifier",
        ours: "HistGradientBoostingClassifier",
        renamed: &[
            ("n_estimators", "max_iter"),
            ("max_leaves", "max_leaf_nodes"),
            ("reg_lambda", "l2_regularization"),
        ],
    },
    Counterpart {
        engine: "catboost",
        class: "CatBoostClassifier",
        ours: "HistGradientBoostingClassifier",
        renamed: &[
            ("n_estimators", "max_iter"),
            ("iterations", "max_iter"),
            ("depth", "max_depth"),
            ("l2_leaf_reg", "l2_regularization"),
        ],
    },
];

/// Returns our classifier with the resolved parameters that stand for those that an engine's
/// classifier was given: the one of the same name, or the one of the same kind. Nothing if we have
/// none, or if it lacks a parameter that changes what is learned.
#[must_use]
pub fn counterpart(
    engine: &str,
    classifier: &str,
    written: &Params,
    defaults: Profile,
) -> Option<(&'static EstimatorSpec, Params)> {
    let class = classifier.rsplit('.').next()?;
    let other = COUNTERPARTS
        .iter()
        .find(|other| other.engine == engine && other.class == class);
    let spec = find(other.map_or(class, |other| other.ours)).ok()?;
    let mut ours = Params::new();
    for (name, value) in written {
        let renamed = other.map_or(&[][..], |other| other.renamed);
        let known = renamed.iter().find(|(theirs, _)| theirs == name);
        let name = known.map_or(name.as_str(), |(_, ours)| ours);
        if spec.param(name).is_some() || !TECHNICAL.contains(&name) {
            ours.insert(name.to_owned(), value.clone());
        }
    }
    let resolved = spec.resolve(&ours, defaults).ok()?;
    Some((spec, resolved.params))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn found(engine: &str, class: &str, written: Value) -> Option<(&'static str, Params)> {
        let written = written.as_object().unwrap();
        let found = counterpart(engine, class, written, Profile::default());
        found.map(|(spec, params)| (spec.name, params))
    }

    #[test]
    fn the_same_name_is_the_counterpart_and_so_is_the_same_kind() {
        let (name, params) = found("sklearn", "svm.SVC", json!({"C": 10})).unwrap();
        assert_eq!((name, &params["C"]), ("SVC", &json!(10.0)));
        let written = json!({"n_estimators": 7, "max_depth": 3, "num_leaves": 8, "n_jobs": 1});
        let (name, params) = found("lightgbm", "LGBMClassifier", written).unwrap();
        assert_eq!(name, "HistGradientBoostingClassifier");
        assert_eq!(
            (&params["max_iter"], &params["max_leaf_nodes"]),
            (&json!(7), &json!(8))
        );
        let written = json!({"n_estimators": 7, "learning_rate": 0.1, "tree_method": "hist"});
        let (_, params) = found("xgboost", "XGBClassifier", written).unwrap();
        assert_eq!(params["max_iter"], 7);
    }

    #[test]
    fn what_learns_something_else_has_no_counterpart() {
        assert_eq!(found("sklearn", "LabelSpreading", json!({})), None);
        assert_eq!(
            found(
                "lightgbm",
                "LGBMClassifier",
                json!({"boosting_type": "dart"})
            ),
            None
        );
        assert_eq!(found("mine", "LGBMClassifier", json!({})), None);
    }
}
