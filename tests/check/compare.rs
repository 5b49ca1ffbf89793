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
