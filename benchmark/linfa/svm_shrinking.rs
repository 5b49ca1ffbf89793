//! linfa-svm 0.8.1: `shrinking(true)` ends elsewhere than `shrinking(false)`.
//!
//! `cargo run --release --example linfa_svm_shrinking`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use linfa::prelude::*;
use linfa_svm::Svm;
use ndarray::{Array1, Array2};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Training accuracy and the solver's report without and with shrinking.
pub fn seen(n_rows: usize, linear: bool) -> [(f32, String); 2] {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let labels = Array1::from_shape_fn(n_rows, |row| row % 2 == 0);
    let records = Array2::from_shape_fn((n_rows, 10), |(row, _)| {
        let centre = if labels[row] { 0.3 } else { -0.3 };
        centre + rng.gen_range(-1.0..1.0_f64)
    });
    let data = Dataset::new(records, labels);
    [false, true].map(|shrinking| {
        let params = Svm::<f64, bool>::params().eps(1e-3).shrinking(shrinking);
        let params = if linear {
            params.linear_kernel()
        } else {
            params.gaussian_kernel(10.0)
        };
        let model = params.fit(&data).expect("the fit is an Ok");
        let predicted = model.predict(data.records());
        let hits = predicted.iter().zip(data.targets()).filter(|(a, b)| a == b).count();
        (hits as f32 / n_rows as f32, model.to_string())
    })
}

fn main() {
    for linear in [true, false] {
        println!("{} kernel", if linear { "linear" } else { "Gaussian" });
        let [without, with] = seen(2_000, linear);
        println!("  shrinking off: accuracy {:.3}; {}", without.0, without.1);
        println!("  shrinking on:  accuracy {:.3}; {}", with.0, with.1);
    }
    println!("expected: the same objective; shrinking is a short cut, not another problem");
}
