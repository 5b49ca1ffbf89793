//! Reading results tables that must be there and be whole.

use std::path::Path;

use anyhow::bail;
use fashion_bench::results::{Record, Row, Table};

/// The rows of a table; a missing or torn one would be told as missing rows, or hide new ones.
pub fn read_rows(path: &Path) -> anyhow::Result<Vec<Row>> {
    if !path.exists() {
        bail!("there is no results table {}", path.display());
    }
    Ok(Table::new(path).read_whole()?)
}

/// Those of this program.
pub fn read_records(path: &Path) -> anyhow::Result<Vec<Record>> {
    let rows = read_rows(path)?;
    Ok(rows.iter().filter_map(Row::record).cloned().collect())
}
