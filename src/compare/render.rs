//! A comparison as text and as Markdown.

use std::fmt::Write;

use comfy_table::{CellAlignment, Table, presets};

use super::rows::{Comparison, RowComparison};
use crate::results::summary::render_params;

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

/// The comparison as a table for a terminal.
#[must_use]
pub fn render_text(comparison: &Comparison) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(COLUMNS.map(|(heading, _)| heading));
    for row in &comparison.rows {
        table.add_row(cells(row));
    }
    for (column, (_, is_number)) in table.column_iter_mut().zip(COLUMNS) {
        if is_number {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    format!("{table}\n{}\n", conclusion(comparison))
}

/// The comparison as Markdown.
#[must_use]
pub fn render_markdown(comparison: &Comparison) -> String {
    let headings = COLUMNS.map(|(heading, _)| heading).join(" | ");
    let rule = COLUMNS.map(|(_, is_number)| if is_number { "---:" } else { "---" });
    let mut text = format!("| {headings} |\n|{}|\n", rule.join("|"));
    for row in &comparison.rows {
        let cells = cells(row).map(|cell| cell.replace('|', "\\|"));
        // Writing to a string does not fail.
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    let _ = writeln!(text, "\n{}", conclusion(comparison));
    text
}

fn cells(row: &RowComparison) -> [String; 8] {
    let difference = &row.difference;
    let mark = if row.is_significant() { " *" } else { "" };
    [
        row.name.clone(),
        render_params(&row.parameter),
        format!("{:.4}", row.accuracy_a),
        format!("{:.4}", row.accuracy_b),
        format!("{:+.4}", difference.mean),
        format!("±{:.4}", difference.half_width),
        match row.p_holm {
            p if p < 1e-4 => format!("< 0.0001{mark}"),
            p => format!("{p:.4}{mark}"),
        },
        row.time_ratio
            .map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}")),
    ]
}

fn conclusion(comparison: &Comparison) -> String {
    let significant = comparison.rows.iter().filter(|row| row.is_significant());
    let (better, worse): (Vec<_>, Vec<_>) = significant.partition(|row| row.difference.mean > 0.0);
    let n_rows = comparison.rows.len();
    let mut text = format!(
        "{n_rows} rows on both sides: A is better in {}, worse in {}, the rest (without *) is no \
         more than chance",
        better.len(),
        worse.len()
    );
    let n_unpaired = comparison
        .rows
        .iter()
        .filter(|row| !row.difference.is_paired)
        .count();
    if n_unpaired > 0 {
        let _ = write!(
            text,
            "; {n_unpaired} without predictions on both sides, compared as proportions"
        );
    }
    let ratios: Vec<f64> = comparison
        .rows
        .iter()
        .filter_map(|r| r.time_ratio)
        .collect();
    if !ratios.is_empty() {
        let logs: f64 = ratios.iter().map(|ratio| ratio.max(1e-9).ln()).sum();
        let mean = (logs / ratios.len() as f64).exp();
        let _ = write!(text, "; geometric mean of the time ratios {mean:.3}");
    }
    for (side, rows) in [("A", &comparison.only_a), ("B", &comparison.only_b)] {
        if !rows.is_empty() {
            let _ = write!(text, "\nonly in {side}: {}", rows.join(", "));
        }
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
