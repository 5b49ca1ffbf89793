//! Files that nobody should trust, and ones that cannot be written.

use super::*;

#[test]
fn hostile_text_in_a_table_reaches_no_terminal_and_no_ci_system() {
    let bench = with_table();
    bench.record("GaussianNB");
    let hostile = "]]>\u{1b}[2J\r\n::error::fake%0A|<b>";
    bench.change("NearestCentroid", |row| {
        row.status = Status::Failed;
        row.reason = Some(hostile.to_owned());
        row.parameter.insert(hostile.to_owned(), hostile.into());
    });
    bench.write("other.jsonl", &bench.text("table.jsonl"));
    let calls: [&[&str]; 6] = [
        &[
            "check",
            "table.jsonl",
            "--reference",
            "reference.json",
            "--junit",
            "j.xml",
        ],
        &["show", "table.jsonl"],
        &[
            "compare",
            "table.jsonl",
            "other.jsonl",
            "--format",
            "markdown",
        ],
        &[
            "merge",
            "table.jsonl",
            "other.jsonl",
            "--out",
            "merged.jsonl",
        ],
        &["results", "validate", "table.jsonl"],
        &["report", "table.jsonl", "--out", "report"],
    ];
    for args in calls {
        let output = bench
            .program(args)
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", bench.path("summary.md"))
            .output()
            .unwrap();
        for text in [stdout(&output), stderr(&output)] {
            assert!(
                !text.chars().any(|c| c.is_control() && c != '\n'),
                "{args:?}: {text}"
            );
            assert!(!text.contains("\n::error::fake"), "{args:?}: {text}");
        }
    }
    for file in [
        "j.xml",
        "summary.md",
        "report/README.md",
        "report/index.html",
    ] {
        let text = bench.text(file);
        assert!(
            !text.contains('\u{1b}') && !text.contains("fake%0A|<b>"),
            "{file}"
        );
    }
}

#[test]
fn only_whole_regular_files_are_judged() {
    let bench = with_table();
    bench.record("GaussianNB");
    let whole = bench.text("table.jsonl");
    bench.write("table.jsonl", &format!("{whole}{}", &whole[..99]));
    for args in [
        &["check", "table.jsonl", "--reference", "reference.json"][..],
        &["compare", "table.jsonl", "table.jsonl"],
    ] {
        let output = bench.call(args);
        assert_code(&output, 2);
        assert!(
            stderr(&output).contains("table.jsonl:10 is torn"),
            "{}",
            stderr(&output)
        );
    }
    for device in ["/dev/zero", "/dev/full", "."] {
        for args in [
            &["check", device, "--reference", "reference.json"][..],
            &["compare", device, "table.jsonl"],
            &["merge", device],
            &["show", device],
            &["report", device],
            &["results", "validate", device],
        ] {
            let output = bench.call(args);
            assert_code(&output, 2);
            assert!(stderr(&output).contains("not a regular file"), "{args:?}");
        }
    }
}

#[test]
fn files_that_cannot_be_written_do_not_cost_the_verdict() {
    let bench = with_table();
    bench.record("GaussianNB");
    bench.change("NearestCentroid", one_image_less);
    bench.write("file", "");
    for args in [["--junit", "file/j.xml"], ["--junit", "/dev/full"]] {
        let output = bench.check(&args);
        assert_code(&output, 2);
        assert!(stdout(&output).contains("REGRESSION  NearestCentroid"));
        assert!(
            stderr(&output).contains("error: cannot write "),
            "{}",
            stderr(&output)
        );
    }
    let args = ["check", "table.jsonl", "--reference", "reference.json"];
    let output = bench
        .program(&args)
        .env("GITHUB_STEP_SUMMARY", bench.path("no/folder.md"))
        .output()
        .unwrap();
    assert_code(&output, 2);
    assert!(stdout(&output).contains("REGRESSION  NearestCentroid"));
}
