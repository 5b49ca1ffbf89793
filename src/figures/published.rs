//! The published table, row by row.

use serde::Deserialize;

use crate::catalog::Params;

/// The file of the published table.
#[derive(Debug, Deserialize)]
pub(super) struct PublishedFile {
    pub(super) rows: Vec<Published>,
}

/// A row of the published table.
#[derive(Debug, Clone, Deserialize)]
pub struct Published {
    /// Classifier name.
    pub name: String,
    /// Its parameters, with the defaults of 2017.
    pub parameter: Params,
    fashion: f64,
    mnist: f64,
}

impl Published {
    /// The figure for a data set, by its name.
    #[must_use]
    pub fn accuracy(&self, dataset: &str) -> Option<f64> {
        match dataset {
            "fashion-mnist" => Some(self.fashion),
            "mnist" => Some(self.mnist),
            _ => None,
        }
    }
}
