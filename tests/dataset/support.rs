//! Files of small data sets of the tests' own.

use std::io::Write;
use std::path::Path;

use fashion_bench::dataset::{
    DatasetError, DatasetName, DatasetRequest, DemoShape, RawDataset, RawSplit, Values,
    generate_demo, load,
};
use flate2::Compression;
use flate2::write::GzEncoder;

/// File names in the order of an identity.
pub const FILE_NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// An IDX file of unsigned bytes.
pub fn idx(dims: &[u32], values: &[u8]) -> Vec<u8> {
    let mut file = vec![0, 0, 8, dims.len() as u8];
    file.extend(dims.iter().flat_map(|dim| dim.to_be_bytes()));
    file.extend(values);
    file
}

pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Images of `height` × `width` with varied pixels, and labels 0, 1, 2, ….
pub fn split(n_samples: usize, height: usize, width: usize, n_classes: usize) -> RawSplit {
    let pixels = (0..n_samples * height * width).map(|i| (i * i % 251 + i / 7 % 5) as u8);
    let labels = (0..n_samples).map(|i| (i % n_classes) as u16);
    RawSplit::grey(height, width, pixels.collect(), labels.collect())
}

/// The values of a split of bytes.
pub fn bytes_of(split: &RawSplit) -> &[u8] {
    match &split.values {
        Values::Bytes(bytes) => bytes,
        Values::Floats(_) => panic!("expected bytes"),
    }
}

/// The four files of two splits.
pub fn files_of(train: &RawSplit, test: &RawSplit) -> [Vec<u8>; 4] {
    let images = |split: &RawSplit| {
        let dims = split.shape.dims(split.n_samples()).into_iter();
        idx(
            &dims.map(|dim| dim as u32).collect::<Vec<_>>(),
            bytes_of(split),
        )
    };
    let labels = |split: &RawSplit| {
        let labels: Vec<u8> = split.labels.iter().map(|&label| label as u8).collect();
        idx(&[split.labels.len() as u32], &labels)
    };
    [images(train), labels(train), images(test), labels(test)]
}

/// Writes the four files, gzipped where `is_gzip`, into `dir`.
pub fn write_files(dir: &Path, files: &[Vec<u8>; 4], is_gzip: bool) {
    for (name, content) in FILE_NAMES.iter().zip(files) {
        if is_gzip {
            std::fs::write(dir.join(format!("{name}.gz")), gzip(content)).unwrap();
        } else {
            std::fs::write(dir.join(name), content).unwrap();
        }
    }
}

/// A request for custom data in `dir`.
pub fn custom(dir: &Path) -> DatasetRequest {
    DatasetRequest {
        data_dir: Some(dir.to_owned()),
        allow_custom: true,
        offline: true,
        ..DatasetRequest::new(DatasetName::FashionMnist)
    }
}

/// Loads without showing anything.
pub fn load_quietly(request: &DatasetRequest) -> Result<RawDataset, DatasetError> {
    load(request, &mut |_| ())
}

/// A small demo set.
pub fn small_demo() -> RawDataset {
    generate_demo(&DemoShape {
        n_train: 60,
        n_test: 20,
        seed: 3,
    })
}
