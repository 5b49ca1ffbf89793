//! How the impurity of a node is measured.

choices! {
    /// How the impurity of a node is measured.
    pub enum Criterion {
        /// `1 - Σ p²`.
        Gini = "gini",
        /// `-Σ p log₂ p`; log loss is the same.
        Entropy = "entropy" | "log_loss",
    }
}
