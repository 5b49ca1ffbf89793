//! Files on disk: formats, identity, refusals.

use std::fs;
use std::path::Path;

use fashion_bench::dataset::{
    DatasetError, DatasetName, DatasetRequest, Event, RawDataset, RawSplit, Remedy, load,
};

use crate::support::{
    FILE_NAMES, bytes_of, custom, files_of, gzip, idx, load_quietly, split, write_files,
};

#[test]
fn plain_and_gzipped_files_give_the_same_data_and_content_hashes() {
    let (train, test) = (split(13, 5, 7, 4), split(6, 5, 7, 4));
    let loaded = [false, true].map(|is_gzip| {
        let dir = tempfile::tempdir().unwrap();
        write_files(dir.path(), &files_of(&train, &test), is_gzip);
        load_quietly(&custom(dir.path())).unwrap()
    });
    for raw in &loaded {
        assert_eq!((&raw.train, &raw.test), (&train, &test));
        assert_eq!(raw.class_names, ["0", "1", "2", "3"]);
        let identity = &raw.identity;
        assert_eq!((identity.name.as_str(), identity.n_train), ("custom", 13));
        assert_eq!((&identity.revision, identity.n_test), (&None, 6));
    }
    let [plain, gzipped] = loaded.map(|raw| raw.identity.files);
    for (plain, gzipped) in plain.iter().zip(&gzipped) {
        assert_eq!(plain.sha256, gzipped.sha256);
        assert_ne!(plain.md5, gzipped.md5);
        assert_eq!(format!("{}.gz", plain.name), gzipped.name);
    }
}

#[test]
fn custom_data_are_accepted_with_a_warning_and_only_if_allowed() {
    let dir = tempfile::tempdir().unwrap();
    let files = files_of(&split(20, 28, 28, 10), &split(10, 28, 28, 10));
    write_files(dir.path(), &files, true);
    let mut warnings = Vec::new();
    load(&custom(dir.path()), &mut |event| {
        if event.is_warning() {
            warnings.push(event);
        }
    })
    .unwrap();
    let dir_path = dir.path().to_owned();
    assert_eq!(warnings, [Event::CustomData { dir: dir_path }]);

    let strict = DatasetRequest {
        allow_custom: false,
        ..custom(dir.path())
    };
    let error = load_quietly(&strict).unwrap_err();
    assert!(matches!(error, DatasetError::WrongHash { .. }), "{error}");
    // Broken data are no reason to take the demo set.
    let auto = DatasetRequest {
        name: DatasetName::Auto,
        ..strict
    };
    let error = load_quietly(&auto).unwrap_err();
    assert!(matches!(error, DatasetError::WrongHash { .. }), "{error}");
}

/// The error for these files in a directory of their own.
fn error_of(files: &[Vec<u8>; 4], allow_custom: bool) -> String {
    let dir = tempfile::tempdir().unwrap();
    write_files(dir.path(), files, false);
    let request = DatasetRequest {
        allow_custom,
        ..custom(dir.path())
    };
    let error = load_quietly(&request).unwrap_err();
    let prefix = format!("{}/", dir.path().display());
    error.to_string().replace(&prefix, "")
}

#[test]
fn counts_sizes_and_labels_that_do_not_fit_are_named() {
    let (train, test) = (split(20, 28, 28, 10), split(10, 28, 28, 10));
    let mut files = files_of(&train, &test);
    files[1] = idx(&[19], &[0; 19]);
    assert_eq!(
        error_of(&files, false),
        "train-labels-idx1-ubyte: expected 20 labels, one for each image of \
         train-images-idx3-ubyte, found 19"
    );
    let files = files_of(&split(20, 27, 28, 10), &test);
    assert_eq!(
        error_of(&files, false),
        "train-images-idx3-ubyte: expected images of 28 x 28 pixels, found 27 x 28"
    );
    assert_eq!(
        error_of(&files, true),
        "t10k-images-idx3-ubyte: expected images of 27 x 28 pixels, found 28 x 28"
    );
    let files = files_of(&split(20, 28, 28, 11), &test);
    assert_eq!(
        error_of(&files, false),
        "train-labels-idx1-ubyte: expected labels from 0 to 9, found 10 at position 10"
    );
}

#[test]
fn an_incomplete_directory_is_reported_and_not_used() {
    let dir = tempfile::tempdir().unwrap();
    let files = files_of(&split(20, 28, 28, 10), &split(10, 28, 28, 10));
    write_files(dir.path(), &files, true);
    fs::remove_file(dir.path().join("t10k-labels-idx1-ubyte.gz")).unwrap();
    let error = load_quietly(&custom(dir.path())).unwrap_err();
    let DatasetError::NotFound(absence) = error else {
        panic!("{error}");
    };
    assert_eq!(absence.missing, ["t10k-labels-idx1-ubyte"]);
    assert_eq!(absence.place.dir(), dir.path());
    // The other three are no published files: a download is not what mends it.
    assert!(
        matches!(&absence.remedy, Remedy::Complete(files) if files.len() == 3),
        "{absence}"
    );
}

/// `split` as a CSV file.
fn csv_of(split: &RawSplit) -> String {
    let n_features = split.n_features();
    let names = (1..=n_features).map(|i| format!(",pixel{i}"));
    let mut text = format!("label{}\n", names.collect::<String>());
    for (label, pixels) in split.labels.iter().zip(bytes_of(split).chunks(n_features)) {
        let pixels = pixels.iter().map(|pixel| format!(",{pixel}"));
        text += &format!("{label}{}\n", pixels.collect::<String>());
    }
    text
}

fn write_csv(dir: &Path, train: &str, test: &str) {
    fs::write(dir.join("fashion-mnist_train.csv"), train).unwrap();
    fs::write(dir.join("fashion-mnist_test.csv"), test).unwrap();
}

#[test]
fn the_csv_form_gives_the_same_data_and_content_hashes_as_idx() {
    let (train, test) = (split(12, 6, 6, 10), split(5, 6, 6, 10));
    let (idx_dir, csv_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write_files(idx_dir.path(), &files_of(&train, &test), true);
    write_csv(csv_dir.path(), &csv_of(&train), &csv_of(&test));
    let from_idx = load_quietly(&custom(idx_dir.path())).unwrap();
    let from_csv = load_quietly(&custom(csv_dir.path())).unwrap();
    assert_eq!(from_csv.train, from_idx.train);
    assert_eq!(from_csv.test, from_idx.test);
    let hashes = |raw: &RawDataset| {
        raw.identity
            .files
            .iter()
            .map(|file| file.sha256.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(hashes(&from_csv), hashes(&from_idx));
    assert_eq!(
        from_csv.identity.files[1].name,
        "fashion-mnist_train.csv (labels)"
    );
}

#[test]
fn a_bad_csv_file_is_named_with_line_and_column() {
    let good = csv_of(&split(4, 2, 2, 10));
    let cases = [
        (
            good.replacen(",pixel4", "", 1),
            "expected 4 values in line 2, found 5",
        ),
        (
            "label,pixel1,pixel2,pixel3,pixel4\n1,0,,0,2\n".to_owned(),
            "line 2, column 3 (`pixel2`), found \"\", a missing value",
        ),
        (
            "label,pixel1,pixel2,pixel3,pixel4\n1,0,x,0,2\n".to_owned(),
            "column 3 (`pixel2`), found \"x\"",
        ),
        (
            format!("{good}3,1,2,3\n"),
            "expected 5 values in line 6, found 4",
        ),
        (
            "label,pixel1,pixel2,pixel3,pixel4\n".to_owned(),
            "at least one row of values",
        ),
        (String::new(), "found an empty file"),
    ];
    for (train, expected) in cases {
        let dir = tempfile::tempdir().unwrap();
        write_csv(dir.path(), &train, &good);
        let error = load_quietly(&custom(dir.path())).unwrap_err().to_string();
        assert!(error.contains("fashion-mnist_train.csv: "), "{error}");
        assert!(error.contains(expected), "{expected}: {error}");
    }
}

#[test]
fn the_first_revision_is_told_by_its_sorted_labels_with_a_warning_about_its_images() {
    let sorted = |n_each: usize| {
        let labels = (0..10).flat_map(|label| vec![label; n_each]).collect();
        RawSplit::grey(28, 28, vec![7; 10 * n_each * 784], labels)
    };
    let dir = tempfile::tempdir().unwrap();
    write_files(dir.path(), &files_of(&sorted(6000), &sorted(1000)), false);
    let request = DatasetRequest {
        allow_custom: false,
        ..custom(dir.path())
    };
    let mut warnings = Vec::new();
    let raw = load(&request, &mut |event| {
        if event.is_warning() {
            warnings.push(event);
        }
    })
    .unwrap();
    assert_eq!(raw.identity.name, "fashion-mnist");
    assert_eq!(raw.identity.revision.as_deref(), Some("v1"));
    assert_eq!(
        warnings,
        [Event::ImagesUnchecked {
            dir: dir.path().to_owned(),
            revision: "fashion-mnist v1".to_owned(),
        }]
    );
}

/// What reading `dir` gives: train images or the error, and what was passed over.
fn read(dir: &Path) -> (Result<usize, String>, Vec<String>) {
    let mut passed_over = Vec::new();
    let result = load(&custom(dir), &mut |event| {
        if let Event::PassedOver { path, .. } = &event {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            passed_over.push(name);
        }
    });
    let result = result.map(|raw| raw.identity.n_train);
    (result.map_err(|error| error.to_string()), passed_over)
}

#[test]
fn a_good_plain_file_beside_a_broken_gz_is_used_and_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let files = files_of(&split(20, 5, 5, 10), &split(10, 5, 5, 10));
    write_files(dir.path(), &files, false);
    let packed = dir.path().join("train-images-idx3-ubyte.gz");
    let good = gzip(&files[0]);
    // Cut off, no gzip at all, empty, and whole but cut off before it was packed.
    for broken in [
        &good[..good.len() / 2],
        b"<html>",
        b"",
        &gzip(&files[0][..90]),
    ] {
        fs::write(&packed, broken).unwrap();
        let (result, passed_over) = read(dir.path());
        assert_eq!(result, Ok(20));
        assert_eq!(passed_over, ["train-images-idx3-ubyte.gz"]);
    }
    // And the other way round.
    fs::write(&packed, &good).unwrap();
    fs::write(dir.path().join(FILE_NAMES[0]), &files[0][..90]).unwrap();
    let (result, passed_over) = read(dir.path());
    assert_eq!(result, Ok(20));
    assert_eq!(passed_over, [FILE_NAMES[0]]);
    // The same content twice is one candidate.
    fs::write(dir.path().join(FILE_NAMES[0]), &files[0]).unwrap();
    assert_eq!(read(dir.path()), (Ok(20), Vec::new()));
    // Half packed, half plain is fine.
    fs::remove_file(dir.path().join(FILE_NAMES[0])).unwrap();
    assert_eq!(read(dir.path()), (Ok(20), Vec::new()));
}

#[test]
fn two_good_files_of_different_content_are_both_named_and_neither_is_used() {
    let dir = tempfile::tempdir().unwrap();
    let files = files_of(&split(20, 5, 5, 10), &split(10, 5, 5, 10));
    write_files(dir.path(), &files, false);
    let mut other = files[1].clone();
    other[20] = 9;
    fs::write(dir.path().join("train-labels-idx1-ubyte.gz"), gzip(&other)).unwrap();
    let error = read(dir.path()).0.unwrap_err();
    assert!(
        error.contains("train-labels-idx1-ubyte.gz (content "),
        "{error}"
    );
    assert!(
        error.contains("train-labels-idx1-ubyte (content "),
        "{error}"
    );
    // Two broken ones are both named, too.
    fs::write(dir.path().join("train-labels-idx1-ubyte.gz"), "").unwrap();
    fs::write(dir.path().join("train-labels-idx1-ubyte"), "").unwrap();
    let error = read(dir.path()).0.unwrap_err();
    assert!(
        error.contains("train-labels-idx1-ubyte.gz (expected "),
        "{error}"
    );
    assert!(
        error.contains("train-labels-idx1-ubyte (expected "),
        "{error}"
    );
}

#[test]
fn the_idx_form_beside_the_csv_form_must_hold_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let (train, test) = (split(12, 6, 6, 10), split(5, 6, 6, 10));
    write_files(dir.path(), &files_of(&train, &test), true);
    write_csv(dir.path(), &csv_of(&train), &csv_of(&test));
    assert_eq!(read(dir.path()), (Ok(12), Vec::new()));
    // Another train split: nobody knows which was meant.
    write_csv(dir.path(), &csv_of(&split(13, 6, 6, 10)), &csv_of(&test));
    let error = read(dir.path()).0.unwrap_err();
    assert!(error.contains("train-images-idx3-ubyte.gz, "), "{error}");
    assert!(error.contains("fashion-mnist_train.csv, "), "{error}");
    // A CSV form that cannot be read, or is not whole, is passed over.
    write_csv(dir.path(), "label,pixel1\n1,x\n", &csv_of(&test));
    let names = ["fashion-mnist_train.csv", "fashion-mnist_test.csv"];
    assert_eq!(
        read(dir.path()),
        (Ok(12), names.map(str::to_owned).to_vec())
    );
    fs::remove_file(dir.path().join(names[1])).unwrap();
    assert_eq!(read(dir.path()), (Ok(12), vec![names[0].to_owned()]));
    // So is an IDX form that is not whole beside a CSV form that is.
    write_csv(dir.path(), &csv_of(&train), &csv_of(&test));
    fs::remove_file(dir.path().join("t10k-labels-idx1-ubyte.gz")).unwrap();
    let (result, passed_over) = read(dir.path());
    assert_eq!((result, passed_over.len()), (Ok(12), 3));
}
