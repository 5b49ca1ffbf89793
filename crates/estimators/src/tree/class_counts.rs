//! The search for splits by class counts where all classes weigh the same.
//!
//! Both criteria sum a function of whole numbers over the classes of a child: `x²` (Gini) or
//! `x ln x` (entropy). The second one is rounded to fixed point once for each number, so that all
//! sums are whole numbers, and equal splits have equal scores whatever the order. With n samples,
//! `x ln x` has as many bits after the point as leave `n ln n` below 2⁵²: 32 (1e-10) for 60,000
//! samples.

use super::class_target::{ClassTotals, Criterion};
use super::narrow_cells::{CHUNK, NarrowCells, Quads};
use super::target::{Cut, LeafLimits};

/// What a criterion sums.
#[derive(Debug, Clone)]
pub enum Terms {
    /// Squares.
    Squares,
    /// `x ln x` in fixed point, of all numbers there can be.
    Logs(Vec<i64>),
}

impl Terms {
    /// The terms of up to `n_samples`.
    pub fn new(criterion: Criterion, n_samples: usize) -> Self {
        if criterion == Criterion::Gini {
            return Self::Squares;
        }
        let largest = (n_samples as f64).max(2.0);
        let bits = 52.0 - (largest * largest.ln()).log2().ceil();
        let scale = bits.exp2();
        #[expect(clippy::cast_possible_truncation, reason = "below 2⁵²")]
        let term = |x: usize| match x {
            0 => 0,
            _ => (x as f64 * (x as f64).ln() * scale).round() as i64,
        };
        Self::Logs((0..=n_samples).map(term).collect())
    }

    /// The score of a split whose left child has the counts of the cell `left`.
    pub fn score(&self, totals: &ClassTotals, left: &[i32], limits: &LeafLimits) -> Option<f64> {
        match self {
            Self::Squares => of_cell(Squares, totals, left, limits),
            Self::Logs(logs) => of_cell(Logs(logs), totals, left, limits),
        }
    }

    /// The best cut of a histogram of `stride` counts a cell.
    pub fn best_cut(
        &self,
        totals: &ClassTotals,
        (cells, stride): (&[i32], usize),
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut> {
        match (self, totals.counts.len()) {
            (Self::Squares, 10) => {
                by_cells::<_, 10>(Squares, totals, (cells, stride), limits, least)
            }
            (Self::Squares, _) => by_cells::<_, 0>(Squares, totals, (cells, stride), limits, least),
            (Self::Logs(logs), 10) => {
                by_cells::<_, 10>(Logs(logs), totals, (cells, stride), limits, least)
            }
            (Self::Logs(logs), _) => {
                by_cells::<_, 0>(Logs(logs), totals, (cells, stride), limits, least)
            }
        }
    }

    /// The best cut of a column of the node that `cells` are prepared for.
    pub fn best_cut_of_samples(
        &self,
        bins: &[u8],
        limits: &LeafLimits,
        cells: &mut NarrowCells,
    ) -> Option<Cut> {
        match self {
            Self::Squares => cells.best_cut(Squares, bins, limits),
            Self::Logs(logs) => cells.best_cut(Logs(logs), bins, limits),
        }
    }
}

/// A function of whole numbers to be summed over classes.
pub trait Term: Copy {
    /// Its sums over some classes, for a chunk of cuts.
    type Sums: Copy + Default;

    /// Its value.
    fn of(self, x: i32) -> i64;

    /// Adds its values for the first `n_lanes` counts of each quad; the others are 0. The squares
    /// of a side's counts have a sum below 2³⁰.
    fn add(self, counts: &Quads, n_lanes: usize, sums: &mut Self::Sums);

    /// The sum for cut `at` of the chunk.
    fn sum(sums: &Self::Sums, at: usize) -> i64;

    /// The score of a split from the sums of its two children, and their weights.
    fn score(self, sums: [i64; 2], weights: [i32; 2]) -> f64;
}

#[derive(Clone, Copy)]
struct Squares;

impl Term for Squares {
    /// Of each pair of classes, since processors multiply and add pairs of 16-bit numbers.
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

#[derive(Clone, Copy)]
struct Logs<'a>(&'a [i64]);

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

/// Both sides of a cut that moves up.
struct Sides<'t, F> {
    term: F,
    totals: &'t ClassTotals,
    limits: &'t LeafLimits,
    sums: [i64; 2],
    weight: i32,
    n_samples: usize,
}

impl<F: Term> Sides<'_, F> {
    /// The score of the cut, if the limits allow it.
    #[inline(always)]
    fn score(&self) -> Option<f64> {
        let (totals, limits) = (self.totals, self.limits);
        let left = f64::from(self.weight);
        let is_allowed = self.n_samples.min(totals.n_samples - self.n_samples)
            >= limits.min_samples
            && left.min(totals.weight - left) >= limits.min_weight;
        let weights = [self.weight, totals.weight as i32 - self.weight];
        is_allowed.then(|| self.term.score(self.sums, weights))
    }
}

fn sides<'t, F: Term>(term: F, totals: &'t ClassTotals, limits: &'t LeafLimits) -> Sides<'t, F> {
    Sides {
        term,
        totals,
        limits,
        sums: [0, totals.counts.iter().map(|&count| term.of(count)).sum()],
        weight: 0,
        n_samples: 0,
    }
}

fn of_cell<F: Term>(
    term: F,
    totals: &ClassTotals,
    left: &[i32],
    limits: &LeafLimits,
) -> Option<f64> {
    let (mut sums, mut weight) = ([0, 0], 0);
    for (&all, &l) in totals.counts.iter().zip(left) {
        sums[0] += term.of(l);
        sums[1] += term.of(all - l);
        weight += l;
    }
    let n_samples = left.get(totals.counts.len()).copied().unwrap_or(weight);
    let sides = Sides {
        term,
        totals,
        limits,
        sums,
        weight,
        n_samples: n_samples as usize,
    };
    sides.score()
}

/// `K` is the number of classes, or 0 for any.
fn by_cells<F: Term, const K: usize>(
    term: F,
    totals: &ClassTotals,
    (cells, stride): (&[i32], usize),
    limits: &LeafLimits,
    least: f64,
) -> Option<Cut> {
    const FEW_CLASSES: usize = 32;
    let n_classes = if K == 0 { totals.counts.len() } else { K };
    let all = &totals.counts[..n_classes];
    let mut sides = sides(term, totals, limits);
    let (mut few, mut many) = ([0; FEW_CLASSES], Vec::new());
    let left = if n_classes <= FEW_CLASSES {
        &mut few[..n_classes]
    } else {
        many.resize(n_classes, 0);
        &mut many
    };
    let mut best = least.next_down();
    let mut found = None;
    let mut previous = None;
    for (at, cell) in cells.chunks_exact(stride).enumerate() {
        let counts = &cell[..n_classes];
        if counts.iter().fold(0, |all, count| all | count) == 0 {
            continue;
        }
        if let Some(previous) = previous
            && let Some(score) = sides.score()
            && score > best
        {
            best = score;
            found = Some((previous, at));
        }
        let (mut sums, mut weight) = ([0, 0], 0);
        for class in 0..n_classes {
            let l = left[class] + counts[class];
            left[class] = l;
            sums[0] += term.of(l);
            sums[1] += term.of(all[class] - l);
            weight += counts[class];
        }
        sides.sums = sums;
        sides.weight += weight;
        sides.n_samples += cell.get(n_classes).copied().unwrap_or(weight) as usize;
        previous = Some(at);
    }
    let cut = |(left, right)| Cut {
        left,
        right,
        score: best,
    };
    found.map(cut)
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::super::class_target::{ClassSample, ClassTarget};
    use super::super::target::Target as _;
    use super::*;
    use crate::hist::MAX_BINS;
    use fashion_bench_numeric::rng::stream;

    /// The score of the cut above a bin, if both sides have `least` samples.
    fn naive(
        criterion: Criterion,
        samples: &[ClassSample],
        bins: &[u8],
        (cut, least, counts_samples): (u8, usize, bool),
    ) -> Option<f64> {
        let mut score = 0.0;
        for is_left in [true, false] {
            let side = samples.iter().zip(bins);
            let side = side.filter(|&(_, &bin)| (bin <= cut) == is_left);
            let mut counts = [0.0; 16];
            let mut n_samples = 0;
            for (sample, _) in side {
                counts[usize::from(sample.class)] += f64::from(sample.count);
                n_samples += match counts_samples {
                    true => 1,
                    false => usize::from(sample.count),
                };
            }
            if n_samples < least {
                return None;
            }
            let weight: f64 = counts.iter().sum();
            let x_log_x = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
            score += match criterion {
                Criterion::Gini => counts.map(|x| x * x).iter().sum::<f64>() / weight,
                Criterion::Entropy => counts.map(x_log_x).iter().sum::<f64>() - x_log_x(weight),
            };
        }
        Some(score)
    }

    /// Compares the search by samples with that by cells, and both with the naive one.
    fn check(
        (criterion, n_classes, counts_samples): (Criterion, usize, bool),
        samples: &[ClassSample],
        bins: &[u8],
    ) {
        let n_drawn = samples.iter().map(|sample| usize::from(sample.count)).sum();
        let target = ClassTarget::new(criterion, vec![1.0; n_classes], n_drawn, counts_samples);
        let totals = target.totals(samples);
        assert!(target.searches_samples(&totals));
        let mut cells = vec![0; MAX_BINS * target.stride()];
        for (&bin, &sample) in bins.iter().zip(samples) {
            target.add(&mut cells, usize::from(bin), sample);
        }
        let mut narrow = NarrowCells::default();
        target.prepare(&totals, samples, &mut narrow);
        for least in [1, 5] {
            let limits = LeafLimits {
                min_samples: least,
                min_weight: 0.0,
            };
            let by_cells = target.best_cut(&totals, &cells, &limits, f64::NEG_INFINITY);
            let by_samples = target.best_cut_of_samples(bins, &limits, &mut narrow);
            assert_eq!(by_cells, by_samples);
            // The cells are left empty.
            let again = target.best_cut_of_samples(bins, &limits, &mut narrow);
            assert_eq!(by_samples, again);
            let score = |cut| naive(criterion, samples, bins, (cut, least, counts_samples));
            let best = (0..u8::MAX).filter_map(score).reduce(f64::max);
            let found = by_samples.map(|cut| score(cut.left as u8).expect("allowed"));
            assert_eq!(found.is_some(), best.is_some());
            if let (Some(found), Some(best)) = (found, best) {
                assert!(found > best - 1e-9 * best.abs().max(1.0), "{found} {best}");
            }
        }
    }

    #[test]
    fn cells_and_samples_give_the_best_cut_of_a_loop_over_all_cuts() {
        let mut rng = stream(8, &[]);
        let cases = [Criterion::Gini, Criterion::Entropy].map(|c| [(c, false), (c, true)]);
        for (criterion, counts_samples) in cases.into_iter().flatten() {
            for n_classes in [1, 2, 4, 5, 9, 10, 12, 13, 16] {
                if counts_samples && n_classes > 12 {
                    continue;
                }
                for n in [1, 2, 3, 7, 8, 9, 40, 300, 1500] {
                    let samples: Vec<_> = (0..n)
                        .map(|_| ClassSample {
                            class: rng.gen_range(0..n_classes as u16),
                            count: rng.gen_range(1..4),
                        })
                        .collect();
                    let bins: Vec<u8> = match n % 2 {
                        0 => (0..n).map(|_| rng.gen_range(0..60) * 4).collect(),
                        _ => (0..n).map(|_| rng.r#gen()).collect(),
                    };
                    check((criterion, n_classes, counts_samples), &samples, &bins);
                }
            }
        }
    }

    #[test]
    fn the_largest_counts_that_fit_are_summed_without_overflow() {
        for criterion in [Criterion::Gini, Criterion::Entropy] {
            for (counts, fits) in [
                ([32767, 0], true),
                ([32767, 255], true),
                ([32767, 256], false),
                ([32768, 0], false),
                ([23170, 23170], true),
                ([23171, 23170], false),
            ] {
                let sample = |class, count| ClassSample { class, count };
                let samples = [
                    sample(0, counts[0] - 40),
                    sample(0, 40),
                    sample(1, counts[1]),
                ];
                let n_samples = if counts[1] > 0 { 3 } else { 2 };
                let samples = &samples[..n_samples];
                if fits {
                    check((criterion, 2, false), samples, &[3, 9, 5][..n_samples]);
                } else {
                    let target = ClassTarget::new(criterion, vec![1.0; 2], 50_000, false);
                    assert!(!target.searches_samples(&target.totals(samples)));
                }
            }
        }
    }

    #[test]
    fn nodes_of_more_samples_than_are_counted_in_15_bits_are_searched_by_cells() {
        let samples: Vec<_> = (0..32768)
            .map(|at| ClassSample {
                class: (at / 8192) as u16,
                count: 1,
            })
            .collect();
        for counts_samples in [false, true] {
            let target = ClassTarget::new(Criterion::Gini, vec![1.0; 4], 40_000, counts_samples);
            let totals = target.totals(&samples);
            assert_eq!(target.searches_samples(&totals), !counts_samples);
            let totals = target.totals(&samples[1..]);
            assert!(target.searches_samples(&totals));
        }
    }
}
