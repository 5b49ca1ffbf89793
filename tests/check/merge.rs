//! Tables of shards put together.

use super::*;

#[test]
fn shards_merged_are_the_rows_of_one_run() {
    let bench = with_table();
    let whole = answers(&bench.records("table.jsonl"));
    assert_eq!(whole.len(), N_JOBS);
    for n_shards in [2, 3] {
        let tables: Vec<_> = (1..=n_shards)
            .map(|i| format!("{i}of{n_shards}.jsonl"))
            .collect();
        let mut n_rows = 0;
        for (i, table) in (1..).zip(&tables) {
            let shard = format!("{i}/{n_shards}");
            assert_code(&bench.run(&["--shard", &shard, "--results", table]), 0);
            n_rows += bench.records(table).len();
        }
        assert_eq!(n_rows, N_JOBS, "every job in exactly one shard");
        let mut args = vec!["merge", "--out", "merged.jsonl"];
        args.extend(tables.iter().map(String::as_str));
        // A shard that ran twice, as after a lost machine.
        args.push(&tables[0]);
        let output = bench.call(&args);
        assert_code(&output, 0);
        assert!(stderr(&output).starts_with(&format!("{N_JOBS} rows of")));
        assert_eq!(bench.records("merged.jsonl").len(), N_JOBS);
        assert_eq!(answers(&bench.records("merged.jsonl")), whole);
    }
    bench.record("GaussianNB");
    let output = bench.call(&[
        "check",
        "merged.jsonl",
        "--reference",
        "reference.json",
        "--json",
    ]);
    let report: Value = serde_json::from_str(&stdout(&output)).unwrap();
    for finding in report["findings"].as_array().unwrap() {
        assert_eq!(finding["found"], finding["expected"], "{finding}");
    }
}

#[test]
fn a_conflict_is_reported_and_both_rows_are_kept() {
    let bench = with_table();
    let whole = bench.text("table.jsonl");
    bench.change("NearestCentroid", one_image_less);
    bench.write("other.jsonl", &whole);
    let output = bench.call(&["merge", "table.jsonl", "other.jsonl"]);
    assert_code(&output, 1);
    assert_eq!(stdout(&output).lines().count(), N_JOBS + 1);
    let told = stderr(&output);
    assert!(told.starts_with("conflict: "), "{told}");
    assert!(told.contains("NearestCentroid() with seed 0"), "{told}");
    assert!(told.contains("in other.jsonl"), "{told}");
    assert_code(&bench.call(&["merge", "table.jsonl", "missing.jsonl"]), 2);
    let cut = &whole[..whole.len() - 9];
    bench.write("torn.jsonl", cut);
    let output = bench.call(&["merge", "torn.jsonl"]);
    assert_code(&output, 2);
    assert!(stderr(&output).contains("torn.jsonl:9 is torn"));
}
