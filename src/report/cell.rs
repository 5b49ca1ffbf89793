//! A cell of a table on the page.

use serde::Serialize;

/// A cell with the number that it is sorted by.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Cell {
    pub text: String,
    pub sort: f64,
    pub title: String,
}

impl Cell {
    pub(super) fn new(text: String, sort: f64, title: String) -> Self {
        Self { text, sort, title }
    }
}
