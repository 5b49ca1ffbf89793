//! The findings as JUnit XML.

use quick_junit::{
    NonSuccessKind, Report as JunitReport, SerializeError, TestCase, TestCaseStatus, TestSuite,
};

use super::judge::{Gate, Outcome, Report};
use super::render::{explain, label};

/// A test case for each recorded row: its family is the class, a change a failure, a row that could
/// not be judged an error, one that does not gate skipped.
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
            status.set_message(message);
        }
        let mut case = TestCase::new(label(finding), status);
        case.set_classname(format!("{:?}", finding.family));
        suite.add_test_case(case);
    }
    let mut junit = JunitReport::new("fashion-bench");
    junit.add_test_suite(suite);
    junit.to_string()
}
