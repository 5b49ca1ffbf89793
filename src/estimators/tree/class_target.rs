//! Classes as target: Gini impurity and entropy of weighted class counts.
//!
//! Histograms hold whole numbers of samples (with their bootstrap multiplicity) a class; weights
//! of classes are applied when a split is judged. With unit weights all sums are whole numbers
//! and exact, whatever the order of samples.

use super::target::{Buckets, Cut, LeafLimits, Target};

/// How the impurity of a node is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Criterion {
    /// `1 - Σ p²`.
    Gini,
    /// `-Σ p log₂ p`.
    Entropy,
}

/// Class and multiplicity of a sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClassSample {
    /// Class code.
    pub class: u16,
    /// How many times it is in the training set, at least 1.
    pub count: u16,
}

/// Statistics of a node.
#[derive(Debug, Clone)]
pub struct ClassTotals {
    /// Weight of each class.
    weights: Vec<f64>,
    n_samples: usize,
    weight: f64,
    /// What the score sums over the classes.
    term: f64,
}

/// Classes as target.
#[derive(Debug, Clone)]
pub struct ClassTarget {
    criterion: Criterion,
    class_weights: Vec<f64>,
    /// `x ln x` of whole numbers, where all class weights are 1.
    x_log_x: Vec<f64>,
    /// Whether cells count samples beside their multiplicities.
    counts_samples: bool,
}

impl ClassTarget {
    /// A target of `class_weights.len()` classes and `n_samples` samples, multiplicities included.
    /// `counts_samples` is needed where multiplicities are not all 1 and leaves have a least
    /// number of samples.
    #[must_use]
    pub fn new(
        criterion: Criterion,
        class_weights: Vec<f64>,
        n_samples: usize,
        counts_samples: bool,
    ) -> Self {
        let is_unit = class_weights.iter().all(|&weight| weight == 1.0);
        let x_log_x = match criterion == Criterion::Entropy && is_unit {
            true => (0..=n_samples).map(|x| x_log_x(x as f64)).collect(),
            false => Vec::new(),
        };
        Self {
            criterion,
            class_weights,
            x_log_x,
            counts_samples,
        }
    }

    fn n_classes(&self) -> usize {
        self.class_weights.len()
    }

    fn x_log_x(&self, x: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number within the table where there is one"
        )]
        match self.x_log_x.get(x as usize) {
            Some(&value) => value,
            None => x_log_x(x),
        }
    }

    /// What the score sums over the classes of a child.
    fn class_term(&self, weights: impl Iterator<Item = f64>) -> f64 {
        match self.criterion {
            Criterion::Gini => weights.map(|weight| weight * weight).sum(),
            Criterion::Entropy => weights.map(|weight| self.x_log_x(weight)).sum(),
        }
    }

    /// A child's part of the score: minus its weight times its impurity, up to a constant.
    #[inline]
    fn child_score(&self, class_term: f64, weight: f64) -> f64 {
        match self.criterion {
            Criterion::Gini => class_term / weight,
            Criterion::Entropy => class_term - self.x_log_x(weight),
        }
    }

    /// Adds a cell to a child. `K` is the number of classes, or 0 for any.
    #[inline]
    fn take<const K: usize>(&self, cell: &[i32], child: &mut Child<'_>) {
        let n_classes = if K == 0 { self.n_classes() } else { K };
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

    fn score_of<const K: usize>(
        &self,
        totals: &ClassTotals,
        left: &Child<'_>,
        limits: &LeafLimits,
    ) -> Option<f64> {
        let n_classes = if K == 0 { self.n_classes() } else { K };
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
                    term_left += self.x_log_x(l);
                    term_right += self.x_log_x(r);
                }
            }
        }
        Some(self.child_score(term_left, left.weight) + self.child_score(term_right, right_weight))
    }

    fn best_of<const K: usize>(
        &self,
        totals: &ClassTotals,
        cells: &[i32],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut> {
        let n_classes = if K == 0 { self.n_classes() } else { K };
        let stride = n_classes + usize::from(self.counts_samples);
        let mut best: Option<Cut> = None;
        with_child(n_classes, |child| {
            let mut previous = None;
            for (at, cell) in cells.chunks_exact(stride).enumerate() {
                if cell[..n_classes].iter().fold(0, |all, count| all | count) == 0 {
                    continue;
                }
                if let Some(previous) = previous
                    && let Some(score) = self.score_of::<K>(totals, child, limits)
                    && score >= least
                    && best.is_none_or(|best| score > best.score)
                {
                    best = Some(Cut {
                        left: previous,
                        right: at,
                        score,
                    });
                }
                self.take::<K>(cell, child);
                previous = Some(at);
            }
        });
        best
    }
}

/// Class terms and weights on both sides of a cut that moves up, one sample at a time.
#[derive(Clone, Copy)]
struct Sides {
    left_term: f64,
    right_term: f64,
    left_weight: f64,
    n_left: usize,
}

impl ClassTarget {
    /// [`Target::best_cut_of_few`]. Sums follow each sample instead of running over all classes
    /// for each bin. Between two bins that hold one and the same class there is no best cut
    /// (Fayyad and Irani 1992), so that these places are passed over, limits permitting.
    fn best_cut_by_samples(
        &self,
        totals: &ClassTotals,
        bins: &[u8],
        samples: &[ClassSample],
        limits: &LeafLimits,
        buckets: &mut Buckets,
    ) -> Option<Cut> {
        const MOST: usize = 32;
        let (mut left, mut right) = ([0.0; MOST], [0.0; MOST]);
        right[..self.n_classes()].copy_from_slice(&totals.weights);
        let mut weight_of = [1.0; MOST];
        weight_of[..self.n_classes()].copy_from_slice(&self.class_weights);
        let is_free = limits.min_samples <= 1 && limits.min_weight <= 0.0;
        let mut sides = Sides {
            left_term: 0.0,
            right_term: totals.term,
            left_weight: 0.0,
            n_left: 0,
        };
        let mut best: Option<Cut> = None;
        let (mut previous, mut previous_classes) = (0, 0u32);
        for bin in buckets.fill(bins) {
            let before = sides;
            let mut classes = 0u32;
            for position in buckets.samples(bin) {
                let sample = samples[position];
                let class = usize::from(sample.class) % MOST;
                let added = f64::from(sample.count) * weight_of[class];
                let (l, r) = (left[class], right[class]);
                match self.criterion {
                    Criterion::Gini => {
                        sides.left_term += added * (l + l + added);
                        sides.right_term -= added * (r + r - added);
                    }
                    Criterion::Entropy => {
                        sides.left_term += self.x_log_x(l + added) - self.x_log_x(l);
                        sides.right_term += self.x_log_x(r - added) - self.x_log_x(r);
                    }
                }
                left[class] = l + added;
                right[class] = r - added;
                sides.left_weight += added;
                sides.n_left += if self.counts_samples {
                    1
                } else {
                    usize::from(sample.count)
                };
                classes |= 1 << class;
            }
            let is_inside = is_free && classes == previous_classes && classes.is_power_of_two();
            if before.n_left > 0
                && !is_inside
                && let Some(score) = self.score_of_sides(totals, &before, limits)
                && best.is_none_or(|best| score > best.score)
            {
                best = Some(Cut {
                    left: previous,
                    right: bin,
                    score,
                });
            }
            (previous, previous_classes) = (bin, classes);
        }
        best
    }

    #[inline]
    fn score_of_sides(
        &self,
        totals: &ClassTotals,
        sides: &Sides,
        limits: &LeafLimits,
    ) -> Option<f64> {
        let right_weight = totals.weight - sides.left_weight;
        let is_allowed = sides.n_left.min(totals.n_samples - sides.n_left) >= limits.min_samples
            && sides.left_weight.min(right_weight) >= limits.min_weight;
        is_allowed.then(|| {
            self.child_score(sides.left_term, sides.left_weight)
                + self.child_score(sides.right_term, right_weight)
        })
    }
}

/// A child under way.
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

    fn totals(&self, samples: &[ClassSample]) -> ClassTotals {
        let mut counts = vec![0u64; self.n_classes()];
        for sample in samples {
            counts[usize::from(sample.class)] += u64::from(sample.count);
        }
        let weights: Vec<f64> = counts
            .iter()
            .zip(&self.class_weights)
            .map(|(&count, weight)| count as f64 * weight)
            .collect();
        ClassTotals {
            weight: weights.iter().sum(),
            term: self.class_term(weights.iter().copied()),
            weights,
            n_samples: match self.counts_samples {
                true => samples.len(),
                false => counts.iter().sum::<u64>() as usize,
            },
        }
    }

    fn weight(&self, totals: &ClassTotals) -> f64 {
        totals.weight
    }

    fn impurity(&self, totals: &ClassTotals) -> f64 {
        let shares = totals.weights.iter().map(|weight| weight / totals.weight);
        match self.criterion {
            Criterion::Gini => {
                let squares = self.class_term(totals.weights.iter().copied());
                1.0 - squares / (totals.weight * totals.weight)
            }
            Criterion::Entropy => -shares.map(x_log_x).sum::<f64>() / std::f64::consts::LN_2,
        }
    }

    fn push_value(&self, totals: &ClassTotals, values: &mut Vec<f64>) {
        values.extend(totals.weights.iter().map(|weight| weight / totals.weight));
    }

    fn best_cut(
        &self,
        totals: &ClassTotals,
        cells: &[i32],
        limits: &LeafLimits,
        least: f64,
    ) -> Option<Cut> {
        match self.n_classes() {
            2 => self.best_of::<2>(totals, cells, limits, least),
            10 => self.best_of::<10>(totals, cells, limits, least),
            _ => self.best_of::<0>(totals, cells, limits, least),
        }
    }

    fn best_cut_of_few(
        &self,
        totals: &ClassTotals,
        bins: &[u8],
        samples: &[ClassSample],
        limits: &LeafLimits,
        buckets: &mut Buckets,
    ) -> Option<Option<Cut>> {
        // Beyond 32 classes the sets of classes would not fit.
        (self.n_classes() <= 32)
            .then(|| self.best_cut_by_samples(totals, bins, samples, limits, buckets))
    }

    fn score(&self, totals: &ClassTotals, left: &[i32], limits: &LeafLimits) -> Option<f64> {
        let mut score = None;
        with_child(self.n_classes(), |child| {
            self.take::<0>(left, child);
            score = self.score_of::<0>(totals, child, limits);
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
