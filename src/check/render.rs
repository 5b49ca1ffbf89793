//! The findings as text, as Markdown for a step summary, and as GitHub annotations.

use comfy_table::{Table, presets};

use super::judge::{Basis, Finding, Gate, Outcome, Report, Verdict};
use super::pace::{Pace, Ratio, Untimed};
use crate::results::escape::{self, github_data, github_property, markdown_cell};
use crate::results::label::{label, render_params};
use crate::results::number::{growth, told_apart};

const HEADER: [&str; 9] = [
    "",
    "classifier",
    "parameters",
    "expected",
    "found",
    "tolerance",
    "fit time",
    "predict time",
    "note",
];

/// The findings as a table for a terminal, and what they come to.
#[must_use]
pub fn render_text(report: &Report) -> String {
    let mut table = Table::new();
    table.load_preset(presets::NOTHING);
    table.set_header(HEADER);
    for finding in &report.findings {
        table.add_row(cells(finding));
    }
    let mut text = format!("{table}\n");
    for row in &report.unrecorded {
        let (label, status) = (label(&row.name, &row.parameter), row.status.label());
        text.push_str(&format!("not recorded: {label}, {status}\n"));
    }
    text.push_str(&format!("{}\n", conclusion(report)));
    text
}

/// The findings as a GitHub step summary: what gates first, the rest folded.
#[must_use]
pub fn render_markdown(report: &Report) -> String {
    let heading = match report.verdict {
        Verdict::Unchanged => "Benchmark: unchanged",
        Verdict::Changed => "Benchmark: changed",
        Verdict::CannotJudge => "Benchmark: could not judge",
    };
    let conclusion = markdown_cell(&conclusion(report));
    let mut text = format!("### {heading}\n\n{conclusion}\n\n");
    let (gating, rest): (Vec<_>, Vec<_>) = report
        .findings
        .iter()
        .partition(|finding| finding.outcome.gate() != Gate::Pass);
    if !gating.is_empty() {
        text.push_str(&markdown_table(&gating));
        text.push('\n');
    }
    if !rest.is_empty() {
        text.push_str(&format!(
            "<details><summary>{} rows that pass</summary>\n\n{}\n</details>\n",
            rest.len(),
            markdown_table(&rest)
        ));
    }
    text
}

/// One workflow command per row that gates, which GitHub shows as an annotation.
#[must_use]
pub fn render_annotations(report: &Report) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        let command = match finding.outcome.gate() {
            Gate::Pass => continue,
            Gate::CannotJudge => "warning",
            Gate::Finding => "error",
        };
        let title = format!("{} {}", finding.outcome.label(), finding.label());
        text.push_str(&format!(
            "::{command} title={}::{}\n",
            github_property(&title),
            github_data(&explain(finding))
        ));
    }
    text
}

/// What was expected and what was found, in a sentence.
pub(super) fn explain(finding: &Finding) -> String {
    let mut text = match finding.found {
        Some(found) => {
            let rule = match finding.basis {
                None => String::new(),
                Some(Basis::Predictions { images: 0 }) => {
                    ", the same predictions expected".to_owned()
                }
                Some(Basis::Predictions { images }) => format!(", within {images} images"),
                Some(Basis::Spread { n_seeds, .. }) => format!(
                    ", within {:.4}, the spread over {n_seeds} seeds",
                    finding.tolerance
                ),
            };
            let [found, expected] = told_apart(found, finding.expected, 4);
            format!("accuracy {found}, expected {expected}{rule}")
        }
        None => format!("no accuracy, expected {:.4}", finding.expected),
    };
    for (what, ratio) in [("fit", finding.fit), ("predict", finding.predict)] {
        if let Some(ratio) = ratio.filter(|ratio| ratio.pace != Pace::Same) {
            let times = growth(ratio.growth);
            text.push_str(&format!("; {what} took {times} times as long"));
        }
    }
    if let Some(untimed) = finding.untimed {
        text.push_str(&format!("; times not judged: {}", untimed.reason()));
    }
    if let Some(reason) = &finding.reason {
        text.push_str(&format!("; {}", escape::line(reason)));
    }
    text
}

fn cells(finding: &Finding) -> [String; 9] {
    let tolerance = match finding.basis {
        None => "-".to_owned(),
        Some(Basis::Predictions { images: 0 }) => "same predictions".to_owned(),
        Some(Basis::Predictions { images }) => format!("±{images} images"),
        Some(Basis::Spread { n_seeds, .. }) => {
            format!("±{:.4} of {n_seeds} seeds", finding.tolerance)
        }
    };
    let found = finding.found.unwrap_or(finding.expected);
    let [found, expected] = told_apart(found, finding.expected, 4);
    [
        finding.outcome.label().to_owned(),
        escape::line(&finding.name),
        render_params(&finding.parameter),
        expected,
        finding.found.map_or_else(|| "-".to_owned(), |_| found),
        tolerance,
        times(finding.fit),
        times(finding.predict),
        finding
            .reason
            .as_deref()
            .map(escape::line)
            .unwrap_or_default(),
    ]
}

fn times(ratio: Option<Ratio>) -> String {
    ratio.map_or_else(
        || "-".to_owned(),
        |ratio| format!("x{}", growth(ratio.growth)),
    )
}

fn conclusion(report: &Report) -> String {
    let n_rows = report.findings.len();
    let mut text = format!(
        "{} of {n_rows} recorded rows pass",
        report.count(Gate::Pass)
    );
    for (gate, what) in [
        (Gate::Finding, "changed"),
        (Gate::CannotJudge, "could not be judged"),
    ] {
        let n = report.count(gate);
        if n > 0 {
            text.push_str(&format!(", {n} {what}"));
        }
    }
    if !report.unrecorded.is_empty() {
        text.push_str(&format!("; {} not recorded", report.unrecorded.len()));
    }
    let is_by_spread = |finding: &Finding| matches!(finding.basis, Some(Basis::Spread { .. }));
    let n_by_spread = report.findings.iter().filter(|f| is_by_spread(f)).count();
    if n_by_spread > 0 {
        text.push_str(&format!(
            "; {n_by_spread} judged by their spread, where chance alone finds fault with at most \
             {} % of runs",
            (report.false_alarm * 1e6).round() / 1e4
        ));
    }
    for (reason, n) in &report.untimed {
        let whose = if *n == 1 { "row's" } else { "rows'" };
        text.push_str(&format!(
            "; {n} {whose} times not judged: {}",
            reason.reason()
        ));
        if let (Untimed::OtherProcessor, Some((recorded, found))) = (reason, &report.other_cpu) {
            text.push_str(&format!(" (recorded on {recorded}, run on {found})"));
        }
    }
    if !report.findings.is_empty() && report.findings.iter().all(is_faster_or_gone) {
        text.push_str("; every row is faster: the calibration row may have become slower");
    }
    text
}

fn is_faster_or_gone(finding: &Finding) -> bool {
    finding.outcome == Outcome::Faster
}

fn markdown_table(findings: &[&Finding]) -> String {
    let mut text = format!(
        "| {} |\n|{}\n",
        HEADER.join(" | "),
        "---|".repeat(HEADER.len())
    );
    for finding in findings {
        let cells = cells(finding).map(|cell| markdown_cell(&cell));
        text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    text
}

#[cfg(test)]
mod tests;
