//! Reading of results tables that must exist and be whole.

use std::path::Path;

use anyhow::{bail, ensure};
use fashion_bench::results::{Record, Row, Table};

/// Reads the rows of a table. A missing or torn table is an error, because it would otherwise pass
/// for missing rows or hide new ones.
pub fn read_rows(path: &Path) -> anyhow::Result<Vec<Row>> {
    if !path.exists() {
        bail!("there is no results table {}", path.display());
    }
    Ok(Table::new(path).read_whole()?)
}

/// Reads the rows of a table that are this program's own.
pub fn read_records(path: &Path) -> anyhow::Result<Vec<Record>> {
    let rows = read_rows(path)?;
    Ok(rows.iter().filter_map(Row::record).cloned().collect())
}

/// Finds the last row whose id begins with `id`, of `dataset` if that is given. Rows of several ids,
/// or of several data, are an error.
pub fn find_row<'a>(
    records: &'a [Record],
    id: &str,
    dataset: Option<&str>,
    table: &Path,
) -> anyhow::Result<&'a Record> {
    let table = table.display();
    let is_wanted = |record: &&Record| {
        record.id.as_str().starts_with(id) && dataset.is_none_or(|name| record.dataset.name == name)
    };
    let found: Vec<&Record> = records.iter().filter(is_wanted).collect();
    let Some(&last) = found.last() else {
        let of_dataset = dataset.map_or_else(String::new, |name| format!(" of {name}"));
        bail!("{table} has no row{of_dataset} whose id begins with {id}");
    };
    ensure!(
        found.iter().all(|record| record.id == last.id),
        "several ids in {table} begin with {id}; give more digits"
    );
    let is_same = |record: &&Record| record.dataset.is_same_data(&last.dataset);
    if let Some(other) = found.iter().find(|record| !is_same(record)) {
        let names = [&other.dataset.name, &last.dataset.name];
        ensure!(
            names[0] == names[1],
            "{table} has rows with the id {id} of {} and of {}; choose one with --dataset",
            names[0],
            names[1]
        );
        bail!(
            "{table} has rows with the id {id} of different data that are both called {}; run them \
             into tables of their own",
            names[0]
        );
    }
    Ok(last)
}
