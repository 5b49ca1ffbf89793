//! What recording a table did to a reference, row by row.

use serde::Serialize;

/// What became of the rows of a reference, by name and parameters.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// Rows that were not recorded before.
    pub added: Vec<String>,
    /// Rows that predict otherwise than recorded, or under other seeds only.
    pub changed: Vec<String>,
    /// Rows that predict what was recorded; their times may be new.
    pub unchanged: Vec<String>,
    /// Recorded rows that the table does not have, and that stay.
    pub kept: Vec<String>,
    /// Recorded rows that failed in the table, and that stay: the next check finds them.
    pub failed: Vec<String>,
    /// Recorded rows that the table does not have, and that are gone.
    pub dropped: Vec<String>,
    /// Rows that failed in the table and were never recorded.
    pub not_recorded: Vec<String>,
    /// Rows that keep recorded times, as the table has no calibration row of their machine.
    pub n_times_kept: usize,
    /// Rows that lose their recorded times, which are of another processor or calibration row.
    pub n_times_dropped: usize,
    /// Rows of the table that are of other data, and were left aside.
    pub n_other_data: usize,
}

impl Changes {
    /// A line for each kind of change that there is.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        for (rows, what) in [
            (&self.added, "added"),
            (&self.changed, "changed"),
            (&self.kept, "kept, as the table does not have them"),
            (
                &self.failed,
                "kept as recorded, as they failed in the table; the next check will find them",
            ),
            (&self.dropped, "dropped, as the table does not have them"),
            (
                &self.not_recorded,
                "not recorded, as they failed in the table",
            ),
        ] {
            if !rows.is_empty() {
                text.push_str(&format!("{what}: {}\n", rows.join(", ")));
            }
        }
        for (n, what) in [
            (
                self.n_times_kept,
                "recorded rows keep their times, as the table has no calibration row of their host",
            ),
            (
                self.n_times_dropped,
                "recorded rows lose their times, which are of another processor or another \
                 calibration row",
            ),
            (
                self.n_other_data,
                "rows of the table are of other data and were left aside",
            ),
        ] {
            if n > 0 {
                text.push_str(&format!("{n} {what}\n"));
            }
        }
        text
    }
}
