//! What a criterion sums over the classes of a child: a function of whole numbers.

/// How many cuts' scores are computed at once.
pub const CHUNK: usize = 8;

/// How many counts are summed at once.
pub const QUAD: usize = 4;

/// Four counts to the left, or to the right, of each of the cuts of a chunk.
pub type Quads = [[i16; QUAD]; CHUNK];

/// A function of whole numbers to be summed over classes.
pub trait Term: Copy {
    /// Its sums over some classes, for a chunk of cuts.
    type Sums: Copy + Default;

    /// Returns its value at `x`.
    fn of(self, x: i32) -> i64;

    /// Adds its values at the first `n_lanes` counts of each quad to `sums`; the others are 0. The
    /// sum of the squares of a side's counts is below 2³⁰.
    fn add(self, counts: &Quads, n_lanes: usize, sums: &mut Self::Sums);

    /// Returns the sum for cut `at` of the chunk.
    fn sum(sums: &Self::Sums, at: usize) -> i64;

    /// Returns the score of a split from the sums and the weights of its two children.
    fn score(self, sums: [i64; 2], weights: [i32; 2]) -> f64;
}

/// Gini impurity's `x²`.
#[derive(Debug, Clone, Copy)]
pub struct Squares;

impl Term for Squares {
    /// A sum for each pair of classes, since processors multiply and add pairs of 16-bit numbers.
    type Sums = [i32; 2 * CHUNK];

    #[inline(always)]
    fn add(self, counts: &Quads, _: usize, sums: &mut Self::Sums) {
        for (sum, pair) in sums.iter_mut().zip(counts.as_flattened().as_chunks().0) {
            let [a, b] = pair.map(i32::from);
            *sum += a * a + b * b;
        }
    }

    #[inline(always)]
    fn sum(sums: &Self::Sums, at: usize) -> i64 {
        i64::from(sums[2 * at] + sums[2 * at + 1])
    }

    #[inline(always)]
    fn of(self, x: i32) -> i64 {
        i64::from(x) * i64::from(x)
    }

    #[inline(always)]
    fn score(self, sums: [i64; 2], weights: [i32; 2]) -> f64 {
        sums[0] as f64 / f64::from(weights[0]) + sums[1] as f64 / f64::from(weights[1])
    }
}

/// Entropy's `x ln x`, from a table.
#[derive(Debug, Clone, Copy)]
pub struct Logs<'a>(pub &'a [i64]);

impl Term for Logs<'_> {
    type Sums = [i64; CHUNK];

    #[inline(always)]
    fn add(self, counts: &Quads, n_lanes: usize, sums: &mut Self::Sums) {
        for lane in 0..n_lanes {
            for (sum, counts) in sums.iter_mut().zip(counts) {
                *sum += self.of(i32::from(counts[lane]));
            }
        }
    }

    #[inline(always)]
    fn sum(sums: &Self::Sums, at: usize) -> i64 {
        sums[at]
    }

    #[inline(always)]
    fn of(self, x: i32) -> i64 {
        self.0[x as usize]
    }

    #[inline(always)]
    fn score(self, sums: [i64; 2], weights: [i32; 2]) -> f64 {
        (sums[0] - self.of(weights[0]) + sums[1] - self.of(weights[1])) as f64
    }
}
