use std::thread;

use super::*;
use crate::results::SCHEMA_VERSION;
use crate::results::fixture::record;

fn in_directory(test: impl FnOnce(&Path, Table)) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("results").join("demo.jsonl");
    test(directory.path(), Table::new(path));
}

fn names(table: &Table) -> Vec<String> {
    let rows = table.read().unwrap();
    rows.iter()
        .map(|row| row.record().unwrap().name.clone())
        .collect()
}

fn asides(table: &Table) -> Vec<Vec<u8>> {
    fs::read_dir(table.path().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains(".jsonl.torn-"))
        .map(|path| fs::read(path).unwrap())
        .collect()
}

#[test]
fn a_table_without_a_file_has_no_rows() {
    in_directory(|_, table| assert_eq!(table.read().unwrap(), []));
}

#[test]
fn rows_come_back_as_they_were_appended() {
    in_directory(|_, table| {
        let rows = [record("A", &[0.5]), record("B", &[0.25, 0.75])];
        for row in &rows {
            table.append(row).unwrap();
        }
        let read = table.read().unwrap();
        assert_eq!(read[0].record(), Some(&rows[0]));
        assert_eq!(read[1].record(), Some(&rows[1]));
        assert_eq!((read[0].line, read[1].line), (1, 2));
        // A reader of its own sees the same.
        assert_eq!(Table::new(table.path()).read().unwrap(), read);
    });
}

#[test]
fn rows_of_other_writers_are_seen_at_the_next_read() {
    in_directory(|_, table| {
        table.append(&record("A", &[0.5])).unwrap();
        assert_eq!(names(&table), ["A"]);
        Table::new(table.path())
            .append(&record("B", &[0.5]))
            .unwrap();
        assert_eq!(names(&table), ["A", "B"]);
    });
}

#[test]
fn threads_and_tables_appending_at_once_lose_nothing() {
    in_directory(|_, table| {
        thread::scope(|scope| {
            for writer in 0..4 {
                let shared = &table;
                scope.spawn(move || {
                    let own = Table::new(shared.path());
                    for row in 0..10 {
                        let name = format!("{writer}-{row}");
                        let table = if writer % 2 == 0 { shared } else { &own };
                        table.append(&record(&name, &[0.5])).unwrap();
                        table.read().unwrap();
                    }
                });
            }
        });
        let mut found = names(&table);
        found.sort_unstable();
        let mut expected: Vec<_> = (0..4)
            .flat_map(|writer| (0..10).map(move |row| format!("{writer}-{row}")))
            .collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
    });
}

#[test]
fn a_torn_last_line_is_reported_and_set_aside_by_the_next_append() {
    in_directory(|_, table| {
        table.append(&record("A", &[0.5])).unwrap();
        let whole = fs::read(table.path()).unwrap();
        for cut in [1, whole.len() / 2, whole.len() - 2] {
            fs::write(table.path(), [&whole[..], &whole[..cut]].concat()).unwrap();
            let table = Table::new(table.path());
            assert_eq!(names(&table), ["A"]);
            let expected = Torn {
                line: 2,
                offset: whole.len() as u64,
                n_bytes: cut as u64,
            };
            assert_eq!(table.torn(), Some(expected));
            table.append(&record("B", &[0.5])).unwrap();
            assert_eq!(names(&table), ["A", "B"]);
            assert_eq!(table.torn(), None);
            assert!(asides(&table).contains(&whole[..cut].to_vec()));
        }
        assert_eq!(asides(&table).len(), 3);
    });
}

#[test]
fn a_complete_last_row_without_its_line_feed_is_kept() {
    in_directory(|_, table| {
        table.append(&record("A", &[0.5])).unwrap();
        table.append(&record("B", &[0.5])).unwrap();
        let mut bytes = fs::read(table.path()).unwrap();
        bytes.pop();
        fs::write(table.path(), bytes).unwrap();
        let reader = Table::new(table.path());
        assert_eq!(names(&reader), ["A", "B"]);
        assert_eq!(names(&reader), ["A", "B"]);
        reader.append(&record("C", &[0.5])).unwrap();
        assert_eq!(names(&reader), ["A", "B", "C"]);
        assert_eq!(names(&Table::new(table.path())), ["A", "B", "C"]);
        assert_eq!(asides(&table), Vec::<Vec<u8>>::new());
    });
}

#[test]
fn any_other_malformed_line_is_refused_with_its_place() {
    in_directory(|_, table| {
        table.append(&record("A", &[0.5])).unwrap();
        let whole = fs::read_to_string(table.path()).unwrap();
        let schema = format!("\"schema\":{SCHEMA_VERSION}");
        let unknown = whole.replacen(&schema, &format!("{schema},\"colour\":2"), 1);
        let newer = whole.replacen(&schema, "\"schema\":999", 1);
        for (bad, reason) in [
            ("nonsense\n", "expected"),
            (unknown.as_str(), "unknown field `colour`"),
            (newer.as_str(), "got schema 999"),
            ("{\"name\":\"SVC\"}\n", "missing field"),
        ] {
            fs::write(table.path(), format!("{whole}{bad}{whole}")).unwrap();
            let table = Table::new(table.path());
            for _ in 0..2 {
                let error = table.read().unwrap_err();
                let place = format!("{}:2 is not a row", table.path().display());
                assert!(error.to_string().starts_with(&place), "{error}");
                let source = std::error::Error::source(&error).unwrap().to_string();
                assert!(source.contains(reason), "{source}");
            }
            assert!(table.append(&record("B", &[0.5])).is_err());
        }
    });
}

#[test]
fn lines_of_the_original_benchmark_are_read() {
    in_directory(|_, table| {
        table.append(&record("A", &[0.5])).unwrap();
        let line = r#"{"done_time": 1503568500, "mean_accuracy": 0.7935, "name": "DecisionTreeClassifier", "num_repeat": 2, "parameter": {"criterion": "entropy", "hidden": [100]}, "score": [0.793, 0.794], "start_time": 1503568449, "std_accuracy": 0.001, "time_per_repeat": 25}"#;
        let mut bytes = fs::read_to_string(table.path()).unwrap();
        bytes.push_str(line);
        bytes.push('\n');
        fs::write(table.path(), bytes).unwrap();
        let rows = table.read().unwrap();
        let RowKind::Original(original) = &rows[1].kind else {
            panic!("expected an original row, got {:?}", rows[1]);
        };
        assert_eq!(original.name, "DecisionTreeClassifier");
        assert_eq!(original.score, [0.793, 0.794]);
    });
}

#[test]
fn a_row_is_appended_once_if_that_is_asked_for() {
    in_directory(|_, table| {
        let (first, second) = (record("A", &[0.5]), record("A", &[0.25]));
        let is_same = |other: &Record| other.name == "A";
        assert_eq!(
            table.append_unless(&first, &is_same, &|_| true).unwrap(),
            None
        );
        let there = Table::new(table.path()).append_unless(&second, &is_same, &|_| true);
        assert_eq!(there.unwrap().as_ref(), Some(&first));
        assert_eq!(names(&table), ["A"]);
        table.append(&second).unwrap();
        assert_eq!(table.find_last(&is_same).unwrap(), Some(second));
    });
}

#[test]
fn a_row_that_could_not_be_read_back_is_not_written() {
    in_directory(|_, table| {
        let mut row = record("A", &[0.5]);
        row.repeats[0].fit.loss_curve = vec![f64::NAN];
        let error = table.append(&row).unwrap_err();
        assert!(matches!(error, TableError::Unreadable { .. }), "{error}");
        assert_eq!(table.read().unwrap(), []);
    });
}

#[test]
fn a_table_that_cannot_be_opened_is_named() {
    in_directory(|directory, _| {
        let error = Table::new(directory).create().unwrap_err();
        let expected = format!("the results table {} is a directory", directory.display());
        assert!(error.to_string().starts_with(&expected), "{error}");
    });
}

fn without_locks(_: &File) -> std::io::Result<()> {
    Err(std::io::Error::from_raw_os_error(nix::libc::ENOLCK))
}

#[test]
fn a_file_system_without_locks_is_refused_unless_there_is_one_writer() {
    in_directory(|_, table| {
        let locks = Locks {
            exclusive: without_locks,
            shared: without_locks,
        };
        let path = table.path();
        let many = || Table {
            locks,
            ..Table::new(path)
        };
        for error in [
            many().create().unwrap_err(),
            many().append(&record("A", &[0.5])).unwrap_err(),
        ] {
            assert!(error.to_string().ends_with("pass --no-lock"), "{error}");
        }
        let one = many().writers(Writers::One);
        one.create().unwrap();
        one.append(&record("A", &[0.5])).unwrap();
        // Whoever reads needs no lock.
        assert_eq!(names(&many()), ["A"]);
    });
}

#[test]
fn a_device_is_no_table() {
    for path in ["/dev/zero", "/dev/full"] {
        let table = Table::new(path);
        for error in [
            table.create().unwrap_err(),
            table.read().unwrap_err(),
            table.append(&record("A", &[0.5])).unwrap_err(),
        ] {
            assert!(error.to_string().contains("is a device"), "{error}");
        }
    }
}

#[test]
fn a_stream_gets_the_rows_and_holds_those_of_this_run() {
    let (mut reader, writer) = std::io::pipe().unwrap();
    let table = Table::to_stream("standard output", Box::new(writer));
    table.create().unwrap();
    table.append(&record("A", &[0.5])).unwrap();
    table.append(&record("B", &[0.5])).unwrap();
    assert_eq!(names(&table), ["A", "B"]);
    drop(table);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    let sent: Vec<Record> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(sent, [record("A", &[0.5]), record("B", &[0.5])]);
}

#[test]
fn whoever_concludes_something_reads_a_whole_table() {
    in_directory(|_, table| {
        assert!(table.read_whole().is_err(), "there is no file");
        table.append(&record("A", &[0.5])).unwrap();
        assert_eq!(table.read_whole().unwrap().len(), 1);
        let whole = fs::read(table.path()).unwrap();
        fs::write(table.path(), [&whole[..], &whole[..9]].concat()).unwrap();
        let error = Table::new(table.path()).read_whole().unwrap_err();
        assert!(error.to_string().contains(":2 is torn"), "{error}");
    });
}
