//! What a batch solver returns.

/// The weights of one problem and how their fit went.
#[derive(Debug, Clone)]
pub(super) struct Solution {
    /// One weight vector per column, the constant feature's weight last.
    pub weights: Vec<Vec<f64>>,
    /// Steps taken.
    pub n_iter: usize,
    /// Whether the stopping rule was met.
    pub converged: bool,
    /// The objective with the problem's own loss.
    pub objective: f64,
    /// What the stopping rule compares with the tolerance: a relative duality gap, or the gradient
    /// or the violations as a fraction of those at zero weights.
    pub gap: f64,
}
