//! `fashion-bench data` as a user meets it.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::*;
use predicates::str::contains;

use crate::support::{FILE_NAMES, files_of, split, write_files};

/// `fashion-bench data …` in `dir`, which knows of no data.
fn data(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fashion-bench"));
    command
        .current_dir(dir)
        .env_remove("FASHION_MNIST_DIR")
        .env_remove("MNIST_DIR")
        .arg("data")
        .args(args);
    command
}

/// A directory with a data set of the user's own in `data/fashion-mnist`.
fn custom_data() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("data/fashion-mnist");
    fs::create_dir_all(&dir).unwrap();
    let files = files_of(&split(20, 28, 28, 10), &split(10, 28, 28, 10));
    write_files(&dir, &files, true);
    root
}

#[test]
fn info_describes_the_demo_set_and_draws_it() {
    let root = tempfile::tempdir().unwrap();
    data(root.path(), &["info", "demo", "--out", "sheet.png"])
        .assert()
        .success()
        .stdout(contains("dataset: demo seed 0\n"))
        .stdout(contains(
            "2000 train and 500 test images of 28 x 28 pixels, 10 classes",
        ))
        .stdout(predicate::str::is_match(r"9 +Ankle boot +200 +50").unwrap())
        .stdout(contains("wrote sheet.png"));
    let sheet = image::open(root.path().join("sheet.png"))
        .unwrap()
        .into_luma8();
    // Three rows for each of ten classes, 24 images in each.
    assert_eq!(sheet.dimensions(), (24 + 24 * 29, 10 * (3 * 29 + 6)));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    let bright = sheet.pixels().filter(|pixel| pixel.0[0] > 100).count();
    assert!(bright > 40_000, "{bright}");
}

#[test]
fn auto_falls_back_to_the_demo_set_with_a_warning_nobody_can_miss() {
    let root = tempfile::tempdir().unwrap();
    data(root.path(), &["info", "auto", "--offline"])
        .assert()
        .success()
        .stdout(contains("dataset: demo seed 0"))
        .stderr(contains(
            "=====\nWARNING: NOT the real data: using the built-in demo set",
        ))
        .stderr(contains("not found in data/fashion-mnist"));
}

#[test]
fn the_option_binds_over_the_environment_and_that_over_the_default_place() {
    let root = custom_data();
    let other = root.path().join("other");
    fs::create_dir(&other).unwrap();
    let files = files_of(&split(30, 28, 28, 10), &split(10, 28, 28, 10));
    write_files(&other, &files, false);
    let count = |args: &[&str], from_env: Option<&str>| {
        let args = [&["info", "--offline", "--allow-custom"], args].concat();
        let mut command = data(root.path(), &args);
        if let Some(dir) = from_env {
            command.env("FASHION_MNIST_DIR", dir);
        }
        let output = command.assert().success().get_output().stdout.clone();
        String::from_utf8(output)
            .unwrap()
            .contains("30 train and 10 test images")
    };
    assert!(!count(&[], None));
    assert!(count(&[], Some("other")));
    assert!(count(&["--data-dir", "other"], Some("data/fashion-mnist")));
    assert!(!count(&["--data-dir", "data/fashion-mnist"], Some("other")));
}

#[test]
fn verify_prints_hashes_and_exits_1_on_other_files() {
    let root = custom_data();
    let image_md5 = {
        use md5::Digest;
        let file = format!("data/fashion-mnist/{}.gz", FILE_NAMES[0]);
        hex::encode(md5::Md5::digest(fs::read(root.path().join(file)).unwrap()))
    };
    data(root.path(), &["verify"])
        .assert()
        .code(1)
        .stdout(contains(image_md5.clone()))
        .stdout(contains(format!(
            "not accepted: data/fashion-mnist/train-images-idx3-ubyte.gz: expected MD5 \
             8d4fb7e6c68d591d4c3dfef9ec88bf0d of fashion-mnist v3, found {image_md5}"
        )));
    data(root.path(), &["verify", "--allow-custom"])
        .assert()
        .success()
        .stdout(contains("dataset: custom (not the published files)"))
        .stderr(contains("rows will say dataset `custom`"));
}

#[test]
fn verify_still_hashes_a_damaged_file() {
    let root = custom_data();
    let path = root
        .path()
        .join("data/fashion-mnist/t10k-images-idx3-ubyte.gz");
    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    data(root.path(), &["verify"])
        .assert()
        .code(1)
        .stdout(contains("cannot be decompressed"))
        .stdout(contains(
            "not accepted: data/fashion-mnist/t10k-images-idx3-ubyte.gz: expected a whole gzip \
             stream, found the end of the file in the middle of it",
        ));
}

#[test]
fn the_demo_set_verifies_and_needs_no_download() {
    let root = tempfile::tempdir().unwrap();
    data(root.path(), &["verify", "demo"])
        .assert()
        .success()
        .stdout(contains("dataset: demo seed 0"));
    data(root.path(), &["fetch", "demo"])
        .assert()
        .success()
        .stdout("the demo set is built in, there is nothing to download\n");
}

#[test]
fn an_unknown_dataset_is_a_usage_error() {
    let root = tempfile::tempdir().unwrap();
    data(root.path(), &["info", "fashion"])
        .assert()
        .code(2)
        .stderr(contains(
            "the dataset must be \"auto\", \"fashion-mnist\", \"mnist\", \"kmnist\", ",
        ));
}

#[test]
fn a_contact_sheet_that_cannot_be_written_is_an_error() {
    let root = tempfile::tempdir().unwrap();
    data(root.path(), &["info", "demo", "--out", "nowhere/sheet.png"])
        .assert()
        .code(2)
        .stderr(contains(
            "failed to draw the contact sheet: cannot create a file in nowhere",
        ));
}
