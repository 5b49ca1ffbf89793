//! The findings as JUnit XML.

use quick_junit::{
    NonSuccessKind, Report as JunitReport, SerializeError, TestCase, TestCaseStatus, TestSuite,
};

use super::judge::{Finding, Gate, Outcome, Report};
use super::pace::Untimed;
use super::render::explain;
use crate::results::escape;

/// One test case per recorded row: its family is the class, a change a failure, a row that could
/// not be judged an error, one that does not gate skipped. A row whose times should have been judged
/// and were not has a second case, skipped.
///
/// # Errors
/// What the writer says.
pub fn render_junit(report: &Report) -> Result<String, SerializeError> {
    let mut suite = TestSuite::new("check");
    for finding in &report.findings {
        let message = explain(finding);
        let mut status = match (finding.outcome, finding.outcome.gate()) {
            (Outcome::Unconverged | Outcome::Excused, _) => TestCaseStatus::skipped(),
            (_, Gate::Pass) => TestCaseStatus::success(),
            (_, Gate::Finding) => TestCaseStatus::non_success(NonSuccessKind::Failure),
            (_, Gate::CannotJudge) => TestCaseStatus::non_success(NonSuccessKind::Error),
        };
        if finding.outcome != Outcome::Same {
            status.set_type(finding.outcome.label());
            status.set_message(escape::xml(&message));
        }
        let mut case = TestCase::new(escape::xml(&finding.label()), status);
        case.set_classname(format!("{:?}", finding.family));
        suite.add_test_case(case);
        suite.add_test_cases(untimed(finding));
    }
    let mut junit = JunitReport::new("fashion-bench");
    junit.add_test_suite(suite);
    junit.to_string()
}

/// The skipped case for times that the reference has and that were not judged.
fn untimed(finding: &Finding) -> Option<TestCase> {
    let reason = finding
        .untimed
        .filter(|&reason| reason != Untimed::NoRule)?;
    let mut status = TestCaseStatus::skipped();
    status.set_message(format!("times not judged: {}", reason.reason()));
    let mut case = TestCase::new(escape::xml(&format!("{} times", finding.label())), status);
    case.set_classname(format!("{:?}", finding.family));
    Some(case)
}
