//! Two tables beside each other.

use super::*;

#[test]
fn two_tables_are_compared_row_by_row() {
    let bench = with_table();
    let whole = bench.text("table.jsonl");
    bench.write("other.jsonl", &whole);
    bench.change("NearestCentroid", |row| {
        // All wrong.
        row.repeats[0].accuracy = 0.0;
        row.mean_accuracy = Some(0.0);
        let correct = row.repeats[0].correct.as_mut().unwrap();
        let n_chars = correct.trim_end_matches('=').len();
        correct.replace_range(..n_chars, &"A".repeat(n_chars));
    });
    let output = bench.call(&["compare", "table.jsonl", "other.jsonl"]);
    assert_code(&output, 0);
    let text = stdout(&output);
    assert!(
        text.contains("9 rows on both sides: A is better in 0, worse in 1"),
        "{text}"
    );
    let output = bench.call(&["compare", "table.jsonl", "other.jsonl", "--format", "json"]);
    let comparison: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(comparison["rows"].as_array().unwrap().len(), N_JOBS);
    assert_eq!(comparison["rows"][0]["is_paired"], true);
    // Nobody published figures of the demo set.
    for figures in ["published", "sklearn"] {
        let output = bench.call(&["compare", figures, "table.jsonl"]);
        assert_code(&output, 2);
        let told = stderr(&output);
        assert!(
            told.contains("rows of different data cannot be compared"),
            "{told}"
        );
    }
    let output = bench.call(&["compare", "published", "sklearn"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("one of A and B must be a results table"));
}

/// Puts the rows of a table under other data.
fn on_other_data(row: &mut Record) {
    row.dataset.files[0].sha256 = "11".repeat(32);
}

#[test]
fn tables_of_other_data_are_not_compared() {
    let bench = with_table();
    let whole = bench.text("table.jsonl");
    let mut others = bench.records("table.jsonl");
    others.iter_mut().for_each(on_other_data);
    let lines: Vec<_> = others
        .iter()
        .map(|row| serde_json::to_string(row).unwrap() + "\n")
        .collect();
    bench.write("other.jsonl", &lines.concat());
    let output = bench.call(&["compare", "table.jsonl", "other.jsonl"]);
    assert_code(&output, 2);
    let told = stderr(&output);
    assert!(
        told.contains("A is of demo ") && told.contains("B is of demo "),
        "{told}"
    );
    assert_eq!(stdout(&output), "");
    // Joined, each data set is compared with itself, whatever the order.
    bench.write("joined.jsonl", &format!("{whole}{}", lines.concat()));
    for args in [
        ["table.jsonl", "joined.jsonl"],
        ["joined.jsonl", "other.jsonl"],
    ] {
        let output = bench.call(&[&["compare"], &args[..], &["--format", "json"]].concat());
        assert_code(&output, 0);
        let comparison: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert_eq!(comparison["rows"].as_array().unwrap().len(), N_JOBS);
        assert_eq!(comparison["datasets"].as_array().unwrap().len(), 1);
    }
    // Nor does it renew a reference.
    bench.record("GaussianNB");
    let before = bench.text("reference.json");
    bench.write("table.jsonl", &lines.concat());
    let output = bench.check(&["--update"]);
    assert_code(&output, 2);
    assert!(
        stderr(&output).contains("the reference is of demo "),
        "{}",
        stderr(&output)
    );
    assert_eq!(bench.text("reference.json"), before);
}

#[test]
fn scores_that_weigh_classes_are_compared_by_resampling() {
    let bench = with_table();
    fs::copy(bench.path("table.jsonl"), bench.path("other.jsonl")).unwrap();
    bench.change("NearestCentroid", one_image_less);
    let compared = |score: &str| {
        bench.call(&[
            "compare",
            "other.jsonl",
            "table.jsonl",
            "--score",
            score,
            "--format",
            "json",
        ])
    };
    // The changed row keeps a hash that is not that of its labels.
    let output = compared("f1-macro");
    assert_code(&output, 2);
    let error = stderr(&output);
    assert!(
        error.contains(
            "the predictions of NearestCentroid() cannot be read: the labels do not have the hash"
        ),
        "{error}"
    );
    fs::copy(bench.path("other.jsonl"), bench.path("table.jsonl")).unwrap();
    for score in ["balanced-accuracy", "matthews", "kappa"] {
        let output = compared(score);
        assert_code(&output, 0);
        let found: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(found["score"], score.replace('-', "_"));
        let rows = found["rows"].as_array().unwrap();
        assert_eq!(rows.len(), N_JOBS);
        for row in rows {
            assert_eq!((&row["mean"], &row["p"]), (&0.0.into(), &1.0.into()));
            assert!(row["score_a"].as_f64().unwrap() > 0.1);
        }
    }
    let rows = bench.records("table.jsonl");
    let id = |name: &str| {
        rows.iter()
            .find(|row| row.name == name)
            .unwrap()
            .id
            .to_string()
    };
    let (a, b) = (id("NearestCentroid"), id("ExtraTreeClassifier"));
    let output = bench.call(&[
        "compare",
        "table.jsonl",
        "--rows",
        &a,
        &b,
        "--score",
        "f1-macro",
    ]);
    assert_code(&output, 0);
    assert!(
        stdout(&output).contains("), macro F1"),
        "{}",
        stdout(&output)
    );
    let output = bench.call(&["compare", "table.jsonl", "sklearn", "--score", "kappa"]);
    assert_code(&output, 2);
    assert!(
        stderr(&output).contains("accuracies alone"),
        "{}",
        stderr(&output)
    );
}
