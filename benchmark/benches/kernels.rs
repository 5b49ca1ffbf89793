//! Speed of what the kernel families spend their time in.
#![expect(missing_docs, reason = "criterion's macros make undocumented items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fashion_bench::catalog;
use fashion_bench::catalog::Profile;
use fashion_bench::numeric::exp::{logistic_in_place, tanh_in_place};
use fashion_bench::numeric::rng::stream;
use ndarray::{Array1, Array2};
use rand::Rng as _;

/// Overlapping classes, `n` × 100.
fn blobs(n: usize) -> (Array2<f32>, Array1<usize>) {
    let mut rng = stream(1, &[]);
    let centres = Array2::from_shape_simple_fn((4, 100), || rng.gen_range(-0.5..0.5_f32));
    let y = Array1::from_shape_simple_fn(n, || rng.gen_range(0..4_usize));
    let x = Array2::from_shape_fn((n, 100), |(i, j)| {
        centres[[y[i], j]] + rng.gen_range(-2.0..2.0_f32)
    });
    (x, y)
}

fn functions(c: &mut Criterion) {
    let values: Vec<f32> = (0..12_000).map(|i| i as f32 * -1e-3).collect();
    for (name, function) in [
        (
            "logistic function of a kernel row",
            logistic_in_place as fn(&mut [f32]),
        ),
        ("tanh of a kernel row", tanh_in_place),
    ] {
        c.bench_function(name, |b| {
            b.iter(|| {
                let mut row = values.clone();
                function(black_box(&mut row));
                row
            });
        });
    }
}

fn fits(c: &mut Criterion) {
    let (x, y) = blobs(2_000);
    let mut group = c.benchmark_group("fit and predict 2000 rows");
    group.sample_size(10);
    for (name, params) in [
        ("SVC", r#"{"kernel": "rbf"}"#),
        ("SVC", r#"{"kernel": "linear"}"#),
        ("MLPClassifier", r#"{"max_iter": 5}"#),
        (
            "GaussianProcessClassifier",
            r#"{"multi_class": "one_vs_one"}"#,
        ),
    ] {
        let spec = catalog::find(name).expect("listed");
        let params = serde_json::from_str(params).expect("JSON");
        let resolved = spec.resolve(&params, Profile::Sklearn15).expect("valid");
        let estimator = spec.build(&resolved.params, 0).expect("valid");
        group.bench_function(format!("{name} {}", serde_json::json!(params)), |b| {
            b.iter(|| {
                let model = estimator.fit(x.view(), y.view()).expect("fits");
                model.predict(x.view()).expect("predicts")
            });
        });
    }
    group.finish();
}

criterion_group!(benches, functions, fits);
criterion_main!(benches);
