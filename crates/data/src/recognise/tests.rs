use super::*;
use crate::file_names::FILE_NAMES;
use crate::identity::FileIdentity;
use crate::raw::RawSplit;
use crate::revisions::{KnownFile, REVISIONS};
use crate::source::SourceFile;

const UNKNOWN: (&str, &str) = ("0123456789abcdef0123456789abcdef", "0123");

/// Returns a source whose files have these (MD5, SHA-256).
fn source(hashes: [(&str, &str); 4]) -> Source {
    let split = RawSplit::grey(0, 0, Vec::new(), Vec::new());
    let files = FILE_NAMES.iter().zip(hashes).map(|(name, (md5, sha256))| {
        let identity = FileIdentity {
            name: (*name).to_owned(),
            md5: Some(md5.to_owned()),
            sha256: sha256.to_owned(),
        };
        SourceFile {
            path: PathBuf::from("dir").join(name),
            identity,
        }
    });
    Source {
        dir: PathBuf::from("dir"),
        files: files.collect(),
        class_names: Vec::new(),
        labels: Vec::new(),
        feature_names: Vec::new(),
        train: split.clone(),
        test: split,
    }
}

fn revision(dataset: DatasetName, name: Option<&str>) -> &'static Revision {
    let mut known = REVISIONS.iter();
    known
        .find(|revision| revision.dataset == dataset && revision.name == name)
        .unwrap()
}

/// Returns the published hashes of a revision, `UNKNOWN` where there are none.
fn published(revision: &'static Revision) -> [(&'static str, &'static str); 4] {
    let hashes = |known: &'static Option<KnownFile>| {
        known
            .as_ref()
            .map_or(UNKNOWN, |known| (known.md5, known.sha256))
    };
    let [a, b, c, d] = &revision.files;
    [hashes(a), hashes(b), hashes(c), hashes(d)]
}

const FASHION: DatasetName = DatasetName::FashionMnist;

#[test]
fn every_revision_is_recognised_by_its_own_files() {
    for known in REVISIONS {
        for allow_custom in [false, true] {
            let found = recognise(&source(published(known)), known.dataset, allow_custom);
            assert_eq!(found.unwrap().unwrap().label(), known.label());
            let is_old = matches!(known.name, Some("v1" | "v2"));
            assert_eq!(known.is_checkable(), !is_old);
        }
    }
}

#[test]
fn no_hash_is_listed_twice() {
    let files = || {
        REVISIONS
            .iter()
            .flat_map(|known| known.files.iter().flatten())
    };
    let mut hashes: Vec<_> = files()
        .flat_map(|known| [known.md5, known.sha256])
        .filter(|hash| !hash.is_empty())
        .collect();
    let n_hashes = hashes.len();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), n_hashes);
    for known in files() {
        assert_eq!(known.md5.len(), 32);
        assert!(matches!(known.sha256.len(), 0 | 64));
    }
}

#[test]
fn plain_files_are_recognised_by_their_content() {
    let v3 = revision(FASHION, Some("v3"));
    let plain = published(v3).map(|(_, sha256)| (UNKNOWN.0, sha256));
    let found = recognise(&source(plain), FASHION, false).unwrap();
    assert_eq!(found.unwrap().label(), "fashion-mnist v3");
}

#[test]
fn one_wrong_file_is_refused_by_its_md5_unless_custom_data_are_allowed() {
    let v3 = revision(FASHION, Some("v3"));
    for file_idx in 0..4 {
        let mut hashes = published(v3);
        hashes[file_idx] = UNKNOWN;
        let source = source(hashes);
        let error = recognise(&source, FASHION, false).unwrap_err();
        let expected = v3.files[file_idx].as_ref().unwrap().md5;
        assert_eq!(
            error.to_string(),
            format!(
                "dir/{}: expected MD5 {expected} of fashion-mnist v3, found {}; \
                 move it away and download it with `fashion-bench data fetch`, or pass \
                 --allow-custom to use data of your own",
                FILE_NAMES[file_idx], UNKNOWN.0
            )
        );
        assert!(recognise(&source, FASHION, true).unwrap().is_none());
    }
    let all_unknown = source([UNKNOWN; 4]);
    assert!(matches!(
        recognise(&all_unknown, FASHION, false),
        Err(DatasetError::WrongHash { .. })
    ));
    assert!(recognise(&all_unknown, FASHION, true).unwrap().is_none());
}

#[test]
fn the_old_revisions_need_both_of_their_label_files() {
    for name in ["v1", "v2"] {
        let known = revision(FASHION, Some(name));
        for file_idx in [1, 3] {
            let mut hashes = published(known);
            hashes[file_idx] = UNKNOWN;
            let error = recognise(&source(hashes), FASHION, false).unwrap_err();
            assert!(
                error.to_string().contains(&known.label()),
                "{name} {file_idx}: {error}"
            );
        }
    }
}

#[test]
fn mnist_under_the_name_of_fashion_mnist_is_refused_by_name_even_as_custom_data() {
    let mnist = published(revision(DatasetName::Mnist, None));
    let v3 = published(revision(FASHION, Some("v3")));
    for allow_custom in [false, true] {
        for file_idx in 0..4 {
            // One file is enough: half a directory overwritten is the common accident.
            let mut hashes = v3;
            hashes[file_idx] = mnist[file_idx];
            let error = recognise(&source(hashes), FASHION, allow_custom).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "dir/{}: expected fashion-mnist, found the file of mnist (both have the same \
                     names); put the right file there, or ask for the dataset \"mnist\"",
                    FILE_NAMES[file_idx]
                )
            );
        }
        let error = recognise(&source(v3), DatasetName::Mnist, allow_custom).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("expected mnist, found the file of fashion-mnist")
        );
    }
}

#[test]
fn files_of_two_revisions_together_are_refused() {
    let v3 = published(revision(FASHION, Some("v3")));
    let v1 = published(revision(FASHION, Some("v1")));
    let mixed = source([v3[0], v1[1], v3[2], v1[3]]);
    let error = recognise(&mixed, FASHION, false).unwrap_err().to_string();
    assert!(
        error.contains(
            "found train-images-idx3-ubyte of fashion-mnist v3, \
             train-labels-idx1-ubyte of fashion-mnist v1"
        ),
        "{error}"
    );
    assert!(recognise(&mixed, FASHION, true).unwrap().is_none());
}
