//! Fitting: encoding the labels and indexing the rows.
//!
//! Every answer is exact, so scikit-learn's choice of algorithm (brute force, k-d tree, ball tree)
//! has no counterpart here. Distances are those of the rows in `f32`, summed in `f64`;
//! scikit-learn works on `f64` rows, and for p=2 expands the square. Predictions can differ only
//! where two distances are equal to some seven digits. Where rows tie for the k-th place, the lower
//! index wins here; in scikit-learn the state of a heap (brute force), of a partition (cosine and
//! other distances of pairs) or the order of a tree's leaves decides, which no rule describes.

use ndarray::{ArrayView2, Axis};

use super::model::{Indexed, KNeighborsClassifier};
use super::params::{KNeighborsParams, KNeighborsValidParams, Weights};
use crate::classifier::{Classifier, FittedClassifier as _, check_finite, check_width};
use crate::error::{FitError, ParamError};
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters;
use crate::path::{Ledger, Outcome, PathData};
use fashion_bench_numeric::nearest::Neighbor;

/// One of this many rows is searched for each number of neighbours of a path, all numbers together.
const TRIED: usize = 8;

impl Classifier for KNeighborsValidParams {
    type Model = KNeighborsClassifier;

    const ACCEPTS_ONE_CLASS: bool = true;

    const PATH: &'static [&'static str] = &["n_neighbors", "weights"];

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<KNeighborsClassifier, FitError> {
        self.check_count(x.nrows())?;
        Ok(self.index(x, codes, encoding))
    }

    /// The neighbours of the largest number among all members are searched once.
    fn fit_path(
        path: &[Self],
        data: PathData<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        let mut members = Vec::with_capacity(path.len());
        for (member, classifier) in path.iter().enumerate() {
            match classifier.check_count(data.x.nrows()) {
                Ok(()) => members.push(member),
                Err(error) => ledger.done(member, Err(error)),
            }
        }
        let Some(&most) = members
            .iter()
            .max_by_key(|&&member| path[member].n_neighbors)
        else {
            return Ok(());
        };
        ledger.fit_for(&members);
        let model = path[most].index(data.x, data.codes, data.encoding.clone());
        ledger.predict_for(&members);
        check_width(data.x_test, data.x.ncols())?;
        check_finite(data.x_test)?;
        let numbers: Vec<Option<usize>> = (0..path.len())
            .map(|place| members.contains(&place).then(|| path[place].n_neighbors))
            .collect();
        let neighbors = search_for_all(&model, &numbers, data.x_test, ledger);
        for &member in &members {
            ledger.predict_for(&[member]);
            let own = &path[member];
            let vote = |neighbors: &Vec<Neighbor>| {
                model.vote(&neighbors[..own.n_neighbors], own.vote_weights())
            };
            let labels = neighbors.iter().map(vote).collect();
            let own_neighbors = || {
                let all = neighbors.iter();
                all.map(|neighbors| &neighbors[..own.n_neighbors])
            };
            let outcome = Outcome {
                info: model.fit_info(),
                labels,
                probabilities: &|| Some(model.shares(own_neighbors(), own.vote_weights())),
            };
            ledger.done(member, Ok(outcome));
        }
        Ok(())
    }
}

/// Searches the neighbours of all rows of `x` for the largest of the `numbers`, one for each member
/// that takes part.
///
/// A search for fewer takes less, which is measured: some of the rows are searched for each number,
/// and members pay for the others in proportion.
fn search_for_all(
    model: &KNeighborsClassifier,
    numbers: &[Option<usize>],
    x: ArrayView2<'_, f32>,
    ledger: &mut dyn Ledger,
) -> Vec<Vec<Neighbor>> {
    let mut distinct: Vec<usize> = numbers.iter().copied().flatten().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let Some(&most) = distinct.last().filter(|_| distinct.len() > 1) else {
        return model.neighbors(x);
    };
    let n_tried = x.nrows() / (TRIED * distinct.len());
    let (tried, others) = x.split_at(Axis(0), n_tried);
    let mut neighbors = Vec::new();
    for (purse, &number) in distinct.iter().enumerate() {
        ledger.put_aside(purse);
        neighbors = model.neighbors_of(tried, number);
    }
    ledger.put_aside(distinct.len());
    neighbors.extend(model.neighbors_of(others, most));
    let purse_of = |number: &Option<usize>| number.map(|n| distinct.partition_point(|&d| d < n));
    let own: Vec<Option<usize>> = numbers.iter().map(purse_of).collect();
    ledger.pay_predictions_by(distinct.len(), &own);
    neighbors
}

impl KNeighborsValidParams {
    fn vote_weights(&self) -> Weights {
        self.weights.unwrap_or(Weights::Uniform)
    }

    fn check_count(&self, n_rows: usize) -> Result<(), FitError> {
        if self.n_neighbors <= n_rows {
            return Ok(());
        }
        let n_samples = match n_rows {
            1 => "1 sample".to_owned(),
            n => format!("{n} samples"),
        };
        let expected = format!("at most the {n_samples} of the training data");
        let estimator = KNeighborsParams::ESTIMATOR;
        let error = ParamError::value(estimator, "n_neighbors", expected, self.n_neighbors);
        Err(error.into())
    }

    fn index(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> KNeighborsClassifier {
        let rows = x.as_standard_layout().into_owned();
        assert!(u32::try_from(rows.nrows()).is_ok(), "fewer than 2³² rows");
        KNeighborsClassifier::new(
            Indexed::new(self.distance(), rows),
            encoding,
            codes.to_vec(),
            self.n_neighbors,
            self.vote_weights(),
        )
    }
}
