//! Histograms: sums of gradients and Hessians by feature and bin.

use crate::hist::{BinMatrix, EdgeBins, Sums, fill, fill_together};

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
pub struct CellStarts(Vec<u32>);

impl CellStarts {
    /// Returns one cell for each bin of each feature.
    pub fn new(features: &[EdgeBins]) -> Self {
        let mut starts = vec![0];
        let mut end = 0;
        starts.extend(features.iter().map(|bins| {
            end += u32::try_from(bins.n_bins()).expect("at most 256 bins");
            end
        }));
        Self(starts)
    }

    /// Returns the cells of a feature.
    #[inline]
    pub fn of<'c>(&self, feature: usize, cells: &'c [Cell]) -> &'c [Cell] {
        &cells[self.0[feature] as usize..self.0[feature + 1] as usize]
    }

    /// Replaces `cells` by the histogram of `samples`, whose gradients and Hessians are `pairs`.
    pub fn fill(&self, matrix: &BinMatrix, samples: &[u32], pairs: &[Pair], cells: &mut Vec<Cell>) {
        fill(&PairSums, matrix, &self.0, (samples, pairs), cells);
    }

    /// Returns the histogram of all rows for each of `outputs`, their gradients and Hessians.
    pub fn fill_all(&self, matrix: &BinMatrix, outputs: &[Vec<Pair>]) -> Vec<Vec<Cell>> {
        let n_rows = matrix.n_samples();
        let rows: Vec<u32> = (0..n_rows as u32).collect();
        let sides = outputs.iter().flat_map(|pairs| {
            [0, 1].map(|side| pairs.iter().map(|pair| f64::from(pair[side])).collect())
        });
        // Each row counts as one.
        let numbers: Vec<Vec<f64>> = sides.chain([vec![1.0; n_rows]]).collect();
        let numbers: Vec<&[f64]> = numbers.iter().map(Vec::as_slice).collect();
        let mut sums = fill_together(matrix, &self.0, &rows, &numbers);
        let counts = sums.pop().unwrap_or_default();
        let cell = |((&gradient, &hessian), &count): ((&f64, &f64), &f64)| Cell {
            sums: [gradient, hessian],
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a number of rows"
            )]
            n_samples: count as u64,
        };
        sums.chunks_exact(2)
            .map(|of| of[0].iter().zip(&of[1]).zip(&counts).map(cell).collect())
            .collect()
    }
}

/// The cells of gradients and Hessians.
struct PairSums;

impl Sums for PairSums {
    type Unit = Cell;
    type Payload = Pair;

    fn stride(&self) -> usize {
        1
    }

    #[inline(always)]
    fn add(&self, cells: &mut [Cell], cell: usize, [gradient, hessian]: Pair) {
        let cell = &mut cells[cell];
        cell.sums[0] += f64::from(gradient);
        cell.sums[1] += f64::from(hessian);
        cell.n_samples += 1;
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
