//! The fits, and the mean of what the classifiers say.
//!
//! L. Breiman, Bagging predictors (1996), and Random subspaces of T. K. Ho (1998). A row that is drawn
//! several times is there several times; scikit-learn gives it a weight instead, which is the same
//! but for limits on the number of rows, such as `min_samples_leaf`.

use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand::Rng as _;
use rand::seq::index;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::super::base_estimator::BaseEstimator;
use super::super::member::{Member, with_label};
use super::params::{BaggingParams, BaggingValidParams};
use crate::classifier::{Classifier, FittedClassifier};
use crate::error::{FitError, ParamError};
use crate::finite::NotFinite;
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, numpy_argmax};
use crate::parameters::{Parameter as _, Parameters};
use crate::tree::Amount;
use fashion_bench_numeric::rng::{Rng, stream};

/// Streams of random numbers of a classifier: rows, features.
const ROW_STREAM: u64 = 0;
const FEATURE_STREAM: u64 = 1;

/// A fitted `BaggingClassifier`.
///
/// # Structure
/// The classifiers and the features of each.
///
/// # Prediction
/// The class of the largest mean probability, or with most votes where the classifiers have no
/// probabilities, the lowest label on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::ensemble::Bagging;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[0.0_f32], [0.5], [5.0], [5.5]];
/// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 8, 8]);
/// let model = Bagging::params().n_estimators(30).seed(1).fit(&train)?;
/// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
pub struct Bagging {
    encoding: ClassEncoding,
    members: Vec<BaggedMember>,
    n_features: usize,
    info: FitInfo,
}

struct BaggedMember {
    member: Member,
    /// The features that it sees, if these are not all of them in their order.
    features: Option<Vec<usize>>,
}

linfa_traits! { BaggingValidParams => Bagging; }

impl Classifier for BaggingValidParams {
    type Model = Bagging;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Bagging, FitError> {
        let (n_rows, n_features) = x.dim();
        let n_drawn = number(self.max_samples, n_rows, "max_samples", "rows")?;
        let n_seen = number(self.max_features, n_features, "max_features", "features")?.max(1);
        if n_drawn == 0 {
            let expected = format!("such that one of the {n_rows} rows is drawn");
            let (name, got) = (BaggingParams::ESTIMATOR, self.max_samples.write());
            return Err(ParamError::value(name, "max_samples", expected, got).into());
        }
        let base = self.base();
        let fit = |place: u64| -> Result<BaggedMember, FitError> {
            let estimator = base.build(place)?;
            let rows = self.rows(place, n_rows, n_drawn);
            let features = self.features(place, n_features, n_seen);
            let member = match &features {
                None => Member::fit_rows(&*estimator, x, codes, &rows)?,
                Some(features) => {
                    let seen = x
                        .select(Axis(1), features)
                        .as_standard_layout()
                        .into_owned();
                    Member::fit_rows(&*estimator, seen.view(), codes, &rows)?
                }
            };
            Ok(BaggedMember { member, features })
        };
        let members = (0..self.n_estimators as u64).into_par_iter().map(fit);
        let members: Result<_, FitError> = members.collect();
        let mut model = Bagging {
            members: members.map_err(|error| with_label(error, &encoding))?,
            encoding,
            n_features,
            info: FitInfo::default(),
        };
        if self.oob_score {
            let accuracy = self.oob_accuracy(&model, x, codes, n_drawn);
            model
                .info
                .details
                .insert("oob_accuracy".to_owned(), accuracy);
        }
        Ok(model)
    }
}

/// Returns the number that `amount` is of `n`, shares cut off, as scikit-learn cuts them.
fn number(amount: Amount, n: usize, param: &'static str, what: &str) -> Result<usize, ParamError> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a count"
    )]
    match amount {
        Amount::Share(share) => Ok((share * n as f64) as usize),
        Amount::Count(count) if count > n => {
            let expected = format!("at most the {n} {what} of the data");
            Err(ParamError::value(
                BaggingParams::ESTIMATOR,
                param,
                expected,
                count,
            ))
        }
        Amount::Count(count) => Ok(count),
    }
}

fn draw(rng: &mut Rng, n: usize, n_drawn: usize, with_replacement: bool) -> Vec<usize> {
    let mut drawn = if with_replacement {
        (0..n_drawn).map(|_| rng.gen_range(0..n)).collect()
    } else {
        index::sample(rng, n, n_drawn).into_vec()
    };
    drawn.sort_unstable();
    drawn
}

impl BaggingValidParams {
    fn base(&self) -> BaseEstimator {
        let default = || {
            let tree = BaseEstimator::new("DecisionTreeClassifier", []);
            let mut tree = tree.expect("a classifier of the list");
            tree.take_seed(self.seed);
            tree
        };
        self.estimator.clone().unwrap_or_else(default)
    }

    fn rows(&self, place: u64, n_rows: usize, n_drawn: usize) -> Vec<usize> {
        let mut rng = stream(self.seed, &[place, ROW_STREAM]);
        draw(&mut rng, n_rows, n_drawn, self.bootstrap)
    }

    fn features(&self, place: u64, n_features: usize, n_seen: usize) -> Option<Vec<usize>> {
        if n_seen == n_features && !self.bootstrap_features {
            return None;
        }
        let mut rng = stream(self.seed, &[place, FEATURE_STREAM]);
        Some(draw(&mut rng, n_features, n_seen, self.bootstrap_features))
    }

    /// Returns the accuracy of what the classifiers say of rows that they did not see. Rows that all
    /// of them saw count as class 0, as in scikit-learn.
    fn oob_accuracy(
        &self,
        model: &Bagging,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        n_drawn: usize,
    ) -> f64 {
        let n_classes = model.encoding.n_classes();
        let mut votes = Array2::<f64>::zeros((codes.len(), n_classes));
        for (place, member) in (0..).zip(&model.members) {
            let mut is_seen = vec![false; codes.len()];
            for row in self.rows(place, codes.len(), n_drawn) {
                is_seen[row] = true;
            }
            let unseen: Vec<usize> = (0..codes.len()).filter(|&row| !is_seen[row]).collect();
            if unseen.is_empty() {
                continue;
            }
            let own = member.votes(x.select(Axis(0), &unseen).view(), n_classes);
            for (row, own) in unseen.into_iter().zip(own.rows()) {
                let mut votes = votes.row_mut(row);
                votes += &own;
            }
        }
        let rows = votes.rows().into_iter().zip(codes);
        let is_right = |(votes, code): &(ndarray::ArrayView1<'_, f64>, &usize)| {
            numpy_argmax(votes.to_slice().expect("own votes are row-major")) == **code
        };
        rows.filter(is_right).count() as f64 / codes.len() as f64
    }
}

impl BaggedMember {
    /// Returns the rows as the classifier sees them.
    fn seen<'a>(&self, x: ArrayView2<'a, f32>) -> ndarray::CowArray<'a, f32, ndarray::Ix2> {
        match &self.features {
            None => x.into(),
            Some(features) => x
                .select(Axis(1), features)
                .as_standard_layout()
                .into_owned()
                .into(),
        }
    }

    /// Returns probabilities, or a vote for one class.
    fn votes(&self, x: ArrayView2<'_, f32>, n_classes: usize) -> Array2<f64> {
        let x = self.seen(x);
        if let Some(found) = self.member.probabilities(x.view(), n_classes) {
            return found;
        }
        let mut votes = Array2::zeros((x.nrows(), n_classes));
        for (mut votes, code) in votes
            .rows_mut()
            .into_iter()
            .zip(self.member.codes(x.view()))
        {
            votes[code] = 1.0;
        }
        votes
    }
}

impl Bagging {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> BaggingParams {
        BaggingParams::default()
    }

    fn means(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let n_classes = self.encoding.n_classes();
        let mut sums = Array2::zeros((x.nrows(), n_classes));
        for member in &self.members {
            sums += &member.votes(x, n_classes);
        }
        sums / self.members.len() as f64
    }
}

impl FittedClassifier for Bagging {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        for (label, means) in labels.iter_mut().zip(self.means(x).rows()) {
            let code = numpy_argmax(means.to_slice().expect("own means are row-major"));
            *label = self.encoding.label(code);
        }
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        Some(self.means(x))
    }

    /// Returns the mean of the classifiers' own, if all of them know all classes.
    fn decision_function(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        let mut sum: Option<Array2<f64>> = None;
        for member in &self.members {
            if member.member.classes().len() != self.encoding.n_classes() {
                return None;
            }
            let own = member.member.decisions(member.seen(x).view())?;
            sum = Some(match sum {
                None => own,
                Some(sum) => sum + own,
            });
        }
        sum.map(|sum| sum / self.members.len() as f64)
    }

    /// Each classifier was checked by its own fit.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}
