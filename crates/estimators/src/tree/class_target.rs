//! Classes as target: Gini impurity and entropy of weighted class counts.
//!
//! Histograms hold how many samples of each class there are, with their bootstrap multiplicities;
//! the weights of classes are applied when a split is judged. With unit weights all sums are whole
//! numbers, exact whatever the order of samples (`class_counts`).

use super::class_counts::Terms;
use super::class_sample::{ClassSample, ClassTotals};
use super::criterion::Criterion;
use super::narrow_cells::NarrowCells;
use super::target::{Cut, LeafLimits, Monotone, Target, add_left_each};

/// Classes as target. The samples of each node must be in the order of their classes.
#[derive(Debug, Clone)]
pub struct ClassTarget {
    criterion: Criterion,
    class_weights: Vec<f64>,
    /// How whole numbers are summed, if all class weights are 1.
    terms: Option<Terms>,
    /// Whether cells count samples beside their multiplicities.
    counts_samples: bool,
    /// For each feature whether the second of two classes may only get likelier (1) or less likely
    /// (-1) with it, or 0; none without any constraint.
    signs: Option<Vec<i8>>,
}

impl ClassTarget {
    /// Returns a target of `class_weights.len()` classes and `n_samples` samples, multiplicities
    /// included. `counts_samples` is needed where multiplicities are not all 1 and leaves have a
    /// least number of samples.
    #[must_use]
    pub fn new(
        criterion: Criterion,
        class_weights: Vec<f64>,
        n_samples: usize,
        counts_samples: bool,
    ) -> Self {
        let is_unit = class_weights.iter().all(|&weight| weight == 1.0);
        Self {
            criterion,
            terms: is_unit.then(|| Terms::new(criterion, n_samples)),
            class_weights,
            counts_samples,
            signs: None,
        }
    }

    /// Adds the direction of each feature's monotonic constraint, for two classes.
    #[must_use]
    pub fn with_signs(mut self, signs: Option<Vec<i8>>) -> Self {
        self.signs = signs;
        self
    }

    /// Returns the share of the first class, which constraints are about.
    fn first_share(totals: &ClassTotals) -> f64 {
        totals.weights[0] / totals.weight
    }

    fn n_classes(&self) -> usize {
        self.class_weights.len()
    }

    /// Returns the share of each class, of weights added up sample by sample as scikit-learn does.
    fn added_shares(&self, samples: &[ClassSample]) -> Vec<f64> {
        let (mut sums, mut total) = (vec![0.0; self.n_classes()], 0.0);
        for sample in samples {
            let class = usize::from(sample.class);
            let weight = f64::from(sample.count) * self.class_weights[class];
            sums[class] += weight;
            total += weight;
        }
        if total > 0.0 {
            sums.iter_mut().for_each(|sum| *sum /= total);
        }
        sums
    }

    /// Returns a child's part of the score: minus its weight times its impurity, up to a constant.
    #[inline]
    fn child_score(&self, class_term: f64, weight: f64) -> f64 {
        match self.criterion {
            Criterion::Gini => class_term / weight,
            Criterion::Entropy => class_term - x_log_x(weight),
        }
    }

    /// Adds a cell to a child.
    fn take(&self, cell: &[i32], child: &mut Child<'_>) {
        let n_classes = self.n_classes();
        let weights = &self.class_weights[..n_classes];
        let sums = &mut child.weights[..n_classes];
        let mut weight = 0.0;
        let mut n_samples = 0;
        for class in 0..n_classes {
            let added = f64::from(cell[class]) * weights[class];
            sums[class] += added;
            weight += added;
            n_samples += cell[class];
        }
        if self.counts_samples {
            n_samples = cell[n_classes];
        }
        child.weight += weight;
        child.n_samples += usize::try_from(n_samples).unwrap_or_default();
    }

    fn score_of(&self, totals: &ClassTotals, left: &Child<'_>, limits: &LeafLimits) -> Option<f64> {
        let n_classes = self.n_classes();
        let right_weight = totals.weight - left.weight;
        let is_allowed = left.n_samples >= limits.min_samples
            && totals.n_samples - left.n_samples >= limits.min_samples
            && left.weight >= limits.min_weight
            && right_weight >= limits.min_weight;
        if !is_allowed {
            return None;
        }
        let (sums, all) = (&left.weights[..n_classes], &totals.weights[..n_classes]);
        let (mut term_left, mut term_right) = (0.0, 0.0);
        for class in 0..n_classes {
            let (l, r) = (sums[class], all[class] - sums[class]);
            match self.criterion {
                Criterion::Gini => {
                    term_left += l * l;
                    term_right += r * r;
                }
                Criterion::Entropy => {
                    term_left += x_log_x(l);
                    term_right += x_log_x(r);
                }
            }
        }
        Some(self.child_score(term_left, left.weight) + self.child_score(term_right, right_weight))
    }

    /// Returns the best cut under class weights.
    fn best_of(
        &self,
        totals: &ClassTotals,
        cells: &[i32],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut> {
        let n_classes = self.n_classes();
        let stride = n_classes + usize::from(self.counts_samples);
        let mut best: Option<Cut> = None;
        with_child(n_classes, |child| {
            let mut previous = None;
            for (at, cell) in cells.chunks_exact(stride).enumerate() {
                if cell[..n_classes].iter().fold(0, |all, count| all | count) == 0 {
                    continue;
                }
                if let Some(previous) = previous
                    && let Some(score) = self.score_of(totals, child, limits)
                    && score >= least
                    && best.is_none_or(|best| score > best.score)
                {
                    best = Some(Cut {
                        left: previous,
                        right: at,
                        score,
                    });
                }
                self.take(cell, child);
                previous = Some(at);
            }
        });
        best
    }
}

/// The left child while the cut moves up.
struct Child<'a> {
    weights: &'a mut [f64],
    weight: f64,
    n_samples: usize,
}

/// Calls `run` with an empty child, on the stack where there are few classes.
fn with_child(n_classes: usize, run: impl FnOnce(&mut Child<'_>)) {
    const FEW: usize = 32;
    let (mut few, mut many) = ([0.0; FEW], Vec::new());
    let weights = if n_classes <= FEW {
        &mut few[..n_classes]
    } else {
        many.resize(n_classes, 0.0);
        &mut many
    };
    run(&mut Child {
        weights,
        weight: 0.0,
        n_samples: 0,
    });
}

fn x_log_x(x: f64) -> f64 {
    if x > 0.0 { x * x.ln() } else { 0.0 }
}

impl Target for ClassTarget {
    type Unit = i32;
    type Payload = ClassSample;
    type Totals = ClassTotals;
    type Scratch = NarrowCells;

    fn stride(&self) -> usize {
        self.n_classes() + usize::from(self.counts_samples)
    }

    #[inline]
    fn add(&self, cells: &mut [i32], cell: usize, sample: ClassSample) {
        let start = cell * self.stride();
        cells[start + usize::from(sample.class)] += i32::from(sample.count);
        if self.counts_samples {
            cells[start + self.n_classes()] += 1;
        }
    }

    /// If every sample counts once, the counts of the classes say where each class begins, and the
    /// bins of all columns are compared at once.
    fn add_left<const W: usize>(
        &self,
        cells: &mut [i32],
        totals: &ClassTotals,
        (lefts, rows): (&[u8; W], &[[u8; W]]),
        samples: &[ClassSample],
    ) {
        let (n_classes, stride) = (self.n_classes(), self.stride());
        if totals.counts.iter().sum::<i32>() as usize != samples.len() {
            return add_left_each(self, cells, (lefts, rows), samples);
        }
        debug_assert!(samples.is_sorted_by_key(|sample| sample.class));
        let mut rest = rows;
        for (class, &n) in totals.counts.iter().enumerate() {
            let (of_class, others) = rest.split_at(n as usize);
            rest = others;
            // Counts of 8 bits, taken before they overflow.
            for some in of_class.chunks(usize::from(u8::MAX)) {
                let mut counts = [0u8; W];
                for bins in some {
                    for column in 0..W {
                        counts[column] += u8::from(bins[column] <= lefts[column]);
                    }
                }
                for (cell, count) in cells.chunks_exact_mut(stride).zip(counts) {
                    cell[class] += i32::from(count);
                    if self.counts_samples {
                        cell[n_classes] += i32::from(count);
                    }
                }
            }
        }
    }

    fn totals(&self, samples: &[ClassSample]) -> ClassTotals {
        let mut counts = vec![0; self.n_classes()];
        for sample in samples {
            counts[usize::from(sample.class)] += i32::from(sample.count);
        }
        let weights: Vec<f64> = counts
            .iter()
            .zip(&self.class_weights)
            .map(|(&count, weight)| f64::from(count) * weight)
            .collect();
        ClassTotals {
            weight: weights.iter().sum(),
            weights,
            added_shares: if self.terms.is_some() {
                Vec::new()
            } else {
                self.added_shares(samples)
            },
            counts_samples: self.counts_samples,
            n_samples: if self.counts_samples {
                samples.len()
            } else {
                counts.iter().map(|&count| count as usize).sum()
            },
            counts,
        }
    }

    fn weight(&self, totals: &ClassTotals) -> f64 {
        totals.weight
    }

    fn impurity(&self, totals: &ClassTotals) -> f64 {
        let shares = totals.weights.iter().map(|weight| weight / totals.weight);
        match self.criterion {
            Criterion::Gini => {
                let squares: f64 = totals.weights.iter().map(|weight| weight * weight).sum();
                1.0 - squares / (totals.weight * totals.weight)
            }
            Criterion::Entropy => -shares.map(x_log_x).sum::<f64>() / std::f64::consts::LN_2,
        }
    }

    fn push_value(&self, totals: &ClassTotals, bounds: [f64; 2], values: &mut Vec<f64>) {
        // A root without samples has no shares.
        let scale = if totals.weight > 0.0 {
            totals.weight
        } else {
            1.0
        };
        // Balanced weights make classes equally likely but for rounding, which then decides.
        if totals.added_shares.is_empty() {
            values.extend(totals.weights.iter().map(|weight| weight / scale));
        } else {
            values.extend(&totals.added_shares);
        }
        if self.signs.is_some()
            && let [.., first, second] = values.as_mut_slice()
            && self.n_classes() == 2
        {
            *first = first.max(bounds[0]).min(bounds[1]);
            *second = 1.0 - *first;
        }
    }

    fn sign(&self, feature: u32) -> i8 {
        // The first class gets less likely where the second one gets likelier.
        self.signs
            .as_ref()
            .map_or(0, |signs| -signs[feature as usize])
    }

    fn allows(&self, totals: &ClassTotals, left: &[i32], monotone: Monotone) -> bool {
        let mut weights = [0.0; 2];
        for (weight, (&count, of_class)) in
            weights.iter_mut().zip(left.iter().zip(&self.class_weights))
        {
            *weight = f64::from(count) * of_class;
        }
        let weight = weights[0] + weights[1];
        let left = weights[0] / weight;
        let right = (totals.weights[0] - weights[0]) / (totals.weight - weight);
        let [lower, upper] = monotone.bounds;
        let is_between = |share: f64| lower <= share && share <= upper;
        is_between(left) && is_between(right) && (left - right) * f64::from(monotone.sign) <= 0.0
    }

    fn bounds_of_children(
        &self,
        feature: u32,
        [lower, upper]: [f64; 2],
        [left, right]: [&ClassTotals; 2],
    ) -> [[f64; 2]; 2] {
        let sign = self.sign(feature);
        if sign == 0 {
            return [[lower, upper]; 2];
        }
        let middle = Self::first_share(left) / 2.0 + Self::first_share(right) / 2.0;
        if sign == 1 {
            [[lower, middle], [middle, upper]]
        } else {
            [[middle, upper], [lower, middle]]
        }
    }

    fn best_cut(
        &self,
        totals: &ClassTotals,
        cells: &[i32],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut> {
        if let Some(terms) = &self.terms {
            return terms.best_cut(totals, (cells, self.stride()), limits, least);
        }
        self.best_of(totals, cells, limits, least)
    }

    /// Returns the score of two pure children.
    fn perfect_score(&self, totals: &ClassTotals) -> f64 {
        match (&self.terms, self.criterion) {
            (None, _) => f64::INFINITY,
            (_, Criterion::Gini) => totals.weight,
            (_, Criterion::Entropy) => 0.0,
        }
    }

    fn searches_samples(&self, totals: &ClassTotals) -> bool {
        self.terms.is_some() && NarrowCells::fit(totals)
    }

    fn prepare(&self, totals: &ClassTotals, samples: &[ClassSample], cells: &mut NarrowCells) {
        cells.prepare(totals, samples);
    }

    fn best_cut_of_samples(
        &self,
        bins: &[u8],
        limits: &LeafLimits,
        cells: &mut NarrowCells,
    ) -> Option<Cut> {
        let terms = self.terms.as_ref()?;
        terms.best_cut_of_samples(bins, limits, cells)
    }

    fn score(&self, totals: &ClassTotals, left: &[i32], limits: &LeafLimits) -> Option<f64> {
        if let Some(terms) = &self.terms {
            return terms.score(totals, left, limits);
        }
        let mut score = None;
        with_child(self.n_classes(), |child| {
            self.take(left, child);
            score = self.score_of(totals, child, limits);
        });
        score
    }

    fn improvement(
        &self,
        parent: &ClassTotals,
        [left, right]: [&ClassTotals; 2],
        root_weight: f64,
    ) -> f64 {
        let decrease = self.impurity(parent)
            - right.weight / parent.weight * self.impurity(right)
            - left.weight / parent.weight * self.impurity(left);
        parent.weight / root_weight * decrease
    }
}

#[cfg(test)]
mod tests;
