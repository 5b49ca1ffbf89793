//! linfa-logistic 0.8.1: in `f32`, `fit` returns its all-zero start as a success.
//!
//! `cargo run --release -p linfa-behaviour --example logistic_f32`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use linfa::prelude::*;
use linfa_logistic::MultiLogisticRegression;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Three classes in 20 dimensions, centres two units apart, unit uniform noise: easy.
fn blobs(n_rows: usize) -> (Array2<f64>, Array1<usize>) {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let labels = Array1::from_shape_fn(n_rows, |row| row % 3);
    let records = Array2::from_shape_fn((n_rows, 20), |(row, column)| {
        let centre = if column % 3 == labels[row] { 2.0 } else { 0.0 };
        centre + rng.gen_range(-1.0..1.0)
    });
    (records, labels)
}

/// Largest absolute coefficient and training accuracy in `f32` and in `f64`.
pub fn seen(n_rows: usize) -> [(f64, f32); 2] {
    let (records, labels) = blobs(n_rows);
    let narrow = Dataset::new(records.mapv(|value| value as f32), labels.clone());
    let model = MultiLogisticRegression::<f32>::default()
        .fit(&narrow)
        .expect("a fit that fails would at least be an error");
    let in_f32 = (
        model
            .params()
            .iter()
            .fold(0.0, |max, w| f64::max(max, f64::from(w.abs()))),
        accuracy(&model.predict(&narrow), &labels),
    );

    let wide = Dataset::new(records, labels.clone());
    let model = MultiLogisticRegression::<f64>::default()
        .fit(&wide)
        .expect("f64 fits");
    let in_f64 = (
        model
            .params()
            .iter()
            .fold(0.0, |max, w| f64::max(max, w.abs())),
        accuracy(&model.predict(&wide), &labels),
    );
    [in_f32, in_f64]
}

fn accuracy(predicted: &Array1<usize>, labels: &Array1<usize>) -> f32 {
    let hits = predicted.iter().zip(labels).filter(|(a, b)| a == b).count();
    hits as f32 / labels.len() as f32
}

fn main() {
    println!("  rows   f32: max |w|  accuracy   f64: max |w|  accuracy");
    for n_rows in [300, 3_000, 30_000] {
        let [(w32, accuracy32), (w64, accuracy64)] = seen(n_rows);
        println!("{n_rows:6}   {w32:12.6}  {accuracy32:8.3}   {w64:12.6}  {accuracy64:8.3}");
    }
}
