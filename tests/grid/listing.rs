//! `fashion-bench list` and `fashion-bench config`, through the binary.

use std::path::Path;

use assert_cmd::Command;
use fashion_bench::catalog;
use serde_json::Value;

fn run(args: &[&str]) -> String {
    let mut command = Command::cargo_bin("fashion-bench").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let assert = command.current_dir(root).args(args).assert().success();
    String::from_utf8(assert.get_output().stdout.clone()).unwrap()
}

fn refused(args: &[&str]) -> String {
    let mut command = Command::cargo_bin("fashion-bench").unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let assert = command.current_dir(root).args(args).assert().code(2);
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// A config in a folder of its own.
fn written(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.json");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

#[test]
fn the_list_closes_with_a_count_of_everything() {
    let text = run(&["list", "tests/grid/original_baselines.json"]);
    let counts = text.lines().rev().nth(1).unwrap();
    assert!(counts.starts_with("combinations: 143; "), "{counts}");
    let settings = text.lines().next_back().unwrap();
    assert!(
        settings.ends_with("dataset: fashion-mnist, seed: 0, defaults: sklearn-1.5"),
        "{settings}"
    );
}

#[test]
fn the_listing_for_machines_has_the_documented_fields() {
    let text = run(&["list", "configs/baselines.json", "--json"]);
    let listing: Value = serde_json::from_str(&text).unwrap();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    assert_eq!(
        keys(&listing),
        ["counts", "jobs", "refused", "settings", "version"]
    );
    assert_eq!(listing["version"], 1);
    assert_eq!(listing["settings"]["defaults"], "sklearn-0.19");
    let expected = [
        "aliases",
        "combinations",
        "invalid",
        "jobs",
        "not_implemented",
    ];
    assert_eq!(keys(&listing["counts"]), expected);
    assert_eq!(listing["counts"]["combinations"], 143);
    let count = |key: &str| listing["counts"][key].as_u64().unwrap() as usize;
    assert_eq!(count("jobs"), listing["jobs"].as_array().unwrap().len());
    let refused = listing["refused"].as_array().unwrap();
    assert_eq!(count("invalid") + count("not_implemented"), refused.len());
    for refusal in refused {
        assert_eq!(keys(refusal), ["kind", "name", "parameter", "reason"]);
    }
    for job in listing["jobs"].as_array().unwrap() {
        let expected = [
            "aliases",
            "cost",
            "family",
            "id",
            "name",
            "notes",
            "parameter",
            "path",
            "resolved",
        ];
        assert_eq!(keys(job), expected);
        assert_eq!(keys(&job["cost"]), ["cpu_s", "memory_bytes"]);
    }
}

#[test]
fn jobs_show_what_the_config_sets_and_with_full_everything() {
    for spec in &catalog::ESTIMATORS {
        // Some cannot do without other classifiers, or with features below 0.
        let axes = match spec.name {
            "StackingClassifier" | "VotingClassifier" => {
                r#"{"estimators": [[["nb", {"GaussianNB": {}}]]]}"#
            }
            _ => "",
        };
        let (_folder, path) = written(&format!(
            r#"{{"scaling": "none", "classifiers": {{"{}": [{axes}]}}}}"#,
            spec.name
        ));
        let short = run(&["list", &path]);
        let job = short.lines().nth(1).unwrap();
        assert!(job.contains(&format!("  {}(", spec.name)), "{job}");
        let listing: Value = serde_json::from_str(&run(&["list", &path, "--json"])).unwrap();
        assert!(job.starts_with(listing["jobs"][0]["id"].as_str().unwrap()));
        let full = run(&["list", &path, "--full"]);
        for name in listing["jobs"][0]["resolved"].as_object().unwrap().keys() {
            assert!(full.contains(&format!("{name}=")), "{name} in {full}");
        }
    }
}

#[test]
fn what_is_not_run_is_listed_with_its_reason() {
    let (_folder, path) = written(
        r#"{"classifiers": {"OneVsRestClassifier": [{"n_jobs": [1]}, {"verbose": [true]}]}}"#,
    );
    let expected = "id                    time    memory  job\n\
        \n\
        not run:\n  \
          OneVsRestClassifier(n_jobs=1, verbose=true): not implemented yet\n\
        \n\
        combinations: 1; jobs: 0, aliases of them: 0; not run: 0 invalid, 1 not implemented yet\n\
        predicted: < 0.1 s of one core per repeat, the largest job 0 MB; repeats: 1, \
        dataset: fashion-mnist, seed: 0, defaults: sklearn-1.5\n";
    assert_eq!(run(&["list", &path]), expected);
}

#[test]
fn the_profile_and_the_filter_are_taken_from_the_command_line() {
    let config = "configs/baselines.json";
    let text = run(&[
        "list",
        config,
        "--defaults",
        "sklearn-1.5",
        "--filter",
        "Perceptron",
    ]);
    assert!(text.contains("\ncombinations: 3; "), "{text}");
    assert!(text.ends_with("defaults: sklearn-1.5\n"), "{text}");
    let wrong = refused(&["list", config, "--defaults", "sklearn-2"]);
    let expected = "`defaults` must be one of \"sklearn-1.5\", \"sklearn-0.19\", got \"sklearn-2\"";
    assert!(wrong.contains(expected), "{wrong}");
    let wrong = refused(&["list", config, "--filter", "C="]);
    assert!(wrong.contains("the filter's `C=` lacks a value"), "{wrong}");
    let wrong = refused(&["list", config, "--filter", "C=3 SVC"]);
    assert!(
        wrong.contains("the filter `C=3 SVC` fits none of the"),
        "{wrong}"
    );
}

#[test]
fn config_schema_prints_the_committed_schema() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let committed = std::fs::read_to_string(root.join("docs/config.schema.json")).unwrap();
    assert_eq!(run(&["config", "schema"]), committed);
}
