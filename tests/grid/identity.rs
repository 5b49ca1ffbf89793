//! Ids name a model whatever the spelling, and configs are independent of the order of keys.

use std::collections::BTreeSet;

use fashion_bench::catalog;
use fashion_bench::catalog::{Params, Profile};
use fashion_bench::grid::{self, JobId, Overrides};
use proptest::prelude::*;
use serde_json::json;

use super::{fakes, plan};

/// The id of the one job that `classifier` with `params` is.
fn id(classifier: &str, params: &str) -> JobId {
    let plan = plan(&format!(
        r#"{{"classifiers": {{"{classifier}": [{params}]}}}}"#
    ));
    assert_eq!(
        plan.jobs.len(),
        1,
        "{classifier} {params}: {:?}",
        plan.refused
    );
    plan.jobs[0].id.clone()
}

#[test]
fn spellings_of_one_value_have_one_id() {
    let same = [
        (
            "GradientBoostingClassifier",
            r#"{"loss": ["deviance"]}"#,
            r#"{"loss": ["log_loss"]}"#,
        ),
        (
            "SGDClassifier",
            r#"{"loss": ["log"]}"#,
            r#"{"loss": ["log_loss"]}"#,
        ),
        (
            "MLPClassifier",
            r#"{"hidden_layer_sizes": ["(100,)"]}"#,
            r#"{"hidden_layer_sizes": [[100]]}"#,
        ),
        (
            "MLPClassifier",
            r#"{"hidden_layer_sizes": ["(100,10,)"]}"#,
            r#"{"hidden_layer_sizes": [" ( 100 , 10 ) "]}"#,
        ),
        (
            "MLPClassifier",
            r#"{"hidden_layer_sizes": ["(100)"]}"#,
            r#"{"hidden_layer_sizes": [100]}"#,
        ),
        (
            "DecisionTreeClassifier",
            r#"{"max_depth": [10]}"#,
            r#"{"max_depth": [10.0]}"#,
        ),
        (
            "DecisionTreeClassifier",
            r#"{"max_depth": ["None"]}"#,
            r#"{"max_depth": [null]}"#,
        ),
        ("SVC", r#"{"C": [10]}"#, r#"{"C": [1e1]}"#),
        ("KNeighborsClassifier", r#"{"p": [2]}"#, "{}"),
        ("SVC", r#"{"gamma": [0.0]}"#, r#"{"gamma": [-0.0]}"#),
        (
            "SVC",
            r#"{"class_weight": [{"0": 1, "1": 2}]}"#,
            r#"{"class_weight": [{"1": 2.0, "0": 1.0}]}"#,
        ),
        ("SVC", r#"{"class_weight": [{}]}"#, "{}"),
        (
            "GaussianNB",
            r#"{"priors": ["(0.5, 0.5)"]}"#,
            r#"{"priors": [[0.5, 0.5]]}"#,
        ),
        ("SVC", r#"{"kernel": ["rbf"]}"#, r#"{"C": [1.0]}"#),
        (
            "SVC",
            r#"{"kernel": ["rbf"], "C": [2]}"#,
            r#"{"C": [2], "kernel": ["rbf"]}"#,
        ),
        (
            "SVC",
            r#"{"kernel": ["linear"], "gamma": ["auto"]}"#,
            r#"{"kernel": ["linear"], "gamma": [3]}"#,
        ),
    ];
    for (classifier, one, other) in same {
        assert_eq!(id(classifier, one), id(classifier, other), "{one} {other}");
    }
}

#[test]
fn other_values_other_profiles_and_other_names_have_other_ids() {
    let id_2017 = |text: &str| {
        let overrides = Overrides {
            defaults: Some(Profile::Sklearn019),
            ..Overrides::default()
        };
        let plan = grid::parse(text, "test", &overrides, &fakes::ESTIMATORS).unwrap();
        plan.jobs[0].id.clone()
    };
    let ids = [
        id("SVC", r#"{"C": [1]}"#),
        id("SVC", r#"{"C": [2]}"#),
        id("SVC", r#"{"kernel": ["poly"]}"#),
        id_2017(r#"{"classifiers": {"SVC": []}}"#),
        id("DecisionTreeClassifier", "{}"),
        id("ExtraTreeClassifier", "{}"),
    ];
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[test]
fn a_count_and_a_share_are_told_apart_by_their_spelling() {
    let one_feature = id("RandomForestClassifier", r#"{"max_features": [1]}"#);
    let all_features = id("RandomForestClassifier", r#"{"max_features": [1.0]}"#);
    assert_ne!(one_feature, all_features);
    assert_eq!(all_features, id("RandomForestClassifier", "{}"));
}

#[test]
fn the_id_of_a_model_never_changes() {
    // Tables of results name their rows by it: the first 16 digits of the SHA-256 of
    // ["SVC",{"C":1.0,"class_weight":null,"gamma":"scale","kernel":"rbf"}].
    assert_eq!(id("SVC", "{}").as_str(), "3b875e2a9c2cc51b");
}

#[test]
fn writing_the_defaults_or_the_resolved_parameters_changes_no_estimator() {
    for spec in catalog::ESTIMATORS.iter().chain(&fakes::ESTIMATORS) {
        for profile in [Profile::Sklearn15, Profile::Sklearn019] {
            let omitted = spec.resolve(&Params::new(), profile).unwrap();
            let defaults = spec
                .params()
                .iter()
                .map(|param| (param.name.to_owned(), param.default_value(profile)));
            let written = spec.resolve(&defaults.collect(), profile).unwrap();
            assert_eq!(written, omitted, "{} {profile:?}", spec.name);
            let again = spec.resolve(&omitted.params, profile).unwrap();
            assert_eq!(again.params, omitted.params, "{} {profile:?}", spec.name);
        }
    }
}

#[test]
fn a_value_spelled_twice_is_an_alias() {
    let plan = plan(r#"{"classifiers": {"DecisionTreeClassifier": [{"max_depth": [10, 10.0]}]}}"#);
    assert_eq!(plan.jobs.len(), 1);
    assert_eq!(plan.jobs[0].written["max_depth"], json!(10));
    assert_eq!(plan.jobs[0].aliases[0].parameter["max_depth"], json!(10.0));
}

proptest! {
    #[test]
    fn ids_are_independent_of_the_order_of_keys_and_objects(
        order in Just(vec![0, 1, 2]).prop_shuffle(),
        cuts in prop::collection::vec(any::<bool>(), 3),
    ) {
        let axes = [
            r#""criterion": ["gini", "entropy"]"#,
            r#""splitter": ["best", "random"]"#,
            r#""max_depth": [1, 2, 3]"#,
        ];
        let mut grid = String::from("{");
        let mut is_first = true;
        for (axis_idx, is_cut) in order.into_iter().zip(cuts) {
            if !is_first {
                grid.push_str(if is_cut { "}, {" } else { ", " });
            }
            is_first = false;
            grid.push_str(axes[axis_idx]);
        }
        grid.push('}');
        let ids = |grid: &str| {
            let text = format!(r#"{{"classifiers": {{"DecisionTreeClassifier": [{grid}]}}}}"#);
            let jobs = plan(&text).jobs;
            jobs.into_iter().map(|job| job.id).collect::<BTreeSet<_>>()
        };
        let in_order = ids(&format!("{{{}}}", axes.join(", ")));
        prop_assert_eq!(in_order.len(), 12);
        prop_assert_eq!(ids(&grid), in_order);
    }
}
