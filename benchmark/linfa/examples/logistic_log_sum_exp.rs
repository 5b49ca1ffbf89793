//! linfa-logistic 0.8.1: `log_sum_exp` subtracts the maximum of the whole matrix, not of each row.
//!
//! One row with a large score takes every other row's probabilities to zero, so that the loss and
//! its gradient are wrong. `cargo run --release -p linfa-behaviour --example logistic_log_sum_exp`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use linfa::prelude::*;
use linfa_logistic::MultiLogisticRegression;
use ndarray::{Array2, array};

/// Cross-entropy at the optimum of this problem, by two other solvers: SciPy's BFGS with
/// Nelder-Mead after it, and scikit-learn's `newton-cholesky` with C = 1000.
pub const OPTIMUM: f64 = 3.0404;

/// Cross-entropy of the fit (without the penalty), from two starts of one convex problem.
///
/// # Errors
/// The text of upstream's error.
pub fn seen() -> Result<[f64; 2], String> {
    // One feature, two overlapping classes, and one far but correctly labelled row.
    let records = array![[-1.0], [-0.5], [0.5], [-0.2], [0.6], [1.0], [1000.0]];
    let labels = array![0_usize, 0, 0, 1, 1, 1, 1];
    let data = Dataset::new(records, labels);
    let loss_from = |start: Array2<f64>| -> Result<f64, String> {
        let model = MultiLogisticRegression::default()
            .alpha(1e-3)
            .initial_params(start)
            .fit(&data)
            .map_err(|error| error.to_string())?;
        let probabilities = model.predict_probabilities(data.records());
        Ok(data
            .targets()
            .iter()
            .enumerate()
            .map(|(row, &label)| -probabilities[(row, label)].ln())
            .sum())
    };
    Ok([
        loss_from(Array2::zeros((2, 2)))?,
        // A good start: the slope has the right sign.
        loss_from(array![[-0.5, 0.5], [0.0, 0.0]])?,
    ])
}

fn main() {
    match seen() {
        Ok([from_zero, from_good]) => {
            println!("loss from a zero start: {from_zero:.6}, from a good start: {from_good:.6}");
            println!("expected: {OPTIMUM} from anywhere (the problem is convex)");
        }
        Err(error) => println!("fit reported: {error}"),
    }
}
