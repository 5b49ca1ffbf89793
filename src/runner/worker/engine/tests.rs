use std::path::Path;

use ndarray::array;

use super::*;
use crate::catalog;
use crate::engine::arrays::load_probabilities;
use crate::runner::fixture;

fn lookup(name: &str) -> Option<&'static catalog::EstimatorSpec> {
    if name == fixture::FAKE.name {
        return Some(&fixture::FAKE);
    }
    catalog::find(name).ok()
}

/// Answers to `requests`, in order.
fn answers(requests: &[Value]) -> Vec<Value> {
    let input: String = requests.iter().map(|line| format!("{line}\n")).collect();
    let mut output = Vec::new();
    converse(input.as_bytes(), &mut output, lookup).unwrap();
    let text = String::from_utf8(output).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Writes two groups of rows with the labels -7 and 40,000, and greets with them.
fn hello(directory: &Path, classifier: &str, parameters: Value) -> Value {
    let path = |name: &str| directory.join(name);
    let x = array![[0.0_f32, 1.0], [0.5, 1.0], [9.0, 1.0], [9.5, 1.0]];
    write(&path("x.npy"), &x.view()).unwrap();
    write(&path("y.npy"), &array![40_000_i64, 40_000, -7, -7].view()).unwrap();
    write(&path("t.npy"), &array![[0.1_f32, 1.0], [9.2, 1.0]].view()).unwrap();
    json!({"hello": {
        "protocol": 1, "classifier": classifier, "parameters": parameters, "seed": 3, "threads": 1,
        "train": {"x": path("x.npy"), "y": path("y.npy"), "n_samples": 4, "n_features": 2},
        "test": {"x": path("t.npy"), "n_samples": 2},
    }})
}

fn predict(directory: &Path) -> Value {
    json!({"predict": {"labels": directory.join("labels.npy")}})
}

fn error_of(answer: &Value) -> (String, String) {
    let error = &answer["error"];
    let text = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
    (text("kind"), text("message"))
}

#[test]
fn a_round_predicts_the_labels_of_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let round = [
        hello(path, "KNeighborsClassifier", json!({"n_neighbors": 1})),
        json!({"fit": {}}),
        predict(path),
        json!({"bye": {}}),
    ];
    let twice = [&round[..], &round[..]].concat();
    let got = answers(&twice);
    assert_eq!(got.len(), 8);
    let ready = &got[0]["ready"];
    assert_eq!(ready["protocol"], 1);
    assert_eq!(ready["engine"]["name"], "fashion-bench");
    assert_eq!(ready["parameters"]["n_neighbors"], 1);
    assert_eq!(ready["parameters"]["weights"], "uniform");
    assert!(got[1]["fitted"]["wall_s"].as_f64().unwrap() >= 0.0);
    assert_eq!(
        got[2]["predicted"]["labels"],
        json!(path.join("labels.npy"))
    );
    assert_eq!(got[3], json!({"bye": {}}));
    assert_eq!(got[4], got[0]);
    let labels = load_labels(&path.join("labels.npy"), 2).unwrap();
    assert_eq!(labels, array![40_000, -7]);
}

#[test]
fn probabilities_are_written_where_a_classifier_has_some() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let file = path.join("probabilities.npy");
    let mut asked = predict(path);
    asked["predict"]["probabilities"] = json!(file);
    let round = |classifier: &str, params: Value| {
        let got = answers(&[
            hello(path, classifier, params),
            json!({"fit": {}}),
            asked.clone(),
        ]);
        got[2]["predicted"].clone()
    };
    let predicted = round("KNeighborsClassifier", json!({"n_neighbors": 3}));
    let expected = json!({"path": file, "classes": [-7, 40_000]});
    assert_eq!(predicted["probabilities"], expected);
    let found = load_probabilities(&file, 2, 2).unwrap();
    assert_eq!(
        found,
        array![[1.0 / 3.0, 2.0 / 3.0], [2.0 / 3.0, 1.0 / 3.0]]
    );
    let predicted = round("NearestCentroid", json!({}));
    assert!(predicted["labels"].is_string() && predicted["probabilities"].is_null());
}

#[test]
fn weights_are_of_the_labels_of_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let with = |weights: Value| {
        let params = json!({"class_weight": weights, "max_depth": 1});
        answers(&[
            hello(path, "DecisionTreeClassifier", params),
            json!({"fit": {}}),
        ])
    };
    assert!(with(json!({"-7": 2.0}))[0]["ready"].is_object());
    // 0 is the code of -7, but no label.
    let (kind, message) = error_of(&with(json!({"0": 2.0}))[1]);
    assert_eq!(kind, "refused");
    assert!(
        message.starts_with("the `class_weight` of DecisionTreeClassifier must be"),
        "{message}"
    );
}

#[test]
fn what_goes_wrong_is_an_answer_and_the_next_round_is_served() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let fit = json!({"fit": {}});
    let fake = |kind: usize| hello(path, "Fake", json!({ "kind": kind }));
    let mut other_version = fake(fixture::CONSTANT);
    other_version["hello"]["protocol"] = json!(2);
    let mut other_shape = fake(fixture::CONSTANT);
    other_shape["hello"]["train"]["n_samples"] = json!(5);
    let requests = [
        (
            other_version,
            "protocol",
            "expected version 1 of the protocol, got 2",
        ),
        (
            other_shape,
            "protocol",
            "expected 5 × 2 values, found 4 × 2",
        ),
        (
            hello(path, "Nobody", json!({})),
            "refused",
            "there is no classifier `Nobody`",
        ),
        (
            hello(path, "SVC", json!({"C": -1})),
            "refused",
            "the `C` of SVC must be",
        ),
        (
            hello(path, "SVC", json!({"c": 1})),
            "refused",
            "SVC has no parameter `c`",
        ),
        (fit.clone(), "protocol", "expected `hello` before `fit`"),
        (predict(path), "protocol", "expected `fit` before `predict`"),
        (
            json!({"dance": {}}),
            "protocol",
            "cannot read the request: ",
        ),
        (json!("fit"), "protocol", "cannot read the request: "),
    ];
    for (request, kind, message) in requests {
        let got = answers(&[request.clone(), json!({"bye": {}}), fake(fixture::CONSTANT)]);
        let (found, text) = error_of(&got[0]);
        assert_eq!(found, kind, "{request}: {text}");
        assert!(text.contains(message), "{text}");
        assert_eq!(got[1], json!({"bye": {}}));
        assert!(got[2]["ready"].is_object(), "{}", got[2]);
    }
    let got = answers(&[fake(fixture::FAILING), fit.clone(), fit.clone()]);
    assert_eq!(error_of(&got[1]).0, "failed");
    // The round is over.
    assert_eq!(error_of(&got[2]).1, "expected `hello` before `fit`");
    let got = answers(&[fake(fixture::OUT_OF_RANGE), fit, predict(path)]);
    assert_eq!(error_of(&got[2]).0, "failed");
}
