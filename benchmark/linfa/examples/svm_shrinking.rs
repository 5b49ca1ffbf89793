//! linfa-svm 0.8.1: `shrinking(true)` panics or ends elsewhere than `shrinking(false)`.
//!
//! `cargo run --release -p linfa-behaviour --example svm_shrinking`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::panic::catch_unwind;

use linfa::prelude::*;
use linfa_svm::Svm;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Training accuracy and the solver's report, or nothing after a panic.
pub fn seen(n_rows: usize, is_linear: bool, shrinking: bool) -> Option<(f32, String)> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let labels = Array1::from_shape_fn(n_rows, |row| row % 2 == 0);
    let records = Array2::from_shape_fn((n_rows, 10), |(row, _)| {
        let centre = if labels[row] { 0.3 } else { -0.3 };
        centre + rng.gen_range(-1.0..1.0_f64)
    });
    let data = Dataset::new(records, labels);
    let params = Svm::<f64, bool>::params().eps(1e-3).shrinking(shrinking);
    let params = if is_linear {
        params.linear_kernel()
    } else {
        params.gaussian_kernel(10.0)
    };
    let model = catch_unwind(|| params.fit(&data).expect("the fit is an Ok")).ok()?;
    let predicted = model.predict(data.records());
    let hits = predicted
        .iter()
        .zip(data.targets())
        .filter(|(a, b)| a == b)
        .count();
    Some((hits as f32 / n_rows as f32, model.to_string()))
}

fn main() {
    for is_linear in [true, false] {
        for n_rows in [50, 100, 200, 500, 2_000] {
            println!(
                "{} kernel, {n_rows} rows",
                if is_linear { "linear" } else { "Gaussian" }
            );
            for shrinking in [false, true] {
                match seen(n_rows, is_linear, shrinking) {
                    Some((accuracy, report)) => {
                        println!("  shrinking {shrinking}: accuracy {accuracy:.3}; {report}");
                    }
                    None => println!("  shrinking {shrinking}: panicked"),
                }
            }
        }
    }
    println!("expected: the same objective with and without; shrinking is only a short cut");
}
