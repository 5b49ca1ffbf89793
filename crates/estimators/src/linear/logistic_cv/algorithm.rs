//! The choice of the penalty by cross-validation.
//!
//! Each fold goes along the costs in ascending order, every fit from the weights of the one before.
//! The best is that of the largest mean accuracy, the first of equals in the order of the lists.
//! One-vs-rest problems choose each for itself, by the accuracy of telling the class from the rest, as
//! in scikit-learn. Costs whose fits scikit-learn ends before the optimum may score otherwise there.

use std::collections::BTreeMap;

use ndarray::{Array1, Array2, ArrayView2, Axis};

use super::super::logistic::{LogisticRegression, LogisticRegressionValidParams};
use super::super::model::LinearModel;
use super::LogisticRegressionCv;
use super::params::{LogisticRegressionCvParams, LogisticRegressionCvValidParams};
use crate::ClassWeight;
use crate::classifier::{Classifier, FittedClassifier as _};
use crate::error::{FitError, ParamError};
use crate::folds::{DEFAULT_FOLDS, split, stratified_folds};
use crate::multiclass::{ClassEncoding, argmax};
use crate::parameters::Parameters;

const NAME: &str = LogisticRegressionCvParams::ESTIMATOR;

impl Classifier for LogisticRegressionCvValidParams {
    type Model = LogisticRegressionCv;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<LogisticRegressionCv, FitError> {
        let n_folds = self.cv.unwrap_or(DEFAULT_FOLDS);
        let folds = stratified_folds(NAME, codes, &encoding, n_folds)?;
        let search = Search {
            params: self,
            plain: self.plain_of_all(&encoding, codes)?,
            costs: self.costs.values(),
            encoding: &encoding,
        };
        let mut paths = Vec::with_capacity(n_folds);
        let mut scores = Vec::with_capacity(n_folds);
        for fold in 0..n_folds {
            let (train, test) = split(&folds, fold);
            let part: Vec<usize> = train.iter().map(|&row| codes[row]).collect();
            check_has_all(&part, &encoding)?;
            let path = search.path(x.select(Axis(0), &train).view(), &part)?;
            let held_back = x.select(Axis(0), &test);
            let truth: Vec<usize> = test.iter().map(|&row| codes[row]).collect();
            let of_model = |model: &LinearModel| search.scores(model, held_back.view(), &truth);
            scores.push(path.iter().map(of_model).collect::<Vec<_>>());
            paths.push(path);
        }
        let model = if self.refit {
            search.refit(x.view(), codes, &scores)?
        } else {
            search.mean(&paths, &scores)
        };
        Ok(model.into())
    }
}

/// Checks that every class has a row.
fn check_has_all(codes: &[usize], encoding: &ClassEncoding) -> Result<(), FitError> {
    let counts = crate::multiclass::class_counts(codes, encoding.n_classes());
    match counts.iter().position(|&count| count == 0) {
        None => Ok(()),
        Some(class) => {
            let error = FitError::TooFewRows {
                expected: "a row of each class in the training part of every fold",
                got: "none in one of them".to_owned(),
            };
            Err(FitError::of_classes(error, [encoding.label(class)]))
        }
    }
}

impl LogisticRegressionCvValidParams {
    /// Returns the parameters of the fits for each share of the l1 norm; balanced weights are those
    /// of all rows, as in scikit-learn.
    fn plain_of_all(
        &self,
        encoding: &ClassEncoding,
        codes: &[usize],
    ) -> Result<Vec<LogisticRegressionValidParams>, ParamError> {
        let mut all = Vec::new();
        for ratio in self.ratios() {
            let mut plain = self.plain(ratio)?;
            if plain.class_weight == ClassWeight::Balanced {
                let weights = plain.class_weight.of_classes(NAME, encoding, codes)?;
                let labels = encoding.labels().iter().map(|&label| label.into());
                plain.class_weight = ClassWeight::ByLabel(labels.zip(weights).collect());
            }
            all.push(plain);
        }
        Ok(all)
    }
}

/// A search for the best penalty.
struct Search<'a> {
    params: &'a LogisticRegressionCvValidParams,
    /// One for each share of the l1 norm.
    plain: Vec<LogisticRegressionValidParams>,
    costs: Vec<f64>,
    encoding: &'a ClassEncoding,
}

impl Search<'_> {
    /// Whether each class has a problem, and so a penalty, of its own.
    fn has_problems(&self) -> bool {
        let n_classes = self.encoding.n_classes();
        n_classes > 2 && !self.plain[0].is_multinomial(n_classes)
    }

    /// Fits all penalties: for each share of the l1 norm in turn, each cost in the order of the list.
    fn path(&self, x: ArrayView2<'_, f32>, codes: &[usize]) -> Result<Vec<LinearModel>, FitError> {
        let mut order: Vec<usize> = (0..self.costs.len()).collect();
        order.sort_by(|&a, &b| self.costs[a].total_cmp(&self.costs[b]));
        let ascending: Vec<f64> = order.iter().map(|&place| self.costs[place]).collect();
        let mut path = Vec::new();
        for plain in &self.plain {
            let found = plain.fit_costs(x, codes, self.encoding, &ascending)?;
            let mut by_place: BTreeMap<usize, LogisticRegression> =
                order.iter().copied().zip(found).collect();
            let models = (0..self.costs.len()).map(|place| {
                let model = by_place.remove(&place).expect("a model for each cost");
                model.model().clone()
            });
            path.extend(models);
        }
        Ok(path)
    }

    /// Returns the accuracy of a model, or of each of its problems.
    fn scores(&self, model: &LinearModel, x: ArrayView2<'_, f32>, codes: &[usize]) -> Vec<f64> {
        let n_rows = codes.len() as f64;
        if !self.has_problems() {
            let mut labels = Array1::zeros(codes.len());
            model.predict_rows(x, &mut labels);
            let pairs = labels.iter().zip(codes);
            let n_right = pairs.filter(|(label, code)| **label == self.encoding.label(**code));
            return vec![n_right.count() as f64 / n_rows];
        }
        let decisions = model.exact_decisions(x);
        let of_class = |class: usize| {
            let pairs = decisions.column(class).into_iter().zip(codes);
            let is_right =
                |(decision, code): &(&f64, &usize)| (**decision > 0.0) == (**code == class);
            pairs.filter(is_right).count() as f64 / n_rows
        };
        (0..self.encoding.n_classes()).map(of_class).collect()
    }

    /// Returns the place of the best penalty for each problem, by the sums over all folds.
    fn best(&self, scores: &[Vec<Vec<f64>>]) -> Vec<usize> {
        let n_problems = scores[0][0].len();
        let n_places = scores[0].len();
        let of_problem = |problem: usize| {
            let sum = |place: usize| scores.iter().map(|fold| fold[place][problem]).sum::<f64>();
            let sums: Vec<f64> = (0..n_places).map(sum).collect();
            argmax(&sums)
        };
        (0..n_problems).map(of_problem).collect()
    }

    /// Fits all rows with the best penalties.
    fn refit(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        scores: &[Vec<Vec<f64>>],
    ) -> Result<LinearModel, FitError> {
        let best = self.best(scores);
        let mut fitted: BTreeMap<usize, LinearModel> = BTreeMap::new();
        for &place in &best {
            if fitted.contains_key(&place) {
                continue;
            }
            let plain = &self.plain[place / self.costs.len()];
            let cost = self.costs[place % self.costs.len()];
            let mut models = plain.fit_costs(x, codes, self.encoding, &[cost])?;
            let model = models.pop().expect("one model per cost");
            fitted.insert(place, model.model().clone());
        }
        let mut model = fitted[&best[0]].clone();
        if best.len() > 1 {
            let rows: Vec<(&LinearModel, usize)> = best
                .iter()
                .enumerate()
                .map(|(class, place)| (&fitted[place], class))
                .collect();
            model = model.with_rows(&rows);
        }
        self.note(&mut model, &best);
        Ok(model)
    }

    /// Returns the mean of the best weights of each fold.
    fn mean(&self, paths: &[Vec<LinearModel>], scores: &[Vec<Vec<f64>>]) -> LinearModel {
        let best: Vec<Vec<usize>> = scores
            .iter()
            .map(|fold| self.best(std::slice::from_ref(fold)))
            .collect();
        let first = &paths[0][0];
        let mut weights = Array2::<f64>::zeros(first.weights().dim());
        let mut intercepts = Array1::<f64>::zeros(weights.nrows());
        for (path, best) in paths.iter().zip(&best) {
            for row in 0..weights.nrows() {
                let model = &path[best[row.min(best.len() - 1)]];
                let own = model.weights().row(row);
                weights
                    .row_mut(row)
                    .zip_mut_with(&own, |sum, &w| *sum += f64::from(w));
                intercepts[row] += f64::from(model.intercepts()[row]);
            }
        }
        let n = paths.len() as f64;
        let mut model = first.with_numbers(&(weights / n), &(intercepts / n));
        self.note(&mut model, &best[0]);
        model
    }

    /// Notes the costs in the report of the fit.
    fn note(&self, model: &mut LinearModel, best: &[usize]) {
        for (problem, place) in best.iter().enumerate() {
            let cost = self.costs[place % self.costs.len()];
            let name = match best.len() {
                1 => "C".to_owned(),
                _ => format!("C_{}", self.encoding.label(problem)),
            };
            model.note(&name, cost);
            if let Some(ratio) = self.params.ratios()[place / self.costs.len()] {
                model.note("l1_ratio", ratio);
            }
        }
    }
}
