//! Prepared data as the estimators get them.

use std::path::Path;

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis};
use rand::seq::SliceRandom;

use super::cache::{self, Header};
use super::error::DatasetError;
use super::identity::DatasetIdentity;
use super::prepare;
use super::raw::RawDataset;
use fashion_bench_numeric::mapped::MappedFloats;
use fashion_bench_numeric::rng::stream;

/// Name of the shuffle's random stream, apart from those that estimators draw from the same seed.
const SHUFFLE_STREAM: u64 = u64::from_be_bytes(*b"shuffle.");

/// Scaled features and labels of both splits, memory-mapped or in memory.
#[derive(Debug)]
pub struct Prepared {
    header: Header,
    // Train features, then test features, row by row.
    values: Values,
    y_train: Array1<usize>,
    y_test: Array1<usize>,
}

#[derive(Debug)]
enum Values {
    Mapped(MappedFloats),
    InMemory(Vec<f32>),
}

impl Prepared {
    /// Opens a cache file that [`prepare`](super::prepare()) wrote, without reading its features:
    /// they are mapped, and shared with every other process that does the same.
    ///
    /// # Errors
    /// [`DatasetError::Cache`] if the file is not whole or of another version,
    /// [`DatasetError::Io`] if it cannot be read.
    pub fn open(path: &Path) -> Result<Self, DatasetError> {
        let opened = cache::open(path)?;
        let header = opened.header;
        let n_values = header.n_train_values() + header.n_test_values();
        let values = MappedFloats::open(&opened.file, opened.values_offset, n_values)
            .map_err(DatasetError::io("map", path))?;
        let (train, test) = opened.labels.split_at(header.identity.n_train);
        Ok(Self {
            values: Values::Mapped(values),
            y_train: to_usize(train),
            y_test: to_usize(test),
            header,
        })
    }

    /// Prepares `raw` without a cache file.
    ///
    /// # Errors
    /// [`DatasetError::NoTrainRows`] if the train split is empty.
    pub fn in_memory(raw: &RawDataset) -> Result<Self, DatasetError> {
        let (train, test) = prepare::scale(raw)?;
        let mut values = train.into_raw_vec_and_offset().0;
        values.extend(test);
        Ok(Self {
            header: prepare::header_of(raw),
            values: Values::InMemory(values),
            y_train: to_usize(&raw.train.labels),
            y_test: to_usize(&raw.test.labels),
        })
    }

    /// Returns the features of the train split (`n_train` × `n_features`, row-major).
    #[must_use]
    pub fn x_train(&self) -> ArrayView2<'_, f32> {
        let n_values = self.header.n_train_values();
        self.rows(&self.values()[..n_values], self.header.identity.n_train)
    }

    /// Returns the features of the test split (`n_test` × `n_features`, row-major).
    #[must_use]
    pub fn x_test(&self) -> ArrayView2<'_, f32> {
        let n_values = self.header.n_train_values();
        self.rows(&self.values()[n_values..], self.header.identity.n_test)
    }

    /// Returns the classes of the train split (`n_train`).
    #[must_use]
    pub fn y_train(&self) -> ArrayView1<'_, usize> {
        self.y_train.view()
    }

    /// Returns the classes of the test split (`n_test`).
    #[must_use]
    pub fn y_test(&self) -> ArrayView1<'_, usize> {
        self.y_test.view()
    }

    /// Returns the number of columns of the features.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.header.n_features
    }

    /// Returns the number of classes; labels are below it.
    #[must_use]
    pub fn n_classes(&self) -> usize {
        self.header.class_names.len()
    }

    /// Returns which data this is.
    #[must_use]
    pub fn identity(&self) -> &DatasetIdentity {
        &self.header.identity
    }

    /// Returns the name of each class; a label is an index into it.
    #[must_use]
    pub fn class_names(&self) -> &[String] {
        &self.header.class_names
    }

    /// Returns the label of each class as the files write it, by which a config names it.
    #[must_use]
    pub fn class_labels(&self) -> &[String] {
        &self.header.labels
    }

    /// Returns a copy of the train split in an order drawn from `seed`.
    #[must_use]
    pub fn shuffled_train(&self, seed: u64) -> (Array2<f32>, Array1<usize>) {
        let mut order: Vec<usize> = (0..self.y_train.len()).collect();
        order.shuffle(&mut stream(seed, &[SHUFFLE_STREAM]));
        (
            self.x_train().select(Axis(0), &order),
            self.y_train.select(Axis(0), &order),
        )
    }

    fn values(&self) -> &[f32] {
        match &self.values {
            Values::Mapped(values) => values.as_slice(),
            Values::InMemory(values) => values,
        }
    }

    fn rows<'a>(&self, values: &'a [f32], n_rows: usize) -> ArrayView2<'a, f32> {
        ArrayView2::from_shape((n_rows, self.header.n_features), values)
            .expect("the number of values was checked when they were read")
    }
}

fn to_usize(labels: &[u16]) -> Array1<usize> {
    labels.iter().map(|&label| usize::from(label)).collect()
}
