//! Rows for tests: eight test images of two classes.

use serde_json::Map;

use super::machine::{Environment, Processor};
use super::outcomes;
use super::record::{ClassScores, Record, Repeat, SCHEMA_VERSION, Status};
use super::statistics::{mean_accuracy, std_accuracy};
use crate::catalog::{Family, Profile};
use crate::dataset::{DatasetIdentity, FileIdentity};
use crate::estimators::FitInfo;
use crate::grid::{JobId, Limits, Scores};

/// A data set of eight test images.
pub fn dataset() -> DatasetIdentity {
    DatasetIdentity {
        name: "demo".to_owned(),
        revision: None,
        files: vec![FileIdentity {
            name: "train".to_owned(),
            md5: None,
            sha256: "00".to_owned(),
        }],
        n_train: 16,
        n_test: 8,
        ..DatasetIdentity::default()
    }
}

/// A row with these scores, each a multiple of 1/8.
pub fn record(name: &str, scores: &[f64]) -> Record {
    Record {
        schema: SCHEMA_VERSION,
        id: JobId::new(name, &Map::new()),
        name: name.to_owned(),
        family: Family::NaiveBayes,
        parameter: Map::new(),
        resolved: Map::new(),
        defaults: Profile::Sklearn15,
        aliases: Vec::new(),
        notes: Vec::new(),
        status: Status::Ok,
        reason: None,
        score: scores.to_vec(),
        start_time: Some(1_500_000_000),
        done_time: Some(1_500_000_003),
        num_repeat: scores.len(),
        mean_accuracy: mean_accuracy(scores),
        std_accuracy: std_accuracy(scores),
        time_per_repeat: Some(1),
        repeats_asked: scores.len(),
        scores: Scores::default(),
        invariant: false,
        seed: 7,
        repeats: (1..)
            .zip(scores)
            .map(|(seed, &score)| repeat(seed, score))
            .collect(),
        peak_rss_bytes: Some(12_000_000),
        path: Vec::new(),
        limits: Limits::default(),
        limit_cpu_s: None,
        engine: None,
        submission: None,
        dataset: dataset(),
        environment: Some(Environment {
            host: "host".to_owned(),
            cpu: "cpu".to_owned(),
            processor: Some(Processor {
                vendor: "vendor".to_owned(),
                family: "25".to_owned(),
                model: "17".to_owned(),
                stepping: "1".to_owned(),
                vectors: "avx512".to_owned(),
            }),
            boot_id: Some("boot".to_owned()),
            cores: 2,
            threads: 1,
            jobs: 2,
            os: "linux x86_64".to_owned(),
            version: "0.1.0".to_owned(),
            git_revision: None,
            in_process: false,
        }),
    }
}

fn repeat(seed: u64, accuracy: f64) -> Repeat {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "at most 8"
    )]
    let n_correct = (accuracy * 8.0) as u32;
    let packed = outcomes::pack(
        &(0..8)
            .map(|i| (i >= n_correct).then_some(1))
            .collect::<Vec<_>>(),
        2,
    );
    Repeat {
        seed: Some(seed),
        accuracy,
        fit_s: Some(1.5),
        fit_cpu_s: Some(1.25),
        predict_s: Some(0.5),
        predict_cpu_s: Some(0.5),
        fit: FitInfo::default(),
        classes: vec![
            ClassScores {
                precision: accuracy,
                recall: accuracy,
                f1: accuracy,
            };
            2
        ],
        confusion: vec![vec![n_correct, 8 - n_correct], vec![0, 0]],
        correct: Some(packed.correct),
        wrong_labels: Some(packed.wrong_labels),
        of_probabilities: None,
        predictions_sha256: Some("00".to_owned()),
    }
}

/// What scikit-learn says of labels and probabilities: `tests/oracle/row_scores.json`.
pub struct ScoreCase {
    /// The true classes.
    pub truth: ndarray::Array1<usize>,
    /// The predicted ones.
    pub predicted: Vec<usize>,
    /// Rows × classes.
    pub probabilities: ndarray::Array2<f64>,
    /// Its scores of the labels, by name.
    pub labels: serde_json::Value,
    /// Its scores of the probabilities.
    pub of_probabilities: serde_json::Value,
}

impl ScoreCase {
    /// Returns the confusion matrix.
    pub fn confusion(&self) -> Vec<Vec<u32>> {
        let n_classes = self.probabilities.ncols();
        let mut confusion = vec![vec![0; n_classes]; n_classes];
        for (&truth, &predicted) in self.truth.iter().zip(&self.predicted) {
            confusion[truth][predicted] += 1;
        }
        confusion
    }
}

/// Returns the cases.
pub fn score_cases() -> Vec<ScoreCase> {
    let text = include_str!("../../tests/oracle/row_scores.json");
    let oracle: serde_json::Value = serde_json::from_str(text).unwrap();
    let cases = oracle["cases"].as_array().unwrap().iter();
    cases
        .map(|case| {
            let of = |value: &serde_json::Value| serde_json::from_value(value.clone()).unwrap();
            let truth: Vec<usize> = of(&case["truth"]);
            let rows: Vec<Vec<f64>> =
                serde_json::from_value(case["probabilities"].clone()).unwrap();
            let shape = (rows.len(), rows[0].len());
            let flat = rows.into_iter().flatten().collect();
            ScoreCase {
                truth: truth.into(),
                predicted: of(&case["predicted"]),
                probabilities: ndarray::Array2::from_shape_vec(shape, flat).unwrap(),
                labels: case["labels"].clone(),
                of_probabilities: case["of_probabilities"].clone(),
            }
        })
        .collect()
}
