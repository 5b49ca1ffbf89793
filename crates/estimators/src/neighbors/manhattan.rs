//! Rows for search by city-block distance: bounds from sums of absolute differences of byte codes.
//!
//! The bound is so tight that no finer one is needed: on Fashion-MNIST with k=5, distances to 13 of
//! the 60,000 rows are computed.

use std::ops::Range;

use ndarray::{Array2, ArrayView2};

use fashion_bench_numeric::distance::manhattan;
use fashion_bench_numeric::nearest::Index;
use fashion_bench_numeric::nearest::{Quantiser, Remainder};
use fashion_bench_numeric::prefetch::prefetch;
use fashion_bench_numeric::sad::{SadQueries, SadTiles};
use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

/// Relative room for the few roundings, of 6e-8 each, of a bound in `f32`.
const ROOM: f64 = 1e-6;

/// Room for underflow in `f32`.
const TINY: f64 = 1e-37;

#[derive(Debug, Clone)]
pub(super) struct ManhattanIndex {
    rows: Array2<f32>,
    quantiser: Quantiser,
    tiles: SadTiles,
    /// Rounding of each row, with room.
    rounds: Vec<f32>,
    /// The part of each row that lies outside the codes.
    overs: Vec<f32>,
}

pub(super) struct ManhattanBlock {
    queries: SadQueries,
    remainders: Vec<Remainder>,
}

impl ManhattanIndex {
    /// Returns the rows.
    #[cfg(feature = "serde")]
    pub(super) fn into_rows(self) -> Array2<f32> {
        self.rows
    }

    /// Indexes `rows` (standard layout, not empty).
    pub(super) fn new(rows: Array2<f32>) -> Self {
        let quantiser = Quantiser::fit(rows.view());
        let (codes, remainders) = quantiser.encode::<false>(rows.view());
        let with_room = |rest: &Remainder| (rest.round + ROOM * (rest.round + rest.over)) as f32;
        Self {
            tiles: SadTiles::new(&codes, rows.ncols()),
            rounds: remainders.iter().map(with_room).collect(),
            overs: remainders.iter().map(|rest| rest.over as f32).collect(),
            rows,
            quantiser,
        }
    }

    pub(super) fn n_features(&self) -> usize {
        self.rows.ncols()
    }
}

impl Index for ManhattanIndex {
    type Block = ManhattanBlock;

    fn n_rows(&self) -> usize {
        self.rows.nrows()
    }

    fn block(&self, queries: ArrayView2<'_, f32>) -> ManhattanBlock {
        let (codes, remainders) = self.quantiser.encode::<false>(queries);
        ManhattanBlock {
            queries: SadQueries::new(&codes, queries.ncols()),
            remainders,
        }
    }

    fn coarse(
        &self,
        block: &ManhattanBlock,
        rows: Range<usize>,
        stride: usize,
        bounds: &mut [f32],
    ) {
        self.tiles
            .sums(&block.queries, rows.start, rows.len(), stride, bounds);
        for (query, bounds) in bounds.chunks_exact_mut(stride).enumerate() {
            dispatch(Complete {
                bounds: &mut bounds[..rows.len()],
                step: self.quantiser.step() as f32,
                over: block.remainders[query].over as f32,
                rounds: &self.rounds[rows.clone()],
                overs: &self.overs[rows.clone()],
            });
        }
    }

    fn limit(&self, block: &ManhattanBlock, query: usize, reach: f64) -> f32 {
        let rest = &block.remainders[query];
        let limit = reach + rest.round + ROOM * (reach + rest.round + rest.over) + TINY;
        (limit as f32).next_up()
    }

    fn prefetch_row(&self, row: usize) {
        let row = self.rows.row(row);
        prefetch(row.to_slice().expect("standard layout"));
    }

    fn distance(&self, query: &[f32], row: usize) -> f64 {
        let row = self.rows.row(row);
        manhattan(query, row.to_slice().expect("standard layout"))
    }
}

/// Turns sums over codes into bounds.
struct Complete<'a> {
    bounds: &'a mut [f32],
    step: f32,
    over: f32,
    rounds: &'a [f32],
    overs: &'a [f32],
}

impl Kernel for Complete<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let terms = self.rounds.iter().zip(self.overs);
        for (bound, (round, over)) in self.bounds.iter_mut().zip(terms) {
            let sum = self.step * *bound + (self.over - over).abs() - round;
            // A NaN from overflow must not rule a row out.
            *bound = sum.max(f32::NEG_INFINITY);
        }
    }
}
