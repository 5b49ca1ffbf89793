//! `fashion-bench engine`: serves the classifiers to another program on standard input and output.

use std::process::ExitCode;

use fashion_bench::catalog;
use fashion_bench::runner::worker;

pub fn run() -> anyhow::Result<ExitCode> {
    Ok(worker::serve_engine(|name| catalog::find(name).ok())?)
}
