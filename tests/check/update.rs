//! Recording a table as the reference.

use super::*;

#[test]
fn an_update_with_json_prints_json_alone() {
    let bench = with_table();
    let parse = |output: Output| -> Value {
        assert_code(&output, 0);
        serde_json::from_str(&stdout(&output)).unwrap()
    };
    let first = parse(bench.check(&["--update", "--json"]));
    assert_eq!(first["recorded"], N_JOBS);
    bench.change("NearestCentroid", one_image_less);
    let second = parse(bench.check(&["--update", "--json"]));
    assert_eq!(second["verdict"], "changed");
    assert_eq!(second["reference"], "reference.json");
}

#[test]
fn an_update_after_a_filtered_run_keeps_the_rows_that_were_not_run() {
    let bench = with_table();
    bench.record("GaussianNB");
    let whole = bench.text("table.jsonl");
    let filter = ["--filter", "ExtraTreeClassifier", "--results", "part.jsonl"];
    assert_code(&bench.run(&filter), 0);
    bench.write("table.jsonl", &bench.text("part.jsonl"));
    let output = bench.check(&["--update"]);
    assert_code(&output, 0);
    let told = stdout(&output);
    assert!(
        told.contains("kept, as the table does not have them: "),
        "{told}"
    );
    assert!(
        told.ends_with("recorded 9 rows in reference.json\n"),
        "{told}"
    );
    bench.write("table.jsonl", &whole);
    let output = bench.check(&["--json"]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), N_JOBS);
    bench.write("table.jsonl", &bench.text("part.jsonl"));
    let output = bench.check(&["--update", "--prune"]);
    assert_code(&output, 0);
    let told = stdout(&output);
    assert!(
        told.contains("dropped, as the table does not have them: "),
        "{told}"
    );
    assert!(
        told.ends_with("recorded 3 rows in reference.json\n"),
        "{told}"
    );
}

#[test]
fn a_failed_row_cannot_be_updated_away() {
    let bench = with_table();
    bench.record("GaussianNB");
    bench.change("NearestCentroid", |row| {
        row.status = Status::Failed;
        row.reason = Some("it broke".to_owned());
    });
    assert_code(&bench.check(&[]), 1);
    for args in [&["--update"][..], &["--update", "--prune"]] {
        let output = bench.check(args);
        assert_code(&output, 0);
        assert!(stdout(&output).contains("the next check will find them: NearestCentroid()"));
        assert_code(&bench.check(&[]), 1);
    }
}

#[test]
fn one_test_image_is_a_finding_and_can_be_recorded() {
    let bench = with_table();
    bench.record("GaussianNB");
    bench.change("NearestCentroid", one_image_less);
    let output = bench.check(&[]);
    assert_code(&output, 1);
    assert!(stdout(&output).contains("REGRESSION  NearestCentroid"));
    assert!(stdout(&output).contains("8 of 9 recorded rows pass, 1 changed"));
    let output = bench.check(&["--update"]);
    assert_code(&output, 0);
    assert!(stdout(&output).contains("REGRESSION  NearestCentroid"));
    assert!(stdout(&output).ends_with("recorded 9 rows in reference.json\n"));
    assert_code(&bench.check(&[]), 0);
}
