//! The program in a folder that has nothing of its repository.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn bench(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fashion-bench"))
        .args(args)
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).unwrap()
}

#[test]
fn a_config_to_begin_with_is_written_once_and_can_be_run() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let made = bench(folder, &["init", "mine.json"]);
    assert!(made.status.success(), "{made:?}");
    let next = "fashion-bench run mine.json --results mine.jsonl";
    assert!(text(&made.stdout).contains(next), "{made:?}");
    let again = bench(folder, &["init", "mine.json", "--from", "linfa"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(
        text(&again.stderr).contains("mine.json is there already"),
        "{again:?}"
    );
    let run = bench(
        folder,
        &[
            "run",
            "mine.json",
            "--dataset",
            "demo",
            "--filter",
            "GaussianNB",
            "--repeats",
            "1",
            "--results",
            "mine.jsonl",
        ],
    );
    assert!(run.status.success(), "{run:?}");
    let rows = fs::read_to_string(folder.join("mine.jsonl")).unwrap();
    assert_eq!(rows.lines().count(), 1);
    // A written config stands for the jobs of the one inside.
    let jobs = |config| {
        let listed = bench(folder, &["list", config, "--json"]);
        let listing: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        listing["jobs"].clone()
    };
    assert_eq!(jobs("mine.json"), jobs("builtin:quick"));
}

#[test]
fn references_inside_judge_a_table_and_are_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let one = ["--dataset", "demo", "--filter", "GaussianNB"];
    let run = ["run", "builtin:quick", "--results", "t.jsonl"];
    assert!(bench(folder, &[&run[..], &one].concat()).status.success());
    let check = ["check", "t.jsonl", "--reference"];
    let judged = bench(folder, &[&check[..], &["builtin:quick"]].concat());
    // The demo set's rows are not those of the reference.
    assert_eq!(judged.status.code(), Some(2), "{judged:?}");
    let update = bench(
        folder,
        &[&check[..], &["builtin:quick", "--update"]].concat(),
    );
    assert_eq!(update.status.code(), Some(2));
    assert!(text(&update.stderr).contains("is inside the program; name a file"));
    assert!(!folder.join("builtin:quick").exists());
    let none = bench(folder, &[&check[..], &["builtin:slow"]].concat());
    assert!(text(&none.stderr).contains("there are quick, ci, mnist-ci, baselines"));
}

#[test]
fn completions_and_manual_pages_name_every_subcommand() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for shell in ["bash", "zsh", "fish"] {
        let script = bench(folder, &["completions", shell]);
        assert!(text(&script.stdout).contains("estimators"), "{shell}");
    }
    assert!(bench(folder, &["man", "man1"]).status.success());
    let page = fs::read_to_string(folder.join("man1/fashion-bench-check.1")).unwrap();
    assert!(page.contains("reference"));
    let version = bench(folder, &["--version"]);
    let version = text(&version.stdout);
    assert!(
        version.contains("revision") && version.contains("instructions"),
        "{version}"
    );
}
