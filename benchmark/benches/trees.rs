//! Tree-growing core on 6,000 rows of 784 bytes, half of them zero, in ten classes.
#![expect(missing_docs, reason = "criterion's macros make undocumented items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fashion_bench::estimators::boosting::GradientBoosting;
use fashion_bench::estimators::forest::RandomForest;
use fashion_bench::estimators::hist::{Binned, MAX_BINS};
use fashion_bench::estimators::tree::{DecisionTree, Shape};
use fashion_bench::numeric::rng::stream;
use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2};
use rand::Rng;

type Data = DatasetBase<Array2<f32>, Array1<usize>>;

fn images() -> Data {
    let mut rng = stream(1, &[]);
    let y: Array1<usize> = (0..6000).map(|row| row % 10).collect();
    let x = Array2::from_shape_fn((6000, 784), |(row, pixel)| {
        let centre = 25.0 * ((pixel * (row % 10 + 3)) as f32 * 0.01).sin();
        (centre + 160.0 * (rng.r#gen::<f32>() - 0.5))
            .clamp(0.0, 255.0)
            .round()
    });
    DatasetBase::new(x, y)
}

fn shallow(max_depth: usize) -> Shape {
    Shape {
        max_depth: Some(max_depth),
        ..Shape::default()
    }
}

fn trees(c: &mut Criterion) {
    let data = images();
    let mut group = c.benchmark_group("trees");
    group.sample_size(10);
    group.bench_function("binning", |b| {
        b.iter(|| Binned::new(black_box(data.records().view()), MAX_BINS));
    });
    // Depth 1 is binning and one pass over all histograms.
    for depth in [1, 10] {
        let params = DecisionTree::params().shape(shallow(depth));
        group.bench_function(format!("one tree of depth {depth}"), |b| {
            b.iter(|| params.fit(black_box(&data)));
        });
    }
    let forest = RandomForest::params().n_estimators(10);
    group.bench_function("ten trees of a forest", |b| {
        b.iter(|| forest.fit(black_box(&data)));
    });
    let boosting = GradientBoosting::params()
        .n_estimators(10)
        .shape(shallow(3));
    group.bench_function("ten stages of boosting, depth 3", |b| {
        b.iter(|| boosting.fit(black_box(&data)));
    });
    group.finish();
}

criterion_group!(benches, trees);
criterion_main!(benches);
