//! Fits a random forest through linfa's traits and scores it.
//!
//! `cargo run --release -p fashion-bench-estimators --example forest`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use fashion_bench_estimators::FitError;
use fashion_bench_estimators::forest::RandomForest;
use linfa::prelude::*;
use ndarray::{Array1, Array2};

fn main() -> Result<(), FitError> {
    // Two rings, which no straight line tells apart.
    let angle = |row: usize| row as f32 * 0.37;
    let radius = |row: usize| if row.is_multiple_of(2) { 1.0 } else { 2.0 };
    let x = Array2::from_shape_fn((400, 2), |(row, column)| match column {
        0 => radius(row) * angle(row).cos(),
        _ => radius(row) * angle(row).sin(),
    });
    let y: Array1<usize> = (0..400).map(|row| row % 2).collect();
    let (train, test) = Dataset::new(x, y).split_with_ratio(0.75);

    let model = RandomForest::params()
        .n_estimators(50)
        .seed(7)
        .fit(&train)?;
    let accuracy = model.predict(&test).confusion_matrix(&test)?.accuracy();
    println!(
        "{} of 100 points in the right ring",
        (100.0 * accuracy).round()
    );
    Ok(())
}
