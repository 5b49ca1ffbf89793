//! The same answer with every set of vector instructions that the machine has.
//!
//! The level of a process is found out once, so each level is a process of its own: this test
//! program, asked for one test that prints what the models of all classifiers answer.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::process::Command;

use fashion_bench::catalog::{ESTIMATORS, EstimatorSpec, Params, Profile};
use fashion_bench::estimators::parameters::Kind;
use fashion_bench::numeric::rng::stream;
use fashion_bench::numeric::simd::{Level, VARIABLE};
use ndarray::{Array1, Array2, s};
use rand::Rng as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Set for the child processes, so that their test is none of its own.
const CHILD: &str = "FASHION_BENCH_TEST_VECTORS";

/// What a line of a child starts with.
const ANSWER: &str = "answer of ";

/// Overlapping classes, so that any difference between two models shows. The number of features
/// fills no vector.
fn overlapping() -> (Array2<f32>, Array1<usize>) {
    let mut rng = stream(3, &[]);
    let centres = Array2::from_shape_simple_fn((4, 37), || rng.gen_range(-0.5..0.5_f32));
    let y = Array1::from_shape_simple_fn(300, || rng.gen_range(0..4_usize));
    let x = Array2::from_shape_fn((300, 37), |(i, j)| {
        centres[[y[i], j]] + rng.gen_range(-2.0..2.0_f32)
    });
    (x, y)
}

/// The defaults of a classifier, and with each value of each of its choices.
fn variants(spec: &EstimatorSpec) -> Vec<Params> {
    let mut variants = vec![Params::new()];
    for param in spec.params() {
        for kind in &param.kinds {
            if let Kind::Choice(values) = kind {
                variants.extend(values.iter().map(|value| {
                    let mut params = Params::new();
                    params.insert(param.name.to_owned(), json!(value));
                    params
                }));
            }
        }
    }
    variants
}

/// Fits and predicts; what the fit tells, to the last bit, stands for the model.
fn answer(spec: &EstimatorSpec, params: &Params) -> Option<String> {
    let (x, y) = overlapping();
    let resolved = spec.resolve(params, Profile::Sklearn15).ok()?;
    let estimator = spec.build(&resolved.params, 5).ok()?;
    let train = (x.slice(s![..200, ..]), y.slice(s![..200]));
    let model = match estimator.fit(train.0, train.1) {
        Ok(model) => model,
        Err(error) => return Some(error.to_string()),
    };
    let labels = match model.predict(x.view()) {
        Ok(labels) => labels,
        Err(error) => return Some(error.to_string()),
    };
    let info = serde_json::to_string(&model.fit_info()).unwrap();
    let mut hasher = Sha256::new();
    for label in &labels {
        hasher.update(label.to_le_bytes());
    }
    Some(format!("{:x} {info}", hasher.finalize()))
}

#[test]
fn prints_the_answers() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    for spec in ESTIMATORS
        .iter()
        .filter(|spec| !spec.name.starts_with("linfa::"))
    {
        for params in variants(spec) {
            if let Some(answer) = answer(spec, &params) {
                let name = format!("{} {}", spec.name, Value::Object(params));
                let line = format!("\n{ANSWER}{}\n", json!([name, answer]));
                std::io::Write::write_all(&mut std::io::stdout(), line.as_bytes()).unwrap();
            }
        }
    }
}

fn answers_at(level: Level) -> BTreeMap<String, String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["prints_the_answers", "--exact", "--nocapture"])
        .env(CHILD, "1")
        .env(VARIABLE, level.name())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix(ANSWER));
    lines
        .map(|line| serde_json::from_str::<(String, String)>(line).unwrap())
        .collect()
}

#[test]
fn all_classifiers_answer_alike_with_every_width_of_vectors() {
    let expected = answers_at(Level::Scalar);
    assert!(expected.len() > ESTIMATORS.len());
    for level in Level::available().filter(|&level| level != Level::Scalar) {
        let found = answers_at(level);
        assert_eq!(found.len(), expected.len());
        let differ = |(name, answer): &(&String, &String)| found[*name] != **answer;
        let differing: Vec<_> = expected.iter().filter(differ).collect();
        assert!(differing.is_empty(), "{level}: {differing:#?}\n{found:#?}");
    }
}

#[test]
fn a_level_that_does_not_exist_is_an_error() {
    assert_cmd::Command::cargo_bin("fashion-bench")
        .unwrap()
        .args(["list", "configs/quick.json"])
        .env(VARIABLE, "wide")
        .assert()
        .code(2)
        .stderr(predicates::str::contains(
            "FASHION_BENCH_SIMD must be scalar, avx2 or avx512, got \"wide\"",
        ));
}

/// Returns the predictions' hash of each row of a run of `configs/ci.json`, upstream's classifiers
/// left out.
fn predictions_at(level: Level) -> BTreeMap<String, Value> {
    let folder = tempfile::tempdir().unwrap();
    let table = folder.path().join("table.jsonl");
    assert_cmd::Command::cargo_bin("fashion-bench")
        .unwrap()
        .args(["run", "configs/ci.json", "--repeats", "1", "--results"])
        .arg(&table)
        .env(VARIABLE, level.name())
        .assert()
        .success();
    let text = std::fs::read_to_string(&table).unwrap();
    let rows = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.filter(|row| row["family"] != "linfa")
        .map(|row| {
            let name = format!("{} {}", row["name"], row["parameter"]);
            (name, row["repeats"][0]["predictions_sha256"].clone())
        })
        .collect()
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn real_images_are_predicted_alike_with_every_width_of_vectors() {
    let expected = predictions_at(Level::best());
    assert!(expected.values().all(Value::is_string));
    // Without vectors it would take hours.
    for level in Level::available().filter(|&level| level != Level::Scalar) {
        assert_eq!(predictions_at(level), expected, "{level}");
    }
}
