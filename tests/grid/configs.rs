//! The configs that are shipped, and the schema they follow.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use fashion_bench::catalog;
use fashion_bench::dataset::DatasetName;
use fashion_bench::grid::{self, GridError, Overrides, Plan, Problem, RefusalKind};
use serde_json::Value;

use super::{ORIGINAL, plan};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shipped() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("configs")).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn read_json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn load(path: &Path) -> Result<Plan, GridError> {
    grid::load(path, &Overrides::default())
}

#[test]
fn the_committed_schema_is_the_generated_one() {
    let committed = std::fs::read_to_string(root().join("docs/config.schema.json")).unwrap();
    assert!(
        committed == grid::render_config_schema(),
        "write it anew: fashion-bench config schema > docs/config.schema.json"
    );
}

#[test]
fn the_shipped_configs_and_the_original_follow_the_schema() {
    let schema: Value = serde_json::from_str(&grid::render_config_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for path in shipped() {
        let config = read_json(&path);
        let result = validator.validate(&config);
        assert!(result.is_ok(), "{}: {:?}", path.display(), result.err());
    }
    assert!(validator.is_valid(&serde_json::from_str(ORIGINAL).unwrap()));
}

#[test]
fn the_schema_refuses_what_the_parser_refuses() {
    let schema: Value = serde_json::from_str(&grid::render_config_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let refused = [
        r#"[]"#,
        r#"{}"#,
        r#"{"classifiers": {}}"#,
        r#"{"classifiers": {"SVC": {}}}"#,
        r#"{"classifiers": {"SVC": [[]]}}"#,
        r#"{"classifiers": {"SVC": [{"C": 1}]}}"#,
        r#"{"classifiers": {"SVC": [{"C": []}]}}"#,
        r#"{"classifiers": {"SVC": []}, "repeat": 2}"#,
        r#"{"classifiers": {"SVC": []}, "repeats": 0}"#,
        r#"{"classifiers": {"SVC": []}, "repeats": 1.5}"#,
        r#"{"classifiers": {"SVC": []}, "seed": -1}"#,
        r#"{"classifiers": {"SVC": []}, "dataset": "mnits"}"#,
        r#"{"classifiers": {"SVC": []}, "defaults": "sklearn"}"#,
        r#"{"classifiers": {"SVC": []}, "threads_per_job": 0}"#,
        r#"{"classifiers": {"SVC": []}, "limits": 10}"#,
        r#"{"classifiers": {"SVC": []}, "limits": {"time": 10}}"#,
        r#"{"classifiers": {"SVC": []}, "limits": {"time_s": 0}}"#,
        r#"{"classifiers": {"SVC": []}, "limits": {"memory_mb": 0}}"#,
        r#"{"classifiers": {"SVC": []}, "common": []}"#,
        r#"{"classifiers": {"SVC": []}, "$schema": 1}"#,
    ];
    for text in refused {
        assert!(super::parse(text).is_err(), "{text}");
        assert!(
            !validator.is_valid(&serde_json::from_str(text).unwrap()),
            "{text}"
        );
    }
    let accepted = r#"{"$schema": "x", "classifiers": {"SVC": [], "GaussianNB": [{}]},
        "repeats": 2, "seed": 18446744073709551615, "dataset": "auto", "defaults": "sklearn-0.19",
        "threads_per_job": 8, "limits": {"time_s": 0.5, "memory_mb": null}, "common": {}}"#;
    plan(accepted);
    assert!(validator.is_valid(&serde_json::from_str(accepted).unwrap()));
}

#[test]
fn the_schema_lists_the_keys_that_the_parser_knows() {
    let schema: Value = serde_json::from_str(&grid::render_config_schema()).unwrap();
    let properties = |schema: &Value| {
        let properties = schema["properties"].as_object().unwrap();
        properties.keys().cloned().collect::<BTreeSet<_>>()
    };
    // The error for a key without any likeness lists all there are.
    let listed = |text: &str| {
        let error = super::parse(text).unwrap_err().to_string();
        let (_, list) = error.split_once("; it has `").unwrap();
        let names = list.trim_end_matches('`').split("`, `");
        names.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert_eq!(listed(r#"{"qqq": 1}"#), properties(&schema));
    let limits = listed(r#"{"classifiers": {"SVC": []}, "limits": {"qqq": 1}}"#);
    assert_eq!(limits, properties(&schema["$defs"]["Limits"]));
}

#[test]
fn a_config_may_name_every_data_set_there_is() {
    let names = DatasetName::ALL.map(DatasetName::as_str);
    assert_eq!(grid::DATASETS, names);
}

#[test]
fn baselines_is_the_original_grid_with_the_defaults_of_2017() {
    let mut ours = read_json(&root().join("configs/baselines.json"));
    let ours = ours.as_object_mut().unwrap();
    assert_eq!(ours.remove("dataset").unwrap(), "fashion-mnist");
    assert_eq!(ours.remove("defaults").unwrap(), "sklearn-0.19");
    ours.remove("$schema");
    let original: Value = serde_json::from_str(ORIGINAL).unwrap();
    assert_eq!(Value::Object(ours.clone()), original);
}

#[test]
fn every_classifier_of_baselines_has_as_many_valid_combinations_as_were_published() {
    let published = BTreeMap::from([
        ("DecisionTreeClassifier", 12),
        ("ExtraTreeClassifier", 12),
        ("GaussianNB", 1),
        ("GaussianProcessClassifier", 2),
        ("GradientBoostingClassifier", 9),
        ("KNeighborsClassifier", 12),
        ("LinearSVC", 18),
        ("LogisticRegression", 6),
        ("MLPClassifier", 8),
        ("PassiveAggressiveClassifier", 3),
        ("Perceptron", 3),
        ("RandomForestClassifier", 18),
        ("SGDClassifier", 15),
        ("SVC", 12),
    ]);
    assert_eq!(published.values().sum::<usize>(), 131);
    let plan = load(&root().join("configs/baselines.json")).unwrap();
    let mut valid: BTreeMap<&str, usize> = BTreeMap::new();
    for job in &plan.jobs {
        *valid.entry(job.name()).or_default() += 1 + job.aliases.len();
    }
    for (name, n_valid) in valid {
        assert_eq!(n_valid, published[name], "{name}: {:#?}", plan.refused);
    }
    for refusal in &plan.refused {
        let is_registered = catalog::find(&refusal.name).is_ok();
        assert_eq!(
            refusal.kind == RefusalKind::Invalid,
            is_registered,
            "{refusal:?}"
        );
    }
}

#[test]
fn no_shipped_config_has_a_value_that_is_refused() {
    for path in shipped() {
        if path.ends_with("baselines.json") {
            continue;
        }
        let plan = load(&path).unwrap_or_else(|error| panic!("{error}"));
        let mut refused = plan.refused.iter();
        let invalid = refused.find(|refusal| refusal.kind == RefusalKind::Invalid);
        assert!(invalid.is_none(), "{}: {invalid:?}", path.display());
    }
}

#[test]
fn the_example_of_the_documentation_is_nine_jobs() {
    let text = std::fs::read_to_string(root().join("docs/config.md")).unwrap();
    let (_, example) = text.split_once("```json\n").unwrap();
    let (example, rest) = example.split_once("```").unwrap();
    assert!(rest.starts_with("\n\nNine jobs: 3 × 2 of SVC, 2 of MLPClassifier"));
    assert_eq!(plan(example).jobs.len(), 9);
}

#[test]
fn every_classifier_of_scikit_learn_is_known_by_name() {
    for name in grid::SKLEARN_CLASSIFIERS {
        plan(&format!(r#"{{"classifiers": {{"{name}": []}}}}"#));
    }
    let error = super::parse(r#"{"classifiers": {"sklearn.svm.NuSVC": []}}"#).unwrap_err();
    let GridError::Config { problem, .. } = error else {
        panic!("{error}");
    };
    let hint = "; did you mean `NuSVC`?".to_owned();
    let name = "sklearn.svm.NuSVC".to_owned();
    assert_eq!(*problem, Problem::UnknownClassifier { name, hint });
}
