//! Rows for search by a measure that has no bound of its own: every distance is computed once, and
//! those within reach are the candidates.
//!
//! For angles (cosine and correlation) a matrix product of unit rows bounds the distances first.

use std::ops::Range;

use ndarray::{Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis, s};

use super::params::Distance;
use fashion_bench_numeric::distance::{manhattan, squared_euclidean};
use fashion_bench_numeric::gemm::gemm_nt;
use fashion_bench_numeric::measure::{
    bray_curtis, canberra, centred_product, chebyshev, minkowski_sum, n_unequal, truth_counts,
};
use fashion_bench_numeric::nearest::Index;
use fashion_bench_numeric::nearest::gamma;
use fashion_bench_numeric::prefetch::prefetch;

#[derive(Debug, Clone)]
pub(super) struct MeasuredIndex {
    rows: Array2<f32>,
    distance: Distance,
}

impl MeasuredIndex {
    /// Takes `rows` (standard layout, not empty).
    pub(super) fn new(rows: Array2<f32>, distance: Distance) -> Self {
        Self { rows, distance }
    }

    pub(super) fn rows(&self) -> &Array2<f32> {
        &self.rows
    }

    #[cfg(feature = "serde")]
    pub(super) fn distance(&self) -> Distance {
        self.distance
    }
}

impl Index for MeasuredIndex {
    type Block = Array2<f32>;

    fn n_rows(&self) -> usize {
        self.rows.nrows()
    }

    fn block(&self, queries: ArrayView2<'_, f32>) -> Array2<f32> {
        queries.as_standard_layout().into_owned()
    }

    fn coarse(&self, block: &Array2<f32>, rows: Range<usize>, stride: usize, bounds: &mut [f32]) {
        for (query, bounds) in block
            .rows()
            .into_iter()
            .zip(bounds.chunks_exact_mut(stride))
        {
            let query = slice(query);
            for (row, bound) in rows.clone().zip(bounds) {
                let found = measure(self.distance, query, slice(self.rows.row(row)));
                // A distance that is not a number is farther than all others.
                *bound = if found.is_nan() {
                    f32::INFINITY
                } else {
                    (found as f32).next_down()
                };
            }
        }
    }

    fn limit(&self, _: &Array2<f32>, _: usize, reach: f64) -> f32 {
        (reach as f32).next_up()
    }

    fn prefetch_row(&self, row: usize) {
        prefetch(slice(self.rows.row(row)));
    }

    fn distance(&self, query: &[f32], row: usize) -> f64 {
        measure(self.distance, query, slice(self.rows.row(row)))
    }
}

fn slice(row: ArrayView1<'_, f32>) -> &[f32] {
    row.to_slice().expect("standard layout")
}

/// Returns how far two rows are apart, by scikit-learn's formulas. What is not a number has a
/// positive sign, by which it is sorted behind all numbers.
fn measure(distance: Distance, a: &[f32], b: &[f32]) -> f64 {
    let n = a.len() as f64;
    behind(match distance {
        Distance::Euclidean => squared_euclidean(a, b).sqrt(),
        Distance::SquaredEuclidean => squared_euclidean(a, b),
        Distance::Manhattan => manhattan(a, b),
        Distance::Minkowski(p) => minkowski_sum(a, b, p).powf(1.0 / p),
        Distance::Chebyshev => chebyshev(a, b),
        Distance::Canberra => canberra(a, b),
        Distance::BrayCurtis => bray_curtis(a, b),
        Distance::Hamming => n_unequal(a, b) / n,
        Distance::Cosine => {
            let (a, b) = (Direction::of(a, false), Direction::of(b, false));
            a.distance(&b)
        }
        Distance::Correlation => {
            let (a, b) = (Direction::of(a, true), Direction::of(b, true));
            a.distance(&b)
        }
        Distance::Dice
        | Distance::Jaccard
        | Distance::RogersTanimoto
        | Distance::RussellRao
        | Distance::SokalSneath
        | Distance::Yule => of_truths(distance, truth_counts(a, b), n),
    })
}

fn behind(distance: f64) -> f64 {
    if distance.is_nan() {
        f64::NAN
    } else {
        distance
    }
}

/// Returns a distance of rows of truth values (a value is true if it is not 0), from the number of
/// places where both are true, only the first, and only the second, of `n`.
fn of_truths(distance: Distance, [both, first, second]: [f64; 3], n: f64) -> f64 {
    let unequal = first + second;
    match distance {
        Distance::Jaccard if both + unequal == 0.0 => 0.0,
        Distance::Jaccard => unequal / (both + unequal),
        Distance::Dice => unequal / (2.0 * both + unequal),
        Distance::RogersTanimoto => 2.0 * unequal / (n + unequal),
        Distance::RussellRao => (n - both) / n,
        Distance::SokalSneath => unequal / (0.5 * both + unequal),
        _ => {
            let half = first * second;
            if half == 0.0 {
                return 0.0;
            }
            2.0 * half / (both * (n - both - unequal) + half)
        }
    }
}

/// A row as a direction, from the origin or from its mean.
#[derive(Debug, Clone, Copy)]
struct Direction<'a> {
    row: &'a [f32],
    mean: f64,
    norm: f64,
    is_centred: bool,
}

impl<'a> Direction<'a> {
    fn of(row: &'a [f32], is_centred: bool) -> Self {
        let mean = if is_centred {
            row.iter().map(|&value| f64::from(value)).sum::<f64>() / row.len() as f64
        } else {
            0.0
        };
        Self {
            row,
            mean,
            norm: centred_product(row, mean, row, mean).sqrt(),
            is_centred,
        }
    }

    /// Returns 1 less the cosine of the angle. As in scikit-learn, a row without a direction is at
    /// distance 1 of all others, or if rows are centred at a distance that is not a number.
    fn distance(&self, other: &Self) -> f64 {
        let product = centred_product(self.row, self.mean, other.row, other.mean);
        let norms = self.norm * other.norm;
        if norms == 0.0 && !self.is_centred {
            return 1.0;
        }
        // Rounding must not make a distance negative, which would turn its weight around; `clamp` keeps
        // what is not a number.
        (1.0 - product / norms).clamp(0.0, 2.0)
    }

    /// Writes the unit row to `unit`; zeros if there is no direction.
    fn write_unit(&self, mut unit: ndarray::ArrayViewMut1<'_, f32>) {
        for (unit, &value) in unit.iter_mut().zip(self.row) {
            *unit = if self.norm > 0.0 {
                ((f64::from(value) - self.mean) / self.norm) as f32
            } else {
                0.0
            };
        }
    }
}

/// Rows for search by angle.
#[derive(Debug, Clone)]
pub(super) struct AngleIndex {
    rows: Array2<f32>,
    units: Array2<f32>,
    /// Mean and norm of each row.
    moments: Vec<(f64, f64)>,
    is_centred: bool,
}

pub(super) struct AngleBlock {
    units: Array2<f32>,
    /// Whether each query has a direction.
    has_direction: Vec<bool>,
}

impl AngleIndex {
    /// Indexes `rows` (standard layout, not empty) by cosine, or correlation if `is_centred`.
    pub(super) fn new(rows: Array2<f32>, is_centred: bool) -> Self {
        let (units, moments) = units(rows.view(), is_centred);
        Self {
            rows,
            units,
            moments,
            is_centred,
        }
    }

    pub(super) fn rows(&self) -> &Array2<f32> {
        &self.rows
    }

    #[cfg(feature = "serde")]
    pub(super) fn is_centred(&self) -> bool {
        self.is_centred
    }

    /// Returns how far a product of unit rows in `f32` may be off.
    fn slack(&self) -> f64 {
        2.0 * gamma(self.rows.ncols() + 8)
    }
}

fn units(rows: ArrayView2<'_, f32>, is_centred: bool) -> (Array2<f32>, Vec<(f64, f64)>) {
    let mut units = Array2::zeros(rows.raw_dim());
    let pairs = rows.rows().into_iter().zip(units.axis_iter_mut(Axis(0)));
    let moments = pairs.map(|(row, unit)| {
        let row = row.to_vec();
        let direction = Direction::of(&row, is_centred);
        direction.write_unit(unit);
        (direction.mean, direction.norm)
    });
    let moments = moments.collect();
    (units, moments)
}

impl Index for AngleIndex {
    type Block = AngleBlock;

    fn n_rows(&self) -> usize {
        self.rows.nrows()
    }

    fn block(&self, queries: ArrayView2<'_, f32>) -> AngleBlock {
        let (units, moments) = units(queries, self.is_centred);
        AngleBlock {
            units,
            has_direction: moments.iter().map(|(_, norm)| *norm > 0.0).collect(),
        }
    }

    fn coarse(&self, block: &AngleBlock, rows: Range<usize>, stride: usize, bounds: &mut [f32]) {
        let shape = (block.units.nrows(), stride);
        let view = ArrayViewMut2::from_shape(shape, &mut *bounds).expect("bounds of a tile");
        let mut view = view.slice_move(s![.., ..rows.len()]);
        let units = self.units.slice(s![rows.clone(), ..]);
        gemm_nt(-1.0, block.units.view(), units, 0.0, &mut view);
        for (query, bounds) in bounds.chunks_exact_mut(stride).enumerate() {
            for (row, bound) in rows.clone().zip(bounds) {
                // Without a direction there is no bound; centred rows are then farthest of all.
                let has_direction = block.has_direction[query] && self.moments[row].1 > 0.0;
                *bound = match (has_direction, self.is_centred) {
                    (true, _) => *bound,
                    (false, false) => f32::NEG_INFINITY,
                    (false, true) => f32::INFINITY,
                };
            }
        }
    }

    fn limit(&self, _: &AngleBlock, _: usize, reach: f64) -> f32 {
        ((reach - 1.0 + self.slack()) as f32).next_up()
    }

    fn prefetch_row(&self, row: usize) {
        prefetch(slice(self.rows.row(row)));
    }

    fn distance(&self, query: &[f32], row: usize) -> f64 {
        let (mean, norm) = self.moments[row];
        let row = Direction {
            row: slice(self.rows.row(row)),
            mean,
            norm,
            is_centred: self.is_centred,
        };
        behind(Direction::of(query, self.is_centred).distance(&row))
    }
}
