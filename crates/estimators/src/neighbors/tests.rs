use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, Array2, ArrayView1, array, concatenate, s};
use rand::Rng as _;

use super::manhattan::ManhattanIndex;
use super::measured::{AngleIndex, MeasuredIndex};
use super::params::Distance;
use super::{KNeighborsClassifier, Weights};
use fashion_bench_numeric::nearest::EuclideanIndex;
use fashion_bench_numeric::nearest::{Index, nearest};
use fashion_bench_numeric::rng::stream;

/// Data that is hard on bounds in one way each.
#[derive(Debug, Clone, Copy)]
enum Data {
    Plain,
    /// A few values far outside, as border pixels have.
    Outliers,
    /// Far from the origin, so that norms are large against distances.
    Offset,
    /// Few distinct values: many equal distances.
    Coarse,
    Tiny,
    Huge,
    /// Every third row is the same one.
    Repeated,
}

const ALL: [Data; 7] = [
    Data::Plain,
    Data::Outliers,
    Data::Offset,
    Data::Coarse,
    Data::Tiny,
    Data::Huge,
    Data::Repeated,
];

fn rows(data: Data, n_rows: usize, n_features: usize, key: u64) -> Array2<f32> {
    let mut rng = stream(9, &[n_rows as u64, n_features as u64, key]);
    let mut x = Array2::from_shape_fn((n_rows, n_features), |(_, column)| {
        let value = rng.gen_range(-1.0_f32..1.0) / (1.0 + column as f32).sqrt();
        match data {
            Data::Plain | Data::Repeated => value,
            Data::Outliers if rng.gen_bool(0.02) => 200.0 * value,
            Data::Outliers => value,
            Data::Offset => 1000.0 + value,
            Data::Coarse => (2.0 * value).round(),
            Data::Tiny => value * 1e-38,
            Data::Huge => value * 3e38,
        }
    });
    if matches!(data, Data::Repeated) {
        let first = x.row(0).to_owned();
        for mut row in x.slice_mut(s![..;3, ..]).rows_mut() {
            row.assign(&first);
        }
    }
    x
}

fn naive_distance(a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>, distance: Distance) -> f64 {
    let differences = a.iter().zip(b).map(|(&a, &b)| f64::from(a) - f64::from(b));
    match distance {
        Distance::Euclidean => differences.map(|d| d * d).sum::<f64>().sqrt(),
        Distance::Manhattan => differences.map(f64::abs).sum(),
        Distance::Chebyshev => differences.map(f64::abs).fold(0.0, f64::max),
        Distance::Minkowski(p) => {
            let sum: f64 = differences.map(|d| d.abs().powf(p)).sum();
            sum.powf(1.0 / p)
        }
        Distance::Cosine => {
            let product = |a: ArrayView1<'_, f32>, b: ArrayView1<'_, f32>| -> f64 {
                let terms = a.iter().zip(b);
                terms.map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
            };
            let norms = product(a, a).sqrt() * product(b, b).sqrt();
            if norms == 0.0 {
                1.0
            } else {
                (1.0 - product(a, b) / norms).max(0.0)
            }
        }
        _ => unreachable!("no naive twin is needed"),
    }
}

/// Returns the nearest rows by computing and sorting every distance.
fn naive_nearest(
    train: &Array2<f32>,
    query: ArrayView1<'_, f32>,
    distance: Distance,
) -> Vec<(f64, usize)> {
    let distances = train.rows().into_iter().enumerate();
    let mut all: Vec<_> = distances
        .map(|(row_idx, row)| (naive_distance(row, query, distance), row_idx))
        .collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    all
}

fn check_against_naive<I: Index>(
    index: &I,
    train: &Array2<f32>,
    queries: &Array2<f32>,
    distance: Distance,
    what: &str,
) {
    for k in [1, 2, 7, train.nrows()] {
        let k = k.min(train.nrows());
        let found = nearest(index, queries.view(), k);
        assert_eq!(found.len(), queries.nrows());
        for (found, query) in found.iter().zip(queries.rows()) {
            let naive = naive_nearest(train, query, distance);
            assert_eq!(found.len(), k, "{what}");
            for (found, expected) in found.iter().zip(&naive) {
                let slack = 1e-13 * expected.0;
                assert!((found.distance - expected.0).abs() <= slack, "{what} k={k}");
                // Another row only if it is as far, but for the order of additions.
                let distance = naive_distance(train.row(found.row), query, distance);
                assert!((distance - expected.0).abs() <= slack, "{what} k={k}");
            }
        }
    }
}

/// Checks that neither bound rules a row out whose distance is the reach.
fn check_bounds<I: Index>(
    index: &I,
    train: &Array2<f32>,
    queries: &Array2<f32>,
    distance: Distance,
    what: &str,
) {
    let block = index.block(queries.view());
    let stride = train.nrows().next_multiple_of(8);
    let mut bounds = vec![0.0; queries.nrows() * stride];
    index.coarse(&block, 0..train.nrows(), stride, &mut bounds);
    for (query_idx, query) in queries.rows().into_iter().enumerate() {
        for (row_idx, row) in train.rows().into_iter().enumerate() {
            let distance = naive_distance(row, query, distance);
            let bound = bounds[query_idx * stride + row_idx];
            let limit = index.limit(&block, query_idx, distance);
            assert!(bound <= limit, "{what}: {bound} over {limit}");
            let finer = index.finer(&block, query_idx, row_idx);
            assert!(finer <= distance, "{what}: {finer} over {distance}");
        }
    }
}

#[test]
fn neighbors_equal_those_of_comparing_all_distances() {
    for data in ALL {
        for (n_rows, n_features) in [(1, 1), (2, 3), (60, 1), (300, 9), (1100, 40), (150, 200)] {
            let train = rows(data, n_rows, n_features, 1);
            let queries = rows(data, 20, n_features, 2);
            // Rows of the training data are at distance 0 of themselves.
            let own = train.slice(s![..1, ..]);
            let queries = concatenate![ndarray::Axis(0), queries, own];
            let what = format!("{data:?} {n_rows} × {n_features}");
            let index = EuclideanIndex::new(train.clone());
            check_against_naive(&index, &train, &queries, Distance::Euclidean, &what);
            let index = ManhattanIndex::new(train.clone());
            check_against_naive(&index, &train, &queries, Distance::Manhattan, &what);
        }
    }
}

#[test]
fn neighbors_by_other_distances_equal_those_of_comparing_all() {
    for data in [
        Data::Plain,
        Data::Outliers,
        Data::Offset,
        Data::Coarse,
        Data::Repeated,
    ] {
        for (n_rows, n_features) in [(1, 1), (60, 1), (300, 9), (1100, 40)] {
            let train = rows(data, n_rows, n_features, 1);
            let queries = rows(data, 20, n_features, 2);
            let own = train.slice(s![..1, ..]);
            let queries = concatenate![ndarray::Axis(0), queries, own];
            let what = format!("{data:?} {n_rows} × {n_features}");
            for distance in [
                Distance::Chebyshev,
                Distance::Minkowski(3.0),
                Distance::Minkowski(0.7),
            ] {
                let index = MeasuredIndex::new(train.clone(), distance);
                check_against_naive(&index, &train, &queries, distance, &what);
            }
            // Angles between rows that point the same way are lost in rounding.
            if !matches!(data, Data::Offset) && n_features > 1 {
                let index = AngleIndex::new(train.clone(), false);
                for (found, query) in nearest(&index, queries.view(), 3)
                    .iter()
                    .zip(queries.rows())
                {
                    let naive = naive_nearest(&train, query, Distance::Cosine);
                    for (found, expected) in found.iter().zip(&naive) {
                        assert!((found.distance - expected.0).abs() < 1e-14, "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn distances_that_are_no_numbers_come_last() {
    let train = array![[1.0_f32, 1.0], [1.0, 2.0], [5.0, 5.0], [2.0, 1.0]];
    let index = AngleIndex::new(train.clone(), true);
    let found = nearest(&index, array![[0.0_f32, 1.0], [3.0, 3.0]].view(), 4);
    let order: Vec<usize> = found[0].iter().map(|neighbor| neighbor.row).collect();
    assert_eq!(order, [1, 3, 0, 2]);
    assert!(found[1].iter().all(|neighbor| neighbor.distance.is_nan()));
    // Both rows all zero: 0/0.
    let index = MeasuredIndex::new(array![[0.0_f32, 0.0], [1.0, 0.0]], Distance::SokalSneath);
    let found = nearest(&index, array![[0.0_f32, 0.0]].view(), 1);
    assert_eq!(found[0][0].row, 1);
}

#[test]
fn bounds_never_exceed_the_distance() {
    for data in ALL {
        for (n_rows, n_features) in [(1, 1), (50, 3), (90, 64), (120, 300)] {
            let train = rows(data, n_rows, n_features, 3);
            // Near, far, and of a size of its own.
            let near = &train * 1.000_001;
            let queries = concatenate![
                ndarray::Axis(0),
                rows(data, 30, n_features, 4),
                near.mapv(|v| if v.is_finite() { v } else { 0.0 }),
                rows(Data::Outliers, 5, n_features, 5)
            ];
            let what = format!("{data:?} {n_rows} × {n_features}");
            let index = EuclideanIndex::new(train.clone());
            check_bounds(&index, &train, &queries, Distance::Euclidean, &what);
            let index = ManhattanIndex::new(train.clone());
            check_bounds(&index, &train, &queries, Distance::Manhattan, &what);
        }
    }
}

#[test]
fn equally_near_rows_count_in_their_order() {
    let train = array![[1.0_f32], [0.0], [0.0], [-1.0], [1.0]];
    for found in [
        nearest(&EuclideanIndex::new(train.clone()), array![[0.0]].view(), 4),
        nearest(&ManhattanIndex::new(train.clone()), array![[0.0]].view(), 4),
    ] {
        let order: Vec<usize> = found[0].iter().map(|neighbor| neighbor.row).collect();
        assert_eq!(order, [1, 2, 0, 3]);
    }
}

fn predict_one(train: &[(f32, usize)], k: usize, weights: Weights, query: f32) -> usize {
    let x = Array2::from_shape_fn((train.len(), 1), |(row, _)| train[row].0);
    let y: Array1<usize> = train.iter().map(|(_, label)| *label).collect();
    let params = KNeighborsClassifier::params()
        .n_neighbors(k)
        .weights(Some(weights));
    let model = params.fit(&DatasetBase::new(x, y)).unwrap();
    model.predict(&array![[query]])[0]
}

#[test]
fn ties_of_votes_go_to_the_lowest_label() {
    let train = [(1.0, 9), (2.0, 4), (3.0, 4), (4.0, 9), (5.0, 1)];
    assert_eq!(predict_one(&train, 4, Weights::Uniform, 0.0), 4);
    assert_eq!(predict_one(&train, 5, Weights::Uniform, 0.0), 4);
    assert_eq!(predict_one(&train, 2, Weights::Uniform, 0.0), 4);
    assert_eq!(predict_one(&train, 1, Weights::Uniform, 0.0), 9);
}

#[test]
fn near_votes_weigh_more_and_equal_rows_alone_count() {
    // 1/1 + 1/8 for label 9 against 1/2 + 1/4.
    let train = [(1.0, 9), (2.0, 4), (4.0, 4), (8.0, 9)];
    assert_eq!(predict_one(&train, 4, Weights::Uniform, 0.0), 4);
    assert_eq!(predict_one(&train, 4, Weights::Distance, 0.0), 9);
    let train = [(0.0, 9), (1e-30, 4), (1e-30, 4), (0.0, 7), (0.0, 9)];
    assert_eq!(predict_one(&train, 5, Weights::Distance, 0.0), 9);
    let train = [(0.0, 9), (1e-30, 4), (1e-30, 4)];
    assert_eq!(predict_one(&train, 3, Weights::Distance, 0.0), 9);
}

#[test]
fn more_neighbors_than_rows_are_refused_by_the_fit() {
    let params = KNeighborsClassifier::params().n_neighbors(3);
    let train = DatasetBase::new(array![[0.0_f32], [1.0]], array![0_usize, 1]);
    let text = params.fit(&train).unwrap_err().to_string();
    let expected = "the `n_neighbors` of KNeighborsClassifier must be at most the 2 samples of the \
                    training data, got 3";
    assert_eq!(text, expected);
}
