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

/// Finds the last row whose id begins with `id`; the rows of several ids are an error.
pub fn find_row<'a>(records: &'a [Record], id: &str, table: &Path) -> anyhow::Result<&'a Record> {
    let mut found = records
        .iter()
        .filter(|record| record.id.as_str().starts_with(id));
    let Some(last) = found.next_back() else {
        bail!("{} has no row whose id begins with {id}", table.display());
    };
    ensure!(
        found.all(|record| record.id == last.id),
        "several ids in {} begin with {id}; give more digits",
        table.display()
    );
    Ok(last)
}
