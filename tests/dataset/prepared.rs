//! Standardised data: the values, the cache file, the shuffle.

use std::path::{Path, PathBuf};
use std::{fs, thread};

use fashion_bench::dataset::{
    DatasetError, DemoShape, Prepared, RawSplit, Scaling, generate_demo, prepare,
};
use ndarray::Axis;

use crate::support::small_demo;

#[test]
fn standardised_values_are_scikit_learns() {
    let oracle: serde_json::Value =
        serde_json::from_str(include_str!("../oracle/dataset/standard_scaler.json")).unwrap();
    let bytes = |name: &str| -> Vec<u8> {
        let values = oracle[name].as_array().unwrap().iter();
        values.map(|value| value.as_u64().unwrap() as u8).collect()
    };
    let raw_split = |pixels: Vec<u8>| {
        let labels = (0..pixels.len() / 12).map(|i| (i % 2) as u16).collect();
        RawSplit::grey(3, 4, pixels, labels)
    };
    let mut raw = small_demo();
    (raw.train, raw.test) = (raw_split(bytes("train")), raw_split(bytes("test")));
    raw.identity.n_train = raw.train.labels.len();
    raw.identity.n_test = raw.test.labels.len();
    let prepared = Prepared::in_memory(&raw).unwrap();
    for (name, found) in [
        ("train_scaled", prepared.x_train()),
        ("test_scaled", prepared.x_test()),
    ] {
        let expected = oracle[name].as_array().unwrap();
        assert_eq!(expected.len(), found.len());
        for (expected, &found) in expected.iter().zip(found) {
            let expected = expected.as_f64().unwrap() as f32;
            assert!(
                (expected - found).abs() <= f32::EPSILON * expected.abs(),
                "{name}: {found} is not {expected}"
            );
        }
    }
    // The oracle has a constant column, 200 in every train row: zero, not NaN.
    assert!(
        prepared
            .x_train()
            .column(5)
            .iter()
            .all(|&value| value == 0.0)
    );
}

#[test]
fn each_scaling_has_a_cache_file_of_its_own() {
    let raw = small_demo();
    let dir = tempfile::tempdir().unwrap();
    let path = |scaling| prepare(&raw.clone().scaled(scaling), dir.path()).unwrap();
    let paths = Scaling::ALL.map(path);
    assert!(paths[0] != paths[1] && paths[0] != paths[2] && paths[1] != paths[2]);
    // What was prepared before there were scalings is found again.
    assert_eq!(paths[0], prepare(&raw, dir.path()).unwrap());
    let unscaled = Prepared::open(&paths[1]).unwrap();
    assert_eq!(unscaled.identity().scaling, Scaling::None);
    assert!(!unscaled.identity().is_same_data(&raw.identity));
    for (place, &value) in unscaled.x_train().iter().enumerate() {
        assert_eq!(f64::from(value), raw.train.values.at(place));
    }
    let minmax = Prepared::open(&paths[2]).unwrap();
    let (low, high) = minmax
        .x_train()
        .iter()
        .fold((f32::MAX, f32::MIN), |(low, high), &value| {
            (low.min(value), high.max(value))
        });
    assert_eq!((low, high), (0.0, 1.0));
}

#[test]
fn the_cache_file_holds_what_is_prepared_in_memory() {
    let raw = small_demo();
    let dir = tempfile::tempdir().unwrap();
    let cache_dir = dir.path().join("made/on/demand");
    let path = prepare(&raw, &cache_dir).unwrap();
    let (mapped, in_memory) = (
        Prepared::open(&path).unwrap(),
        Prepared::in_memory(&raw).unwrap(),
    );
    assert_eq!(mapped.x_train(), in_memory.x_train());
    assert_eq!(mapped.x_test(), in_memory.x_test());
    assert_eq!(mapped.y_train(), in_memory.y_train());
    assert_eq!(mapped.y_test(), in_memory.y_test());
    assert_eq!(mapped.n_features(), in_memory.n_features());
    assert_eq!(mapped.class_names(), raw.class_names);
    assert_eq!(mapped.identity(), &raw.identity);
    let shape = fashion_bench::catalog::DataShape::from(&mapped);
    assert_eq!((shape.n_train, shape.n_test), (60, 20));
    assert_eq!((shape.n_features, shape.n_classes), (784, 10));
    let labels: Vec<_> = raw
        .test
        .labels
        .iter()
        .map(|&label| usize::from(label))
        .collect();
    assert_eq!(mapped.y_test().to_vec(), labels);
}

/// The one file in `dir`.
fn only_file(dir: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files.into_iter().next().unwrap()
}

#[test]
fn a_whole_cache_file_is_used_and_a_damaged_one_written_again() {
    use std::os::unix::fs::MetadataExt;
    let raw = small_demo();
    let dir = tempfile::tempdir().unwrap();
    let path = prepare(&raw, dir.path()).unwrap();
    let whole = fs::read(&path).unwrap();
    let inode = || fs::metadata(&path).unwrap().ino();
    let first = inode();
    assert_eq!(prepare(&raw, dir.path()).unwrap(), path);
    assert_eq!(inode(), first, "a whole file is not written again");

    let mut other_header = whole.clone();
    other_header[100] ^= 1;
    let mut other_version = whole.clone();
    other_version[14] = b'0';
    let mut label_out_of_range = whole.clone();
    *label_out_of_range.last_mut().unwrap() = 10;
    let damaged = [
        whole[..whole.len() - 1].to_vec(),
        [whole.as_slice(), &[0]].concat(),
        whole[..40].to_vec(),
        whole[..200].to_vec(),
        Vec::new(),
        other_header,
        other_version,
        label_out_of_range,
    ];
    for bytes in damaged {
        // The file is read-only and replaced by rename, as any other writer would.
        fs::remove_file(&path).unwrap();
        fs::write(&path, &bytes).unwrap();
        let error = Prepared::open(&path).unwrap_err();
        assert!(matches!(error, DatasetError::Cache { .. }), "{error}");
        assert_eq!(prepare(&raw, dir.path()).unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), whole);
        assert_eq!(only_file(dir.path()), path);
    }
}

#[test]
fn a_mapped_file_that_is_replaced_keeps_its_values() {
    let raw = small_demo();
    let dir = tempfile::tempdir().unwrap();
    let path = prepare(&raw, dir.path()).unwrap();
    let prepared = Prepared::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    prepare(&raw, dir.path()).unwrap();
    let in_memory = Prepared::in_memory(&raw).unwrap();
    assert_eq!(prepared.x_train(), in_memory.x_train());
}

#[test]
fn preparing_at_once_leaves_one_whole_file() {
    let raw = small_demo();
    let dir = tempfile::tempdir().unwrap();
    let paths: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| prepare(&raw, dir.path()).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let path = only_file(dir.path());
    assert!(paths.iter().all(|found| *found == path));
    let in_memory = Prepared::in_memory(&raw).unwrap();
    assert_eq!(Prepared::open(&path).unwrap().x_test(), in_memory.x_test());
}

#[test]
fn different_data_get_different_cache_files() {
    let dir = tempfile::tempdir().unwrap();
    let paths = [1, 2].map(|seed| {
        let shape = DemoShape {
            n_train: 20,
            n_test: 10,
            seed,
        };
        prepare(&generate_demo(&shape), dir.path()).unwrap()
    });
    assert_ne!(paths[0], paths[1]);
}

#[test]
fn shuffling_is_a_permutation_that_only_the_seed_decides() {
    let prepared = Prepared::in_memory(&small_demo()).unwrap();
    let (x, y) = prepared.shuffled_train(5);
    let (x_again, y_again) = prepared.shuffled_train(5);
    assert_eq!((&x, &y), (&x_again, &y_again));
    let (x_other, _) = prepared.shuffled_train(6);
    assert_ne!(x, x_other);
    assert!(x.is_standard_layout());
    // Rows stay with their labels: sorted, both are the train split.
    let sorted = |x: ndarray::ArrayView2<'_, f32>, y: ndarray::ArrayView1<'_, usize>| {
        let rows = x.axis_iter(Axis(0)).zip(y);
        let mut rows: Vec<(Vec<u32>, usize)> = rows
            .map(|(row, &label)| (row.iter().map(|value| value.to_bits()).collect(), label))
            .collect();
        rows.sort();
        rows
    };
    assert_eq!(
        sorted(x.view(), y.view()),
        sorted(prepared.x_train(), prepared.y_train())
    );
}
