//! The fit of all classifiers, and their votes.

use ndarray::{Array1, Array2, ArrayView2};

use super::super::member::{Member, with_label};
use super::params::{VotingKind, VotingParams, VotingValidParams};
use crate::classifier::{Classifier, FittedClassifier};
use crate::error::{FitError, ParamError};
use crate::finite::NotFinite;
use crate::multiclass::{ClassEncoding, numpy_argmax};
use crate::parameters::Parameters;

/// A fitted `VotingClassifier`.
///
/// # Structure
/// The fitted classifiers and their weights.
///
/// # Prediction
/// The class of the largest sum of weights, or of weighted probabilities, the lowest label on ties.
///
/// # Example
/// ```
/// use fashion_bench_estimators::ensemble::{BaseEstimator, NamedEstimators, Voting};
/// use linfa::prelude::*;
/// use ndarray::array;
/// let x = array![[0.0_f32], [0.5], [5.0], [5.5]];
/// let train = DatasetBase::new(x.clone(), array![3_usize, 3, 8, 8]);
/// let estimators = NamedEstimators(vec![
///     ("nb".to_owned(), BaseEstimator::new("GaussianNB", [])),
///     ("tree".to_owned(), BaseEstimator::new("DecisionTreeClassifier", [])),
/// ]);
/// let model = Voting::params().estimators(estimators).fit(&train)?;
/// assert_eq!(model.predict(&x), array![3, 3, 8, 8]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
pub struct Voting {
    encoding: ClassEncoding,
    /// Each with its weight.
    members: Vec<(f64, Member)>,
    kind: VotingKind,
    n_features: usize,
}

linfa_traits! { VotingValidParams => Voting; }

impl Classifier for VotingValidParams {
    type Model = Voting;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Voting, FitError> {
        let mut members = Vec::new();
        for (place, base) in self.estimators.kept() {
            let member = Member::fit(&*base.build(place as u64)?, x, codes)
                .map_err(|error| with_label(error, &encoding))?;
            if self.voting == VotingKind::Soft && !member.has_probabilities(x) {
                return Err(ParamError::unsupported(
                    VotingParams::ESTIMATOR,
                    "voting=soft",
                    format!(
                        "{} has no probabilities here; write voting=hard",
                        base.name()
                    ),
                )
                .into());
            }
            let weight = self.weights.as_ref().map_or(1.0, |weights| weights[place]);
            members.push((weight, member));
        }
        let sum: f64 = members.iter().map(|(weight, _)| weight).sum();
        if self.voting == VotingKind::Soft && sum == 0.0 {
            let name = VotingParams::ESTIMATOR;
            let expected = "a list of numbers that do not sum to 0 with voting=soft";
            let got = format_args!("{:?}", self.weights);
            return Err(ParamError::value(name, "weights", expected, got).into());
        }
        Ok(Voting {
            encoding,
            members,
            kind: self.voting,
            n_features: x.ncols(),
        })
    }
}

impl Voting {
    /// Returns the parameters at scikit-learn's defaults, which name no classifiers.
    #[must_use]
    pub fn params() -> VotingParams {
        VotingParams::default()
    }

    /// Returns the sums of weights of each class, or the means of weighted probabilities.
    fn votes(&self, x: ArrayView2<'_, f32>) -> Array2<f64> {
        let n_classes = self.encoding.n_classes();
        let mut votes = Array2::zeros((x.nrows(), n_classes));
        for (weight, member) in &self.members {
            match self.kind {
                VotingKind::Hard => {
                    for (mut votes, code) in votes.rows_mut().into_iter().zip(member.codes(x)) {
                        votes[code] += weight;
                    }
                }
                VotingKind::Soft => {
                    let own = member.probabilities(x, n_classes);
                    votes.scaled_add(*weight, &own.expect("probabilities, as the fit checked"));
                }
            }
        }
        if self.kind == VotingKind::Soft {
            votes /= self.members.iter().map(|(weight, _)| weight).sum::<f64>();
        }
        votes
    }
}

impl FittedClassifier for Voting {
    fn n_features(&self) -> usize {
        self.n_features
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        for (label, votes) in labels.iter_mut().zip(self.votes(x).rows()) {
            let code = numpy_argmax(votes.to_slice().expect("own votes are row-major"));
            *label = self.encoding.label(code);
        }
    }

    /// Counts of classes are no probabilities, as in scikit-learn.
    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        (self.kind == VotingKind::Soft).then(|| self.votes(x))
    }

    /// Each classifier was checked by its own fit.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }
}
