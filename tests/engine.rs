//! The `engine` subcommand of the real program, and the listing that drivers read.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fashion_bench::catalog::ESTIMATORS;
use fashion_bench::engine::arrays::{load_labels, write};
use fashion_bench::engine::protocol::{
    Answer, Hello, Predict, Request, TestSplit, TrainSplit, VERSION,
};
use ndarray::{Array1, Array2};
use serde_json::{Value, json};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_fashion-bench"))
}

fn start() -> Child {
    let mut command = program();
    command.arg("engine").stdin(Stdio::piped());
    command.stdout(Stdio::piped()).spawn().unwrap()
}

/// Rows of two groups, some of them far out in a third column.
fn hello(directory: &Path, n_samples: usize, parameters: Value) -> Request {
    let value = |row: usize, column: usize| ((row * 7919 + column * 104_729) % 1000) as f32;
    let x = Array2::from_shape_fn((n_samples, 3), |(row, column)| value(row, column));
    let y: Array1<i64> = (0..n_samples).map(|row| (row % 2) as i64 - 1).collect();
    let path = |name: &str| directory.join(name);
    write(&path("x.npy"), &x.view()).unwrap();
    write(&path("y.npy"), &y.view()).unwrap();
    Request::Hello(Hello {
        protocol: VERSION,
        classifier: "KNeighborsClassifier".to_owned(),
        parameters: parameters.as_object().unwrap().clone(),
        seed: 0,
        threads: 1,
        train: TrainSplit {
            x: path("x.npy"),
            y: path("y.npy"),
            n_samples,
            n_features: 3,
        },
        test: TestSplit {
            x: path("x.npy"),
            n_samples,
        },
    })
}

fn ask(child: &mut Child, answers: &mut impl BufRead, request: &Request) -> Answer {
    let line = serde_json::to_string(request).unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{line}").unwrap();
    let mut line = String::new();
    answers.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap()
}

#[test]
fn one_process_serves_round_after_round() {
    let directory = tempfile::tempdir().unwrap();
    let mut child = start();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    let labels = directory.path().join("labels.npy");
    for n_samples in [4, 10] {
        let hello = hello(directory.path(), n_samples, json!({"n_neighbors": 1}));
        let Answer::Ready(ready) = ask(&mut child, &mut answers, &hello) else {
            panic!("not ready");
        };
        assert_eq!(ready.parameters["n_neighbors"], 1);
        let fitted = ask(&mut child, &mut answers, &Request::Fit {});
        assert!(matches!(fitted, Answer::Fitted(_)), "{fitted:?}");
        let predict = Request::Predict(Predict {
            labels: labels.clone(),
            probabilities: None,
        });
        let predicted = ask(&mut child, &mut answers, &predict);
        assert!(matches!(predicted, Answer::Predicted(_)), "{predicted:?}");
        let expected: Array1<i64> = (0..n_samples).map(|row| (row % 2) as i64 - 1).collect();
        assert_eq!(load_labels(&labels, n_samples).unwrap(), expected);
        let bye = ask(&mut child, &mut answers, &Request::Bye {});
        assert_eq!(bye, Answer::Bye {});
    }
    // The end of the input ends the process.
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn an_engine_whose_driver_is_gone_ends() {
    let mut child = start();
    // Its input stays open, as if another process still held it.
    let _input = child.stdin.take();
    drop(child.stdout.take());
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn the_listing_has_every_classifier_and_parameter_with_type_range_and_default() {
    let output = program().args(["estimators", "--json"]).output().unwrap();
    let listing: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(listing["version"], 1);
    let classifiers = listing["classifiers"].as_array().unwrap();
    assert_eq!(classifiers.len(), ESTIMATORS.len());
    for (spec, listed) in ESTIMATORS.iter().zip(classifiers) {
        assert_eq!(listed["name"], spec.name);
        let params = listed["parameters"].as_array().unwrap();
        assert_eq!(params.len(), spec.params().len());
        for (param, listed) in spec.params().iter().zip(params) {
            assert_eq!(listed["name"], param.name);
            assert_eq!(listed["default"], param.default);
            assert!(!listed["types"].as_array().unwrap().is_empty());
        }
    }
    let one = program()
        .args(["estimators", "SVC", "--json"])
        .output()
        .unwrap();
    let one: Value = serde_json::from_slice(&one.stdout).unwrap();
    let params = one["classifiers"][0]["parameters"].as_array().unwrap();
    let c = params.iter().find(|param| param["name"] == "C").unwrap();
    let expected = json!({
        "low": {"value": 0.0, "is_included": false}, "high": {"value": null, "is_included": false}
    });
    assert_eq!(c["range"], expected);
    let kernel = params.iter().find(|param| param["name"] == "kernel");
    assert!(
        kernel.unwrap()["choices"]
            .as_array()
            .unwrap()
            .contains(&json!("rbf"))
    );
}
