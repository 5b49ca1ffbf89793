//! Kinds of bad config, each with its exact message, in the library and through the binary.

mod cases;
#[path = "../grid/fakes.rs"]
mod fakes;

use std::collections::BTreeSet;
use std::path::Path;

use assert_cmd::Command;
use cases::{Case, FORM, MEANING, PARAMETERS};
use fashion_bench::grid::{self, Overrides};

fn all() -> impl Iterator<Item = &'static Case> {
    FORM.iter().chain(MEANING).chain(PARAMETERS)
}

/// Runs `list` and returns standard error; the exit code must be 2, standard output empty.
fn refused_by_list(args: &[&str], folder: &Path) -> String {
    let mut command = Command::cargo_bin("fashion-bench").expect("the binary is built");
    let assert = command
        .current_dir(folder)
        .arg("list")
        .args(args)
        .assert()
        .code(2)
        .stdout("");
    String::from_utf8(assert.get_output().stderr.clone()).expect("messages are UTF-8")
}

#[test]
fn there_are_at_least_forty_kinds_each_with_its_own_name() {
    let names: BTreeSet<_> = all().map(|case| case.name).collect();
    assert_eq!(names.len(), all().count());
    assert!(names.len() >= 40, "{}", names.len());
}

#[test]
fn every_bad_config_is_refused_with_its_message() {
    let mut wrong = Vec::new();
    for case in all() {
        // Text that is not UTF-8 is refused when the file is read.
        let Ok(text) = std::str::from_utf8(case.text) else {
            continue;
        };
        let plan = grid::parse(text, "x.json", &Overrides::default(), &fakes::ESTIMATORS);
        let error = plan.expect_err(case.name).to_string();
        if error != format!("x.json:{}", case.message) {
            wrong.push(format!(
                "{}\n  expected {}\n  got      {error}",
                case.name, case.message
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_program_prints_the_message_and_exits_with_2() {
    let folder = tempfile::tempdir().unwrap();
    for case in FORM.iter().chain(MEANING) {
        let name = format!("{}.json", case.name);
        std::fs::write(folder.path().join(&name), case.text).unwrap();
        let printed = refused_by_list(&[&name], folder.path());
        assert_eq!(printed, format!("error: {name}:{}\n", case.message));
    }
}

#[test]
fn files_that_are_not_configs_are_refused_with_their_message() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("quick.json"), "{}").unwrap();
    std::fs::create_dir(path("configs")).unwrap();
    std::fs::write(path("images.json"), vec![b' '; (1 << 24) + 1]).unwrap();
    let cases = [
        (
            "quik.json",
            "there is no config file quik.json; did you mean `quick.json`?",
        ),
        ("nowhere/a.json", "there is no config file nowhere/a.json"),
        (
            "configs",
            "configs is a directory; name the config file in it",
        ),
        (
            "images.json",
            "images.json is larger than 16777216 bytes; expected a config in JSON",
        ),
        (
            "quick.json/a.json",
            "cannot read the config quick.json/a.json: Not a directory (os error 20)",
        ),
    ];
    for (name, message) in cases {
        let printed = refused_by_list(&[name], folder.path());
        assert_eq!(printed, format!("error: {message}\n"));
    }
}
