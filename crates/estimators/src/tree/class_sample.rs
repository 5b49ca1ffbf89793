//! Samples of classes, and what is known of many of them.

/// Class and multiplicity of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassSample {
    /// Class code.
    pub class: u16,
    /// How many times it is in the training set, at least 1.
    pub count: u16,
}

/// Statistics of a node: how many samples of each class it has, and how much they weigh.
#[derive(Debug, Clone)]
pub struct ClassTotals {
    /// Samples of each class, with their multiplicities.
    pub(super) counts: Vec<i32>,
    /// Weight of the samples of each class.
    pub(super) weights: Vec<f64>,
    /// Shares of the classes, of weights added up sample by sample, if these are not all 1.
    pub(super) added_shares: Vec<f64>,
    /// Whether samples are counted once, whatever their multiplicities.
    pub(super) counts_samples: bool,
    /// Number of samples; with multiplicities, unless `counts_samples`.
    pub(super) n_samples: usize,
    /// Their weight: the sum of the products of `counts` and the weights of the classes.
    pub(super) weight: f64,
}
