//! Where points go in one epoch: sixteen at a time, a lane of a vector for each.
//!
//! Forces act on a point one after the other, each from where the last one left it. Points of a block do
//! not see each other's moves, so sixteen of them can take their forces at the same time. Points with
//! about as many edges share a vector; the learning rate is 0 in lanes that are done. The arithmetic of a
//! lane is the same in every vector and on every machine.

use fashion_bench_numeric::exp::{exp, ln};
use fashion_bench_numeric::simd::{F32_LANES, Kernel, Lanes};

use super::curve::Curve;
use crate::sparse::Sparse;

/// Largest move along an axis that one force makes, before the learning rate.
const CLIP: f32 = 4.0;

/// Keeps the repulsion of points on one spot finite.
const SOFTENING: f32 = 1e-3;

pub(super) type Point = [f32; 2];

/// A generator of 64 bits (Steele, Lea and Flood 2014), which costs nothing to start.
#[derive(Clone, Copy)]
pub(super) struct SplitMix(pub u64);

impl SplitMix {
    /// Starts the generator of a row.
    fn of_row(key: u64, row: usize) -> Self {
        Self(key ^ (row as u64).wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns an index below `n`.
    #[inline(always)]
    pub fn below(&mut self, n: usize) -> usize {
        (((self.next() >> 32) * n as u64) >> 32) as usize
    }
}

/// The moves of consecutive rows in one epoch.
pub(super) struct Moves<'a> {
    /// The share of the epochs in which each edge is drawn.
    pub edges: &'a Sparse,
    pub curve: Curve,
    pub n_negative: usize,
    pub epoch: usize,
    pub rate: f32,
    /// Of the random numbers of the epoch.
    pub key: u64,
    /// All points before the moves.
    pub points: &'a [Point],
    /// The first row that moves.
    pub first: usize,
    /// The points of the rows from `first` after the moves.
    pub moved: &'a mut [Point],
}

impl Kernel for Moves<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let (mut drawn, mut spans) = (Vec::new(), Vec::new());
        for row in (self.first..).take(self.moved.len()) {
            let start = drawn.len();
            self.draw_edges(row, &mut drawn);
            spans.push(Draws {
                n: drawn.len() - start,
                start,
                row,
            });
        }
        spans.sort_unstable();
        for spans in spans.chunks(F32_LANES) {
            let places = self.move_together(spans, &drawn);
            for (draws, place) in spans.iter().zip(places) {
                self.moved[draws.row - self.first] = place;
            }
        }
    }
}

/// The edges of a row that are drawn, in a list of those of several rows; ordered by their number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Draws {
    n: usize,
    start: usize,
    row: usize,
}

/// Sixteen values, a lane each.
type Wide = [f32; F32_LANES];

impl Moves<'_> {
    /// Appends the other ends of the edges of `row` that are drawn in this epoch.
    #[inline(always)]
    fn draw_edges(&self, row: usize, drawn: &mut Vec<u32>) {
        let (columns, shares) = self.edges.row(row);
        for (&column, &share) in columns.iter().zip(shares) {
            let n_draws = |epoch: usize| (epoch as f64 * f64::from(share)) as u32;
            if n_draws(self.epoch + 1) != n_draws(self.epoch) {
                drawn.push(column);
            }
        }
    }

    /// Returns the places of up to sixteen points after the epoch.
    #[inline(always)]
    fn move_together(&self, spans: &[Draws], drawn: &[u32]) -> [Point; F32_LANES] {
        // Lanes without a row move nothing.
        let mut lanes = [Draws { n: 0, ..spans[0] }; F32_LANES];
        lanes[..spans.len()].copy_from_slice(spans);
        let mut random = lanes.map(|lane| SplitMix::of_row(self.key, lane.row));
        let starts = lanes.map(|lane| self.points[lane.row]);
        let (mut x, mut y) = (starts.map(|point| point[0]), starts.map(|point| point[1]));
        let longest = spans.iter().map(|draws| draws.n).max().unwrap_or_default();
        for step in 0..longest {
            let mut others = [[0.0; 2]; F32_LANES];
            let mut rates = [0.0; F32_LANES];
            for (lane, draws) in lanes.iter().enumerate() {
                if step < draws.n {
                    others[lane] = self.points[drawn[draws.start + step] as usize];
                    rates[lane] = self.rate;
                }
            }
            // Twice, because the graph holds the edge in both directions.
            for _ in 0..2 {
                self.attract(&mut x, &mut y, &others, &rates);
            }
            for _ in 0..self.n_negative {
                let mut rates = rates;
                for (lane, draws) in lanes.iter().enumerate() {
                    let other = random[lane].below(self.points.len());
                    others[lane] = self.points[other];
                    if other == draws.row {
                        rates[lane] = 0.0;
                    }
                }
                self.repel(&mut x, &mut y, &others, &rates);
            }
        }
        std::array::from_fn(|lane| [x[lane], y[lane]])
    }

    #[inline(always)]
    fn attract(&self, x: &mut Wide, y: &mut Wide, others: &[Point; F32_LANES], rates: &Wide) {
        let [a, b] = [self.curve.a as f32, self.curve.b as f32];
        apply(x, y, others, rates, |squared| {
            let power = exp(b * ln(squared));
            -2.0 * a * b * power / (squared.max(f32::MIN_POSITIVE) * (1.0 + a * power))
        });
    }

    #[inline(always)]
    fn repel(&self, x: &mut Wide, y: &mut Wide, others: &[Point; F32_LANES], rates: &Wide) {
        let [a, b] = [self.curve.a as f32, self.curve.b as f32];
        apply(x, y, others, rates, |squared| {
            let power = exp(b * ln(squared));
            2.0 * b / ((SOFTENING + squared) * (1.0 + a * power))
        });
    }
}

/// Moves points along the vectors from `others` to them, times a force of the squared distance.
#[inline(always)]
fn apply(
    x: &mut Wide,
    y: &mut Wide,
    others: &[Point; F32_LANES],
    rates: &Wide,
    force: impl Fn(f32) -> f32,
) {
    for lane in 0..F32_LANES {
        let offset = [x[lane] - others[lane][0], y[lane] - others[lane][1]];
        let force = force(offset[0] * offset[0] + offset[1] * offset[1]);
        x[lane] += rates[lane] * (force * offset[0]).clamp(-CLIP, CLIP);
        y[lane] += rates[lane] * (force * offset[1]).clamp(-CLIP, CLIP);
    }
}

#[cfg(test)]
mod tests {
    use fashion_bench_numeric::rng::stream;
    use fashion_bench_numeric::simd::dispatch;
    use rand::Rng as _;

    use super::*;

    /// Moves the point of `row` as [`Moves`] does, one force after the other.
    fn moved_alone(moves: &Moves<'_>, row: usize) -> Point {
        let (a, b) = (moves.curve.a as f32, moves.curve.b as f32);
        let mut random = SplitMix::of_row(moves.key, row);
        let mut point = moves.points[row];
        let mut step = |other: Point, force: &dyn Fn(f32, f32) -> f32| {
            let offset = [point[0] - other[0], point[1] - other[1]];
            let squared = offset[0] * offset[0] + offset[1] * offset[1];
            if squared > 0.0 {
                for axis in 0..2 {
                    let force = force(squared, squared.powf(b)) * offset[axis];
                    point[axis] += moves.rate * force.clamp(-CLIP, CLIP);
                }
            }
        };
        let (columns, shares) = moves.edges.row(row);
        for (&column, &share) in columns.iter().zip(shares) {
            let n_draws = |epoch: usize| (epoch as f64 * f64::from(share)).floor();
            if n_draws(moves.epoch + 1) > n_draws(moves.epoch) {
                for _ in 0..2 {
                    step(moves.points[column as usize], &|squared, power| {
                        -2.0 * a * b * power / (squared * (1.0 + a * power))
                    });
                }
                for _ in 0..moves.n_negative {
                    let other = random.below(moves.points.len());
                    if other != row {
                        step(moves.points[other], &|squared, power| {
                            2.0 * b / ((SOFTENING + squared) * (1.0 + a * power))
                        });
                    }
                }
            }
        }
        point
    }

    #[test]
    fn points_that_move_together_go_where_each_would_go_alone() {
        let mut rng = stream(3, &[]);
        let n = 75;
        let mut points: Vec<Point> = (0..n)
            .map(|_| [rng.gen_range(0.0..10.0), rng.gen_range(0.0..10.0)])
            .collect();
        // Two on one spot.
        points[8] = points[7];
        let rows: Vec<Vec<(u32, f32)>> = (0..n)
            .map(|row| {
                let others = (0..n as u32).filter(|&other| other as usize != row);
                let mut edges: Vec<(u32, f32)> = others
                    .map(|other| (other, rng.gen_range(0.0..1.0)))
                    .collect();
                edges.truncate(row % 23);
                edges
            })
            .collect();
        let edges = Sparse::from_rows(&rows);
        for (epoch, first, n_moved) in [(0, 0, 75), (9, 3, 64), (10, 70, 5), (499, 8, 17)] {
            let mut found = vec![[f32::NAN; 2]; n_moved];
            let moves = Moves {
                edges: &edges,
                curve: Curve {
                    a: 1.577,
                    b: 0.8951,
                },
                n_negative: 5,
                epoch,
                rate: 0.01,
                key: 77,
                points: &points,
                first,
                moved: &mut found,
            };
            let rows = first..first + n_moved;
            let alone: Vec<Point> = rows.map(|row| moved_alone(&moves, row)).collect();
            dispatch(moves);
            for (found, expected) in found.iter().zip(&alone) {
                for axis in 0..2 {
                    let error = (found[axis] - expected[axis]).abs();
                    assert!(error < 1e-4, "{epoch}: {found:?} {expected:?}");
                }
            }
        }
    }
}
