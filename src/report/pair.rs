//! A model on Fashion-MNIST and on MNIST, as the templates show it.

use serde::Serialize;

use super::cell::Cell;
use crate::catalog::Family;

/// A model on both data sets.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PairView {
    pub name: String,
    pub params: String,
    pub family: Family,
    pub family_label: &'static str,
    pub fashion: Option<PairCell>,
    pub mnist: Option<PairCell>,
    /// The accuracy on MNIST minus that on Fashion-MNIST.
    pub difference: Option<Cell>,
    pub published_fashion: Option<Cell>,
    pub published_mnist: Option<Cell>,
    /// The published accuracy on MNIST minus that on Fashion-MNIST.
    pub published_difference: Option<Cell>,
}

/// A row's accuracy, or how it ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PairCell {
    /// The key of the row.
    pub key: String,
    pub text: String,
    /// The number to sort by; absent without an accuracy.
    pub sort: Option<f64>,
    pub state: &'static str,
}
