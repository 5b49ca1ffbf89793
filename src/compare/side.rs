//! The sides of a comparison: a table of ours, or figures that come without predictions.

use crate::dataset::DatasetIdentity;
use crate::figures::KnownFigures;
use crate::results::Record;

/// What somebody else found for a model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    /// Accuracy in [0, 1].
    pub(super) accuracy: f64,
    /// CPU seconds of fit and predict.
    pub(super) cpu_s: Option<f64>,
}

/// One side of a comparison.
#[derive(Debug, Clone, Copy)]
pub enum Side<'a> {
    /// A results table.
    Table(&'a [Record]),
    /// The published table.
    Published(&'a KnownFigures),
    /// scikit-learn's measurements.
    Sklearn(&'a KnownFigures),
}

impl Side<'_> {
    /// Whether a side without predictions was measured on that data.
    pub(super) fn covers(&self, dataset: &DatasetIdentity) -> bool {
        match self {
            Self::Table(_) => false,
            Self::Published(known) => known.has_published(dataset),
            Self::Sklearn(known) => known.has_measured(dataset),
        }
    }

    /// The data that a side without predictions was measured on, in words.
    pub(super) fn measured_on(&self) -> &'static str {
        match self {
            Self::Table(_) => "its own data",
            Self::Published(_) => "Fashion-MNIST and MNIST, as published",
            Self::Sklearn(_) => "the data that scikit-learn was measured on, Fashion-MNIST v3",
        }
    }

    /// What a side without predictions found for the model of a row.
    pub(super) fn figure(&self, record: &Record) -> Option<Figure> {
        match self {
            Self::Table(_) => None,
            Self::Published(known) => known.published(record).map(|accuracy| Figure {
                accuracy,
                cpu_s: None,
            }),
            Self::Sklearn(known) => known.measured(record).map(|measured| Figure {
                accuracy: measured.accuracy,
                cpu_s: Some(measured.cpu_s),
            }),
        }
    }
}
