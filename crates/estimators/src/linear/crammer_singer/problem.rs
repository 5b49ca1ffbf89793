//! What is to be solved.

use fashion_bench_numeric::tall::Tall;

/// What is to be solved, and how well.
pub(in super::super) struct CrammerSinger<'a> {
    /// The rows.
    pub design: &'a Tall<'a>,
    /// The class of each row.
    pub codes: &'a [usize],
    /// Number of classes.
    pub n_classes: usize,
    /// Cost of each row.
    pub cost: &'a [f64],
    /// Relative duality gap to reach.
    pub tol: f64,
    /// Iterations at most.
    pub max_iter: usize,
    /// Seed of the orders of the rows.
    pub seed: u64,
}
