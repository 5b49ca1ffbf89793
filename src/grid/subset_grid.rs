//! The part of the data that a config asks for; several sizes of the train split are an axis.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::dataset::Subset;

/// Which rows are used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SubsetGrid {
    /// Rows of the train split; a list is run size by size, for learning curves. Empty for all.
    #[schemars(with = "Sizes")]
    pub train: Vec<usize>,
    /// Rows of the test split; null for all.
    #[schemars(range(min = 1))]
    pub test: Option<usize>,
    /// Whether each class keeps its share of the rows.
    pub stratified: bool,
    /// Seed of the draw.
    pub seed: u64,
}

/// One size, or several.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum Sizes {
    One(usize),
    Several(Vec<usize>),
}

impl Default for SubsetGrid {
    fn default() -> Self {
        let Subset {
            test,
            stratified,
            seed,
            ..
        } = Subset::default();
        Self {
            train: Vec::new(),
            test,
            stratified,
            seed,
        }
    }
}

impl SubsetGrid {
    /// Whether all rows are used.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.train.is_empty() && self.test.is_none()
    }

    /// Returns the parts, one for each size of the train split, in the order of the list.
    #[must_use]
    pub fn parts(&self) -> Vec<Subset> {
        let part = |train| Subset {
            train,
            test: self.test,
            stratified: self.stratified,
            seed: self.seed,
        };
        match &self.train[..] {
            [] => vec![part(None)],
            sizes => sizes.iter().map(|&size| part(Some(size))).collect(),
        }
    }
}
