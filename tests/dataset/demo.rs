//! The built-in demo set.

use fashion_bench::dataset::{DatasetError, DemoShape, Prepared, generate_demo};

use crate::support::{bytes_of, small_demo};

#[test]
fn the_demo_set_is_the_same_on_every_machine() {
    let raw = small_demo();
    assert_eq!(raw, small_demo());
    assert_eq!(raw.identity.name, "demo");
    assert_eq!(raw.identity.revision.as_deref(), Some("seed 3"));
    assert_eq!(raw.train.class_counts(10), [6; 10]);
    assert_eq!(raw.test.class_counts(10), [2; 10]);
    // Hash of the images as first drawn; results made on the demo set depend on it.
    assert_eq!(
        raw.identity.files[0].sha256,
        "7af3dbc1d86704305ff37a52c98eee901690c41d2dbc5c309e7c1a378cca3173"
    );
    let other = generate_demo(&DemoShape {
        n_train: 60,
        n_test: 20,
        seed: 4,
    });
    assert_ne!(raw.train, other.train);
}

#[test]
fn the_demo_set_has_no_image_twice_and_no_empty_one() {
    let raw = generate_demo(&DemoShape::default());
    let mut images: Vec<_> = [&raw.train, &raw.test]
        .into_iter()
        .flat_map(|split| {
            (0..split.n_samples()).map(|i| bytes_of(split)[i * 784..(i + 1) * 784].to_vec())
        })
        .collect();
    assert!(
        images
            .iter()
            .all(|image| image.iter().filter(|&&grey| grey > 40).count() > 20)
    );
    let n_images = images.len();
    images.sort_unstable();
    images.dedup();
    assert_eq!(images.len(), n_images);
}

#[test]
fn an_empty_demo_set_is_refused_by_the_scaler() {
    let empty = generate_demo(&DemoShape {
        n_train: 0,
        n_test: 0,
        seed: 0,
    });
    let error = Prepared::in_memory(&empty).unwrap_err();
    assert!(matches!(error, DatasetError::NoTrainRows), "{error}");
}
