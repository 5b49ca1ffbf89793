use super::*;
use crate::check::{Reference, judge, render_junit};
use crate::results::fixture::record;
use crate::results::{Record, Status};

/// Everything that could break out of a file or a log.
const HOSTILE: &str = "]]>\u{1b}[31m\n::error::fake\r\n%0A::set-env name=x::y|<b>&\u{0}";

/// A report of a row whose name, parameters and reason are hostile, and failed.
fn hostile() -> Report {
    let mut row = record("A", &[0.5]);
    row.name = format!("A{HOSTILE}");
    row.parameter.insert(HOSTILE.to_owned(), HOSTILE.into());
    row.id = crate::grid::JobId::new(&row.name, &row.resolved);
    let reference = Reference::from_records(std::slice::from_ref(&row), None, None).unwrap();
    row.status = Status::Failed;
    row.reason = Some(HOSTILE.to_owned());
    judge(&[row], &reference)
}

#[test]
fn nothing_in_a_row_breaks_out_of_the_text_or_the_annotations() {
    let report = hostile();
    for text in [render_text(&report), render_annotations(&report)] {
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text}");
        let commands = text
            .lines()
            .filter(|line| line.trim_start().starts_with("::"));
        assert!(commands.count() <= 1, "{text}");
    }
    assert!(render_annotations(&report).starts_with("::error title=FAILED"));
}

#[test]
fn nothing_in_a_row_breaks_out_of_a_markdown_table() {
    let text = render_markdown(&hostile());
    let row = text
        .lines()
        .find(|line| line.starts_with("| FAILED"))
        .unwrap();
    let bars = row.replace("\\|", "").matches('|').count();
    assert_eq!(bars, HEADER.len() + 1, "{row}");
    assert!(!text.contains("<b>"), "{text}");
}

#[test]
fn nothing_in_a_row_breaks_out_of_the_xml() {
    let xml = render_junit(&hostile()).unwrap();
    assert!(!xml.contains("]]>") && !xml.contains("<b>"), "{xml}");
    assert!(!xml.chars().any(|c| c.is_control() && c != '\n'), "{xml}");
    assert_eq!(xml.matches("<testcase").count(), 1, "{xml}");
}

fn timed(name: &str, fit_cpu_s: f64) -> Record {
    let mut row = record(name, &[0.5]);
    row.repeats[0].fit_cpu_s = Some(fit_cpu_s);
    row
}

#[test]
fn times_read_as_they_are_judged() {
    let records = [timed("Unit", 1.0), timed("A", 0.0)];
    let reference = Reference::from_records(&records, None, Some("Unit")).unwrap();
    let slow = [timed("Unit", 1.0), timed("A", 0.2001)];
    let report = judge(&slow, &reference);
    let text = render_text(&report);
    assert!(text.contains("SLOWER") && text.contains("x2.01"), "{text}");
    let told = render_annotations(&report);
    assert!(told.contains("fit took 2.01 times as long"), "{told}");
}

#[test]
fn times_that_were_not_judged_are_counted_everywhere() {
    let records = [timed("Unit", 1.0), timed("A", 1.0)];
    let reference = Reference::from_records(&records, None, Some("Unit")).unwrap();
    let mut elsewhere = [timed("Unit", 1.0), timed("A", 10.0)];
    elsewhere[1].environment.as_mut().unwrap().boot_id = Some("another".to_owned());
    let mut report = judge(&elsewhere, &reference);
    assert_eq!(report.verdict, Verdict::Unchanged);
    let told = "1 row's times not judged: no calibration row of their host";
    for text in [render_text(&report), render_markdown(&report)] {
        assert!(text.contains(told), "{text}");
    }
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["untimed"]["no_calibration"], 1);
    let xml = render_junit(&report).unwrap();
    assert!(
        xml.contains("<skipped") && xml.contains("no calibration row"),
        "{xml}"
    );
    report.require_times();
    assert_eq!(report.verdict, Verdict::CannotJudge);
}
