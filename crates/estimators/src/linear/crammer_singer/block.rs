//! Rows that are visited together, and the room that a visit needs.

use super::simplex::LANES;
use fashion_bench_numeric::row_block::products;
use fashion_bench_numeric::tall::Tall;

/// Rows of a block.
pub(super) const BLOCK: usize = 32;

/// Rows that are visited together.
pub(super) struct Block {
    pub rows: [usize; BLOCK],
    /// Positions of those that are still visited.
    pub active: Vec<usize>,
    /// Products of the rows with the weights at the start of the iteration, class by class.
    pub scores: Vec<[f32; BLOCK]>,
    /// Products of the rows with each other.
    pub gram: [[f32; BLOCK]; BLOCK],
}

/// What visiting a block needs.
pub(super) struct Scratch {
    /// Products of the rows with `moved`.
    pub products: Vec<f32>,
    /// Products with the weights, class by class, kept up to date while multipliers change.
    pub scores: Vec<[f64; BLOCK]>,
    /// What is to be added to the weights, as factors of the active rows, class by class.
    pub factors: Vec<[f32; BLOCK]>,
    /// The same for one class, without those that are 0, and as weights.
    pub terms: Vec<(usize, f32)>,
    pub change: Vec<f32>,
    /// Multipliers of a row that are to be projected, padded.
    pub point: Vec<f64>,
}

impl Block {
    /// Returns a block of the rows `members`, whose products with the weights are in `z`;
    /// `squares` is room for the products of [`BLOCK`] rows with each other.
    pub fn new(design: &Tall<'_>, members: &[usize], z: &[Vec<f32>], squares: &mut [f32]) -> Self {
        let n = members.len();
        let rows: Vec<&[f32]> = members.iter().map(|&row_idx| design.row(row_idx)).collect();
        let squares = &mut squares[..n * n];
        products(&rows, &rows, squares);
        let mut block = Self {
            rows: [0; BLOCK],
            active: (0..n).collect(),
            scores: vec![[0.0; BLOCK]; z.len()],
            gram: [[0.0; BLOCK]; BLOCK],
        };
        block.rows[..n].copy_from_slice(members);
        for (gram, squares) in block.gram.iter_mut().zip(squares.chunks_exact(n)) {
            for (gram, square) in gram.iter_mut().zip(squares) {
                *gram = square + design.bias().powi(2);
            }
        }
        for (scores, z) in block.scores.iter_mut().zip(z) {
            for (score, &row_idx) in scores.iter_mut().zip(members) {
                *score = z[row_idx];
            }
        }
        block
    }
}

impl Scratch {
    pub fn new(n_classes: usize, width: usize) -> Self {
        Self {
            products: vec![0.0; BLOCK * n_classes.max(BLOCK)],
            scores: vec![[0.0; BLOCK]; n_classes],
            factors: vec![[0.0; BLOCK]; n_classes],
            terms: Vec::with_capacity(BLOCK),
            change: vec![0.0; width],
            point: vec![0.0; n_classes.next_multiple_of(LANES)],
        }
    }
}
