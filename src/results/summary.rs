//! What a run prints at its end: a table sorted by accuracy, warnings, counts.

use std::collections::BTreeMap;
use std::path::Path;

use super::columns::{Column, draw};
use super::duration::render_duration;
use super::effort::Effort;
use super::escape;
use super::label::render_params;
use super::latest::part_label;
use super::record::{Record, Repeat, Status};

/// A row of the summary.
#[derive(Debug, Clone, Copy)]
pub struct Entry<'a> {
    /// The row of the results table.
    pub record: &'a Record,
    /// Whether it was there before the run.
    pub is_earlier: bool,
}

const COLUMNS: [Column; 7] = [
    Column::text("classifier", None),
    Column::text("parameters", None),
    Column::number("accuracy ± 2σ", None),
    Column::number("fit s", Some(3)),
    Column::number("predict s", Some(2)),
    Column::number("peak MB", Some(1)),
    Column::text("status", None),
];

/// How a run went.
#[derive(Debug, Clone)]
pub struct Summary<'a> {
    /// Rows of the plan's jobs, in any order.
    pub entries: Vec<Entry<'a>>,
    /// Jobs without a row, because the run was interrupted.
    pub n_abandoned: usize,
    /// Combinations that are refused.
    pub n_refused: usize,
    /// Combinations of classifiers that are not there yet.
    pub n_not_implemented: usize,
    /// Jobs that could run side by side.
    pub n_slots: usize,
    /// Wall seconds of the run.
    pub wall_s: f64,
    /// Where the rows are.
    pub table: &'a Path,
}

impl Summary<'_> {
    /// The text, `width` columns wide at most; without one, as wide as need be.
    #[must_use]
    pub fn render(&self, width: Option<u16>) -> String {
        let mut text = String::new();
        if !self.entries.is_empty() {
            text = format!("{}\n\n", self.draw_table(width));
        }
        let effort: Effort = self.new_records().collect();
        if let Some(families) = effort.render_families() {
            text.push_str(&format!("{families}\n\n"));
        }
        for warning in self.warnings() {
            text.push_str(&format!("warning: {warning}\n"));
        }
        text.push_str(&format!("{}\n", self.counts()));
        text.push_str(&format!(
            "{} of wall time; {}\n",
            render_duration(self.wall_s),
            effort.render_use(self.n_slots, self.wall_s)
        ));
        text.push_str(&format!("the rows are in {}", self.table.display()));
        text
    }

    fn new_records(&self) -> impl Iterator<Item = &Record> {
        let entries = self.entries.iter();
        entries
            .filter(|entry| !entry.is_earlier)
            .map(|entry| entry.record)
    }

    fn draw_table(&self, width: Option<u16>) -> String {
        let mut entries = self.entries.clone();
        // Stable, so that equal rows stay in the order of the plan.
        entries.sort_by(|a, b| {
            let accuracy = |entry: &Entry<'_>| entry.record.mean_accuracy.unwrap_or(-1.0);
            accuracy(b).total_cmp(&accuracy(a))
        });
        let rows: Vec<_> = entries.into_iter().map(cells).collect();
        draw(&COLUMNS, &rows, width)
    }

    fn warnings(&self) -> Vec<String> {
        let stopped: Vec<_> = self
            .entries
            .iter()
            .filter(|entry| !entry.record.has_converged())
            .map(|entry| entry.record.label())
            .collect();
        if stopped.is_empty() {
            return Vec::new();
        }
        vec![format!(
            "{} stopped at the iteration limit before converging: {}",
            count(stopped.len(), "job"),
            stopped.join(", ")
        )]
    }

    fn counts(&self) -> String {
        let mut by_status = BTreeMap::new();
        for entry in &self.entries {
            *by_status.entry(entry.record.status).or_insert(0) += 1;
        }
        let mut parts: Vec<_> = Status::ALL
            .iter()
            .filter_map(|&status| {
                let n = by_status.get(&status)?;
                Some(format!("{n} {}", status.label()))
            })
            .collect();
        if self.n_abandoned > 0 {
            parts.push(format!("{} not run", self.n_abandoned));
        }
        let n_jobs = self.entries.len() + self.n_abandoned;
        let mut text = count(n_jobs, "job");
        if !parts.is_empty() {
            text.push_str(&format!(": {}", parts.join(", ")));
        }
        let n_earlier = self.entries.iter().filter(|entry| entry.is_earlier).count();
        if n_earlier > 0 {
            text.push_str(&format!("; skipped {n_earlier} that the table had already"));
        }
        if self.n_refused > 0 {
            text.push_str(&format!(
                "; {} refused",
                count(self.n_refused, "combination")
            ));
        }
        if self.n_not_implemented > 0 {
            text.push_str(&format!("; {} not implemented yet", self.n_not_implemented));
        }
        text
    }
}

fn cells(entry: Entry<'_>) -> [String; 7] {
    let record = entry.record;
    let accuracy = match (record.mean_accuracy, record.std_accuracy) {
        (Some(mean), Some(spread)) if record.num_repeat > 1 => format!("{mean:.4} ± {spread:.4}"),
        (Some(mean), _) => format!("{mean:.4}"),
        (None, _) => String::new(),
    };
    let mean = |seconds: fn(&Repeat) -> Option<f64>| {
        let seconds: Vec<f64> = record.repeats.iter().filter_map(seconds).collect();
        if seconds.is_empty() {
            return String::new();
        }
        format!("{:.2}", seconds.iter().sum::<f64>() / seconds.len() as f64)
    };
    let peak = record
        .peak_rss_bytes
        .map(|bytes| format!("{:.0}", bytes as f64 / 1e6));
    [
        escape::line(&record.name),
        render_params(&record.parameter),
        accuracy,
        mean(|repeat| repeat.fit_s),
        mean(|repeat| repeat.predict_s),
        peak.unwrap_or_default(),
        remarks(entry),
    ]
}

fn remarks(entry: Entry<'_>) -> String {
    let record = entry.record;
    let mut parts = vec![match &record.reason {
        Some(reason) => format!("{}: {}", record.status.label(), escape::line(reason)),
        None => record.status.label().to_owned(),
    }];
    if !record.has_converged() {
        parts.push("not converged".to_owned());
    }
    if record.invariant && record.num_repeat < record.repeats_asked {
        parts.push("same score twice, not repeated further".to_owned());
    }
    if !record.aliases.is_empty() {
        parts.push(format!(
            "stands for {} combinations",
            record.aliases.len() + 1
        ));
    }
    if let Some(subset) = &record.dataset.subset {
        parts.push(part_label(subset));
    }
    if entry.is_earlier {
        parts.push("earlier".to_owned());
    }
    parts.join(", ")
}

fn count(n: usize, what: &str) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{n} {what}{plural}")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::results::fixture::record;

    fn summary<'a>(rows: &'a [Record]) -> Summary<'a> {
        Summary {
            entries: rows
                .iter()
                .map(|record| Entry {
                    record,
                    is_earlier: record.name == "Old",
                })
                .collect(),
            n_abandoned: 0,
            n_refused: 0,
            n_not_implemented: 0,
            n_slots: 2,
            wall_s: 61.4,
            table: Path::new("results/demo.jsonl"),
        }
    }

    #[test]
    fn rows_are_sorted_by_accuracy_and_those_without_come_last() {
        let mut failed = record("Failed", &[]);
        failed.status = Status::Failed;
        failed.reason = Some("panicked".to_owned());
        let rows = [failed, record("Low", &[0.25]), record("High", &[0.5, 0.75])];
        let text = summary(&rows).render(None);
        let place = |name: &str| text.find(name).unwrap();
        assert!(place("High") < place("Low") && place("Low") < place("Failed"));
        assert!(text.contains("0.6250 ± 0.2500"), "{text}");
        assert!(text.contains("failed: panicked"), "{text}");
        let end = "3 jobs: 2 ok, 1 failed\n1 min 01 s of wall time; fit and predict took 4.9 % of the 2 \
             slots' time\nthe rows are in results/demo.jsonl";
        assert!(text.ends_with(end), "{text}");
    }

    #[test]
    fn what_was_skipped_refused_and_left_is_counted() {
        let rows = [record("Old", &[0.5]), record("New", &[0.5])];
        let text = Summary {
            n_abandoned: 3,
            n_refused: 1,
            n_not_implemented: 4,
            ..summary(&rows)
        }
        .render(None);
        assert!(
            text.contains(
                "5 jobs: 2 ok, 3 not run; skipped 1 that the table had already; \
                 1 combination refused; 4 not implemented yet"
            ),
            "{text}"
        );
    }

    #[test]
    fn fits_that_did_not_converge_are_warned_of() {
        let mut row = record("LinearSVC", &[0.5]);
        row.repeats[0].fit.converged = Some(false);
        row.parameter.insert("C".to_owned(), Value::from(10));
        let text = summary(&[row]).render(None);
        let warning =
            "warning: 1 job stopped at the iteration limit before converging: LinearSVC(C=10)";
        assert!(text.contains(warning), "{text}");
        assert!(text.contains("ok, not converged"), "{text}");
    }

    #[test]
    fn a_width_is_kept() {
        let mut row = record("LinearSVC", &[0.5]);
        row.reason = Some("words ".repeat(40));
        let text = summary(&[row]).draw_table(Some(80));
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }
}
