//! The search for the best cut of one column in a node of not too many samples.
//!
//! Counts are 16 bits wide and lie four to a word, a *quad*, so that few instructions sum the
//! classes of a bin, and square those of eight cuts. Bins without a sample cost nothing: a flag for
//! each bin says which have one. Classes that are not in the node cost nothing either: those that
//! are get the first lanes. Sums are the whole numbers of `class_counts`, and so are the scores.
//!
//! Worked example: six samples of the classes 2 and 7 in the bins 0, 0, 4, 4, 9, 9.
//!
//! ```text
//! prepare   class 2 -> lane 0, class 7 -> lane 1; all = [4, 2, 0, 0]
//! add       cells[quad 0]: bin 0 [2, 0, 0, 0], bin 4 [1, 1, 0, 0], bin 9 [1, 1, 0, 0]
//!           is_occupied: 0, 4, 9
//! sum_up    bins   0             4             9
//!           lefts  [2, 0, 0, 0]  [3, 1, 0, 0]  [4, 2, 0, 0]     and the cells are empty again
//! best      cut above bin 0: left [2, 0], right all - left = [2, 2]
//!           Gini (2² + 0²) / 2 + (2² + 2²) / 4 = 4
//!           cut above bin 4: left [3, 1], right [1, 1]
//!           Gini (3² + 1²) / 4 + (1² + 1²) / 2 = 3.5
//!           the first one is best: left = 0, right = 4, score = 4
//! ```
//!
//! A quad is one 64-bit word: its four counts are added at once, and none overflows into the next,
//! since a node is searched here only if all its counts have at most 15 bits. With more than four
//! classes in the node a bin has several quads; the last one counts samples, if they are counted
//! beside their multiplicities.

use super::class_sample::{ClassSample, ClassTotals};
use super::class_term::{CHUNK, QUAD, Term};
use super::target::{Cut, LeafLimits};
use crate::hist::MAX_BINS;
use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

/// Counts of a cell: those of the classes and, at the end, that of samples if they are counted.
const LANES: usize = 4 * QUAD;

/// The quad of the counts of samples.
const LAST: usize = LANES / QUAD - 1;

/// The bits that a place can have: those of a quad's position and of a count in it.
const PLACES: u16 = (LAST * QUAD * MAX_BINS + QUAD - 1) as u16;

/// Least sum of the squared counts of a node's classes that is too large. Below it each count has
/// at most 15 bits, and a sum of squares at most 31.
const SQUARES_BOUND: i64 = 1 << 30;

/// A node's samples, the cells of one of its columns, which are empty between uses, and the counts
/// to the left of the column's cuts.
#[derive(Debug, Clone)]
pub struct NarrowCells {
    samples: Vec<Placed>,
    /// Classes in the node.
    n_classes: usize,
    /// Counts of the node, by lane.
    all: [[i16; QUAD]; LANES / QUAD],
    weight: i32,
    n_samples: usize,
    counts_samples: bool,
    cells: [[[i16; QUAD]; MAX_BINS]; LANES / QUAD],
    is_occupied: [u8; MAX_BINS],
    /// Occupied bins, ascending.
    bins: [u8; MAX_BINS],
    /// Counts to the left of the cut above each of them, by lane.
    lefts: [[[i16; QUAD]; MAX_BINS]; LANES / QUAD],
}

/// Where a sample counts, and how often.
#[derive(Debug, Clone, Copy)]
struct Placed {
    /// Position of the quad plus that of the count in it.
    place: u16,
    count: i16,
}

impl Default for NarrowCells {
    fn default() -> Self {
        Self {
            samples: Vec::new(),
            n_classes: 0,
            all: [[0; QUAD]; LANES / QUAD],
            weight: 0,
            n_samples: 0,
            counts_samples: false,
            cells: [[[0; QUAD]; MAX_BINS]; LANES / QUAD],
            is_occupied: [0; MAX_BINS],
            bins: [0; MAX_BINS],
            lefts: [[[0; QUAD]; MAX_BINS]; LANES / QUAD],
        }
    }
}

impl NarrowCells {
    /// Whether a node with these totals can be searched here.
    pub fn fit(totals: &ClassTotals) -> bool {
        let counts = totals.counts.iter().map(|&count| i64::from(count));
        let squares: i64 = counts.map(|count| count * count).sum();
        let (n_lanes, most_samples) = if totals.counts_samples {
            (LANES - QUAD, i16::MAX as usize)
        } else {
            (LANES, usize::MAX)
        };
        squares < SQUARES_BOUND
            && totals.counts.len() <= n_lanes
            && totals.n_samples <= most_samples
    }

    /// Prepares for the columns of a node with these `samples` and `totals`, which [`Self::fit`].
    pub fn prepare(&mut self, totals: &ClassTotals, samples: &[ClassSample]) {
        let mut place_of = [0; LANES];
        self.all = Default::default();
        self.n_classes = 0;
        let all = self.all.as_flattened_mut();
        for (place, &count) in place_of.iter_mut().zip(&totals.counts) {
            if count > 0 {
                let (quad, lane) = (self.n_classes / QUAD, self.n_classes % QUAD);
                *place = (quad * QUAD * MAX_BINS + lane) as u16;
                all[self.n_classes] = count as i16;
                self.n_classes += 1;
            }
        }
        self.weight = totals.weight as i32;
        self.n_samples = totals.n_samples;
        self.counts_samples = totals.counts_samples;
        self.samples.clear();
        self.samples.extend(samples.iter().map(|sample| Placed {
            place: place_of[usize::from(sample.class) % LANES],
            count: sample.count.cast_signed(),
        }));
    }

    /// Returns the best cut of a column of the node that was [prepared](Self::prepare) for, the
    /// lowest on ties. `bins` has the bin of each of its samples.
    pub fn best_cut<F: Term>(&mut self, term: F, bins: &[u8], limits: &LeafLimits) -> Option<Cut> {
        let column = Column {
            cells: self,
            term,
            bins,
            limits,
        };
        dispatch(column)
    }

    /// Adds the samples to the cells of their bins.
    #[inline(always)]
    fn add(&mut self, bins: &[u8]) {
        let cells = self.cells.as_flattened_mut().as_flattened_mut();
        let mut add = |bin: u8, sample: Placed| {
            let bin = usize::from(bin);
            cells[usize::from(sample.place & PLACES) + bin * QUAD] += sample.count;
            self.is_occupied[bin] = 1;
        };
        // Neighbours are of one class and often in one bin. Additions of samples that lie far apart
        // do not wait for each other.
        let quarter = bins.len() / 4;
        let of_quarters: [_; 4] = std::array::from_fn(|idx| {
            let range = idx * quarter..(idx + 1) * quarter;
            (&bins[range.clone()], &self.samples[range])
        });
        for at in 0..quarter {
            for (bins, samples) in of_quarters {
                add(bins[at], samples[at]);
            }
        }
        let rest = bins[4 * quarter..].iter().zip(&self.samples[4 * quarter..]);
        for (&bin, &sample) in rest {
            add(bin, sample);
        }
        if self.counts_samples {
            for &bin in bins {
                cells[LAST * QUAD * MAX_BINS + usize::from(bin) * QUAD] += 1;
            }
        }
    }

    /// Sums the counts to the left of each cut, in the first `Q` quads, and empties the cells.
    /// Returns how many bins are occupied.
    ///
    /// It is a function of its own, without the wide vectors of its caller, since those are slow
    /// here.
    #[inline(never)]
    fn sum_up<const Q: usize>(&mut self) -> usize {
        let mut left = [0; Q];
        let mut n_left = 0;
        let mut at = 0;
        let counts_samples = self.counts_samples;
        let (words, _) = self.is_occupied.as_chunks_mut::<64>();
        for (word_idx, flags) in words.iter_mut().enumerate() {
            let mut rest = packed(flags);
            *flags = [0; 64];
            while rest != 0 {
                let bin = word_idx * 64 + rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let place = at % MAX_BINS;
                let quads = self.cells.iter_mut().zip(&mut self.lefts);
                for ((cells, lefts), left) in quads.zip(&mut left) {
                    // No count overflows into the next.
                    *left += word(std::mem::take(&mut cells[bin]));
                    lefts[place] = counts(*left);
                }
                if counts_samples {
                    n_left += std::mem::take(&mut self.cells[LAST][bin])[0];
                    self.lefts[LAST][place][0] = n_left;
                }
                self.bins[place] = bin as u8;
                at += 1;
            }
        }
        at
    }
}

/// Returns four counts as one number.
fn word(counts: [i16; QUAD]) -> u64 {
    let bytes = counts.map(i16::to_le_bytes);
    u64::from_le_bytes(std::array::from_fn(|at| bytes[at / 2][at % 2]))
}

/// Returns the counts of a [`word`].
fn counts(word: u64) -> [i16; QUAD] {
    let bytes = word.to_le_bytes();
    std::array::from_fn(|at| i16::from_le_bytes([bytes[2 * at], bytes[2 * at + 1]]))
}

/// Returns flags of 0 or 1 as the bits of a number.
fn packed(flags: &[u8; 64]) -> u64 {
    let mut bits = 0;
    for (group_idx, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
        // The product brings byte i to bit i of the highest byte, and no two bits of it meet.
        let gathered = u64::from_le_bytes(*flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (8 * group_idx);
    }
    bits
}

/// A column to be searched.
struct Column<'a, F> {
    cells: &'a mut NarrowCells,
    term: F,
    bins: &'a [u8],
    limits: &'a LeafLimits,
}

impl<F: Term> Kernel for Column<'_, F> {
    type Output = Option<Cut>;

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) -> Option<Cut> {
        self.cells.add(self.bins);
        match self.cells.n_classes.div_ceil(QUAD) {
            0 | 1 => self.best::<1>(),
            2 => self.best::<2>(),
            3 => self.best::<3>(),
            _ => self.best::<4>(),
        }
    }
}

impl<F: Term> Column<'_, F> {
    #[inline(always)]
    fn best<const Q: usize>(self) -> Option<Cut> {
        let n_cuts = self.cells.sum_up::<Q>().checked_sub(1)?;
        let last = n_cuts.checked_sub(1)?;
        // Scores are computed in whole chunks, which copies of the last cut fill up: they lose the
        // tie.
        for lefts in &mut self.cells.lefts {
            let copied = lefts[last];
            lefts[n_cuts..n_cuts.next_multiple_of(CHUNK)].fill(copied);
        }
        let mut best = [f64::NEG_INFINITY; CHUNK];
        let mut found = [0; CHUNK];
        for chunk_idx in 0..n_cuts.div_ceil(CHUNK) {
            let scores = self.scores::<Q>(chunk_idx);
            for at in 0..CHUNK {
                if scores[at] > best[at] {
                    best[at] = scores[at];
                    found[at] = chunk_idx as u64;
                }
            }
        }
        let mut cut: Option<(usize, f64)> = None;
        for (at, (&score, &chunk_idx)) in best.iter().zip(&found).enumerate() {
            let at = chunk_idx as usize * CHUNK + at;
            let is_better =
                |(least, best): (usize, f64)| score > best || (score == best && at < least);
            if score > f64::NEG_INFINITY && cut.is_none_or(is_better) {
                cut = Some((at, score));
            }
        }
        cut.map(|(at, score)| Cut {
            left: usize::from(self.cells.bins[at]),
            right: usize::from(self.cells.bins[at + 1]),
            score,
        })
    }

    /// Returns the scores of a chunk of cuts, minus infinity where the limits forbid one.
    #[inline(always)]
    fn scores<const Q: usize>(&self, chunk_idx: usize) -> [f64; CHUNK] {
        let mut of_left = F::Sums::default();
        let mut of_right = of_left;
        let mut lefts_of_pairs = [0; 2 * CHUNK];
        let chunk = |quad: usize| &self.cells.lefts[quad].as_chunks::<CHUNK>().0[chunk_idx];
        for quad in 0..Q {
            let (left, all) = (chunk(quad), self.cells.all[quad]);
            let mut right = [[0; QUAD]; CHUNK];
            for at in 0..CHUNK {
                for lane in 0..QUAD {
                    right[at][lane] = all[lane] - left[at][lane];
                }
            }
            let n_lanes = (self.cells.n_classes - quad * QUAD).min(QUAD);
            self.term.add(left, n_lanes, &mut of_left);
            self.term.add(&right, n_lanes, &mut of_right);
            for (sum, pair) in lefts_of_pairs
                .iter_mut()
                .zip(left.as_flattened().as_chunks().0)
            {
                let [a, b] = *pair;
                *sum += i32::from(a) + i32::from(b);
            }
        }
        let weight = self.cells.weight;
        let mut scores = [0.0; CHUNK];
        for at in 0..CHUNK {
            let left = lefts_of_pairs[2 * at] + lefts_of_pairs[2 * at + 1];
            let sums = [F::sum(&of_left, at), F::sum(&of_right, at)];
            scores[at] = self.term.score(sums, [left, weight - left]);
        }
        let limits = self.limits;
        if limits.min_samples > 1 || limits.min_weight > 0.0 {
            let n_samples = self.cells.n_samples;
            for (at, score) in scores.iter_mut().enumerate() {
                let left = lefts_of_pairs[2 * at] + lefts_of_pairs[2 * at + 1];
                let n_left = if self.cells.counts_samples {
                    i32::from(chunk(LAST)[at][0])
                } else {
                    left
                } as usize;
                if n_left.min(n_samples - n_left) < limits.min_samples
                    || f64::from(left.min(weight - left)) < limits.min_weight
                {
                    *score = f64::NEG_INFINITY;
                }
            }
        }
        scores
    }
}
