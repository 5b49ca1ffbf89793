//! Reading of results tables that must exist and be whole.

use std::path::Path;

use anyhow::bail;
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
