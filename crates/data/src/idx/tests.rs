use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;
use proptest::sample::Index;

use super::*;
use crate::digest;

fn path() -> &'static Path {
    Path::new("some-file")
}

fn images_file(n_samples: usize, height: usize, width: usize) -> Vec<u8> {
    let mut file = render_header(&[n_samples, height, width]);
    file.extend((0..n_samples * height * width).map(|i| (i * 37 % 256) as u8));
    file
}

fn labels_file(n_samples: usize) -> Vec<u8> {
    let mut file = render_header(&[n_samples]);
    file.extend((0..n_samples).map(|i| (i % 10) as u8));
    file
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

fn images_of(mut file: &[u8]) -> Result<Images, DatasetError> {
    parse_images(&mut file, path())
}

fn labels_of(mut file: &[u8]) -> Result<Vec<u8>, DatasetError> {
    parse_labels(&mut file, path(), 10)
}

fn images_error(file: &[u8]) -> String {
    images_of(file).unwrap_err().to_string()
}

#[test]
fn images_and_labels_are_read_as_written() {
    let images = images_of(&images_file(3, 4, 5)).unwrap();
    assert_eq!((images.n_samples, images.height, images.width), (3, 4, 5));
    assert_eq!(images.pixels, images_file(3, 4, 5)[16..]);
    assert_eq!(labels_of(&labels_file(12)).unwrap(), labels_file(12)[8..]);
}

#[test]
fn what_is_no_idx_file_is_described_by_its_start() {
    assert_eq!(
        images_error(b"<!DOCTYPE html>"),
        "some-file: expected the magic number 0x00000803 of IDX images, \
         found 0x3c21444f (\"<!DO\", the start of a web page)"
    );
    assert!(images_error(b"").ends_with("found an empty file"));
    assert!(images_error(&[0, 0]).ends_with("found 0x0000 (\"\\x00\\x00\")"));
    assert!(images_error(b"version https://git-lfs").contains("Git LFS pointer"));
}

#[test]
fn labels_in_place_of_images_are_told() {
    assert_eq!(
        images_error(&labels_file(3)),
        "some-file: expected images (3 dimensions), found labels (1 dimension)"
    );
    assert_eq!(
        labels_of(&images_file(1, 2, 2)).unwrap_err().to_string(),
        "some-file: expected labels (1 dimension), found images (3 dimensions)"
    );
    let mut two_dims = images_file(1, 2, 2);
    two_dims[3] = 2;
    assert!(images_error(&two_dims).ends_with("found 2 dimensions"));
}

#[test]
fn another_type_than_bytes_is_refused() {
    let mut floats = images_file(1, 2, 2);
    floats[2] = 0x0d;
    assert_eq!(
        images_error(&floats),
        "some-file: expected IDX values of type 0x08 (unsigned bytes), found type 0x0d"
    );
}

#[test]
fn missing_and_trailing_bytes_are_counted() {
    let file = images_file(3, 4, 5);
    assert_eq!(
        images_error(&file[..file.len() - 1]),
        "some-file: expected 3 samples of 20 bytes, 60 in all, found only 59 bytes"
    );
    assert_eq!(
        images_error(&file[..9]),
        "some-file: expected a header of 16 bytes, found the end of the file"
    );
    let longer = [file, vec![0]].concat();
    assert_eq!(
        images_error(&longer),
        "some-file: expected 3 samples of 20 bytes and nothing after them, found trailing bytes"
    );
}

#[test]
fn a_label_out_of_range_is_named_with_its_position() {
    let mut file = labels_file(5);
    file[8 + 3] = 10;
    assert_eq!(
        labels_of(&file).unwrap_err().to_string(),
        "some-file: expected labels from 0 to 9, found 10 at position 3"
    );
}

#[test]
fn a_header_that_claims_gigabytes_costs_nothing() {
    for dims in [
        [u32::MAX as usize, 28, 28],
        [u32::MAX as usize, 1024, 1024],
        [2_000_000, 28, 28],
        [0, 28, 28],
    ] {
        assert!(images_error(&render_header(&dims)).contains("bytes of data"));
    }
    for dims in [[10, 0, 28], [10, 28, 1025], [1, 1 << 31, 1 << 31]] {
        assert!(images_error(&render_header(&dims)).contains("pixels a side"));
    }
    // Plausible, but not there: only what is there is read.
    let error = images_error(&render_header(&[1_000_000, 28, 28]));
    assert!(error.ends_with("found only 0 bytes"), "{error}");
}

#[test]
fn a_truncated_or_damaged_gzip_stream_is_a_format_error() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("images.gz");
    let whole = gzip(&images_file(30, 4, 5));
    let load = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        digest::load(&file, |reader| parse_images(reader, &file))
    };
    assert_eq!(load(&whole).unwrap().content.n_samples, 30);
    for len in [3, 12, whole.len() / 2, whole.len() - 8, whole.len() - 1] {
        let error = load(&whole[..len]).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "expected a whole gzip stream, found the end of the file in the middle of it"
            ),
            "{len}: {error}"
        );
    }
    let with_rubbish = [whole.as_slice(), b"rubbish rubbish"].concat();
    let error = load(&with_rubbish).unwrap_err().to_string();
    assert!(error.contains("nothing after it"), "{error}");
}

#[test]
fn hashes_are_those_of_the_file_and_of_its_content() {
    use sha2::Digest as _;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("labels");
    let content = labels_file(100);
    for bytes in [content.clone(), gzip(&content)] {
        std::fs::write(&file, &bytes).unwrap();
        let loaded = digest::load(&file, |reader| parse_labels(reader, &file, 10)).unwrap();
        assert_eq!(loaded.md5, hex::encode(md5::Md5::digest(&bytes)));
        assert_eq!(loaded.sha256, hex::encode(sha2::Sha256::digest(&content)));
        assert_eq!(loaded.md5, digest::md5_of(&file).unwrap());
        assert_eq!(loaded.sha256, digest::sha256_of_content(&file).unwrap());
    }
}

#[derive(Debug, Clone)]
enum Mutation {
    Flip(Index, u8),
    Insert(Index, u8),
    Remove(Index),
    Truncate(Index),
}

impl Mutation {
    fn apply(&self, file: &mut Vec<u8>) {
        match *self {
            Self::Flip(at, mask) if !file.is_empty() => {
                let at = at.index(file.len());
                file[at] ^= mask;
            }
            Self::Insert(at, byte) => file.insert(at.index(file.len() + 1), byte),
            Self::Remove(at) if !file.is_empty() => {
                file.remove(at.index(file.len()));
            }
            Self::Truncate(at) if !file.is_empty() => file.truncate(at.index(file.len())),
            _ => {}
        }
    }
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    prop_oneof![
        4 => (at(), 1..=u8::MAX).prop_map(|(at, mask)| Mutation::Flip(at, mask)),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        1 => at().prop_map(Mutation::Remove),
        1 => at().prop_map(Mutation::Truncate),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    // Most mutations of the 16 header bytes matter; a small image makes them likely.
    #[test]
    fn mutated_images_parse_to_their_bytes_or_give_a_format_error(
        mutations in prop::collection::vec(mutation(), 1..4)
    ) {
        let mut file = images_file(3, 2, 3);
        mutations.iter().for_each(|mutation| mutation.apply(&mut file));
        match images_of(&file) {
            Ok(images) => {
                let mut again = render_header(&[images.n_samples, images.height, images.width]);
                again.extend(&images.pixels);
                prop_assert_eq!(again, file);
            }
            Err(error) => prop_assert!(matches!(error, DatasetError::Format { .. }), "{}", error),
        }
    }

    #[test]
    fn mutated_labels_parse_to_their_bytes_or_give_a_format_error(
        mutations in prop::collection::vec(mutation(), 1..4)
    ) {
        let mut file = labels_file(6);
        mutations.iter().for_each(|mutation| mutation.apply(&mut file));
        match labels_of(&file) {
            Ok(labels) => {
                prop_assert!(labels.iter().all(|&label| label < 10));
                prop_assert_eq!([render_header(&[labels.len()]), labels].concat(), file);
            }
            Err(error) => prop_assert!(matches!(error, DatasetError::Format { .. }), "{}", error),
        }
    }

    #[test]
    fn any_bytes_at_all_never_panic(file in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = (images_of(&file), labels_of(&file));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    // gzip has a checksum, so that what parses is the same data.
    #[test]
    fn mutated_gzip_files_parse_to_the_same_data_or_give_a_format_error(
        mutations in prop::collection::vec(mutation(), 1..4)
    ) {
        let content = images_file(3, 2, 3);
        let mut bytes = gzip(&content);
        mutations.iter().for_each(|mutation| mutation.apply(&mut bytes));
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&bytes).unwrap();
        match digest::load(file.path(), |reader| parse_images(reader, file.path())) {
            Ok(loaded) => prop_assert_eq!(loaded.content, images_of(&content).unwrap()),
            Err(error) => prop_assert!(matches!(error, DatasetError::Format { .. }), "{}", error),
        }
    }
}
