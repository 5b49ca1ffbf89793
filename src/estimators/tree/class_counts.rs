//! The search for splits by class counts where all classes weigh the same.
//!
//! Both criteria sum a function of whole numbers over the classes of a child: `x²` (Gini) or
//! `x ln x` (entropy). The second one is rounded to fixed point once for each number, so that all
//! sums are whole numbers, and equal splits have equal scores whatever the order. With n samples,
//! `x ln x` has as many bits after the point as leave `n ln n` below 2⁵²: 32 (1e-10) for 60,000
//! samples.

use std::ops::AddAssign;

use super::class_target::{ClassSample, ClassTotals, Criterion};
use super::narrow_cells::NarrowCells;
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

    /// The best cut of the samples of a node that fits `cells`.
    pub fn best_cut_of_samples(
        &self,
        totals: &ClassTotals,
        bins_and_samples: (&[u8], &[ClassSample]),
        limits: &LeafLimits,
        cells: &mut NarrowCells,
    ) -> Option<Cut> {
        match self {
            Self::Squares => cells.best_cut(Squares, totals, bins_and_samples, limits),
            Self::Logs(logs) => cells.best_cut(Logs(logs), totals, bins_and_samples, limits),
        }
    }
}

/// A function of whole numbers to be summed over classes.
pub trait Term: Copy {
    /// Sums for numbers whose own sum is below 2¹⁵.
    type Narrow: Copy + Default + AddAssign + Into<i64>;

    /// Its value.
    fn of(self, x: i32) -> i64;

    /// Its value for a number below 2¹⁵.
    fn narrow(self, x: i32) -> Self::Narrow;

    /// The score of a split from the sums of its two children, and their weights.
    fn score(self, sums: [i64; 2], weights: [i32; 2]) -> f64;
}

#[derive(Clone, Copy)]
struct Squares;

impl Term for Squares {
    type Narrow = i32;

    #[inline(always)]
    fn narrow(self, x: i32) -> i32 {
        x * x
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
    type Narrow = i64;

    #[inline(always)]
    fn narrow(self, x: i32) -> i64 {
        self.of(x)
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

    use super::super::class_target::ClassTarget;
    use super::super::target::Target as _;
    use super::*;
    use crate::estimators::hist::MAX_BINS;
    use crate::numeric::rng::stream;

    fn naive(
        criterion: Criterion,
        samples: &[ClassSample],
        bins: &[u8],
        least: i32,
    ) -> Option<(usize, f64)> {
        let side = |keep: &dyn Fn(u8) -> bool| {
            let mut counts = [0; 10];
            for (sample, _) in samples.iter().zip(bins).filter(|&(_, &bin)| keep(bin)) {
                counts[usize::from(sample.class)] += i32::from(sample.count);
            }
            let weight = f64::from(counts.iter().sum::<i32>());
            let x_log_x = |x: f64| if x > 0.0 { x * x.ln() } else { 0.0 };
            let counts = counts.iter().map(|&count| f64::from(count));
            match criterion {
                Criterion::Gini => (weight, counts.map(|x| x * x).sum::<f64>() / weight),
                Criterion::Entropy => (weight, counts.map(x_log_x).sum::<f64>() - x_log_x(weight)),
            }
        };
        let mut best: Option<(usize, f64)> = None;
        let occupied = |cut: u8| bins.contains(&cut);
        for cut in (0..u8::MAX).filter(|&cut| occupied(cut)) {
            let (left, right) = (side(&|bin| bin <= cut), side(&|bin| bin > cut));
            let score = left.1 + right.1;
            // Both sides are there, and the gain is more than rounding.
            if left.0.min(right.0) >= f64::from(least)
                && best.is_none_or(|best| score > best.1 + 1e-6)
            {
                best = Some((usize::from(cut), score));
            }
        }
        best
    }

    #[test]
    fn cells_and_samples_give_the_best_cut_of_a_loop_over_all_cuts() {
        let mut rng = stream(8, &[]);
        let cases = [Criterion::Gini, Criterion::Entropy].map(|c| [(c, false), (c, true)]);
        for (criterion, counts_samples) in cases.into_iter().flatten() {
            for (n, least) in [(2, 1), (3, 1), (9, 1), (40, 1), (40, 5), (300, 1)] {
                let samples: Vec<_> = (0..n)
                    .map(|_| ClassSample {
                        class: rng.gen_range(0..10),
                        count: if counts_samples {
                            1
                        } else {
                            rng.gen_range(1..4)
                        },
                    })
                    .collect();
                let bins: Vec<u8> = (0..n).map(|_| rng.gen_range(0..60) * 4).collect();
                let target = ClassTarget::new(criterion, vec![1.0; 10], 4 * n, counts_samples);
                let limits = LeafLimits {
                    min_samples: least,
                    min_weight: 0.0,
                };
                let totals = target.totals(&samples);
                let mut cells = vec![0; MAX_BINS * target.stride()];
                for (&bin, &sample) in bins.iter().zip(&samples) {
                    target.add(&mut cells, usize::from(bin), sample);
                }
                let by_cells = target.best_cut(&totals, &cells, &limits, f64::NEG_INFINITY);
                let mut narrow = NarrowCells::default();
                let pair = (bins.as_slice(), samples.as_slice());
                let few = target.best_cut_of_samples(&totals, pair, &limits, &mut narrow);
                assert_eq!(by_cells, few);
                // The cells are left empty.
                let again = target.best_cut_of_samples(&totals, pair, &limits, &mut narrow);
                assert_eq!(few, again);
                let expected = naive(criterion, &samples, &bins, least as i32);
                assert_eq!(few.map(|cut| cut.left), expected.map(|(left, _)| left));
            }
        }
    }
}
