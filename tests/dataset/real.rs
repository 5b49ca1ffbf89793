//! Fashion-MNIST and MNIST themselves, where `FASHION_MNIST_DIR` and `MNIST_DIR` are set.

use std::fs;

use fashion_bench::dataset::{DatasetError, DatasetName, DatasetRequest};

use crate::fashion;
use crate::support::{files_of, gzip, load_quietly, write_files};

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn the_real_data_are_v3_with_the_published_mean_and_deviation() {
    let request = fashion::request();
    let raw = load_quietly(&request).unwrap();
    assert_eq!(raw.identity.name, "fashion-mnist");
    assert_eq!(raw.identity.revision.as_deref(), Some("v3"));
    assert_eq!(
        (raw.identity.n_train, raw.identity.n_test),
        (60_000, 10_000)
    );
    assert_eq!(raw.train.class_counts(10), [6000; 10]);
    assert_eq!(raw.test.class_counts(10), [1000; 10]);
    assert_eq!(raw.class_names[9], "Ankle boot");
    let (mean, std) = raw.train.mean_std();
    assert_eq!(format!("{mean:.2} {std:.2}"), "72.94 90.02");
}

#[test]
#[ignore = "needs MNIST_DIR"]
fn the_digits_are_those_published_with_the_usual_mean_and_deviation() {
    let raw = load_quietly(&DatasetRequest::new(DatasetName::Mnist)).unwrap();
    // Other content would be refused under this name.
    assert_eq!(raw.identity.name, "mnist");
    assert_eq!(
        raw.train.class_counts(10),
        [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    );
    assert_eq!(
        raw.test.class_counts(10),
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    );
    let (mean, std) = raw.train.mean_std();
    assert_eq!(format!("{mean:.2} {std:.2}"), "33.32 78.57");
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn the_real_data_compressed_anew_or_plain_are_still_v3_and_under_another_name_refused() {
    let request = fashion::request();
    let raw = load_quietly(&request).unwrap();
    let files = files_of(&raw.train, &raw.test);
    let dir = tempfile::tempdir().unwrap();
    write_files(dir.path(), &files, false);
    // One of them compressed again: another MD5, the same content.
    let name = "t10k-images-idx3-ubyte";
    fs::remove_file(dir.path().join(name)).unwrap();
    fs::write(dir.path().join(format!("{name}.gz")), gzip(&files[2])).unwrap();
    let request = DatasetRequest {
        data_dir: Some(dir.path().to_owned()),
        ..request
    };
    let again = load_quietly(&request).unwrap();
    assert_eq!(again.identity.revision.as_deref(), Some("v3"));
    assert_ne!(again.identity.files[2].md5, raw.identity.files[2].md5);
    assert_eq!(again.identity.files[2].sha256, raw.identity.files[2].sha256);

    let mnist = DatasetRequest {
        name: DatasetName::Mnist,
        ..request
    };
    let error = load_quietly(&mnist).unwrap_err();
    assert!(
        matches!(error, DatasetError::WrongDataset { .. }),
        "{error}"
    );
}
