//! The search for the best cut of one column in a node of at most 32,767 samples.
//!
//! Counts are 16 bits wide, so that the classes of a bin lie in half a cache line. Bins that hold
//! nothing cost nothing: a flag for each bin says which do. Classes that are not in the node cost
//! nothing either: those that are get the first lanes. Sums are the whole numbers of
//! `class_counts`, and so are the scores.

use pulp::{Arch, NullaryFnOnce};

use super::class_counts::Term;
use super::class_target::{ClassSample, ClassTotals};
use super::target::{Cut, LeafLimits};
use crate::estimators::hist::MAX_BINS;

/// Cuts whose scores are computed at once.
const CHUNK: usize = 8;

/// Counts of a cell: of [`MOST_CLASSES`] classes, and of samples at the end.
const LANES: usize = 16;

/// Most classes that fit.
pub const MOST_CLASSES: usize = LANES - 1;

/// Largest weight of a node that fits.
pub const MOST_WEIGHT: i32 = i16::MAX as i32;

/// The cells of one column, empty between uses, and what lies to the left of its cuts.
#[derive(Debug, Clone)]
pub struct NarrowCells {
    cells: [[i16; LANES]; MAX_BINS],
    is_occupied: [u8; MAX_BINS],
    /// Occupied bins, ascending.
    bins: [u8; MAX_BINS],
    /// Counts to the left of the cut above each of them, by lane.
    lefts: [[i32; MAX_BINS]; LANES],
    scores: [f64; MAX_BINS],
}

impl Default for NarrowCells {
    fn default() -> Self {
        Self {
            cells: [[0; LANES]; MAX_BINS],
            is_occupied: [0; MAX_BINS],
            bins: [0; MAX_BINS],
            lefts: [[0; MAX_BINS]; LANES],
            scores: [0.0; MAX_BINS],
        }
    }
}

impl NarrowCells {
    /// The best cut, the lowest on ties. `bins` are those of `samples`, whose `totals` fit.
    pub fn best_cut<F: Term>(
        &mut self,
        term: F,
        totals: &ClassTotals,
        (bins, samples): (&[u8], &[ClassSample]),
        limits: &LeafLimits,
    ) -> Option<Cut> {
        let mut lane_of = [0; LANES];
        let mut all = [0; LANES];
        let mut n_classes = 0;
        for (lane, &count) in lane_of.iter_mut().zip(&totals.counts) {
            if count > 0 {
                *lane = n_classes;
                all[n_classes] = count;
                n_classes += 1;
            }
        }
        let mut add = |at: usize| {
            let (bin, sample) = (usize::from(bins[at]), samples[at]);
            let cell = &mut self.cells[bin];
            cell[lane_of[usize::from(sample.class) % LANES] % LANES] += sample.count.cast_signed();
            if totals.counts_samples {
                cell[LANES - 1] += 1;
            }
            self.is_occupied[bin] = 1;
        };
        // Neighbours are of one class and often in one bin: sums of samples far apart do not wait
        // for each other.
        let quarter = samples.len() / 4;
        for at in 0..quarter {
            for first in [0, quarter, 2 * quarter, 3 * quarter] {
                add(first + at);
            }
        }
        (4 * quarter..samples.len()).for_each(add);
        let n_cuts = self
            .sum_up(n_classes, totals.counts_samples)
            .checked_sub(1)?;
        Arch::new().dispatch(Score {
            term,
            totals,
            limits,
            all: &all[..n_classes],
            lefts: &self.lefts,
            scores: &mut self.scores[..n_cuts],
        });
        let mut best = f64::NEG_INFINITY;
        let mut found = None;
        for (at, &score) in self.scores[..n_cuts].iter().enumerate() {
            if score > best {
                best = score;
                found = Some(at);
            }
        }
        found.map(|at| Cut {
            left: usize::from(self.bins[at]),
            right: usize::from(self.bins[at + 1]),
            score: best,
        })
    }

    /// Sums what lies to the left of each cut and empties the cells. Returns how many bins are
    /// occupied.
    fn sum_up(&mut self, n_classes: usize, counts_samples: bool) -> usize {
        let mut left = [0; LANES];
        let mut at = 0;
        let (words, _) = self.is_occupied.as_chunks_mut::<64>();
        for (word_idx, flags) in words.iter_mut().enumerate() {
            let mut rest = packed(flags);
            *flags = [0; 64];
            while rest != 0 {
                let bin = word_idx * 64 + rest.trailing_zeros() as usize;
                rest &= rest - 1;
                let cell = std::mem::take(&mut self.cells[bin]);
                let place = at % MAX_BINS;
                for lane in 0..n_classes {
                    left[lane] += i32::from(cell[lane]);
                    self.lefts[lane][place] = left[lane];
                }
                if counts_samples {
                    left[LANES - 1] += i32::from(cell[LANES - 1]);
                    self.lefts[LANES - 1][place] = left[LANES - 1];
                }
                self.bins[place] = bin as u8;
                at += 1;
            }
        }
        // Scores are computed in whole chunks.
        for lefts in &mut self.lefts[..n_classes] {
            lefts[at..at.next_multiple_of(CHUNK)].fill(0);
        }
        at
    }
}

/// Flags of 0 or 1 as the bits of a number.
fn packed(flags: &[u8; 64]) -> u64 {
    let mut bits = 0;
    for (group_idx, flags) in flags.as_chunks::<8>().0.iter().enumerate() {
        // Brings byte i to bit i of the highest byte; no two meet anywhere.
        let gathered = u64::from_le_bytes(*flags).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= gathered << (8 * group_idx);
    }
    bits
}

/// Computes the scores of all cuts, minus infinity where the limits forbid one.
struct Score<'a, F> {
    term: F,
    totals: &'a ClassTotals,
    limits: &'a LeafLimits,
    /// Counts of the node, by lane.
    all: &'a [i32],
    lefts: &'a [[i32; MAX_BINS]; LANES],
    scores: &'a mut [f64],
}

impl<F: Term> NullaryFnOnce for Score<'_, F> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let weight: i32 = self.all.iter().sum();
        let mut weights = [0; MAX_BINS];
        // A chunk's sums stay in registers.
        for (chunk_idx, scores) in self.scores.chunks_mut(CHUNK).enumerate() {
            let mut of_left = [F::Narrow::default(); CHUNK];
            let mut of_right = [F::Narrow::default(); CHUNK];
            let mut left = [0; CHUNK];
            for (lefts, &all) in self.lefts.iter().zip(self.all) {
                let lefts = &lefts.as_chunks::<CHUNK>().0[chunk_idx];
                for at in 0..CHUNK {
                    let l = lefts[at];
                    left[at] += l;
                    of_left[at] += self.term.narrow(l);
                    of_right[at] += self.term.narrow(all - l);
                }
            }
            weights.as_chunks_mut::<CHUNK>().0[chunk_idx] = left;
            let mut of_chunk = [0.0; CHUNK];
            for at in 0..CHUNK {
                let sums = [of_left[at].into(), of_right[at].into()];
                of_chunk[at] = self.term.score(sums, [left[at], weight - left[at]]);
            }
            scores.copy_from_slice(&of_chunk[..scores.len()]);
        }
        let n_samples = match self.totals.counts_samples {
            true => &self.lefts[LANES - 1],
            false => &weights,
        };
        let all = self.totals.n_samples;
        if self.limits.min_samples > 1 || self.limits.min_weight > 0.0 {
            for (at, score) in self.scores.iter_mut().enumerate() {
                let n_left = n_samples[at] as usize;
                let lightest = weights[at].min(weight - weights[at]);
                if n_left.min(all - n_left) < self.limits.min_samples
                    || f64::from(lightest) < self.limits.min_weight
                {
                    *score = f64::NEG_INFINITY;
                }
            }
        }
    }
}
