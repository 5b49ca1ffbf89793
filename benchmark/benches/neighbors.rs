//! kNN and GaussianNB, fit and predict, and the kernels under them, on one thread.
//!
//! Uniform noise around ten centres in the shape of Fashion-MNIST, a thirtieth of its rows.

#![expect(missing_docs, reason = "criterion's macros make undocumented items")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use fashion_bench::catalog::Profile;
use fashion_bench::catalog::find;
use fashion_bench::numeric::distance::{manhattan, squared_euclidean, squared_euclidean_u8};
use fashion_bench::numeric::dot::{dot, dot_f64};
use fashion_bench::numeric::gemm::gemm_nt;
use fashion_bench::numeric::rng::stream;
use fashion_bench::numeric::sad::{SadQueries, SadTiles};
use ndarray::{Array1, Array2, s};
use rand::Rng as _;
use serde_json::json;

const N_TRAIN: usize = 2000;
const N_TEST: usize = 330;
const N_FEATURES: usize = 784;

fn data() -> (Array2<f32>, Array1<usize>) {
    let mut rng = stream(0, &[]);
    let centers = Array2::from_shape_fn((10, N_FEATURES), |_| rng.gen_range(-1.0_f32..1.0));
    let x = Array2::from_shape_fn((N_TRAIN + N_TEST, N_FEATURES), |(row, column)| {
        centers[[row % 10, column]] + rng.gen_range(-1.0..1.0)
    });
    (x, (0..N_TRAIN + N_TEST).map(|row| row % 10).collect())
}

fn estimators(criterion: &mut Criterion) {
    let (x, y) = data();
    let (x_train, y_train) = (x.slice(s![..N_TRAIN, ..]), y.slice(s![..N_TRAIN]));
    let x_test = x.slice(s![N_TRAIN.., ..]);
    for (name, parameter) in [
        ("KNeighborsClassifier", json!({ "p": 1 })),
        ("KNeighborsClassifier", json!({ "p": 2 })),
        ("GaussianNB", json!({})),
    ] {
        let spec = find(name).expect("registered");
        let given = parameter.as_object().expect("an object");
        let resolved = spec.resolve(given, Profile::Sklearn15).expect("valid");
        let estimator = spec.build(&resolved.params, 0).expect("valid");
        let mut group = criterion.benchmark_group(format!("{name}{parameter}"));
        group.sample_size(20);
        group.bench_function("fit", |bencher| {
            bencher.iter(|| estimator.fit(x_train, y_train).expect("fits"));
        });
        let model = estimator.fit(x_train, y_train).expect("fits");
        group.bench_function("predict", |bencher| {
            bencher.iter(|| model.predict(black_box(x_test)).expect("predicts"));
        });
    }
}

fn kernels(criterion: &mut Criterion) {
    let (x, _) = data();
    let (a, b) = (x.row(0).to_vec(), x.row(1).to_vec());
    let mut group = criterion.benchmark_group("row of 784");
    group.bench_function("dot", |bencher| bencher.iter(|| dot(black_box(&a), &b)));
    group.bench_function("dot_f64", |bencher| {
        bencher.iter(|| dot_f64(black_box(&a), &b));
    });
    group.bench_function("squared_euclidean", |bencher| {
        bencher.iter(|| squared_euclidean(black_box(&a), &b));
    });
    group.bench_function("manhattan", |bencher| {
        bencher.iter(|| manhattan(black_box(&a), &b));
    });
    let bytes: Vec<u8> = x.iter().map(|value| (100.0 + 60.0 * value) as u8).collect();
    let (a, b) = (&bytes[..N_FEATURES], &bytes[N_FEATURES..2 * N_FEATURES]);
    group.bench_function("squared_euclidean_u8", |bencher| {
        bencher.iter(|| squared_euclidean_u8(black_box(a), b));
    });
    group.finish();

    let mut group = criterion.benchmark_group("128 queries × 1024 rows");
    group.throughput(Throughput::Elements(128 * 1024));
    let tiles = SadTiles::new(&bytes[..1024 * N_FEATURES], N_FEATURES);
    let queries = SadQueries::new(&bytes[1024 * N_FEATURES..1152 * N_FEATURES], N_FEATURES);
    let mut out = Array2::<f32>::zeros((128, 1024));
    group.bench_function("sums of absolute differences", |bencher| {
        let out = out.as_slice_mut().expect("standard layout");
        bencher.iter(|| tiles.sums(black_box(&queries), 0, 1024, 1024, out));
    });
    for n_columns in [64, N_FEATURES] {
        let (rows, queries) = (
            x.slice(s![..1024, ..n_columns]),
            x.slice(s![1024..1152, ..n_columns]),
        );
        group.bench_function(format!("product over {n_columns}"), |bencher| {
            bencher.iter(|| gemm_nt(1.0, black_box(queries), rows, 0.0, &mut out.view_mut()));
        });
    }
}

criterion_group!(benches, estimators, kernels);
criterion_main!(benches);
