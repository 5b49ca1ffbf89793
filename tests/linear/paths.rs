//! Fits of several costs, each from where the last one ended.

use super::*;

/// Objectives and steps of the fits of `costs`: one after the other from zero, and as a path.
fn path_and_fits(
    params: &LogisticRegressionParams,
    data: &Dataset<f32, usize, Ix1>,
) -> [Vec<(f64, u64)>; 2] {
    let costs = [0.1, 1.0, 10.0];
    let told = |model: LogisticRegression| {
        let info = model.fit_info();
        assert_eq!(info.converged, Some(true), "{params:?}: {info:?}");
        (info.objective.unwrap(), info.n_iter.unwrap())
    };
    let checked = params.clone().check().unwrap();
    let path = checked.fit_path(data, &costs).unwrap();
    let fits = costs.map(|c| params.clone().c(c).fit(data).unwrap());
    [
        path.into_iter().map(told).collect(),
        fits.into_iter().map(told).collect(),
    ]
}

/// Asserts that each fit of a path ends no higher than a fit of its own, in fewer steps altogether.
fn assert_path_is_shorter(data: &Dataset<f32, usize, Ix1>) {
    let lbfgs = LogisticRegression::params;
    let liblinear = || lbfgs().solver(LogisticSolver::Liblinear);
    for params in [lbfgs(), liblinear(), liblinear().penalty(LinearPenalty::L1)] {
        let [path, fits] = path_and_fits(&params, data);
        for (a, b) in path.iter().zip(&fits) {
            // Lower is no fault: the rule of lbfgs is loose where the loss is small.
            assert!(a.0 <= b.0 * (1.0 + 1e-3), "{params:?}: {path:?} {fits:?}");
        }
        assert_eq!(path[0], fits[0]);
        let n_steps = |fits: &[(f64, u64)]| fits.iter().map(|fit| fit.1).sum::<u64>();
        assert!(
            n_steps(&path) <= n_steps(&fits),
            "{params:?}: {path:?} {fits:?}"
        );
    }
}

#[test]
fn a_path_of_costs_ends_where_single_fits_do_in_fewer_steps() {
    let (x, y) = data(&reference(), "many");
    assert_path_is_shorter(&Dataset::new(x, y));
    let params = LogisticRegression::params().check().unwrap();
    let data = Dataset::new(Array2::eye(2), Array1::from(vec![0_usize, 1]));
    let refused = params.fit_path(&data, &[1.0, 0.0]).unwrap_err().to_string();
    assert!(refused.contains("`C` of LogisticRegression"), "{refused}");
}

#[test]
#[ignore = "needs FASHION_MNIST_DIR"]
fn a_path_of_costs_on_fashion_mnist_ends_where_single_fits_do_in_fewer_steps() {
    let (x, y, _) = fashion::standardised(2000, 0);
    assert_path_is_shorter(&Dataset::new(x, y));
}
