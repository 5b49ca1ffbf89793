use super::*;
use crate::check::{Gate, Outcome, judge};
use crate::results::fixture::record as row;

fn renewed(records: &[Record], old: &Reference, is_pruned: bool) -> Recording {
    record(&RecordingRequest {
        records,
        old: Some(old),
        calibration: None,
        is_pruned,
    })
    .unwrap()
}

fn fresh(records: &[Record]) -> Reference {
    Reference::from_records(records, None, Some("Unit")).unwrap()
}

fn table() -> [Record; 3] {
    ["Unit", "A", "B"].map(|name| row(name, &[0.5]))
}

fn predicting(name: &str, hash: &str) -> Record {
    let mut row = row(name, &[0.5]);
    row.repeats[0].predictions_sha256 = Some(hash.to_owned());
    row
}

fn names(reference: &Reference) -> Vec<&str> {
    let mut names: Vec<_> = reference.rows.iter().map(|row| row.name.as_str()).collect();
    names.sort_unstable();
    names
}

#[test]
fn rows_that_were_not_run_stay_and_are_dropped_only_on_request() {
    let old = fresh(&table());
    let part = [predicting("A", "new"), row("C", &[0.5])];
    let found = renewed(&part, &old, false);
    assert_eq!(names(&found.reference), ["A", "B", "C", "Unit"]);
    let changes = &found.changes;
    assert_eq!(
        (&changes.added[..], &changes.changed[..], changes.kept.len()),
        (&["C()".to_owned()][..], &["A()".to_owned()][..], 2)
    );
    let pruned = renewed(&part, &old, true);
    assert_eq!(names(&pruned.reference), ["A", "C"]);
    assert_eq!(pruned.changes.dropped.len(), 2);
    let text = pruned.changes.render();
    assert!(
        text.contains("dropped, as the table does not have them: "),
        "{text}"
    );
}

#[test]
fn excused_rows_outlive_a_pruning() {
    let mut old = fresh(&table());
    let excused = row("B", &[]).id;
    old.excused.insert(excused, "too slow here".to_owned());
    let found = renewed(&table()[..2], &old, true);
    assert_eq!(names(&found.reference), ["A", "B", "Unit"]);
    assert_eq!(found.reference.excused, old.excused);
}

#[test]
fn a_failed_row_stays_as_recorded_and_the_next_check_finds_it() {
    let old = fresh(&table());
    let mut now = table();
    now[1].status = Status::Failed;
    now[1].reason = Some("panicked".to_owned());
    for is_pruned in [false, true] {
        let found = renewed(&now, &old, is_pruned);
        assert_eq!(found.reference.rows, old.rows);
        assert_eq!(found.changes.failed, ["A()"]);
        assert!(
            found
                .changes
                .render()
                .contains("the next check will find them: A()")
        );
        let report = judge(&now, &found.reference);
        assert_eq!(report.count(Gate::Finding), 1);
    }
    // One that was never recorded is named.
    let mut new = row("New", &[]);
    new.status = Status::Failed;
    let found = renewed(&[table().to_vec(), vec![new]].concat(), &old, false);
    assert_eq!(found.changes.not_recorded, ["New()"]);
}

#[test]
fn a_model_that_failed_under_one_of_its_seeds_is_not_recorded_anew() {
    let old = fresh(&table());
    let mut failed = row("A", &[]);
    (failed.status, failed.seed) = (Status::TimedOut, 99);
    let now = [table().to_vec(), vec![failed, predicting("A", "new")]].concat();
    let found = renewed(&now, &old, false);
    assert_eq!(found.changes.failed, ["A()"]);
    assert_eq!(found.reference.rows, old.rows);
}

#[test]
fn a_table_of_other_data_renews_nothing() {
    let old = fresh(&table());
    let mut other = table();
    for row in &mut other {
        row.dataset.files[0].sha256 = "11".to_owned();
    }
    let request = |records| RecordingRequest {
        records,
        old: Some(&old),
        calibration: None,
        is_pruned: false,
    };
    let error = record(&request(&other)).unwrap_err().to_string();
    assert!(
        error.starts_with("the reference is of demo (00), the table of demo (11)"),
        "{error}"
    );
    // In a joined table the rows of the reference's data are recorded.
    let joined = [table().to_vec(), other.to_vec()].concat();
    let found = record(&request(&joined)).unwrap();
    assert_eq!(found.reference.rows, old.rows);
    assert_eq!(found.changes.n_other_data, 3);
}

#[test]
fn recorded_times_stay_only_beside_times_of_their_processor() {
    let old = fresh(&table());
    let has_times = |reference: &Reference, name: &str| {
        let mut rows = reference.rows.iter();
        rows.find(|row| row.name == name)
            .unwrap()
            .fit_ratio
            .is_some()
    };
    // Without a calibration row nothing new was measured.
    let found = renewed(&[predicting("A", "new")], &old, false);
    assert!(
        ["A", "B", "Unit"]
            .iter()
            .all(|name| has_times(&found.reference, name))
    );
    assert_eq!(found.changes.n_times_kept, 1);
    assert_eq!(found.reference.processor, old.processor);
    // The calibration row on another generation of one name.
    let mut part = [row("Unit", &[0.5]), row("A", &[0.5])];
    for row in &mut part {
        row.environment
            .as_mut()
            .unwrap()
            .processor
            .as_mut()
            .unwrap()
            .model = "1".to_owned();
    }
    let found = renewed(&part, &old, false);
    assert!(has_times(&found.reference, "A") && !has_times(&found.reference, "B"));
    assert_eq!(found.changes.n_times_dropped, 1);
    assert_ne!(found.reference.processor, old.processor);
}

#[test]
fn seeds_that_were_not_run_stay_in_a_row_that_did_not_change() {
    let seeded = |seed: u64, hash: &str| {
        let mut row = predicting("A", hash);
        row.seed = seed;
        row.repeats[0].seed = Some(seed);
        row
    };
    let old = [row("Unit", &[0.5]), seeded(1, "a"), seeded(2, "b")];
    let old = fresh(&old);
    let n_seeds = |hash: &str| {
        let found = renewed(&[seeded(1, hash)], &old, false).reference;
        let mut rows = found.rows.into_iter();
        rows.find(|row| row.name == "A").unwrap().repeats.len()
    };
    assert_eq!((n_seeds("a"), n_seeds("other")), (2, 1));
}

#[test]
fn a_damaged_row_is_not_recorded() {
    let mut now = table();
    now[1].score[0] = 0.75;
    let error = Reference::from_records(&now, None, None).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the row of A() contradicts itself"),
        "{error}"
    );
    let report = judge(&now, &fresh(&table()));
    assert_eq!(report.count(Gate::CannotJudge), 1);
    assert!(
        report
            .findings
            .iter()
            .any(|f| f.outcome == Outcome::Damaged)
    );
}
