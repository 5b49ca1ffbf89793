//! A comparison as text and as Markdown.

use comfy_table::{CellAlignment, Table, presets};

use super::rows::{Comparison, RowComparison, SIGNIFICANT};
use crate::results::escape::{self, markdown_cell};
use crate::results::label::render_params;
use crate::results::number::{p_value, signed, told_apart};

/// A column: its heading, and whether it holds numbers.
const COLUMNS: [(&str, bool); 8] = [
    ("classifier", false),
    ("parameters", false),
    ("A", true),
    ("B", true),
    ("A − B", true),
    ("95 %", true),
    ("p (Holm)", true),
    ("time A / B", true),
];

/// The comparison as a table for a terminal, one per data set.
#[must_use]
pub fn render_text(comparison: &Comparison) -> String {
    let mut text = String::new();
    for (dataset, rows) in by_dataset(comparison) {
        let mut table = Table::new();
        table.load_preset(presets::NOTHING);
        table.set_header(COLUMNS.map(|(heading, _)| heading));
        for row in &rows {
            table.add_row(cells(row));
        }
        for (column, (_, is_number)) in table.column_iter_mut().zip(COLUMNS) {
            if is_number {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let heading = heading(comparison, dataset);
        text.push_str(&format!("{heading}\n{table}\n{}\n\n", conclusion(&rows)));
    }
    text.push_str(&only(comparison));
    text.trim_end().to_owned() + "\n"
}

/// The comparison as Markdown, one table per data set.
#[must_use]
pub fn render_markdown(comparison: &Comparison) -> String {
    let headings = COLUMNS.map(|(heading, _)| heading).join(" | ");
    let rule = COLUMNS.map(|(_, is_number)| if is_number { "---:" } else { "---" });
    let mut text = String::new();
    for (dataset, rows) in by_dataset(comparison) {
        let rule = rule.join("|");
        let heading = markdown_cell(&heading(comparison, dataset));
        text.push_str(&format!("### {heading}\n\n| {headings} |\n|{rule}|\n"));
        for row in &rows {
            let cells = cells(row).map(|cell| markdown_cell(&cell));
            text.push_str(&format!("| {} |\n", cells.join(" | ")));
        }
        text.push_str(&format!("\n{}\n\n", markdown_cell(&conclusion(&rows))));
    }
    for line in only(comparison).lines() {
        text.push_str(&format!("{}\n\n", markdown_cell(line)));
    }
    text
}

fn heading(comparison: &Comparison, dataset: &str) -> String {
    match comparison.score {
        Some(score) => format!("{dataset}, {}", score.name()),
        None => dataset.to_owned(),
    }
}

fn by_dataset(comparison: &Comparison) -> impl Iterator<Item = (&str, Vec<&RowComparison>)> {
    comparison.datasets.iter().map(|dataset| {
        let rows = comparison.rows.iter();
        let rows = rows.filter(|row| row.dataset == *dataset).collect();
        (dataset.as_str(), rows)
    })
}

/// The models of one side alone.
fn only(comparison: &Comparison) -> String {
    let mut text = String::new();
    for (side, rows) in [("A", &comparison.only_a), ("B", &comparison.only_b)] {
        if !rows.is_empty() {
            text.push_str(&format!("only in {side}: {}\n", rows.join(", ")));
        }
    }
    text
}

fn cells(row: &RowComparison) -> [String; 8] {
    let difference = &row.difference;
    let [score_a, score_b] = told_apart(row.score_a, row.score_b, 4);
    // As many digits as the scores have, or a difference would be one of nothing.
    let n_digits = score_a.len().saturating_sub(2).max(4);
    [
        escape::line(&row.name),
        render_params(&row.parameter),
        score_a,
        score_b,
        signed(difference.mean, n_digits),
        format!("±{:.4}", difference.half_width),
        p_value(row.p_holm, SIGNIFICANT),
        row.time_ratio
            .map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}")),
    ]
}

fn conclusion(rows: &[&RowComparison]) -> String {
    let n_beyond_chance = |is_better: bool| {
        let rows = rows.iter().filter(|row| row.is_significant());
        rows.filter(|row| (row.difference.mean > 0.0) == is_better)
            .count()
    };
    let n_rows = rows.len();
    let mut text = format!(
        "{n_rows} rows on both sides: A is better in {}, worse in {}, the rest (without *) is no \
         more than chance",
        n_beyond_chance(true),
        n_beyond_chance(false)
    );
    let n_unpaired = rows.iter().filter(|row| !row.difference.is_paired).count();
    if n_unpaired > 0 {
        text.push_str(&format!(
            "; {n_unpaired} without predictions on both sides, compared as proportions"
        ));
    }
    let ratios: Vec<f64> = rows.iter().filter_map(|row| row.time_ratio).collect();
    if !ratios.is_empty() {
        let logs: f64 = ratios.iter().map(|ratio| ratio.ln()).sum();
        let mean = (logs / ratios.len() as f64).exp();
        text.push_str(&format!("; geometric mean of the time ratios {mean:.3}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::{Side, compare};
    use crate::results::fixture::record;

    #[test]
    fn text_and_markdown_say_the_same() {
        let a = [record("A", &[0.5]), record("C", &[0.5])];
        let b = [record("A", &[0.75])];
        let comparison = compare(Side::Table(&a), Side::Table(&b)).unwrap();
        let text = render_text(&comparison);
        for expected in [
            "-0.2500",
            "0.5000",
            "1.000",
            "only in A: C()",
            "A is better in 0",
        ] {
            assert!(text.contains(expected), "{text}");
        }
        let markdown = render_markdown(&comparison);
        assert!(
            markdown.contains("| A |  | 0.5000 | 0.7500 | -0.2500 |"),
            "{markdown}"
        );
    }
}
