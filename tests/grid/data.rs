//! The data that a config asks for: names, files, parts.

use std::path::PathBuf;

use fashion_bench::dataset::{LabelAt, OwnData, Scaling, Shape, Subset};
use fashion_bench::grid::{self, DatasetChoice, Overrides};
use serde_json::json;

use crate::{fakes, parse, plan};

fn config(keys: &str) -> String {
    format!(r#"{{{keys}, "classifiers": {{"SVC": []}}}}"#)
}

fn error(keys: &str) -> String {
    parse(&config(keys)).unwrap_err().to_string()
}

#[test]
fn files_are_taken_as_they_are_named() {
    let text = config(
        r#""dataset": {"name": "mine", "train": "a.npz", "test": ["b.csv", "c.csv"],
           "test_rows": 5, "label": "last", "shape": "28x14", "transpose": true}"#,
    );
    let own = OwnData {
        name: Some("mine".to_owned()),
        train: vec![PathBuf::from("a.npz")],
        test: vec![PathBuf::from("b.csv"), PathBuf::from("c.csv")],
        files: Vec::new(),
        test_rows: Some(5),
        label: Some(LabelAt::Last),
        shape: Some(Shape::grey(28, 14)),
        transpose: true,
    };
    let plan = plan(&text);
    assert_eq!(plan.settings.dataset, DatasetChoice::Own(Box::new(own)));
    assert_eq!(plan.settings.dataset.to_string(), "mine");
    assert!(plan.settings.dataset.is_transposed());
}

#[test]
fn a_known_data_set_may_say_that_its_images_lie_on_their_side() {
    let dataset = |keys: &str| plan(&config(keys)).settings.dataset;
    let turned = dataset(r#""dataset": {"name": "emnist-letters", "transpose": true}"#);
    assert_eq!(
        (turned.to_string().as_str(), turned.own()),
        ("emnist-letters", None)
    );
    assert!(turned.is_transposed());
    let written = serde_json::to_value(&turned).unwrap();
    assert_eq!(
        written,
        json!({"name": "emnist-letters", "transpose": true})
    );
    let straight = dataset(r#""dataset": {"name": "demo", "transpose": false}"#);
    assert_eq!(straight, DatasetChoice::from("demo"));
    assert_eq!(serde_json::to_value(straight).unwrap(), json!("demo"));
}

#[test]
fn a_config_may_say_how_features_are_scaled_and_the_command_line_otherwise() {
    let scaling = |keys: &str, given: Option<Scaling>| {
        let overrides = Overrides {
            scaling: given,
            ..Overrides::default()
        };
        let plan = grid::parse(&config(keys), "test", &overrides, &fakes::ESTIMATORS);
        plan.unwrap().settings.scaling
    };
    assert_eq!(scaling(r#""seed": 1"#, None), Scaling::Standard);
    let raw = r#""scaling": "none""#;
    assert_eq!(scaling(raw, None), Scaling::None);
    assert_eq!(scaling(raw, Some(Scaling::Minmax)), Scaling::Minmax);
}

#[test]
fn classifiers_of_counts_are_refused_where_features_are_standardised() {
    let text = |keys: &str| format!(r#"{{{keys} "classifiers": {{"MultinomialNB": []}}}}"#);
    let plan = |keys: &str| {
        let estimators = &fashion_bench::catalog::ESTIMATORS;
        grid::parse(&text(keys), "test", &Overrides::default(), estimators).unwrap()
    };
    let refused = plan("").refused;
    assert!(
        refused[0].reason.contains("write \"scaling\": \"none\""),
        "{}",
        refused[0].reason
    );
    assert_eq!(plan(r#""scaling": "minmax","#).jobs.len(), 1);
}

#[test]
fn a_data_set_that_cannot_be_is_refused_with_its_place() {
    let cases = [
        (
            r#""dataset": {}"#,
            "`dataset` must be an object with `train` and `test`, or with `files`",
        ),
        (
            r#""dataset": {"name": "mnits"}"#,
            "\"demo\", or stand beside `train` and `test`, or `files`, got \"mnits\"; did you mean `mnist`?",
        ),
        (
            r#""dataset": {"name": "mnist", "transpose": 1}"#,
            "`transpose` must be true or false, got 1",
        ),
        (
            r#""dataset": {"trian": "a"}"#,
            "`dataset` has no key `trian`; did you mean `train`?",
        ),
        (
            r#""dataset": {"files": []}"#,
            "`files` must be a path or a list of paths, got []",
        ),
        (
            r#""dataset": {"files": "a", "name": "../x"}"#,
            "`name` must be a name of letters, digits",
        ),
        (
            r#""dataset": {"files": "a", "name": "auto"}"#,
            "`name` must be a name of letters, digits",
        ),
        (
            r#""dataset": {"files": "a", "shape": "0x3"}"#,
            "`shape` must be",
        ),
        (
            r#""dataset": {"files": "a", "test_rows": 0}"#,
            "`test_rows` must be an integer in [1, ",
        ),
        (
            r#""dataset": 3"#,
            "or an object with `name`, `train` and `test`, got 3",
        ),
        (
            r#""subset": {"train": 0}"#,
            "`train` must be an integer in [1, 1073741824], or a list",
        ),
        (
            r#""subset": {"train": [10, 10]}"#,
            "different ones, got [10,10]",
        ),
        (
            r#""subset": {"train": []}"#,
            "or a list of 1 to 100 different ones, got []",
        ),
        (
            r#""subset": {"test": [1]}"#,
            "`test` must be an integer in [1, ",
        ),
        (
            r#""scaling": "minmx""#,
            "`scaling` must be one of \"standard\", \"none\", \"minmax\", got \"minmx\"; did you mean",
        ),
        (
            r#""subset": {"stratified": 1}"#,
            "`stratified` must be true or false, got 1",
        ),
        (r#""subset": {"size": 1}"#, "`subset` has no key `size`"),
    ];
    for (keys, expected) in cases {
        let error = error(keys);
        assert!(
            error.starts_with("test.json:1:") && error.contains(expected),
            "{keys}: {error}"
        );
    }
}

#[test]
fn sizes_of_the_train_split_are_parts_in_their_order() {
    let part = |train, test, stratified, seed| Subset {
        train,
        test,
        stratified,
        seed,
    };
    let parts = |keys: &str| plan(&config(keys)).settings.subset.parts();
    assert_eq!(parts(r#""repeats": 1"#), [Subset::default()]);
    assert_eq!(
        parts(r#""subset": {"train": [30, 10.0], "test": 5, "stratified": false, "seed": 7}"#),
        [
            part(Some(30), Some(5), false, 7),
            part(Some(10), Some(5), false, 7)
        ]
    );
    assert_eq!(
        parts(r#""subset": {"train": 30}"#),
        [part(Some(30), None, true, 0)]
    );
}

#[test]
fn costs_are_those_of_the_data_that_are_named() {
    let cpu_s = |keys: &str| plan(&config(keys)).jobs[0].cost.cpu_s;
    let fashion = cpu_s(r#""dataset": "fashion-mnist""#);
    assert!(cpu_s(r#""dataset": "demo""#) < fashion);
    assert!(cpu_s(r#""dataset": "emnist-digits""#) > fashion);
    let small = cpu_s(r#""subset": {"train": 1000}"#);
    let both = cpu_s(r#""subset": {"train": [1000, 60000]}"#);
    assert!(small < fashion / 10.0);
    assert!((both - small - fashion).abs() < 1e-9);
}

#[test]
fn the_command_line_overrides_data_and_part() {
    let text = config(r#""dataset": "mnist", "subset": {"train": [10, 20], "test": 5}"#);
    let settings = |overrides: Overrides| {
        grid::parse(&text, "test", &overrides, &fakes::ESTIMATORS).map(|plan| plan.settings)
    };
    let own = OwnData {
        files: vec![PathBuf::from("x.npz")],
        ..OwnData::default()
    };
    let overrides = Overrides {
        dataset: Some("mine".to_owned()),
        own: Some(own),
        train_rows: Some(7),
        ..Overrides::default()
    };
    let found = serde_json::to_value(settings(overrides.clone()).unwrap()).unwrap();
    assert_eq!(
        found["dataset"],
        json!({"name": "mine", "files": ["x.npz"]})
    );
    let subset = json!({"train": [7], "test": 5, "stratified": true, "seed": 0});
    assert_eq!(found["subset"], subset);
    for overrides in [
        Overrides {
            dataset: Some("a/b".to_owned()),
            ..overrides.clone()
        },
        Overrides {
            train_rows: Some(0),
            ..overrides
        },
    ] {
        assert!(
            settings(overrides)
                .unwrap_err()
                .to_string()
                .starts_with("on the command line: ")
        );
    }
}
