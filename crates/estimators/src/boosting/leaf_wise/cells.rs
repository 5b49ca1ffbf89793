//! Histograms: sums of gradients and Hessians by feature and bin.

use rayon::prelude::*;

use crate::hist::{BLOCK, BinMatrix, EdgeBins};
use crate::tree::rows_of;

/// Number of samples from which on the blocks of a histogram are filled in parallel.
const PARALLEL_SAMPLES: usize = 4096;

/// Gradient and Hessian of a sample.
pub type Pair = [f32; 2];

/// Sums over the samples of a bin.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Cell {
    /// Of gradients and of Hessians.
    pub sums: [f64; 2],
    /// How many samples there are.
    pub n_samples: u64,
}

impl Cell {
    /// Adds another cell's samples.
    #[inline(always)]
    pub fn add(&mut self, other: &Self) {
        self.sums[0] += other.sums[0];
        self.sums[1] += other.sums[1];
        self.n_samples += other.n_samples;
    }
}

/// Where the cells of each feature lie in a histogram.
#[derive(Debug)]
pub struct CellStarts(Vec<usize>);

impl CellStarts {
    /// Returns one cell for each bin of each feature.
    pub fn new(features: &[EdgeBins]) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        starts.extend(features.iter().map(|bins| {
            end += bins.n_bins();
            end
        }));
        Self(starts)
    }

    /// Returns the cells of a feature.
    #[inline]
    pub fn of<'c>(&self, feature: usize, cells: &'c [Cell]) -> &'c [Cell] {
        &cells[self.0[feature]..self.0[feature + 1]]
    }

    /// Returns the number of cells of a histogram.
    pub fn n_cells(&self) -> usize {
        self.0[self.0.len() - 1]
    }

    /// Replaces `cells` by the histogram of `samples`, whose gradients and Hessians are `pairs`.
    pub fn fill(&self, matrix: &BinMatrix, samples: &[u32], pairs: &[Pair], cells: &mut Vec<Cell>) {
        cells.clear();
        cells.resize(self.n_cells(), Cell::default());
        let mut rest = cells.as_mut_slice();
        let blocks: Vec<_> = (0..matrix.n_blocks())
            .map(|block_idx| {
                let first = block_idx * BLOCK;
                let starts = &self.0[first..(first + BLOCK + 1).min(self.0.len())];
                let n_cells = starts[starts.len() - 1] - starts[0];
                let (of_block, others) = std::mem::take(&mut rest).split_at_mut(n_cells);
                rest = others;
                (matrix.block(block_idx), starts, of_block)
            })
            .collect();
        if samples.len() < PARALLEL_SAMPLES {
            for (rows, starts, cells) in blocks {
                fill_block(rows, starts, samples, pairs, cells);
            }
        } else {
            blocks
                .into_par_iter()
                .for_each(|(rows, starts, cells)| fill_block(rows, starts, samples, pairs, cells));
        }
    }
}

/// Adds samples to the cells of one block, whose columns begin at `starts`.
fn fill_block(
    rows: &[[u8; BLOCK]],
    starts: &[usize],
    samples: &[u32],
    pairs: &[Pair],
    cells: &mut [Cell],
) {
    let mut offsets = [0; BLOCK];
    for (offset, start) in offsets.iter_mut().zip(&starts[..starts.len() - 1]) {
        *offset = start - starts[0];
    }
    let rows = rows_of(rows, samples).zip(pairs);
    // A constant width unrolls the loop.
    match starts.len() - 1 {
        BLOCK => add_rows(rows, &offsets, BLOCK, cells),
        width => add_rows(rows, &offsets, width, cells),
    }
}

#[inline(always)]
fn add_rows<'a>(
    rows: impl Iterator<Item = (&'a [u8; BLOCK], &'a Pair)>,
    offsets: &[usize; BLOCK],
    width: usize,
    cells: &mut [Cell],
) {
    for (bins, &[gradient, hessian]) in rows {
        let pair = [f64::from(gradient), f64::from(hessian)];
        for lane in 0..width {
            let cell = &mut cells[offsets[lane] + usize::from(bins[lane])];
            cell.sums[0] += pair[0];
            cell.sums[1] += pair[1];
            cell.n_samples += 1;
        }
    }
}

/// Takes the cells of one child from those of its parent.
pub fn subtract(cells: &mut [Cell], taken: &[Cell]) {
    for (cell, taken) in cells.iter_mut().zip(taken) {
        cell.sums[0] -= taken.sums[0];
        cell.sums[1] -= taken.sums[1];
        cell.n_samples -= taken.n_samples;
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use rand::Rng as _;

    use super::*;
    use crate::hist::Binned;
    use fashion_bench_numeric::rng::stream;

    #[test]
    fn a_histogram_is_the_sums_over_samples_and_less_those_of_a_child_that_of_the_other() {
        let mut rng = stream(5, &[]);
        for (n_samples, n_features) in [(1, 1), (2, 15), (40, 16), (130, 17), (5000, 3)] {
            let value = || f32::from(rng.r#gen::<u8>() % 7);
            let x = Array2::from_shape_simple_fn((n_samples, n_features), value);
            let binned = Binned::by_edges(x.view(), 5).unwrap();
            let pairs: Vec<Pair> = (0..n_samples)
                .map(|_| [rng.r#gen::<i8>().into(), rng.r#gen::<u8>().into()])
                .collect();
            let starts = CellStarts::new(&binned.features);
            let filled = |samples: &[u32]| {
                let pairs: Vec<Pair> = samples.iter().map(|&row| pairs[row as usize]).collect();
                let mut cells = vec![Cell::default(); 3];
                starts.fill(&binned.matrix, samples, &pairs, &mut cells);
                cells
            };
            let all: Vec<u32> = (0..n_samples as u32).collect();
            let (some, others): (Vec<u32>, Vec<u32>) = all.iter().partition(|&row| row % 3 == 0);
            let mut cells = filled(&all);
            for (feature, bins) in binned.features.iter().enumerate() {
                let mut naive = vec![Cell::default(); bins.n_bins()];
                for (row, &[gradient, hessian]) in pairs.iter().enumerate() {
                    naive[bins.bin_of(x[[row, feature]])].add(&Cell {
                        sums: [gradient.into(), hessian.into()],
                        n_samples: 1,
                    });
                }
                assert_eq!(starts.of(feature, &cells), naive);
            }
            // Whole numbers: sums are exact in any order.
            subtract(&mut cells, &filled(&some));
            assert_eq!(cells, filled(&others));
        }
    }
}
