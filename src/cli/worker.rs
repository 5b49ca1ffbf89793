//! `fashion-bench worker`, hidden: does one job for the runner that started it.

use std::process::ExitCode;

use fashion_bench::catalog;
use fashion_bench::runner::worker;

pub fn run() -> anyhow::Result<ExitCode> {
    Ok(worker::serve(|name| catalog::find(name).ok())?)
}
