//! One training that serves several classifiers.
//!
//! Classifiers whose parameters differ only along a *path* share work: boosting and forests with
//! fewer trees are beginnings of those with more, the nearest neighbours of a row are among any
//! larger number of them, and all kernels are functions of the same products.
//! [`Estimator::run_path`](crate::erased::Estimator::run_path) trains all classifiers of a path at
//! once; each gets the answers that it would give alone, bit for bit.

use ndarray::{Array1, Array2, ArrayView2};

use crate::classifier::{Classifier, FittedClassifier, check_fitted};
use crate::erased::Model;
use crate::error::FitError;
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;

/// Is told for which classifiers of a path the work at hand is, so that each can be charged with
/// what it would take alone, and what came out.
pub trait Ledger {
    /// From now on the work is in the fits of these members.
    fn fit_for(&mut self, members: &[usize]);

    /// From now on the work is in the predictions of these members.
    fn predict_for(&mut self, members: &[usize]);

    /// From now on the work is nobody's own, and what it takes is put aside in a purse (a small
    /// number) until those that use it pay for it.
    fn put_aside(&mut self, purse: usize);

    /// Charges the fit of each member with its share of what is in a purse, and empties it. A share
    /// of 1 is all of it; members that would have done the same work alone have 1 each.
    fn pay_fits(&mut self, purse: usize, shares: &[f64]);

    /// Does the same as [`Self::pay_fits`] for the predictions of the members.
    fn pay_predictions(&mut self, purse: usize, shares: &[f64]);

    /// Charges the prediction of each member that has an `own` purse with what that holds, which was
    /// taken for a part of the work, and with as much of what is in `purse`, the other part, as its
    /// own holds of the fullest own one. Empties all of them.
    fn pay_predictions_by(&mut self, purse: usize, own: &[Option<usize>]);

    /// A member is done: how its fit went and the label of each test row, or why there is none.
    /// What follows is for nobody until the next call of one of the others.
    fn done(&mut self, member: usize, result: Result<Outcome<'_>, FitError>);
}

/// What came out for a member of a path.
pub struct Outcome<'m> {
    /// How its fit went.
    pub info: FitInfo,
    /// The label of each test row.
    pub labels: Array1<usize>,
    /// Computes the probabilities of the test rows as
    /// [`Model::predict_proba`], for a ledger that wants them.
    pub probabilities: &'m dyn Fn() -> Option<Array2<f64>>,
}

/// What the classifiers of a path are trained on and what they are to predict.
#[derive(Debug, Clone, Copy)]
pub struct PathData<'a> {
    /// `n_samples` × `n_features`, row-major, not empty, finite.
    pub x: ArrayView2<'a, f32>,
    /// The class code of each sample.
    pub codes: &'a [usize],
    /// The classes.
    pub encoding: &'a ClassEncoding,
    /// The rows to predict.
    pub x_test: ArrayView2<'a, f32>,
}

/// Trains the classifiers one after the other: what a path is without anything to share.
pub(crate) fn train_each<C: Classifier>(path: &[C], data: PathData<'_>, ledger: &mut dyn Ledger) {
    for (member, classifier) in path.iter().enumerate() {
        ledger.fit_for(&[member]);
        let fitted = classifier.fit_codes(data.x, data.codes, data.encoding.clone());
        predict(member, fitted, data.x_test, ledger);
    }
}

/// Checks a fitted member and lets it predict.
pub(crate) fn predict<M: FittedClassifier>(
    member: usize,
    fitted: Result<M, FitError>,
    x_test: ArrayView2<'_, f32>,
    ledger: &mut dyn Ledger,
) {
    let checked = fitted.and_then(|model| check_fitted(&model).map(|()| model));
    match checked {
        Ok(model) => predict_by(member, &model, x_test, ledger),
        Err(error) => ledger.done(member, Err(error)),
    }
}

/// Lets a member's model predict.
pub(crate) fn predict_by(
    member: usize,
    model: &dyn Model,
    x_test: ArrayView2<'_, f32>,
    ledger: &mut dyn Ledger,
) {
    ledger.predict_for(&[member]);
    let outcome = model
        .predict(x_test)
        .map(|labels| (model.fit_info(), labels));
    let probabilities = || model.predict_proba(x_test).ok().flatten();
    ledger.done(
        member,
        outcome.map(|(info, labels)| Outcome {
            info,
            labels,
            probabilities: &probabilities,
        }),
    );
}

/// A classifier that is built up in stages, so that one with fewer is a beginning of one with more.
pub(crate) trait Staged: Classifier {
    /// Returns the number of stages that the parameters ask for.
    fn n_stages(&self) -> usize;

    /// Fits as many stages as the last of `ends` (ascending) says and hands out the model at each of
    /// them. Where the fit stops early, the model at its end is that of all ends that are left.
    ///
    /// # Errors
    /// [`FitError`] as [`Classifier::fit_codes`].
    fn fit_stages(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
        ends: &[usize],
        reached: &mut dyn FnMut(Self::Model),
    ) -> Result<(), FitError>;
}

/// Fits all stages of one classifier.
///
/// # Errors
/// [`FitError`] as [`Classifier::fit_codes`].
pub(crate) fn fit_all_stages<C: Staged>(
    classifier: &C,
    x: ArrayView2<'_, f32>,
    codes: &[usize],
    encoding: ClassEncoding,
) -> Result<C::Model, FitError> {
    let mut last = None;
    let ends = [classifier.n_stages()];
    classifier.fit_stages(x, codes, encoding, &ends, &mut |model| last = Some(model))?;
    Ok(last.expect("a model at the end of the stages"))
}

/// Trains the classifier with the most stages and takes the others on the way.
pub(crate) fn train_in_stages<C: Staged>(
    path: &[C],
    data: PathData<'_>,
    ledger: &mut dyn Ledger,
) -> Result<(), FitError> {
    let mut order: Vec<usize> = (0..path.len()).collect();
    order.sort_by_key(|&member| path[member].n_stages());
    let Some(&longest) = order.last() else {
        return Ok(());
    };
    let ends: Vec<usize> = order
        .iter()
        .map(|&member| path[member].n_stages())
        .collect();
    let mut left = order.as_slice();
    ledger.fit_for(left);
    let mut reached = |model: C::Model| {
        if let Some((&member, others)) = left.split_first() {
            predict(member, Ok(model), data.x_test, ledger);
            ledger.fit_for(others);
            left = others;
        }
    };
    let encoding = data.encoding.clone();
    path[longest].fit_stages(data.x, data.codes, encoding, &ends, &mut reached)
}

#[cfg(test)]
mod tests {
    use linfa::ParamGuard;
    use ndarray::{Array1, Array2};
    use rand::Rng as _;

    use super::*;
    use crate::boosting::{BoostingEarlyStopping, GradientBoosting, HistGradientBoosting};
    use crate::erased::Estimator;
    use crate::forest::RandomForest;
    use crate::gaussian_process::{GaussianProcess, GaussianProcessMultiClass};
    use crate::neighbors::{KNeighborsClassifier, Weights};
    use crate::svm::{Gamma, KernelKind, NuSvc, Svc, SvmSettings};
    use crate::tree::{Amount, DecisionTree, ExtraTree, MaxFeatures, Splitter, TreeShape};
    use fashion_bench_numeric::rng::stream;

    type Answer = Result<(FitInfo, Array1<usize>), String>;

    /// Keeps what came out, and for whom the work was.
    #[derive(Default)]
    struct Kept {
        answers: Vec<(usize, Answer)>,
        work: Vec<Vec<usize>>,
        shares: Vec<Vec<f64>>,
    }

    impl Ledger for Kept {
        fn fit_for(&mut self, members: &[usize]) {
            self.work.push(members.to_vec());
        }

        fn predict_for(&mut self, members: &[usize]) {
            self.work.push(members.to_vec());
        }

        fn put_aside(&mut self, _: usize) {
            self.work.push(Vec::new());
        }

        fn pay_fits(&mut self, _: usize, shares: &[f64]) {
            self.shares.push(shares.to_vec());
        }

        fn pay_predictions(&mut self, _: usize, shares: &[f64]) {
            self.shares.push(shares.to_vec());
        }

        fn pay_predictions_by(&mut self, _: usize, own: &[Option<usize>]) {
            let share = |purse: &Option<usize>| f64::from(u8::from(purse.is_some()));
            self.shares.push(own.iter().map(share).collect());
        }

        fn done(&mut self, member: usize, result: Result<Outcome<'_>, FitError>) {
            let answer = result.map(|it| (it.info, it.labels));
            self.answers
                .push((member, answer.map_err(|error| error.to_string())));
        }
    }

    fn data(n_samples: usize, seed: u64) -> (Array2<f32>, Array1<usize>) {
        let mut rng = stream(seed, &[]);
        let x = Array2::from_shape_simple_fn((n_samples, 4), || f32::from(rng.gen_range(0..9_u8)));
        let noisy = |row: ndarray::ArrayView1<'_, f32>| {
            let score = row[0] + 0.5 * row[1] * row[2] / 9.0 + 4.0 * rng.r#gen::<f32>();
            usize::from(score > 6.0) + usize::from(score > 9.0)
        };
        let y = x.rows().into_iter().map(noisy).collect();
        (x, y)
    }

    /// Checks that each member of a path answers as it does alone, in the order `expected`.
    fn check_path<E: Estimator>(path: &[E], expected: &[usize]) -> Kept {
        check_path_on(300, 1.0, path, expected)
    }

    /// Checks that each member of a path answers as it does alone, in any order.
    fn check_members<E: Estimator>(path: &[E]) {
        let mut kept = run_path_on(300, 1.0, path);
        kept.answers.sort_by_key(|(member, _)| *member);
        let order: Vec<usize> = kept.answers.iter().map(|(member, _)| *member).collect();
        assert_eq!(order, (0..path.len()).collect::<Vec<_>>());
    }

    fn check_path_on<E: Estimator>(
        n_samples: usize,
        scale: f32,
        path: &[E],
        expected: &[usize],
    ) -> Kept {
        let kept = run_path_on(n_samples, scale, path);
        let order: Vec<usize> = kept.answers.iter().map(|(member, _)| *member).collect();
        assert_eq!(order, expected);
        kept
    }

    /// Runs a path, and checks that each member answers as it does alone.
    fn run_path_on<E: Estimator>(n_samples: usize, scale: f32, path: &[E]) -> Kept {
        let ((x, y), (x_test, _)) = (data(n_samples, 1), data(600, 2));
        let (x, x_test) = (x * scale, x_test * scale);
        let mut kept = Kept::default();
        E::run_path(path, x.view(), y.view(), x_test.view(), &mut kept).unwrap();
        for (member, answer) in &kept.answers {
            let alone: Answer = path[*member]
                .fit(x.view(), y.view())
                .map(|model| (model.fit_info(), model.predict(x_test.view()).unwrap()))
                .map_err(|error| error.to_string());
            assert_eq!(*answer, alone, "member {member}");
        }
        kept
    }

    #[test]
    fn boosting_with_fewer_stages_is_on_the_way() {
        let params = |n| {
            let params = GradientBoosting::params().n_estimators(n);
            params.subsample(0.8).seed(4).check().unwrap()
        };
        let kept = check_path(
            &[params(7), params(2), params(12), params(2)],
            &[1, 3, 0, 2],
        );
        assert_eq!(kept.work[0], [0, 1, 2, 3]);
        let params = |n| {
            let params = HistGradientBoosting::params().max_iter(n);
            params.seed(4).min_samples_leaf(5).check().unwrap()
        };
        check_path(&[params(7), params(2), params(12)], &[1, 0, 2]);
    }

    #[test]
    fn boosting_that_stops_early_answers_for_all_that_are_left() {
        let params = |n| {
            let params = GradientBoosting::params().n_estimators(n);
            params.n_iter_no_change(Some(2)).seed(4).check().unwrap()
        };
        let path = [300, 3, 200, 299].map(params);
        let kept = check_path(&path, &[1, 2, 3, 0]);
        let n_stages = |place: usize| kept.answers[place].1.as_ref().unwrap().0.n_iter.unwrap();
        assert_eq!(n_stages(0), 3);
        assert!(n_stages(1) < 200, "{}", n_stages(1));
        let params = |n| {
            let params = HistGradientBoosting::params().max_iter(n);
            let params = params.early_stopping(BoostingEarlyStopping::On);
            params.n_iter_no_change(2).seed(4).check().unwrap()
        };
        check_path(&[params(200), params(2), params(300)], &[1, 0, 2]);
    }

    #[test]
    fn forests_with_fewer_trees_are_beginnings_of_larger_ones() {
        let params = |n| {
            let params = RandomForest::params().n_estimators(n).oob_score(true);
            params.seed(9).check().unwrap()
        };
        check_path(&[params(10), params(3), params(10)], &[1, 0, 2]);
    }

    /// Limits that every tree reaches, that some reach, that none reaches, and no limit.
    #[test]
    fn trees_that_end_above_a_limit_of_depth_serve_it() {
        let limits = [Some(2), None, Some(9), Some(30), Some(10), Some(11)];
        let mut rng = stream(3, &[]);
        for _ in 0..12 {
            let shared = TreeShape {
                max_features: [MaxFeatures::All, MaxFeatures::Sqrt][rng.gen_range(0..2)],
                min_samples_leaf: Amount::Count([1, 3][rng.gen_range(0..2)]),
                max_leaf_nodes: [None, Some(40)][rng.gen_range(0..2)],
                ccp_alpha: [0.0, 0.002][rng.gen_range(0..2)],
                ..TreeShape::default()
            };
            let shapes = limits.map(|max_depth| TreeShape {
                max_depth,
                ..shared
            });
            let single = |(place, shape): (usize, TreeShape)| {
                let params = DecisionTree::params().shape(shape).seed(5);
                let splitter = [Splitter::Best, Splitter::Random][place % 2];
                params.splitter(splitter).check().unwrap()
            };
            let path = shapes.into_iter().chain(shapes[1..].iter().copied());
            let path: Vec<_> = path.enumerate().map(single).collect();
            check_members(&path);
            let extra = |shape| ExtraTree::params().shape(shape).seed(6).check().unwrap();
            check_members(&shapes.map(extra));
            let forest = |(place, shape): (usize, TreeShape)| {
                let params = RandomForest::params().n_estimators([3, 8][place % 2]);
                params.shape(shape).seed(7).check().unwrap()
            };
            let path = shapes.into_iter().chain([shapes[1], shapes[3]]);
            let path: Vec<_> = path.enumerate().map(forest).collect();
            check_members(&path);
        }
    }

    #[test]
    fn neighbours_are_searched_once_for_all_numbers_and_weights() {
        let params = |k, weights| {
            let params = KNeighborsClassifier::params().n_neighbors(k);
            params.weights(Some(weights)).check().unwrap()
        };
        let path = [
            params(9, Weights::Uniform),
            params(1, Weights::Distance),
            params(400, Weights::Uniform),
            params(9, Weights::Distance),
        ];
        let kept = check_path(&path, &[2, 0, 1, 3]);
        let expected = "at most the 300 samples of the training data, got 400";
        assert!(kept.answers[0].1.as_ref().unwrap_err().contains(expected));
        assert_eq!(kept.shares, [[1.0, 1.0, 0.0, 1.0]]);
    }

    /// The machines of kernels and bounds, on few rows and on many, with room for all products and
    /// without.
    #[test]
    fn machines_share_products_whatever_their_kernels_and_bounds() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let pool = pool.unwrap();
        let svc = |kernel, c, cache_size| {
            let settings = SvmSettings {
                kernel,
                cache_size,
                gamma: Gamma::Value(0.05 * c),
                coef0: 0.5 * c,
                ..SvmSettings::default()
            };
            let params = Svc::params().c(c).settings(settings);
            params.check().unwrap()
        };
        let (rbf, poly) = (KernelKind::Rbf, KernelKind::Poly);
        let (linear, sigmoid) = (KernelKind::Linear, KernelKind::Sigmoid);
        for (n_samples, cache_size) in [(300, 200.0), (3300, 200.0), (3300, 1.0)] {
            let path = [
                svc(rbf, 1.0, cache_size),
                svc(linear, 1.0, cache_size),
                svc(sigmoid, 0.1, cache_size),
                svc(rbf, 3.0, cache_size),
                svc(poly, 1.0, cache_size),
            ];
            let kept = pool.install(|| check_path_on(n_samples, 1.0, &path, &[1, 0, 2, 3, 4]));
            // Each has asked for all of the few rows, and for some of the many.
            let paid = |member: usize| kept.shares.iter().map(move |shares| shares[member]);
            for member in 0..path.len() {
                assert!(paid(member).sum::<f64>() > 0.3, "{:?}", kept.shares);
            }
        }
        let nu = |kernel, nu| {
            let settings = SvmSettings {
                kernel,
                ..SvmSettings::default()
            };
            let params = NuSvc::params().nu(nu).settings(settings);
            params.check().unwrap()
        };
        let path = [nu(rbf, 0.3), nu(poly, 1.0), nu(rbf, 0.2), nu(linear, 0.3)];
        for n_samples in [300, 3600] {
            let kept = pool.install(|| check_path_on(n_samples, 1.0, &path, &[1, 3, 0, 2]));
            let refused = kept.answers[0].1.as_ref().unwrap_err();
            assert!(refused.contains("the `nu` of NuSVC"), "{refused}");
        }
    }

    #[test]
    fn gaussian_processes_search_for_near_rows_once() {
        let params = |multi_class, max_iter_predict| {
            let params = GaussianProcess::params().multi_class(multi_class);
            let params = params.max_iter_predict(max_iter_predict);
            params.check().unwrap()
        };
        let path = [
            params(GaussianProcessMultiClass::OneVsRest, 100),
            params(GaussianProcessMultiClass::OneVsOne, 100),
            params(GaussianProcessMultiClass::OneVsOne, 1),
        ];
        // Far apart there are few near rows, and of those next to each other there are many.
        for (n_samples, scale) in [(300, 1.0), (300, 20.0), (1500, 20.0)] {
            let kept = check_path_on(n_samples, scale, &path, &[0, 1, 2]);
            let is_shared = kept.work[1..].contains(&vec![0, 1, 2]);
            assert_eq!(is_shared, scale > 1.0);
        }
    }

    #[test]
    fn classifiers_without_a_path_are_trained_one_after_the_other() {
        let params = |smoothing| {
            let params = crate::naive_bayes::GaussianNb::params().var_smoothing(smoothing);
            params.check().unwrap()
        };
        let kept = check_path(&[params(1e-9), params(1.0)], &[0, 1]);
        assert_eq!(kept.work[1..], [[0], [0], [1], [1]]);
    }
}
