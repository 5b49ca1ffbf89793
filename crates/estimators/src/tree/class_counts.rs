//! The search for splits by class counts where all classes weigh the same.
//!
//! Both criteria sum a function of whole numbers over the classes of a child: `x²` (Gini) or
//! `x ln x` (entropy). The second one is rounded to fixed point once for each number, so that all
//! sums are whole numbers and equal splits have equal scores whatever the order of samples. With n
//! samples `x ln x` has as many bits after the point as keep `n ln n` below 2⁵²: 32 (1e-10) for
//! 60,000 samples.

use super::class_sample::ClassTotals;
use super::class_term::{Logs, Squares, Term};
use super::criterion::Criterion;
use super::narrow_cells::NarrowCells;
use super::target::{Cut, LeafLimits};

/// What a criterion sums.
#[derive(Debug, Clone)]
pub enum Terms {
    /// Squares.
    Squares,
    /// `x ln x` in fixed point, of all numbers that occur.
    Logs(Vec<i64>),
}

impl Terms {
    /// Returns the terms of numbers up to `n_samples`.
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

    /// Returns the score of a split whose left child has the counts of the cell `left`, if the
    /// limits allow it.
    pub fn score(&self, totals: &ClassTotals, left: &[i32], limits: &LeafLimits) -> Option<f64> {
        match self {
            Self::Squares => of_cell(Squares, totals, left, limits),
            Self::Logs(logs) => of_cell(Logs(logs), totals, left, limits),
        }
    }

    /// Returns the best cut of a histogram with `stride` counts per cell.
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

    /// Returns the best cut of a column of the node that `cells` are prepared for.
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
    /// Returns the score of the cut, if the limits allow it.
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

/// Returns the best cut of a histogram. `K` is the number of classes, or 0 for any number.
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
