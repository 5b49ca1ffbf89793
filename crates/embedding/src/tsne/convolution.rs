//! Sums over all nodes of a square grid, weighted by a function of the distance.
//!
//! A convolution is a product of Fourier transforms of at least twice the side. Sixteen rows or
//! columns are transformed at a time, each by one thread from beginning to end, so that the result
//! does not depend on the number of threads. Halves of the transforms that would be of zeros, or
//! whose results nobody reads, are left out.

use fashion_bench_numeric::fft::{Columns, Fft, Lane};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};
use rayon::slice::{ParallelSlice, ParallelSliceMut};

const LANES: usize = 16;

/// Real and imaginary parts of the nodes, row by row, each row padded to whole vectors.
#[derive(Debug, Clone)]
pub(super) struct Grid {
    pub re: Vec<f32>,
    pub im: Vec<f32>,
}

/// The transform of the two functions of distance.
#[derive(Debug, Clone)]
pub(super) struct Convolution {
    side: usize,
    /// `side`, padded to whole vectors.
    width: usize,
    length: usize,
    spacing: f64,
    fft: Fft,
    /// The transform of the near function and, as imaginary part, of the far one: both are real. By
    /// blocks of sixteen rows, column by column.
    spectrum: Columns,
}

/// Which of the functions the sums are weighted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weighting {
    /// 1/(1 + d²)², for both parts.
    Square,
    /// 1/(1 + d²) for the real part, 1/(1 + d²)² for the imaginary one, of nodes without an imaginary
    /// part.
    Both,
}

impl Convolution {
    /// Returns the largest side that needs no longer transforms than `side` does.
    pub fn roomy(side: usize) -> usize {
        Fft::good_length(2 * side) / 2
    }

    /// Prepares sums over a grid of `side` × `side` nodes that are `spacing` apart.
    pub fn new(side: usize, spacing: f64) -> Self {
        let length = Fft::good_length(2 * side);
        let mut convolution = Self {
            side,
            width: side.next_multiple_of(LANES),
            length,
            spacing,
            fft: Fft::new(length),
            spectrum: Columns::zeros(0),
        };
        convolution.spectrum = convolution.transform_kernel();
        convolution
    }

    /// Whether this is the convolution for such a grid.
    pub fn is_for(&self, side: usize, spacing: f64) -> bool {
        self.side == side && self.spacing == spacing
    }

    /// Returns the nodes of a row with those that fill it up to whole vectors.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Returns a grid of zeros.
    pub fn zeros(&self) -> Grid {
        let values = vec![0.0; self.side * self.width];
        Grid {
            re: values.clone(),
            im: values,
        }
    }

    /// Replaces the nodes by their sums.
    pub fn apply(&self, grid: &mut Grid, weighting: Weighting) {
        let rows = self.transform_columns(grid);
        let rows = self.multiply(&rows, weighting);
        self.transform_back(&rows, grid);
    }

    /// Transforms along the first index. Of the result, row `j` of block `j/16` holds column `j`.
    fn transform_columns(&self, grid: &Grid) -> Grid {
        let size = self.width * self.length;
        let mut out = Grid {
            re: vec![0.0; size],
            im: vec![0.0; size],
        };
        let parts = out.re.par_chunks_mut(LANES * self.length);
        let parts = parts.zip(out.im.par_chunks_mut(LANES * self.length));
        parts.enumerate().for_each_init(
            || [Columns::zeros(self.length), Columns::zeros(self.length)],
            |[x, spare], (block, (re, im))| {
                for (lanes, grid) in [(&mut x.re, &grid.re), (&mut x.im, &grid.im)] {
                    lanes.fill([0.0; LANES]);
                    for (i, lane) in lanes.iter_mut().enumerate().take(self.side) {
                        lane.copy_from_slice(&grid[i * self.width + block * LANES..][..LANES]);
                    }
                }
                self.fft.forward(x, spare);
                for (lanes, out) in [(&x.re, re), (&x.im, im)] {
                    for (u, lane) in lanes.iter().enumerate() {
                        for (l, value) in lane.iter().enumerate() {
                            out[l * self.length + u] = *value;
                        }
                    }
                }
            },
        );
        out
    }

    /// Transforms along the second index, multiplies and transforms back. Of the result, element
    /// `j` of block `u/16` holds sixteen first indices.
    fn multiply(&self, rows: &Grid, weighting: Weighting) -> Columns {
        let n_blocks = self.length / LANES;
        let mut out = Columns::zeros(n_blocks * self.side);
        let parts = out.re.par_chunks_mut(self.side);
        let parts = parts.zip(out.im.par_chunks_mut(self.side));
        let spectrum = self.spectrum.re.par_chunks(self.length);
        let spectrum = spectrum.zip(self.spectrum.im.par_chunks(self.length));
        parts.zip(spectrum).enumerate().for_each_init(
            || [Columns::zeros(self.length), Columns::zeros(self.length)],
            |[x, spare], (block, ((out_re, out_im), (near, far)))| {
                for (lanes, rows) in [(&mut x.re, &rows.re), (&mut x.im, &rows.im)] {
                    lanes.fill([0.0; LANES]);
                    for (j, lane) in lanes.iter_mut().enumerate().take(self.side) {
                        lane.copy_from_slice(&rows[j * self.length + block * LANES..][..LANES]);
                    }
                }
                self.fft.forward(x, spare);
                weigh(x, near, far, weighting);
                self.fft.backward(x, spare);
                out_re.copy_from_slice(&x.re[..self.side]);
                out_im.copy_from_slice(&x.im[..self.side]);
            },
        );
        out
    }

    /// Transforms back along the first index.
    fn transform_back(&self, rows: &Columns, grid: &mut Grid) {
        let n_blocks = self.width / LANES;
        let blocks: Vec<Columns> = (0..n_blocks)
            .into_par_iter()
            .map_init(
                || [Columns::zeros(self.length), Columns::zeros(self.length)],
                |[x, spare], block| {
                    for (lanes, rows) in [(&mut x.re, &rows.re), (&mut x.im, &rows.im)] {
                        self.gather(rows, block, lanes);
                    }
                    self.fft.backward(x, spare);
                    Columns {
                        re: x.re[..self.side].to_vec(),
                        im: x.im[..self.side].to_vec(),
                    }
                },
            )
            .collect();
        for (grid, part) in [(&mut grid.re, 0), (&mut grid.im, 1)] {
            grid.par_chunks_mut(self.width)
                .enumerate()
                .for_each(|(i, row)| {
                    for (lanes, block) in row.chunks_exact_mut(LANES).zip(&blocks) {
                        let block = if part == 0 { &block.re } else { &block.im };
                        lanes.copy_from_slice(&block[i]);
                    }
                });
        }
    }

    /// Collects sixteen second indices for each first one.
    fn gather(&self, rows: &[Lane], block: usize, lanes: &mut [Lane]) {
        let first = block * LANES;
        for (part, rows) in rows.chunks_exact(self.side).enumerate() {
            for (l, row) in rows[first..self.side.min(first + LANES)].iter().enumerate() {
                for (lane, value) in lanes[part * LANES..].iter_mut().zip(row) {
                    lane[l] = *value;
                }
            }
        }
        for lane in lanes {
            // Lanes beyond the side hold whatever was there.
            for value in lane.iter_mut().skip(self.side - first) {
                *value = 0.0;
            }
        }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "sums are in single precision"
    )]
    fn transform_kernel(&self) -> Columns {
        let wide = Self {
            side: self.length,
            width: self.length,
            ..self.clone()
        };
        // The functions are even, so that their transforms are real and do not mix.
        let scale = 1.0 / (self.length * self.length) as f64;
        let square = |i: usize| (self.spacing * i.min(self.length - i) as f64).powi(2);
        let mut grid = wide.zeros();
        let rows = grid.re.par_chunks_mut(self.length);
        let rows = rows.zip(grid.im.par_chunks_mut(self.length));
        rows.enumerate().for_each(|(i, (near, far))| {
            for (j, (near, far)) in near.iter_mut().zip(far).enumerate() {
                let value = 1.0 / (1.0 + square(i) + square(j));
                *near = (value * scale) as f32;
                *far = (value * value * scale) as f32;
            }
        });
        let rows = wide.transform_columns(&grid);
        let blocks: Vec<Columns> = (0..self.length / LANES)
            .into_par_iter()
            .map(|block| {
                let mut x = Columns::zeros(self.length);
                for (lanes, rows) in [(&mut x.re, &rows.re), (&mut x.im, &rows.im)] {
                    for (j, lane) in lanes.iter_mut().enumerate() {
                        lane.copy_from_slice(&rows[j * self.length + block * LANES..][..LANES]);
                    }
                }
                self.fft.forward(&mut x, &mut Columns::zeros(self.length));
                x
            })
            .collect();
        let mut spectrum = Columns::zeros(0);
        for block in blocks {
            spectrum.re.extend(block.re);
            spectrum.im.extend(block.im);
        }
        spectrum
    }
}

/// Multiplies the transform of the nodes by that of the functions.
fn weigh(x: &mut Columns, near: &[Lane], far: &[Lane], weighting: Weighting) {
    let parts = x.re.iter_mut().zip(&mut x.im).zip(near.iter().zip(far));
    for ((re, im), (near, far)) in parts {
        for l in 0..LANES {
            let (a, b) = (re[l], im[l]);
            (re[l], im[l]) = match weighting {
                Weighting::Square => (a * far[l], b * far[l]),
                Weighting::Both => (a * near[l] - b * far[l], a * far[l] + b * near[l]),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use fashion_bench_numeric::rng::stream;
    use rand::Rng as _;

    use super::*;

    #[test]
    fn sums_equal_the_naive_twin() {
        for (side, spacing) in [(5, 0.7), (16, 0.3), (23, 1.0)] {
            let convolution = Convolution::new(side, spacing);
            let width = convolution.width();
            let mut rng = stream(4, &[side as u64]);
            let mut grid = convolution.zeros();
            for i in 0..side {
                for j in 0..side {
                    grid.re[i * width + j] = rng.gen_range(-1.0..1.0);
                    grid.im[i * width + j] = rng.gen_range(-1.0..1.0);
                }
            }
            let naive = |values: &[f32], i: usize, j: usize, power: i32| {
                let mut sum = 0.0;
                for k in 0..side {
                    for l in 0..side {
                        let square = (i.abs_diff(k).pow(2) + j.abs_diff(l).pow(2)) as f64;
                        let weight = (1.0 + square * spacing * spacing).powi(-power);
                        sum += weight * f64::from(values[k * width + l]);
                    }
                }
                sum
            };
            let mut square = grid.clone();
            convolution.apply(&mut square, Weighting::Square);
            let mut both = grid.clone();
            both.im.fill(0.0);
            convolution.apply(&mut both, Weighting::Both);
            for i in 0..side {
                for j in 0..side {
                    let at = i * width + j;
                    for (found, expected) in [
                        (square.re[at], naive(&grid.re, i, j, 2)),
                        (square.im[at], naive(&grid.im, i, j, 2)),
                        (both.re[at], naive(&grid.re, i, j, 1)),
                        (both.im[at], naive(&grid.re, i, j, 2)),
                    ] {
                        assert!((f64::from(found) - expected).abs() < 2e-5, "{side} {i} {j}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_roomy_side_needs_transforms_of_the_same_length() {
        for side in [150, 151, 333] {
            let roomy = Convolution::roomy(side);
            assert!(roomy >= side && Fft::good_length(2 * roomy) == Fft::good_length(2 * side));
        }
    }
}
