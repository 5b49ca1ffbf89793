//! How the threshold of a feature is chosen.

choices! {
    /// How the threshold of a feature is chosen.
    pub enum Splitter {
        /// The best one.
        Best = "best",
        /// One drawn uniformly between the smallest and the largest value.
        Random = "random",
    }
}
