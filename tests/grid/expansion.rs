//! Which combinations a config stands for, and in which order.

use std::collections::BTreeMap;

use fashion_bench::catalog::{Params, Profile};
use fashion_bench::grid::{self, Overrides, Plan, RefusalKind};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{ORIGINAL, fakes, parse, plan};

fn profile_2017() -> Overrides {
    Overrides {
        defaults: Some(Profile::Sklearn019),
        ..Overrides::default()
    }
}

fn n_aliases(plan: &Plan) -> usize {
    plan.jobs.iter().map(|job| job.aliases.len()).sum()
}

#[test]
fn the_original_grid_with_the_defaults_of_2017_has_131_valid_combinations() {
    let plan = grid::parse(ORIGINAL, "original", &profile_2017(), &fakes::ESTIMATORS).unwrap();
    // 129 rows were published, and GaussianProcessClassifier has 2.
    assert_eq!(plan.jobs.len() + n_aliases(&plan), 129 + 2);
    let mut refused = BTreeMap::new();
    for refusal in &plan.refused {
        assert_eq!(refusal.kind, RefusalKind::Invalid);
        *refused.entry(refusal.name.as_str()).or_insert(0) += 1;
    }
    let expected = BTreeMap::from([("LinearSVC", 6), ("LogisticRegression", 6)]);
    assert_eq!(refused, expected);
    // LinearSVC with crammer_singer: 12 rows, 3 models.
    assert_eq!(n_aliases(&plan), 9);
}

#[test]
fn the_original_grid_without_any_estimator_is_not_implemented_yet() {
    let plan = grid::parse(ORIGINAL, "original", &Overrides::default(), &[]).unwrap();
    assert!(plan.jobs.is_empty());
    assert_eq!(plan.refused.len(), 143);
    for refusal in &plan.refused {
        assert_eq!(refusal.kind, RefusalKind::NotImplemented);
        assert_eq!(refusal.reason, "not implemented yet");
    }
}

#[test]
fn combinations_that_are_one_model_become_one_job_with_aliases() {
    let plan = plan(
        r#"{"classifiers": {"LinearSVC": [{"loss": ["hinge", "squared_hinge"]},
            {"penalty": ["l1", "l2"]}, {"C": [1]}, {"multi_class": ["crammer_singer"]}]}}"#,
    );
    let [job] = plan.jobs.as_slice() else {
        panic!("expected one job, got {}", plan.jobs.len());
    };
    let written = |loss: &str, penalty: &str| {
        let written =
            json!({"loss": loss, "penalty": penalty, "C": 1, "multi_class": "crammer_singer"});
        written.as_object().unwrap().clone()
    };
    assert_eq!(job.written, written("hinge", "l1"));
    let aliases: Vec<_> = job.aliases.iter().map(|alias| &alias.parameter).collect();
    let expected = [
        written("hinge", "l2"),
        written("squared_hinge", "l1"),
        written("squared_hinge", "l2"),
    ];
    assert_eq!(aliases, expected.iter().collect::<Vec<_>>());
    assert_eq!(
        job.notes,
        ["multi_class=crammer_singer ignores loss and penalty"]
    );
}

#[test]
fn the_last_list_varies_fastest_and_keys_of_one_object_are_crossed_too() {
    let plan = plan(
        r#"{"classifiers": {"DecisionTreeClassifier": [
            {"splitter": ["best", "random"], "criterion": ["gini", "entropy"]},
            {"max_depth": [3, 1]}]}}"#,
    );
    let order: Vec<_> = plan
        .jobs
        .iter()
        .map(|job| {
            let written = |name: &str| job.written[name].to_string().replace('"', "");
            [
                written("splitter"),
                written("criterion"),
                written("max_depth"),
            ]
            .join(" ")
        })
        .collect();
    let expected = [
        "best gini 3",
        "best gini 1",
        "best entropy 3",
        "best entropy 1",
        "random gini 3",
        "random gini 1",
        "random entropy 3",
        "random entropy 1",
    ];
    assert_eq!(order, expected);
}

#[test]
fn a_classifier_without_lists_is_one_job_with_the_defaults() {
    for grid in ["[]", "[{}]", "[{}, {}]"] {
        let plan = plan(&format!(r#"{{"classifiers": {{"SVC": {grid}}}}}"#));
        assert_eq!(plan.jobs.len(), 1, "{grid}");
        assert!(plan.jobs[0].written.is_empty());
        assert_eq!(plan.jobs[0].resolved["gamma"], "scale");
    }
}

#[test]
fn jobs_and_refusals_keep_the_order_of_the_config() {
    let plan = plan(
        r#"{"classifiers": {"SVC": [{"C": [0, 2, -1, 1]}], "GaussianNB": [],
            "AdaBoostClassifier": [], "Perceptron": []}}"#,
    );
    let jobs: Vec<_> = plan.jobs.iter().map(|job| job.name()).collect();
    assert_eq!(jobs, ["SVC", "SVC", "GaussianNB", "Perceptron"]);
    assert_eq!(plan.jobs[0].resolved["C"], 2.0);
    let reasons: Vec<_> = plan.refused.iter().map(|refusal| &refusal.reason).collect();
    let expected = [
        "the `C` of SVC must be a number in (0, inf), got 0.0",
        "the `C` of SVC must be a number in (0, inf), got -1.0",
        "not implemented yet",
    ];
    assert_eq!(reasons, expected);
}

#[test]
fn a_value_of_the_wrong_type_refuses_its_combination_only() {
    let plan = plan(r#"{"classifiers": {"SVC": [{"C": ["big", 1], "kernel": ["rbf", "rbs"]}]}}"#);
    assert_eq!(plan.jobs.len(), 1);
    let reasons: Vec<_> = plan.refused.iter().map(|refusal| &refusal.reason).collect();
    let number = "the `C` of SVC must be a number in (0, inf), got \"big\"";
    let kernel =
        "the `kernel` of SVC must be \"linear\", \"poly\", \"rbf\", \"sigmoid\", got \"rbs\"";
    assert_eq!(reasons, [number, number, kernel]);
}

#[test]
fn common_is_merged_into_every_combination_after_the_grid() {
    let plan = plan(
        r#"{"common": {"C": 5, "hidden_layer_sizes": "(10,)"}, "classifiers": {
            "SVC": [{"C": [1, 10], "kernel": ["rbf", "poly"]}], "GaussianNB": [],
            "MLPClassifier": []}}"#,
    );
    // SVC lacks hidden_layer_sizes, GaussianNB both, MLPClassifier C: as in the original, what a
    // classifier does not have refuses its combinations.
    assert!(plan.jobs.is_empty());
    assert_eq!(plan.refused.len(), 4);
    let reason = "SVC has no parameter `hidden_layer_sizes`, which `common` sets";
    assert_eq!(plan.refused[0].reason, reason);
    assert_eq!(plan.refused[3].parameter["hidden_layer_sizes"], json!([10]));
}

#[test]
fn common_takes_the_place_of_a_list_and_the_job_says_so() {
    let plan = plan(
        r#"{"common": {"C": 5},
            "classifiers": {"SVC": [{"C": [1, 10], "kernel": ["rbf", "poly"]}]}}"#,
    );
    assert_eq!(plan.jobs.len(), 2);
    for job in &plan.jobs {
        assert_eq!(job.resolved["C"], 5.0);
        assert_eq!(job.notes, ["`common` sets `C`, its list is not used"]);
    }
}

#[test]
fn what_the_config_leaves_out_has_documented_defaults() {
    let settings = plan(r#"{"classifiers": {"SVC": []}}"#).settings;
    let expected = json!({"dataset": "fashion-mnist", "repeats": 1, "seed": 0, "threads_per_job": 1,
        "limits": {"time_s": null, "memory_mb": null}, "defaults": "sklearn-1.5"});
    assert_eq!(serde_json::to_value(settings).unwrap(), expected);
}

#[test]
fn the_command_line_wins_over_the_config() {
    let text = r#"{"dataset": "mnist", "repeats": 5, "seed": 1, "threads_per_job": 2,
        "limits": {"time_s": 10, "memory_mb": 100}, "defaults": "sklearn-0.19",
        "classifiers": {"SVC": []}}"#;
    let from_file = json!({"dataset": "mnist", "repeats": 5, "seed": 1, "threads_per_job": 2,
        "limits": {"time_s": 10.0, "memory_mb": 100}, "defaults": "sklearn-0.19"});
    assert_eq!(
        serde_json::to_value(plan(text).settings).unwrap(),
        from_file
    );
    let overrides = Overrides {
        dataset: Some("demo".to_owned()),
        repeats: Some(3),
        seed: Some(7),
        defaults: Some(Profile::Sklearn15),
        threads_per_job: Some(4),
        time_s: Some(0.5),
        memory_mb: Some(2),
        ..Overrides::default()
    };
    let plan = grid::parse(text, "test", &overrides, &fakes::ESTIMATORS).unwrap();
    let overridden = json!({"dataset": "demo", "repeats": 3, "seed": 7, "threads_per_job": 4,
        "limits": {"time_s": 0.5, "memory_mb": 2}, "defaults": "sklearn-1.5"});
    assert_eq!(serde_json::to_value(plan.settings).unwrap(), overridden);
    assert_eq!(plan.jobs[0].resolved["gamma"], "scale");
}

#[test]
fn overrides_out_of_range_are_refused() {
    let refused = |overrides: Overrides| {
        let text = r#"{"classifiers": {"SVC": []}}"#;
        let plan = grid::parse(text, "test", &overrides, &fakes::ESTIMATORS);
        plan.unwrap_err().to_string()
    };
    let default = Overrides::default;
    let cases = [
        (
            Overrides {
                repeats: Some(0),
                ..default()
            },
            "on the command line: `repeats` must be an integer in [1, 1000], got 0",
        ),
        (
            Overrides {
                dataset: Some("mnits".to_owned()),
                ..default()
            },
            "on the command line: `dataset` must be one of \"auto\", \"fashion-mnist\", \"mnist\", \
             \"kmnist\", \"k49\", \"qmnist\", \"emnist-letters\", \"emnist-balanced\", \
             \"emnist-digits\", \"demo\", got \"mnits\"; did you mean `mnist`?",
        ),
        (
            Overrides {
                threads_per_job: Some(5000),
                ..default()
            },
            "on the command line: `threads_per_job` must be an integer in [1, 1024], got 5000",
        ),
        (
            Overrides {
                time_s: Some(f64::NAN),
                ..default()
            },
            "on the command line: `time_s` must be a number in (0, inf), got NaN",
        ),
        (
            Overrides {
                time_s: Some(-1.0),
                ..default()
            },
            "on the command line: `time_s` must be a number in (0, inf), got -1.0",
        ),
        (
            Overrides {
                memory_mb: Some(0),
                ..default()
            },
            "on the command line: `memory_mb` must be an integer in [1, 18446744073709], got 0",
        ),
    ];
    for (overrides, expected) in cases {
        assert_eq!(refused(overrides), expected);
    }
}

#[test]
fn the_largest_grid_is_accepted_and_one_more_is_not() {
    let grid = |n: usize| {
        let values: Vec<_> = (1..=n).map(|c| c.to_string()).collect();
        format!(
            r#"{{"classifiers": {{"SVC": [{{"C": [{}]}}]}}}}"#,
            values.join(",")
        )
    };
    assert_eq!(plan(&grid(10_000)).jobs.len(), 10_000);
    let error = parse(&grid(10_001)).unwrap_err().to_string();
    let expected = "test.json:1:18: SVC brings the grid to 10001 combinations, the limit is 10000; \
                    shorten the lists or split the config";
    assert_eq!(error, expected);
}

/// All combinations, by choosing a value of the first list and recursing into the rest.
fn naive_product(axes: &[(String, Vec<Value>)]) -> Vec<Params> {
    let Some(((param, values), rest)) = axes.split_first() else {
        return vec![Params::new()];
    };
    let mut combinations = Vec::new();
    for value in values {
        for mut combination in naive_product(rest) {
            combination.insert(param.clone(), value.clone());
            combinations.push(combination);
        }
    }
    combinations
}

/// Distinct parameters with distinct values, cut into objects.
fn grids() -> impl Strategy<Value = Vec<Vec<(String, Vec<Value>)>>> {
    let value = prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        "[a-z]{0,3}".prop_map(Value::from),
        Just(Value::Null),
        prop::collection::vec(0..9, 0..3).prop_map(Value::from),
    ];
    let values = prop::collection::vec(value, 1..4).prop_map(|mut values| {
        let mut seen = Vec::new();
        values.retain(|value| {
            let is_new = !seen.contains(value);
            seen.push(value.clone());
            is_new
        });
        values
    });
    let axes = prop::collection::btree_map("[a-z_]{1,6}", values, 0..5);
    (axes, prop::collection::vec(any::<bool>(), 5)).prop_map(|(axes, cuts)| {
        let mut objects = vec![Vec::new()];
        // Against the order of names, so that the order of the file shows.
        for (axis, is_cut) in axes.into_iter().rev().zip(cuts) {
            if is_cut {
                objects.push(Vec::new());
            }
            objects.last_mut().unwrap().push(axis);
        }
        objects
    })
}

fn render(objects: &[Vec<(String, Vec<Value>)>]) -> String {
    let object = |axes: &Vec<(String, Vec<Value>)>| {
        let pairs = axes.iter().map(|(param, values)| {
            format!(
                "{}: {}",
                Value::from(param.as_str()),
                Value::from(values.clone())
            )
        });
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
    };
    let objects: Vec<_> = objects.iter().map(object).collect();
    format!(r#"{{"classifiers": {{"SVC": [{}]}}}}"#, objects.join(", "))
}

proptest! {
    #[test]
    fn expansion_equals_a_naive_product(objects in grids()) {
        let text = render(&objects);
        // Without estimators every combination is kept as written.
        let plan = grid::parse(&text, "test", &Overrides::default(), &[]).unwrap();
        let expanded: Vec<_> = plan.refused.into_iter().map(|refusal| refusal.parameter).collect();
        prop_assert_eq!(expanded, naive_product(&objects.concat()));
    }

    #[test]
    fn no_text_panics(text in "[\\[\\]{}\",:a-zC0-9. \\\\-]{0,60}") {
        let _ = grid::parse(&text, "test", &Overrides::default(), &fakes::ESTIMATORS);
    }

    #[test]
    fn no_damaged_config_panics(at in 0..ORIGINAL.len(), byte in "[ -~]", n_cut in 0usize..3) {
        let mut text = ORIGINAL.to_owned();
        text.replace_range(at..(at + n_cut).min(ORIGINAL.len()), &byte);
        let _ = grid::parse(&text, "test", &Overrides::default(), &fakes::ESTIMATORS);
    }
}
