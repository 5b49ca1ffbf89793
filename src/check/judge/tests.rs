use serde_json::json;

use super::*;
use crate::check::{FORMAT, Reference};
use crate::results::fixture;

const SEEDS: [u64; 4] = [10, 20, 30, 40];

/// A row with one repeat for each seed, accuracy and hash; accuracies are eighths.
fn record(name: &str, repeats: &[(u64, f64, &str)]) -> Record {
    let scores: Vec<_> = repeats.iter().map(|repeat| repeat.1).collect();
    let mut record = fixture::record(name, &scores);
    for (repeat, &(seed, _, hash)) in record.repeats.iter_mut().zip(repeats) {
        repeat.seed = Some(seed);
        repeat.predictions_sha256 = Some(hash.to_owned());
    }
    record
}

/// A row that predicts the same whatever the seed.
fn steady(name: &str) -> Record {
    record(name, &SEEDS.map(|seed| (seed, 0.5, "steady")))
}

/// A row whose accuracy varies by one image.
fn varying(name: &str) -> Record {
    let hashes = ["a", "b", "c", "d"];
    let repeats: Vec<_> = (0..4)
        .map(|i| (SEEDS[i], [0.5, 0.625][i % 2], hashes[i]))
        .collect();
    record(name, &repeats)
}

fn reference(records: &[Record]) -> Reference {
    Reference::from_records(records, None, None).unwrap()
}

fn outcome(found: &Record, reference: &Reference) -> Outcome {
    judge(std::slice::from_ref(found), reference).findings[0].outcome
}

#[test]
fn a_reference_made_of_a_table_accepts_that_table() {
    let records = [steady("A"), varying("B")];
    let report = judge(&records, &reference(&records));
    assert_eq!(report.verdict, Verdict::Unchanged);
    assert_eq!(report.count(Gate::Pass), 2);
}

#[test]
fn one_image_of_a_steady_row_is_a_change_under_any_seed() {
    let reference = reference(&[steady("A")]);
    let found = |accuracy, hash| outcome(&record("A", &[(99, accuracy, hash)]), &reference);
    assert_eq!(found(0.5, "steady"), Outcome::Same);
    assert_eq!(found(0.375, "other"), Outcome::Regression);
    assert_eq!(found(0.625, "other"), Outcome::Improvement);
    assert_eq!(found(0.5, "other"), Outcome::Changed);
}

#[test]
fn a_varying_row_must_predict_the_same_under_a_recorded_seed() {
    let reference = reference(&[varying("A")]);
    assert_eq!(
        outcome(&record("A", &[(10, 0.5, "a")]), &reference),
        Outcome::Same
    );
    assert_eq!(
        outcome(&record("A", &[(10, 0.5, "x")]), &reference),
        Outcome::Changed
    );
    assert_eq!(
        outcome(&record("A", &[(10, 0.375, "x")]), &reference),
        Outcome::Regression
    );
}

#[test]
fn a_varying_row_must_stay_within_its_spread_under_other_seeds() {
    let mut reference = reference(&[varying("A")]);
    // Student's t for a deviation of one image (0.125) over four seeds, two-sided 20 %: 0.229.
    reference.false_alarm = 0.2;
    let found = |accuracy| {
        let report = judge(&[record("A", &[(99, accuracy, "x")])], &reference);
        assert!((report.findings[0].tolerance - 0.229).abs() < 1e-3);
        report.findings[0].outcome
    };
    assert_eq!(found(0.5), Outcome::Same);
    assert_eq!(found(0.625), Outcome::Same);
    assert_eq!(found(0.25), Outcome::Regression);
    assert_eq!(found(0.875), Outcome::Improvement);
}

#[test]
fn a_family_that_is_not_repeatable_is_judged_by_its_spread_under_recorded_seeds_too() {
    let mut reference = reference(&[varying("A")]);
    let tolerance = reference.tolerance.values_mut().next().unwrap();
    tolerance.repeatable = false;
    assert_eq!(
        outcome(&record("A", &[(10, 0.625, "x")]), &reference),
        Outcome::Same
    );
}

#[test]
fn a_family_that_rounds_may_differ_in_so_many_images() {
    let mut reference = reference(&[steady("A")]);
    reference.tolerance.values_mut().next().unwrap().images = 1;
    let found = |accuracy| outcome(&record("A", &[(99, accuracy, "x")]), &reference);
    assert_eq!(found(0.5), Outcome::Same);
    assert_eq!(found(0.625), Outcome::Same);
    assert_eq!(found(0.25), Outcome::Regression);
}

#[test]
fn one_recorded_seed_says_nothing_of_another() {
    let mut reference = reference(&[varying("A")]);
    let row = &mut reference.rows[0];
    row.repeats.truncate(1);
    // A single seed looks steady, so that other predictions are a finding.
    assert_eq!(
        outcome(&record("A", &[(99, 0.5, "x")]), &reference),
        Outcome::Changed
    );
}

#[test]
fn the_last_row_of_an_id_counts() {
    let reference = reference(&[steady("A")]);
    let records = [record("A", &[(10, 0.125, "x")]), steady("A")];
    assert_eq!(judge(&records, &reference).verdict, Verdict::Unchanged);
}

#[test]
fn rows_of_other_data_do_not_count() {
    let reference = reference(&[steady("A")]);
    let mut other = steady("A");
    other.dataset.files[0].sha256 = "11".to_owned();
    let report = judge(std::slice::from_ref(&other), &reference);
    assert_eq!(report.verdict, Verdict::CannotJudge);
    assert_eq!(report.findings[0].outcome, Outcome::OtherData);
    let report = judge(&[steady("A"), other], &reference);
    assert_eq!(report.verdict, Verdict::Unchanged);
}

#[test]
fn failed_and_missing_rows_are_findings_unless_they_are_excused() {
    let mut reference = reference(&[steady("A"), steady("B")]);
    let mut failed = steady("A");
    failed.status = Status::TimedOut;
    let verdicts = |reference: &Reference| {
        let of_failed = judge(&[failed.clone(), steady("B")], reference);
        let of_none = judge(&[steady("B")], reference);
        (of_failed.verdict, of_none.verdict)
    };
    assert_eq!(
        verdicts(&reference),
        (Verdict::Changed, Verdict::CannotJudge)
    );
    reference
        .excused
        .insert(failed.id.clone(), "too slow here".to_owned());
    assert_eq!(
        verdicts(&reference),
        (Verdict::Unchanged, Verdict::Unchanged)
    );
    // Where everything is excused nothing was judged.
    reference
        .excused
        .insert(steady("B").id, "too slow, too".to_owned());
    assert_eq!(judge(&[], &reference).verdict, Verdict::CannotJudge);
}

#[test]
fn a_row_that_never_converged_is_shown_and_one_that_no_longer_does_is_a_regression() {
    let stopped = |mut row: Record| {
        row.repeats[0].fit.converged = Some(false);
        row
    };
    let good = reference(&[steady("A")]);
    assert_eq!(outcome(&stopped(steady("A")), &good), Outcome::Regression);
    let bad = reference(&[stopped(steady("A"))]);
    let worse = record("A", &[(10, 0.125, "x")]);
    assert_eq!(outcome(&worse, &bad), Outcome::Unconverged);
    assert_eq!(judge(&[worse], &bad).verdict, Verdict::Unchanged);
}

#[test]
fn times_are_judged_by_the_calibration_row() {
    let unit = steady("Unit");
    let records = [unit.clone(), steady("A")];
    let reference = Reference::from_records(&records, None, Some("Unit")).unwrap();
    // Everything takes twice as long on a slower machine; A takes thrice that.
    let slowed = |mut row: Record, factor: f64| {
        for repeat in &mut row.repeats {
            repeat.fit_cpu_s = repeat.fit_cpu_s.map(|s| s * factor);
            repeat.predict_cpu_s = repeat.predict_cpu_s.map(|s| s * factor);
        }
        row
    };
    let outcomes = |records: &[Record]| -> Vec<_> {
        let findings = judge(records, &reference).findings;
        findings
            .iter()
            .map(|f| (f.name.clone(), f.outcome))
            .collect()
    };
    let slow_machine = [slowed(unit.clone(), 2.0), slowed(steady("A"), 2.0)];
    assert!(
        outcomes(&slow_machine)
            .iter()
            .all(|(_, o)| *o == Outcome::Same)
    );
    let slow_code = [slowed(unit.clone(), 2.0), slowed(steady("A"), 6.0)];
    assert!(outcomes(&slow_code).contains(&("A".to_owned(), Outcome::Slower)));
    let fast_code = [slowed(unit, 2.0), slowed(steady("A"), 0.6)];
    assert!(outcomes(&fast_code).contains(&("A".to_owned(), Outcome::Faster)));
    // On another CPU the times are shown, not judged.
    let slow_code_here = slow_code.clone();
    let elsewhere = slow_code.map(|mut row| {
        row.environment
            .as_mut()
            .unwrap()
            .processor
            .as_mut()
            .unwrap()
            .model = "1".to_owned();
        row
    });
    assert!(
        outcomes(&elsewhere)
            .iter()
            .all(|(_, o)| *o == Outcome::Same)
    );
    let report = judge(&elsewhere, &reference);
    let row = report.findings.iter().find(|f| f.name == "A").unwrap();
    assert_eq!(row.fit.unwrap().pace, Pace::Slower);
    assert!(report.other_cpu.is_some());
    assert_eq!(
        report.untimed,
        BTreeMap::from([(Untimed::OtherProcessor, 2)])
    );
    // Nor by a reference that knows the name alone, as those of format 2.
    let mut named = reference.clone();
    (named.format, named.processor) = (2, None);
    let report = judge(&slow_code_here, &named);
    assert_eq!(report.verdict, Verdict::Unchanged);
    assert_eq!(
        report.untimed,
        BTreeMap::from([(Untimed::OtherProcessor, 2)])
    );
    // Without the unit there is nothing to judge by.
    assert!(outcomes(&[steady("A")]).contains(&("A".to_owned(), Outcome::Same)));
}

#[test]
fn the_recorded_processor_is_that_of_the_calibration_row() {
    let unit = steady("Unit");
    let mut other = steady("A");
    other
        .environment
        .as_mut()
        .unwrap()
        .processor
        .as_mut()
        .unwrap()
        .model = "1".to_owned();
    for records in [[unit.clone(), other.clone()], [other, unit.clone()]] {
        let reference = Reference::from_records(&records, None, Some("Unit")).unwrap();
        assert_eq!(
            reference.processor,
            unit.environment.as_ref().unwrap().processor
        );
        for row in &reference.rows {
            assert_eq!(row.fit_ratio.is_some(), row.name == "Unit");
        }
    }
}

#[test]
fn a_calibration_row_that_is_not_there_is_refused() {
    for given in ["Unit", "0123456789abcdef"] {
        let error = Reference::from_records(&[steady("A")], None, Some(given)).unwrap_err();
        assert!(error.to_string().ends_with(&format!("got `{given}`")));
    }
}

#[test]
fn runs_under_several_base_seeds_are_recorded_together() {
    let mut runs = [varying("A"), varying("A")];
    runs[0].seed = 1;
    for repeat in &mut runs[0].repeats {
        repeat.seed = repeat.seed.map(|seed| seed + 1);
    }
    let reference = reference(&runs);
    assert_eq!(reference.rows.len(), 1);
    assert_eq!(reference.rows[0].repeats.len(), 8);
}

#[test]
fn rows_that_the_reference_does_not_know_are_named() {
    let report = judge(&[steady("A"), steady("B")], &reference(&[steady("A")]));
    assert_eq!(report.unrecorded[0].name, "B");
    assert_eq!(report.verdict, Verdict::Unchanged);
}

#[test]
fn rules_survive_an_update_and_the_false_alarm_is_shared_by_the_rows() {
    let mut old = reference(&[steady("A")]);
    old.tolerance.values_mut().next().unwrap().images = 3;
    old.false_alarm = 0.1;
    let rows = [steady("A"), varying("B"), varying("C")];
    let new = Reference::from_records(&rows, Some(&old), None).unwrap();
    assert_eq!(new.tolerance, old.tolerance);
    assert!((row_alpha(&new, &BTreeMap::new()) - 0.05).abs() < 1e-12);
}

#[test]
fn a_table_of_two_data_sets_or_without_rows_makes_no_reference() {
    let mut other = steady("A");
    other.dataset.files[0].sha256 = "11".to_owned();
    assert!(Reference::from_records(&[steady("B"), other], None, None).is_err());
    assert!(Reference::from_records(&[], None, None).is_err());
}

#[test]
fn a_stored_reference_reads_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new/reference.json");
    let written = reference(&[steady("A"), varying("B")]);
    written.store(&path).unwrap();
    assert_eq!(Reference::load(&path).unwrap(), written);
    let other = folder.path().join("new/other.json");
    std::fs::write(&other, "").unwrap();
    let permissions = |path| std::fs::metadata(path).unwrap().permissions();
    assert_eq!(permissions(&path), permissions(&other));
}

#[test]
fn a_reference_that_contradicts_itself_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reference.json");
    let good = serde_json::to_value(reference(&[steady("A")])).unwrap();
    for (pointer, value, expected) in [
        ("/format", json!(FORMAT + 1), "format 2"),
        ("/false_alarm", json!(0), "false_alarm"),
        ("/tolerance", json!({}), "no tolerance"),
        ("/rows/0/repeats", json!([]), "repeats"),
        ("/rows/0/id", json!(7), "not a reference file"),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(pointer).unwrap() = value;
        std::fs::write(&path, bad.to_string()).unwrap();
        let error = Reference::load(&path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_row_that_contradicts_itself_has_no_verdict() {
    let reference = reference(&[steady("A")]);
    type Break = (&'static str, fn(&mut Record));
    let broken: [Break; 8] = [
        ("an edited score", |row| row.score[0] = 1.0),
        ("an edited mean", |row| row.mean_accuracy = Some(0.9)),
        ("no repeats", |row| {
            let empty = fixture::record("A", &[]);
            *row = Record {
                status: Status::Ok,
                ..empty
            };
        }),
        ("fewer repeats than it says", |row| row.num_repeat += 1),
        ("fewer repeats than asked for", |row| row.repeats_asked += 1),
        ("one repeat twice", |row| {
            row.repeats[1].seed = row.repeats[0].seed
        }),
        ("another size of the same files", |row| {
            row.dataset.n_test = 0
        }),
        ("an accuracy beyond 1", |row| row.repeats[0].accuracy = 1.5),
    ];
    for (what, break_it) in broken {
        let mut row = steady("A");
        break_it(&mut row);
        let report = judge(std::slice::from_ref(&row), &reference);
        assert_eq!(report.findings[0].outcome, Outcome::Damaged, "{what}");
        assert_eq!(report.verdict, Verdict::CannotJudge, "{what}");
    }
}

#[test]
fn the_recorded_predictions_with_another_accuracy_are_a_finding() {
    let reference = reference(&[steady("A")]);
    let edited = record("A", &[(10, 0.875, "steady")]);
    assert_eq!(outcome(&edited, &reference), Outcome::Improvement);
}

#[test]
fn good_repeats_under_recorded_seeds_do_not_cover_bad_ones_under_others() {
    let mut reference = reference(&[varying("A")]);
    reference.false_alarm = 0.2;
    let covered = record("A", &[(10, 0.5, "a"), (98, 0.0, "x"), (99, 0.0, "y")]);
    assert_eq!(outcome(&covered, &reference), Outcome::Regression);
    let fine = record("A", &[(10, 0.5, "a"), (98, 0.5, "x")]);
    assert_eq!(outcome(&fine, &reference), Outcome::Same);
}

#[test]
fn every_base_seed_of_a_table_is_judged() {
    let reference = reference(&[steady("A")]);
    let mut failed = fixture::record("A", &[]);
    (failed.status, failed.seed) = (Status::Failed, 99);
    // A later row under another seed does not replace it.
    let report = judge(&[failed, steady("A")], &reference);
    assert_eq!(report.findings[0].outcome, Outcome::Failed);
    assert_eq!(report.verdict, Verdict::Changed);
}

#[test]
fn a_reference_that_could_never_find_fault_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("reference.json");
    let refused = |change: fn(&mut Reference)| {
        let mut reference = reference(&[steady("A"), varying("B")]);
        change(&mut reference);
        reference.store(&path).unwrap();
        Reference::load(&path).unwrap_err().to_string()
    };
    type Change = (&'static str, fn(&mut Reference));
    let changes: [Change; 4] = [
        ("false_alarm", |r| r.false_alarm = 1e-300),
        ("one row per id", |r| r.rows[1].id = r.rows[0].id.clone()),
        ("accuracies in [0, 1]", |r| {
            r.rows[0].repeats[0].accuracy = 2.0
        }),
        ("format 2 or 3", |r| r.format = 4),
    ];
    for (expected, change) in changes {
        let error = refused(change);
        assert!(error.contains(expected), "{error}");
    }
}
