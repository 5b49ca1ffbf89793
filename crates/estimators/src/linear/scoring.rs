//! What cross-validation calls best.

choices! {
    /// What cross-validation calls best.
    pub enum Scoring {
        /// The share of rows whose class is right.
        Accuracy = "accuracy",
    }
}
