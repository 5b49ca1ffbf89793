//! The sizes of the data that a config asks for, before any of them is read.

use super::dataset_choice::DatasetChoice;
use super::job::Settings;
use crate::catalog::{Cost, DataShape};
use crate::dataset::{DatasetName, DemoShape};

/// Returns the size of each part of the data, in the order of the list of sizes. Files of the user's
/// own are taken to be of Fashion-MNIST's size, as nothing is known of them yet.
pub(super) fn expected_shapes(settings: &Settings) -> Vec<DataShape> {
    let whole = match &settings.dataset {
        DatasetChoice::Known { name, .. } => shape_of(name.parse().unwrap_or_default()),
        DatasetChoice::Own(_) => shape_of(DatasetName::FashionMnist),
    };
    let parts = settings.subset.parts();
    let part = |n_wanted: Option<usize>, n_rows: usize| n_wanted.unwrap_or(n_rows).min(n_rows);
    let shape = |subset: &crate::dataset::Subset| DataShape {
        n_train: part(subset.train, whole.n_train),
        n_test: part(subset.test, whole.n_test),
        ..whole
    };
    parts.iter().map(shape).collect()
}

/// Adds up the seconds over all parts of the data; the memory is that of the part that takes most.
pub(super) fn cost_over(shapes: &[DataShape], cost: impl Fn(&DataShape) -> Cost) -> Cost {
    shapes
        .iter()
        .map(cost)
        .fold(Cost::default(), |sum, part| Cost {
            cpu_s: sum.cpu_s + part.cpu_s,
            memory_bytes: sum.memory_bytes.max(part.memory_bytes),
        })
}

/// The size of a known data set, as published.
fn shape_of(name: DatasetName) -> DataShape {
    let (n_train, n_test, n_classes) = match name {
        DatasetName::Auto
        | DatasetName::FashionMnist
        | DatasetName::Mnist
        | DatasetName::Kmnist => (60_000, 10_000, 10),
        DatasetName::K49 => (232_365, 38_547, 49),
        DatasetName::Qmnist => (60_000, 60_000, 10),
        DatasetName::EmnistLetters => (124_800, 20_800, 26),
        DatasetName::EmnistBalanced => (112_800, 18_800, 47),
        DatasetName::EmnistDigits => (240_000, 40_000, 10),
        DatasetName::Demo => {
            let demo = DemoShape::default();
            (demo.n_train, demo.n_test, 10)
        }
    };
    DataShape {
        n_train,
        n_test,
        n_features: 784,
        n_classes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_add_up_and_memory_is_the_largest() {
        let shapes = [1000, 3000].map(|n_train| DataShape {
            n_train,
            ..shape_of(DatasetName::Mnist)
        });
        let cost = cost_over(&shapes, |shape| Cost {
            cpu_s: shape.n_train as f64,
            memory_bytes: shape.n_train as u64,
        });
        assert_eq!((cost.cpu_s, cost.memory_bytes), (4000.0, 3000));
    }
}
