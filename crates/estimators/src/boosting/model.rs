//! A fitted boosted classifier.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView2, CowArray};

use super::categories::{Categories, CategorySet};
use super::gradient_params::{GradientBoostingParams, GradientBoostingValidParams};
use super::hist_params::{HistGradientBoostingParams, HistGradientBoostingValidParams};
use crate::class_probabilities::{logistic, of_second, softmax_rows};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, argmax};
use crate::tree::{Node, for_each_leaf, label_rows, normalised, score_rows};

/// A regression tree; leaves keep their value, shrunk by the learning rate, in `threshold`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Regressor {
    pub nodes: Vec<Node>,
    /// The categories that go left at each node; those from its end on are by a threshold.
    pub category_sets: Vec<Option<CategorySet>>,
}

impl Regressor {
    /// Adds the value of each row of `x` to its score.
    pub(super) fn add_values(&self, x: ArrayView2<'_, f32>, scores: &mut [f64]) {
        let x = x.as_standard_layout();
        let rows = x.rows().into_iter();
        let rows: Vec<_> = rows.map(|row| row.to_slice().expect("row-major")).collect();
        self.for_each_value(&rows, |row, value| scores[row] += value);
    }

    /// Calls `put` with the number of each row and its value.
    fn for_each_value(&self, rows: &[&[f32]], mut put: impl FnMut(usize, f64)) {
        if self.category_sets.is_empty() {
            for_each_leaf(&self.nodes, rows, |row, leaf| {
                put(row, self.nodes[leaf].threshold);
            });
            return;
        }
        for (row_idx, row) in rows.iter().enumerate() {
            put(row_idx, self.value_of(row));
        }
    }

    /// Returns the value of a row of which some columns are categories.
    fn value_of(&self, row: &[f32]) -> f64 {
        let mut at = 0;
        loop {
            let node = &self.nodes[at];
            if node.is_leaf() {
                return node.threshold;
            }
            let value = row[node.feature as usize];
            let goes_left = match self.category_sets.get(at) {
                Some(Some(set)) => set.contains(value),
                _ => f64::from(value) <= node.threshold,
            };
            at = if goes_left { node.left } else { node.right } as usize;
        }
    }
}

/// Returns the class that the scores of a row name; of a single score, whether it is the second of
/// two classes.
pub(super) fn winner(scores: &[f64], zero_is_second: bool) -> usize {
    match scores {
        [score] => usize::from(*score > 0.0 || (zero_is_second && *score == 0.0)),
        _ => argmax(scores),
    }
}

/// A boosted classifier.
///
/// # Structure
/// Initial scores and, for each stage, a regression tree for each class (two classes: one).
///
/// # Prediction
/// The class of the largest sum of initial score and tree values, the lowest class on ties; of
/// two classes the second one if the sum is positive. A sum of zero is the second class in classical
/// boosting and the first one in histogram boosting, as in scikit-learn.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Boosted {
    pub(super) initial: Vec<f64>,
    pub(super) stages: Vec<Vec<Regressor>>,
    /// Whether a score of 0 is the second one of two classes.
    pub(super) zero_is_second: bool,
    /// What a score of two classes is multiplied by to be the logarithm of the odds.
    pub(super) odds_scale: f64,
    /// What becomes of the columns of a row before it meets a tree.
    pub(super) categories: Option<Categories>,
    pub(super) encoding: ClassEncoding,
    pub(super) n_features: usize,
    pub(super) info: FitInfo,
}

impl Boosted {
    /// Fills in the report of the fit.
    pub(super) fn describe(
        &mut self,
        importances: &[f64],
        loss_curve: Vec<f64>,
        converged: Option<bool>,
        validation_loss: Option<f64>,
    ) {
        let trees = || self.stages.iter().flatten();
        let n_leaves: usize = trees()
            .map(|tree| tree.nodes.iter().filter(|node| node.is_leaf()).count())
            .sum();
        let mut details = BTreeMap::from([
            ("n_leaves".to_owned(), n_leaves as f64),
            ("n_trees".to_owned(), trees().count() as f64),
        ]);
        details.extend(validation_loss.map(|loss| ("validation_loss".to_owned(), loss)));
        self.info = FitInfo {
            n_iter: Some(self.stages.len() as u64),
            converged,
            objective: loss_curve.last().copied(),
            loss_curve,
            feature_importances: normalised(importances),
            details,
            ..FitInfo::default()
        };
    }

    /// Returns the model of rows that were encoded by `categories`.
    pub(super) fn of_categories(mut self, categories: Categories) -> Self {
        let encoded = std::mem::take(&mut self.info.feature_importances);
        self.info.feature_importances = vec![0.0; encoded.len()];
        for (column, importance) in categories.columns().zip(encoded) {
            self.info.feature_importances[column] = importance;
        }
        self.categories = Some(categories);
        self
    }

    /// Adds the values of all trees to `scores`, row after row.
    fn add_scores(&self, rows: &[&[f32]], scores: &mut [f64]) {
        let n_outputs = self.initial.len();
        for stage in &self.stages {
            for (output, tree) in stage.iter().enumerate() {
                tree.for_each_value(rows, |row, value| {
                    scores[row * n_outputs + output] += value;
                });
            }
        }
    }

    /// Returns the label that the scores of a row name.
    fn class_of(&self, scores: &[f64]) -> usize {
        self.encoding.label(winner(scores, self.zero_is_second))
    }
}

linfa_traits! { GradientBoostingValidParams, HistGradientBoostingValidParams => Boosted; }

impl FittedClassifier for Boosted {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let x = match &self.categories {
            None => CowArray::from(x),
            Some(categories) => CowArray::from(categories.encoded(x)),
        };
        label_rows(x.view(), labels, |rows| {
            let mut scores = self.initial.repeat(rows.len());
            self.add_scores(rows, &mut scores);
            let scores = scores.chunks_exact(self.initial.len());
            scores.map(|scores| self.class_of(scores)).collect()
        });
    }

    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let x = match &self.categories {
            None => CowArray::from(x),
            Some(categories) => CowArray::from(categories.encoded(x)),
        };
        // Scores of several classes that all are moved alike make no difference; scikit-learn's begin
        // with a mean of 0.
        let n_outputs = self.initial.len();
        let mean = match n_outputs {
            1 => 0.0,
            n => self.initial.iter().sum::<f64>() / n as f64,
        };
        let initial: Vec<f64> = self.initial.iter().map(|score| score - mean).collect();
        Some(score_rows(x.view(), n_outputs, |rows, scores| {
            scores.copy_from_slice(&initial.repeat(rows.len()));
            self.add_scores(rows, scores);
        }))
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let mut scores = self.decision_function(x)?;
        if self.encoding.n_classes() == 2 {
            let second = scores.iter().map(|score| logistic(self.odds_scale * score));
            return Some(of_second(second));
        }
        softmax_rows(&mut scores);
        Some(scores)
    }

    fn not_finite(&self) -> Option<NotFinite> {
        let nodes = self.stages.iter().flatten().flat_map(|tree| &tree.nodes);
        first_not_finite("an initial score", &self.initial).or_else(|| {
            first_not_finite(
                "a threshold or the value of a leaf",
                nodes.map(|node| &node.threshold),
            )
        })
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}

/// The way to [`GradientBoostingParams`]; fitting them gives a [`Boosted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GradientBoosting;

impl GradientBoosting {
    /// Returns the parameters of gradient boosting, at scikit-learn's defaults.
    ///
    /// ```
    /// use fashion_bench_estimators::boosting::GradientBoosting;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let x = array![[0.0f32], [1.0], [4.0], [5.0], [8.0], [9.0]];
    /// let data = Dataset::new(x.clone(), array![0usize, 0, 1, 1, 2, 2]);
    /// let model = GradientBoosting::params().n_estimators(20).fit(&data)?;
    /// assert_eq!(model.predict(&x), array![0usize, 0, 1, 1, 2, 2]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    #[must_use]
    pub fn params() -> GradientBoostingParams {
        GradientBoostingParams::default()
    }
}

/// The way to [`HistGradientBoostingParams`]; fitting them gives a [`Boosted`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HistGradientBoosting;

impl HistGradientBoosting {
    /// Returns the parameters of histogram boosting, at scikit-learn's defaults.
    ///
    /// ```
    /// use fashion_bench_estimators::boosting::HistGradientBoosting;
    /// use linfa::prelude::*;
    /// use ndarray::array;
    /// let x = array![[0.0f32], [1.0], [4.0], [5.0], [8.0], [9.0]];
    /// let data = Dataset::new(x.clone(), array![0usize, 0, 1, 1, 2, 2]);
    /// let params = HistGradientBoosting::params().max_iter(20).min_samples_leaf(1);
    /// assert_eq!(params.fit(&data)?.predict(&x), array![0usize, 0, 1, 1, 2, 2]);
    /// # Ok::<(), fashion_bench_estimators::FitError>(())
    /// ```
    #[must_use]
    pub fn params() -> HistGradientBoostingParams {
        HistGradientBoostingParams::default()
    }
}
