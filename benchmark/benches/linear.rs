//! Fits of the linear and stochastic classifiers on seeded blobs the shape of 2,000 images.
#![expect(missing_docs, reason = "the macros of criterion make public items")]

use criterion::{Criterion, criterion_group, criterion_main};
use fashion_bench::catalog;
use fashion_bench::catalog::Profile;
use fashion_bench::numeric::rng::stream;
use ndarray::{Array1, Array2};
use rand::Rng as _;
use serde_json::{Value, json};

fn blobs(n_rows: usize, n_features: usize) -> (Array2<f32>, Array1<usize>) {
    let mut rng = stream(1, &[]);
    let centres = Array2::from_shape_fn((10, n_features), |_| rng.gen_range(-0.3_f32..0.3));
    let y: Array1<usize> = (0..n_rows).map(|_| rng.gen_range(0..10)).collect();
    let x = Array2::from_shape_fn((n_rows, n_features), |(row, j)| {
        centres[[y[row], j]] + rng.gen_range(-1.7_f32..1.7)
    });
    (x, y)
}

fn fits(criterion: &mut Criterion) {
    let (x, y) = blobs(2000, 784);
    let cases: [(&str, Value); 9] = [
        ("LinearSVC", json!({"loss": "hinge"})),
        ("LinearSVC", json!({"loss": "squared_hinge"})),
        ("LinearSVC", json!({"multi_class": "crammer_singer"})),
        ("LogisticRegression", json!({"solver": "liblinear"})),
        ("LogisticRegression", json!({})),
        ("RidgeClassifier", json!({})),
        ("SGDClassifier", json!({"max_iter": 5, "tol": null})),
        (
            "Perceptron",
            json!({"penalty": "l1", "max_iter": 5, "tol": null}),
        ),
        (
            "PassiveAggressiveClassifier",
            json!({"max_iter": 5, "tol": null}),
        ),
    ];
    let mut group = criterion.benchmark_group("linear");
    group.sample_size(10);
    for (name, params) in cases {
        let spec = catalog::find(name).expect("registered");
        let given = params.as_object().expect("an object");
        let resolved = spec.resolve(given, Profile::Sklearn15).expect("valid");
        let estimator = spec.build(&resolved.params, 0).expect("valid");
        group.bench_function(format!("{name} {params}"), |bencher| {
            bencher.iter(|| {
                estimator
                    .fit(x.view(), y.view())
                    .map(|model| model.fit_info())
            });
        });
    }
    group.finish();
}

criterion_group!(benches, fits);
criterion_main!(benches);
