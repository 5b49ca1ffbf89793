//! The demo set: balanced labels in random order, one independent random stream per image.

use rand::seq::SliceRandom;
use sha2::{Digest, Sha256};

use super::canvas::{self, SIDE, Texture};
use super::garment;
use crate::classes::{FASHION_CLASSES, N_CLASSES};
use crate::identity::{DatasetIdentity, FileIdentity};
use crate::idx;
use crate::raw::{RawDataset, RawSplit, Values};
use fashion_bench_numeric::rng::stream;

/// Stream of the order of labels, apart from those of the images.
const ORDER_STREAM: u64 = u64::MAX;

/// Size and seed of the demo set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoShape {
    /// Images of the train split.
    pub n_train: usize,
    /// Images of the test split.
    pub n_test: usize,
    /// Seed that every image is drawn from.
    pub seed: u64,
}

impl Default for DemoShape {
    fn default() -> Self {
        Self {
            n_train: 2000,
            n_test: 500,
            seed: 0,
        }
    }
}

/// Draws the demo set; the same shape gives the same bytes on every machine.
///
/// ```
/// use fashion_bench_data::{DemoShape, generate_demo};
/// let shape = DemoShape { n_train: 100, n_test: 20, seed: 7 };
/// let demo = generate_demo(&shape);
/// assert_eq!(demo.train.class_counts(10), [10; 10]);
/// assert_eq!(demo, generate_demo(&shape));
/// ```
#[must_use]
pub fn generate(shape: &DemoShape) -> RawDataset {
    let train = draw_split(shape.seed, 0, shape.n_train);
    let test = draw_split(shape.seed, 1, shape.n_test);
    let file = |name: &str, dims: &[usize], values: &[u8]| {
        let mut hasher = Sha256::new();
        hasher.update(idx::render_header(dims));
        hasher.update(values);
        FileIdentity {
            name: name.to_owned(),
            md5: None,
            sha256: hex::encode(hasher.finalize()),
        }
    };
    let labels =
        |split: &RawSplit| -> Vec<u8> { split.labels.iter().map(|&label| label as u8).collect() };
    let pixels = |split: &RawSplit| match &split.values {
        Values::Bytes(pixels) => pixels.clone(),
        Values::Floats(_) => Vec::new(),
    };
    let identity = DatasetIdentity {
        name: "demo".to_owned(),
        revision: Some(format!("seed {}", shape.seed)),
        files: vec![
            file(
                "train images",
                &[shape.n_train, SIDE, SIDE],
                &pixels(&train),
            ),
            file("train labels", &[shape.n_train], &labels(&train)),
            file("test images", &[shape.n_test, SIDE, SIDE], &pixels(&test)),
            file("test labels", &[shape.n_test], &labels(&test)),
        ],
        n_train: shape.n_train,
        n_test: shape.n_test,
        ..DatasetIdentity::default()
    };
    RawDataset {
        identity,
        class_names: FASHION_CLASSES.map(str::to_owned).to_vec(),
        labels: (0..N_CLASSES).map(|class| class.to_string()).collect(),
        feature_names: Vec::new(),
        train,
        test,
    }
}

fn draw_split(seed: u64, split_idx: u64, n_samples: usize) -> RawSplit {
    let mut labels: Vec<u16> = (0..n_samples).map(|i| (i % N_CLASSES) as u16).collect();
    labels.shuffle(&mut stream(seed, &[split_idx, ORDER_STREAM]));
    let mut pixels = Vec::with_capacity(n_samples * SIDE * SIDE);
    for (sample_idx, &label) in labels.iter().enumerate() {
        let mut rng = stream(seed, &[split_idx, sample_idx as u64]);
        let parts = garment::draw(label as u8, &mut rng);
        let pose = garment::draw_pose(&mut rng);
        let texture = Texture::draw(&mut rng);
        pixels.extend(canvas::render(&parts, texture, &pose, &mut rng));
    }
    RawSplit::grey(SIDE, SIDE, pixels, labels)
}
