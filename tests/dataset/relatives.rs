//! Downloads of the data sets that are like MNIST, from a server on loopback.

use std::path::Path;

use assert_cmd::Command;
use predicates::str::contains;

use crate::mirror::{Mirror, Reply};

fn data(dir: &Path, mirror: &Mirror, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fashion-bench"));
    for variable in [
        "KMNIST_DIR",
        "K49_DIR",
        "QMNIST_DIR",
        "EMNIST_DIR",
        "HTTP_PROXY",
        "http_proxy",
    ] {
        command.env_remove(variable);
    }
    command
        .current_dir(dir)
        .env("XDG_CACHE_HOME", dir.join(".cache"))
        .env("FASHION_BENCH_MIRROR", mirror.url())
        .arg("data")
        .args(args);
    command
}

/// An NPZ file of one array of bytes.
fn npz(shape: &str, values: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({shape}), }}\n");
    let mut npy = b"\x93NUMPY\x01\x00".to_vec();
    npy.extend((header.len() as u16).to_le_bytes());
    npy.extend(header.as_bytes());
    npy.extend(values);
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("arr_0.npy", options).unwrap();
    std::io::Write::write_all(&mut archive, &npy).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn kuzushiji_49_is_downloaded_without_hashes_and_says_so() {
    let split = |n: usize| {
        let pixels: Vec<u8> = (0..n * 784).map(|i| (i * i % 251) as u8).collect();
        let labels: Vec<u8> = (0..n).map(|i| (i % 49) as u8).collect();
        (
            npz(&format!("{n}, 28, 28"), &pixels),
            npz(&format!("{n},"), &labels),
        )
    };
    let (train, test) = (split(98), split(49));
    let files = [
        ("k49-train-imgs.npz", train.0),
        ("k49-train-labels.npz", train.1),
        ("k49-test-imgs.npz", test.0),
        ("k49-test-labels.npz", test.1),
    ];
    let files = files.map(|(name, content)| (name.to_owned(), content));
    let mirror = Mirror::start(Reply::Files(files.to_vec()));
    let root = tempfile::tempdir().unwrap();
    data(root.path(), &mirror, &["fetch", "k49"])
        .assert()
        .success();
    assert_eq!(mirror.n_requests(), 4);
    for (name, content) in &files {
        let found = std::fs::read(root.path().join("data/k49").join(name)).unwrap();
        assert!(found == *content, "{name}");
    }
    data(root.path(), &mirror, &["info", "k49", "--offline"])
        .assert()
        .success()
        .stdout(contains(
            "dataset: k49 (no hashes of the content are published)",
        ))
        .stdout(contains(
            "98 train and 49 test images of 28 x 28 pixels, 49 classes",
        ))
        .stdout(predicates::str::is_match(r"45 +we +2 +1").unwrap())
        .stdout(predicates::str::is_match(r"48 +iteration-mark +2 +1").unwrap());
}

#[test]
fn the_others_are_asked_for_by_their_names_and_refused_with_another_content() {
    for (name, first) in [
        ("kmnist", "train-images-idx3-ubyte.gz"),
        ("qmnist", "qmnist-train-images-idx3-ubyte.gz"),
        ("emnist-letters", "gzip.zip"),
        ("emnist-balanced", "gzip.zip"),
        ("emnist-digits", "gzip.zip"),
    ] {
        let files = vec![(first.to_owned(), b"another content".to_vec())];
        let mirror = Mirror::start(Reply::Files(files));
        let root = tempfile::tempdir().unwrap();
        data(root.path(), &mirror, &["fetch", name])
            .assert()
            .code(2)
            .stderr(contains("MD5"));
        let asked = mirror.requests.lock().unwrap().clone();
        assert_eq!(asked, [format!("/data/{first}")], "{name}");
        assert!(!root.path().join("data").join(name).join(first).exists());
    }
}
