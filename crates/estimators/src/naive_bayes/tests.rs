use linfa::traits::{Fit, Predict};
use linfa::{DatasetBase, ParamGuard};
use ndarray::{Array1, Array2, Axis, array};
use rand::Rng as _;

use super::GaussianNb;
use super::params::GaussianNbParams;
use fashion_bench_numeric::rng::stream;

const LABELS: [usize; 3] = [30, 4, 12];

fn data(n_rows: usize, n_features: usize) -> (Array2<f32>, Array1<usize>) {
    let mut rng = stream(2, &[n_rows as u64, n_features as u64]);
    let y: Array1<usize> = (0..n_rows)
        .map(|row| LABELS[row * row % 3 + row % 2])
        .collect();
    let x = Array2::from_shape_fn((n_rows, n_features), |(row, column)| {
        let spread = 1.0 + (y[row] + column) as f32 % 3.0;
        spread * rng.gen_range(-1.0..1.0_f32) + 0.02 * y[row] as f32
    });
    (x, y)
}

/// Computes the formula, row by row: ln P(class) − ½ Σ ln(2π variance) + (x − mean)² / variance.
fn naive(
    params: &GaussianNbParams,
    x: &Array2<f32>,
    y: &Array1<usize>,
    queries: &Array2<f32>,
) -> Vec<usize> {
    let params = params.check_ref().unwrap();
    let x = x.mapv(f64::from);
    let largest = x.var_axis(Axis(0), 0.0).iter().copied().fold(0.0, f64::max);
    let mut labels = LABELS;
    labels.sort_unstable();
    let score = |query: &Array1<f64>, class: usize| {
        let rows: Vec<usize> = (0..y.len())
            .filter(|&row| y[row] == labels[class])
            .collect();
        let of_class = x.select(Axis(0), &rows);
        let mean = of_class.mean_axis(Axis(0)).unwrap();
        let variance = of_class.var_axis(Axis(0), 0.0) + params.var_smoothing() * largest;
        let frequency = rows.len() as f64 / y.len() as f64;
        let prior = params
            .priors()
            .as_ref()
            .map_or(frequency, |priors| priors[class]);
        let terms = (query - &mean).mapv(|d| d * d) / &variance
            + variance.mapv(|v| (2.0 * std::f64::consts::PI * v).ln());
        prior.ln() - 0.5 * terms.sum()
    };
    let classify = |query: &Array1<f64>| {
        let best = (0..3).max_by(|&a, &b| score(query, a).total_cmp(&score(query, b)));
        labels[best.unwrap()]
    };
    queries
        .rows()
        .into_iter()
        .map(|row| classify(&row.mapv(f64::from)))
        .collect()
}

#[test]
fn predictions_equal_the_formula_with_and_without_priors() {
    for (n_rows, n_features) in [(30, 1), (90, 4), (200, 13)] {
        let (x, y) = data(n_rows, n_features);
        // More rows than one block of the prediction.
        let (queries, _) = data(150, n_features);
        for params in [
            GaussianNb::params(),
            GaussianNb::params().priors(Some(vec![0.8, 0.1, 0.1])),
            GaussianNb::params()
                .priors(Some(vec![0.0, 0.5, 0.5]))
                .var_smoothing(0.3),
            GaussianNb::params().var_smoothing(10.0),
        ] {
            let train = DatasetBase::new(x.clone(), y.clone());
            let found = params.fit(&train).unwrap().predict(&queries);
            assert_eq!(
                found.to_vec(),
                naive(&params, &x, &y, &queries),
                "{params:?}"
            );
        }
    }
}

#[test]
fn equal_likelihoods_go_to_the_lowest_label() {
    let x = array![[-1.0_f32], [-2.0], [1.0], [2.0]];
    let train = DatasetBase::new(x, array![8_usize, 8, 3, 3]);
    let model = GaussianNb::params().fit(&train).unwrap();
    for _ in 0..5 {
        assert_eq!(model.predict(&array![[0.0_f32], [-0.1]]), array![3, 8]);
    }
}

fn message(params: GaussianNbParams) -> String {
    params.check().unwrap_err().to_string()
}

#[test]
fn bad_priors_and_smoothing_are_refused_as_in_scikit_learn() {
    let priors = |priors: &[f64]| message(GaussianNb::params().priors(Some(priors.to_vec())));
    let expected =
        "the `priors` of GaussianNB must be a list of non-negative numbers that sum to 1";
    assert_eq!(priors(&[0.5, 0.6]), format!("{expected}, got [0.5, 0.6]"));
    assert_eq!(priors(&[1.5, -0.5]), format!("{expected}, got [1.5, -0.5]"));
    assert_eq!(priors(&[]), format!("{expected}, got []"));
    // numpy's tolerance.
    assert!(
        GaussianNb::params()
            .priors(Some(vec![0.5, 0.500_009]))
            .check()
            .is_ok()
    );
    let smoothing = message(GaussianNb::params().var_smoothing(-1.0));
    let expected = "the `var_smoothing` of GaussianNB must be a number in [0, inf), got -1.0";
    assert_eq!(smoothing, expected);
}

#[test]
fn priors_of_another_number_of_classes_are_refused_by_the_fit() {
    let (x, y) = data(30, 2);
    let params = GaussianNb::params().priors(Some(vec![0.5, 0.5]));
    let text = params.fit(&DatasetBase::new(x, y)).unwrap_err().to_string();
    let expected = "the `priors` of GaussianNB must be a list of 3 numbers, one per class of the \
                    training data, got [0.5, 0.5]";
    assert_eq!(text, expected);
}
