//! Runs a grid on the demo set without the command line and prints a line per row.
//!
//! `cargo run --release --example grid`
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;

use fashion_bench::catalog::{DataShape, ESTIMATORS};
use fashion_bench::dataset::{DatasetName, DatasetRequest, Prepared, load};
use fashion_bench::grid::{self, Overrides};
use fashion_bench::results::Table;
use fashion_bench::runner::progress::Silent;
use fashion_bench::runner::{self, Cancel, InlineExecutor, RunRequest, machine_memory};

const CONFIG: &str = r#"{
    "dataset": "demo",
    "repeats": 1,
    "classifiers": {
        "KNeighborsClassifier": {"n_neighbors": [1, 5]},
        "DecisionTreeClassifier": {"max_depth": [5, 10]}
    }
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let plan = grid::parse(CONFIG, "the grid", &Overrides::default(), &ESTIMATORS)?;
    let raw = load(&DatasetRequest::new(DatasetName::Demo), &mut |_| {})?;
    let prepared = Prepared::in_memory(&raw)?;
    let request = RunRequest {
        jobs: &plan.jobs,
        settings: &plan.settings,
        dataset: &raw.identity,
        shape: DataShape::from(&prepared),
        n_slots: 1,
        memory: machine_memory(),
        is_rerun: false,
        retry: &[],
        has_paths: true,
    };
    let folder = tempfile::tempdir()?;
    let table = Table::new(folder.path().join("demo.jsonl"));
    let executor = InlineExecutor::new(prepared);
    let report = runner::run(&request, &executor, &table, &Silent, &Cancel::default())?;
    for row in report.rows {
        let record = row.record;
        println!("{} {:?}: {:?}", record.name, record.parameter, record.score);
    }
    Ok(())
}
