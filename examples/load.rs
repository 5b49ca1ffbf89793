//! Loads a data set and says what it is.
//!
//! `cargo run --release --example load -- fashion-mnist` (or `mnist`, or `demo`)
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use fashion_bench::dataset::{DatasetError, DatasetName, DatasetRequest, load};

fn main() -> Result<(), DatasetError> {
    let name = std::env::args().nth(1).unwrap_or_else(|| "demo".to_owned());
    let request = DatasetRequest::new(name.parse::<DatasetName>()?);
    let raw = load(&request, &mut |event| println!("{event}"))?;
    println!(
        "{}: {} train and {} test rows of shape {}, classes {}",
        raw.identity.name,
        raw.train.n_samples(),
        raw.test.n_samples(),
        raw.train.shape,
        raw.class_names.join(", ")
    );
    Ok(())
}
