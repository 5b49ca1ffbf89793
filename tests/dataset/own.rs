//! Data of the user's own in the containers that people have.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use fashion_bench::dataset::{
    ConvertFormat, DatasetName, DatasetRequest, OwnData, RawDataset, Shape, Subset, Values,
    convert, inspect,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use crate::support::{files_of, gzip, idx, load_quietly, small_demo, split, write_files};

/// Loads the files or the error's text, without the folder's name.
fn load_own(dir: &Path, own: OwnData) -> Result<RawDataset, String> {
    let request = DatasetRequest {
        own: Some(own),
        ..DatasetRequest::new(DatasetName::FashionMnist)
    };
    let prefix = format!("{}/", dir.display());
    load_quietly(&request).map_err(|error| error.to_string().replace(&prefix, ""))
}

fn files(dir: &Path, names: &[&str]) -> OwnData {
    OwnData {
        files: names.iter().map(|name| dir.join(name)).collect(),
        ..OwnData::default()
    }
}

fn contents(raw: &RawDataset) -> Vec<String> {
    raw.identity
        .files
        .iter()
        .map(|file| file.sha256.clone())
        .collect()
}

/// A zip archive of these entries.
fn zip_of(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = zip::write::SimpleFileOptions::default();
        archive.start_file(*name, options).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

#[test]
fn every_container_of_one_data_set_is_the_same_data() {
    let demo = small_demo();
    let root = tempfile::tempdir().unwrap();
    let dir = root.path();
    let idx_files = files_of(&demo.train, &demo.test);
    fs::create_dir(dir.join("idx")).unwrap();
    write_files(&dir.join("idx"), &idx_files, true);
    let mut made: Vec<(&str, OwnData)> = vec![("idx", files(dir, &["idx"]))];
    // Other names, a nested folder as torchvision's, and an archive.
    fs::create_dir_all(dir.join("torch/FashionMNIST/raw")).unwrap();
    write_files(&dir.join("torch/FashionMNIST/raw"), &idx_files, false);
    made.push(("torchvision", files(dir, &["torch"])));
    let names = [
        "train-images.idx3-ubyte",
        "train-labels.idx1-ubyte",
        "test-images.idx3-ubyte",
        "test-labels.idx1-ubyte",
    ];
    let entries: Vec<_> = names
        .iter()
        .zip(&idx_files)
        .map(|(name, file)| (*name, file.clone()))
        .collect();
    fs::write(dir.join("archive.zip"), zip_of(&entries)).unwrap();
    made.push(("zip", files(dir, &["archive.zip"])));
    let names = [
        "gzip/x-train-images-idx3-ubyte.gz",
        "gzip/x-train-labels-idx1-ubyte.gz",
        "gzip/x-test-images-idx3-ubyte.gz",
        "gzip/x-test-labels-idx1-ubyte.gz",
    ];
    let entries: Vec<_> = names
        .iter()
        .zip(&idx_files)
        .map(|(name, file)| (*name, gzip(file)))
        .collect();
    fs::write(dir.join("gzip.zip"), zip_of(&entries)).unwrap();
    made.push(("zip of gz", files(dir, &["gzip.zip"])));
    let mut plain = demo.clone();
    plain.class_names = (0..10).map(|label| label.to_string()).collect();
    for (format, name) in [
        (ConvertFormat::Npz, "npz"),
        (ConvertFormat::Csv, "csv"),
        (ConvertFormat::Idx, "again"),
    ] {
        convert(&plain, format, &dir.join(name)).unwrap();
        made.push((name, files(dir, &[name])));
    }
    let first = load_own(dir, made[0].1.clone()).unwrap();
    assert_eq!(contents(&first).len(), 4);
    assert_eq!(first.class_names, plain.class_names);
    for (what, own) in made {
        let raw = load_own(dir, own).unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!((&raw.train, &raw.test), (&demo.train, &demo.test), "{what}");
        assert_eq!(contents(&raw), contents(&first), "{what}");
        assert_eq!(raw.identity.name, "custom");
    }
}

#[test]
fn labels_from_one_with_holes_make_no_phantom_class() {
    let dir = tempfile::tempdir().unwrap();
    let images = idx(&[6, 2, 3], &[7; 36]);
    let test = idx(&[2, 2, 3], &[9; 12]);
    let labels: [&[u8]; 2] = [&[1, 26, 3, 3, 1, 26], &[3, 1]];
    let all = [images, idx(&[6], labels[0]), test, idx(&[2], labels[1])];
    write_files(dir.path(), &all, false);
    let raw = load_own(dir.path(), files(dir.path(), &["."])).unwrap();
    assert_eq!(raw.class_names, ["1", "3", "26"]);
    assert_eq!(raw.train.labels, [0, 2, 1, 1, 0, 2]);
    assert_eq!(raw.test.labels, [1, 0]);
    assert_eq!(raw.identity.shape, Some(Shape::grey(2, 3)));
    // EMNIST's letters have names.
    let own = OwnData {
        name: Some("emnist-letters".to_owned()),
        ..files(dir.path(), &["."])
    };
    let raw = load_own(dir.path(), own).unwrap();
    assert_eq!(raw.class_names, ["A", "C", "Z"]);
}

#[test]
fn qmnists_labels_are_in_column_0() {
    let dir = tempfile::tempdir().unwrap();
    let int_labels = |labels: &[i32]| {
        let rows = labels
            .iter()
            .flat_map(|&label| [label, 4, 99, 1000, 0, 0, 0, 12345]);
        let mut file = vec![0, 0, 0x0c, 2];
        file.extend((labels.len() as u32).to_be_bytes());
        file.extend(8_u32.to_be_bytes());
        file.extend(rows.flat_map(i32::to_be_bytes));
        file
    };
    fs::write(
        dir.path().join("qmnist-train-images-idx3-ubyte"),
        idx(&[3, 2, 2], &[1; 12]),
    )
    .unwrap();
    fs::write(
        dir.path().join("qmnist-train-labels-idx2-int"),
        int_labels(&[7, 0, 7]),
    )
    .unwrap();
    fs::write(
        dir.path().join("qmnist-test-images-idx3-ubyte.gz"),
        gzip(&idx(&[1, 2, 2], &[2; 4])),
    )
    .unwrap();
    fs::write(
        dir.path().join("qmnist-test-labels-idx2-int.gz"),
        gzip(&int_labels(&[0])),
    )
    .unwrap();
    let request = DatasetRequest {
        data_dir: Some(dir.path().to_owned()),
        offline: true,
        ..DatasetRequest::new(DatasetName::Qmnist)
    };
    let raw = load_quietly(&request).unwrap();
    assert_eq!(
        (raw.identity.name.as_str(), raw.class_names.len()),
        ("qmnist", 2)
    );
    assert_eq!(
        (raw.train.labels, raw.test.labels),
        (vec![1, 0, 1], vec![0])
    );
}

fn png(width: u32, height: u32, colour: [u8; 3], is_grey: bool) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    let picture = image::RgbImage::from_pixel(width, height, image::Rgb(colour));
    let picture = image::DynamicImage::from(picture);
    let picture = if is_grey {
        image::DynamicImage::from(picture.to_luma8())
    } else {
        picture
    };
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

#[test]
fn folders_of_pictures_are_classes_and_colours_stay() {
    let dir = tempfile::tempdir().unwrap();
    for (place, colour) in [
        ("train/cat", [1, 2, 3]),
        ("train/dog", [4, 5, 6]),
        ("test/dog", [7, 8, 9]),
        ("val/dog", [0, 0, 0]),
    ] {
        fs::create_dir_all(dir.path().join(place)).unwrap();
        fs::write(
            dir.path().join(place).join("a.png"),
            png(3, 2, colour, false),
        )
        .unwrap();
        fs::write(dir.path().join(place).join(".hidden.png"), "x").unwrap();
    }
    let raw = load_own(dir.path(), files(dir.path(), &["."])).unwrap();
    assert_eq!(raw.class_names, ["cat", "dog"]);
    assert_eq!(raw.train.shape.image(), Some([2, 3, 3]));
    assert_eq!((raw.train.n_samples(), raw.test.n_samples()), (2, 1));
    assert_eq!(raw.test.row(0).take(3).collect::<Vec<_>>(), [7.0, 8.0, 9.0]);
    // A picture of another size or kind is named.
    let odd = dir.path().join("train/dog/b.png");
    for (bytes, expected) in [
        (
            png(2, 2, [0; 3], false),
            "expected a picture of 2 x 3 x 3 pixels, as those before it; resize or convert the \
             pictures to one form, found 2 x 2 x 3",
        ),
        (png(3, 2, [0; 3], true), "found 2 x 3"),
        (b"no picture".to_vec(), "expected a PNG or JPEG picture"),
        (png(1025, 1, [0; 3], true), "expected a PNG or JPEG picture"),
    ] {
        fs::write(&odd, bytes).unwrap();
        let error = load_own(dir.path(), files(dir.path(), &["."])).unwrap_err();
        assert!(
            error.contains("train/dog/b.png: ") && error.contains(expected),
            "{error}"
        );
    }
}

#[test]
fn tables_have_names_and_one_file_is_cut_by_its_rows() {
    let dir = tempfile::tempdir().unwrap();
    let text = "length,width,class\n5.1,3.5,setosa\n4.9,3.0,setosa\n6.3,3.3,virginica\n5.8,2.7,virginica\n";
    fs::write(dir.path().join("iris.csv.gz"), gzip(text.as_bytes())).unwrap();
    let own = files(dir.path(), &["iris.csv.gz"]);
    let error = load_own(dir.path(), own.clone()).unwrap_err();
    assert!(
        error.contains("iris.csv.gz: expected a train and a test split")
            && error.contains("--test-rows N"),
        "{error}"
    );
    let raw = load_own(
        dir.path(),
        OwnData {
            test_rows: Some(1),
            ..own.clone()
        },
    )
    .unwrap();
    assert_eq!(raw.feature_names, ["length", "width"]);
    assert_eq!(raw.class_names, ["setosa", "virginica"]);
    assert_eq!(raw.train.labels, [0, 0, 1]);
    assert_eq!(raw.test.values, Values::Floats(vec![5.8, 2.7]));
    assert_eq!(raw.identity.features, ["length", "width"]);
    for test_rows in [0, 4] {
        assert!(
            load_own(
                dir.path(),
                OwnData {
                    test_rows: Some(test_rows),
                    ..own.clone()
                }
            )
            .is_err()
        );
    }
    // A label column that is named and not there.
    let own = OwnData {
        label: Some("kind".to_owned().into()),
        test_rows: Some(1),
        ..own
    };
    let error = load_own(dir.path(), own).unwrap_err();
    assert!(
        error
            .contains("expected a column `kind` of labels, found the columns length, width, class"),
        "{error}"
    );
}

#[test]
fn openml_arff_of_70000_rows_is_cut_as_mnist() {
    let dir = tempfile::tempdir().unwrap();
    let mut text =
        "@relation m\n@attribute pixel1 real\n@attribute class {0,1}\n@data\n".to_owned();
    for row in 0..70_000 {
        text += &format!("{},{}\n", row % 200, row % 2);
    }
    fs::write(dir.path().join("mnist_784.arff"), text).unwrap();
    let raw = load_own(dir.path(), files(dir.path(), &["mnist_784.arff"])).unwrap();
    assert_eq!(
        (raw.train.n_samples(), raw.test.n_samples()),
        (60_000, 10_000)
    );
}

#[test]
fn what_is_named_is_used_or_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let expect = |names: &[&str], expected: &str| {
        let error = load_own(dir.path(), files(dir.path(), names)).unwrap_err();
        assert!(error.contains(expected), "{expected}: {error}");
    };
    expect(&["nowhere.npz"], "cannot open nowhere.npz");
    fs::write(dir.path().join("data.h5"), b"\x89HDF\r\n\x1a\n").unwrap();
    expect(&["data.h5"], "an HDF5 file");
    expect(&["data.h5"], "ARFF (.arff), CSV (.csv, .tsv, .txt)");
    fs::write(dir.path().join("twice.csv.gz"), gzip(&gzip(b"1,2\n"))).unwrap();
    expect(
        &["twice.csv.gz"],
        "a gzip file inside a gzip file: it was packed twice",
    );
    fs::write(dir.path().join("train.csv"), "label,a\n1,2\n1,3\n").unwrap();
    fs::write(dir.path().join("test.csv"), "label,a\n1,2\n").unwrap();
    expect(
        &["train.csv", "test.csv"],
        "expected 2 to 1000 classes, found one, \"1\"",
    );
    expect(
        &["train.csv"],
        "expected a test split, found none in 1 files",
    );
    fs::write(dir.path().join("train.csv"), "label,a\n1,2\n2,3\n").unwrap();
    fs::write(dir.path().join("test.csv"), "label,b\n1,2\n").unwrap();
    expect(
        &["train.csv", "test.csv"],
        "test.csv: expected the column `a` as in the train split, found `b`",
    );
    fs::write(dir.path().join("test.csv"), "label,a,b\n1,2,3\n").unwrap();
    expect(
        &["train.csv", "test.csv"],
        "test.csv: expected rows of 1 columns, as before, found 2 columns",
    );
    // A published name is refused for other bytes.
    fs::write(dir.path().join("test.csv"), "label,a\n1,2\n").unwrap();
    let own = OwnData {
        name: Some("mnist".to_owned()),
        ..files(dir.path(), &["train.csv", "test.csv"])
    };
    let error = load_own(dir.path(), own).unwrap_err();
    assert!(
        error.contains("of mnist, found") && error.contains("--allow-custom"),
        "{error}"
    );
}

#[test]
fn bombs_end_at_the_declared_size() {
    let dir = tempfile::tempdir().unwrap();
    // An IDX header that announces four bytes, and a gigabyte of zeros behind it.
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&idx(&[1, 2, 2], &[0; 4])).unwrap();
    for _ in 0..1024 {
        encoder.write_all(&vec![0; 1 << 20]).unwrap();
    }
    fs::write(
        dir.path().join("train-images-idx3-ubyte.gz"),
        encoder.finish().unwrap(),
    )
    .unwrap();
    let error = load_own(
        dir.path(),
        files(dir.path(), &["train-images-idx3-ubyte.gz"]),
    )
    .unwrap_err();
    assert!(
        error.contains("expected nothing after the values, found trailing bytes"),
        "{error}"
    );
    // An entry of a zip archive that declares fewer bytes than it holds.
    let mut bomb = zip_of(&[("train.csv", vec![b'1'; 100_000])]);
    let small = 10_u32.to_le_bytes();
    let central = bomb
        .windows(4)
        .rposition(|bytes| bytes == b"PK\x01\x02")
        .unwrap();
    bomb[central + 24..central + 28].copy_from_slice(&small);
    bomb[22..26].copy_from_slice(&small);
    fs::write(dir.path().join("bomb.zip"), bomb).unwrap();
    let error = load_own(dir.path(), files(dir.path(), &["bomb.zip"])).unwrap_err();
    assert!(error.contains("bomb.zip/train.csv: expected "), "{error}");
}

#[test]
fn a_part_is_not_the_whole_and_all_rows_are() {
    let demo = small_demo();
    let subset = |train, test| Subset {
        train,
        test,
        ..Subset::default()
    };
    let part = demo.clone().part(&subset(Some(30), None)).unwrap();
    assert_eq!(part.train.class_counts(10), [3; 10]);
    assert_eq!((part.identity.n_train, part.identity.n_test), (30, 20));
    assert!(!part.identity.is_same_data(&demo.identity));
    assert!(part.identity.is_of_same_files(&demo.identity));
    assert_ne!(part.identity.sha256(), demo.identity.sha256());
    assert_eq!(
        demo.clone().part(&subset(Some(60), Some(20))).unwrap(),
        demo
    );
    let error = demo
        .clone()
        .part(&subset(Some(61), None))
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "the train rows of a subset must be an integer in [1, 60], got 61"
    );
    // Half by half is the same draw, and its rows keep their order.
    let again = demo.clone().part(&subset(Some(30), None)).unwrap();
    assert_eq!(again, part);
}

#[test]
fn duplicates_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(
        dir.path().join("train.csv"),
        "label,a,b\n1,2,9\n2,2,9\n1,3,9\n",
    )
    .unwrap();
    fs::write(dir.path().join("test.csv"), "label,a,b\n1,3,9\n2,3,9\n").unwrap();
    let raw = load_own(dir.path(), files(dir.path(), &["train.csv", "test.csv"])).unwrap();
    let found = inspect(&raw);
    assert_eq!((found.train.n_rows, found.train.n_other_label), (1, 1));
    assert_eq!((found.across.n_rows, found.across.n_other_label), (2, 1));
    assert_eq!(found.n_constant, 1);
}

#[test]
fn nothing_is_replaced_by_a_conversion() {
    let dir = tempfile::tempdir().unwrap();
    let demo = small_demo();
    fs::write(dir.path().join("test.csv"), "mine").unwrap();
    let error = convert(&demo, ConvertFormat::Csv, dir.path()).unwrap_err();
    assert!(
        error.to_string().contains("test.csv is there already"),
        "{error}"
    );
    assert_eq!(fs::read(dir.path().join("test.csv")).unwrap(), b"mine");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

/// A good file of each format that holds a whole data set.
fn good_files() -> Vec<(&'static str, Vec<u8>)> {
    let dir = tempfile::tempdir().unwrap();
    let demo = small_demo()
        .part(&Subset {
            train: Some(20),
            test: Some(10),
            ..Subset::default()
        })
        .unwrap();
    convert(&demo, ConvertFormat::Npz, dir.path()).unwrap();
    let npz = fs::read(dir.path().join("data.npz")).unwrap();
    let (train, test) = (split(6, 3, 3, 2), split(4, 3, 3, 2));
    let idx_files = files_of(&train, &test);
    let names = [
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ];
    let entries: Vec<_> = names
        .iter()
        .zip(&idx_files)
        .map(|(name, file)| (*name, file.clone()))
        .collect();
    let rows = "5.1,3.5,setosa\n4.9,3.0,virginica\n".repeat(5);
    let arff = format!(
        "@relation r\n@attribute a real\n@attribute b real\n@attribute class {{setosa,virginica}}\n@data\n{rows}"
    );
    let mut files = vec![
        ("data.npz", npz),
        ("data.zip", zip_of(&entries)),
        ("data.csv", format!("a,b,class\n{rows}").into_bytes()),
        ("data.csv.gz", gzip(rows.as_bytes())),
        ("data.arff", arff.into_bytes()),
        (
            "pictures.zip",
            zip_of(&[
                ("train/a/1.png", png(3, 3, [1; 3], true)),
                ("train/b/1.png", png(3, 3, [9; 3], true)),
                ("test/a/1.png", png(3, 3, [1; 3], true)),
            ]),
        ),
    ];
    if cfg!(feature = "parquet") {
        let parquet =
            PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dataset/hugging_face.parquet");
        files.push(("data.parquet", fs::read(parquet).unwrap()));
    }
    files
}

/// The files were written by pyarrow, `write_table(…, compression=…)`.
#[test]
#[cfg(feature = "parquet")]
fn parquet_may_be_packed_with_gzip_and_another_codec_is_named() {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/dataset");
    let packed = |codec: &str| {
        let own = OwnData {
            test_rows: Some(4),
            ..files(&dir, &[&format!("table_{codec}.parquet")])
        };
        load_own(&dir, own)
    };
    let raw = packed("gzip").unwrap();
    assert_eq!(raw.feature_names, ["a", "b"]);
    assert_eq!(raw.labels, ["cat", "dog"]);
    assert_eq!(raw.train.row(1).collect::<Vec<_>>(), [1.25, 2.0]);
    assert_eq!(raw.train.n_samples(), 8);
    let error = packed("zstd").unwrap_err();
    assert!(
        error.ends_with("found pages packed with zstd (column `a`)"),
        "{error}"
    );
    assert!(error.contains("compression=\"snappy\""), "{error}");
    let error = packed("list").unwrap_err();
    assert!(
        error.ends_with("found lists in the column `features`"),
        "{error}"
    );
}

fn load_bytes(name: &str, bytes: &[u8]) -> Result<RawDataset, String> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), bytes).unwrap();
    let own = OwnData {
        test_rows: Some(2),
        ..files(dir.path(), &[name])
    };
    load_own(dir.path(), own)
}

#[test]
fn good_files_are_read() {
    for (name, bytes) in good_files() {
        let raw = load_bytes(name, &bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(raw.train.n_samples() > 1, "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// Bytes that are changed, cut off or doubled give an error that names the file, or other rows
    /// of the same number of values; never a panic.
    #[test]
    fn mutated_files_never_panic(
        which in 0..good_files().len(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let (name, mut bytes) = good_files().swap_remove(which);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        match load_bytes(name, &bytes) {
            Ok(raw) => for split in [&raw.train, &raw.test] {
                prop_assert_eq!(split.values.len(), split.labels.len() * split.n_features());
                prop_assert!(split.labels.iter().all(|&label| usize::from(label) < raw.class_names.len()));
            },
            Err(error) => prop_assert!(error.contains("data") || error.contains("pictures"), "{}", error),
        }
    }
}
