//! Tree-growing core on 6,000 rows of 784 bytes, half of them zero, in ten classes.
#![expect(missing_docs, reason = "criterion's macros make undocumented items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use fashion_bench::estimators::boosting::GradientBoosting;
use fashion_bench::estimators::forest::RandomForest;
use fashion_bench::estimators::hist::Binned;
use fashion_bench::estimators::tree::{
    ClassSample, ClassTarget, Criterion as Impurity, DecisionTree, FixedPoint, GradientTarget,
    Improvement, Samples, Splitter, Target, TreeShape, grow,
};
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

fn shallow(max_depth: usize) -> TreeShape {
    TreeShape {
        max_depth: Some(max_depth),
        ..TreeShape::default()
    }
}

/// A tree of one split: the histograms of all features are filled once, and searched.
fn one_split<T: Target>(target: &T, binned: &Binned, payload: impl Fn(usize) -> T::Payload) {
    let samples = Samples {
        rows: (0..6000).collect(),
        payloads: (0..6000).map(payload).collect(),
    };
    let growth = shallow(1).growth(Splitter::Best, 6000, 6000.0, 784);
    let mut rng = stream(2, &[]);
    black_box(grow(
        target,
        binned,
        (samples, None),
        &growth,
        &mut rng,
        None,
    ));
}

fn trees(c: &mut Criterion) {
    let data = images();
    let mut group = c.benchmark_group("trees");
    group.sample_size(10);
    group.bench_function("binning", |b| {
        b.iter(|| Binned::new(black_box(data.records().view())));
    });
    let binned = Binned::new(data.records().view()).expect("finite");
    let classes = ClassTarget::new(Impurity::Gini, vec![1.0; 10], 6000, false);
    let of_class = |row: usize| ClassSample {
        class: (row / 600) as u16,
        count: 1,
    };
    group.bench_function("one histogram pass, ten classes", |b| {
        b.iter(|| one_split(&classes, &binned, of_class));
    });
    let gradients = GradientTarget {
        format: FixedPoint::new(6000, 1.0),
        improvement: Improvement::Friedman,
    };
    let of_row = |row: usize| gradients.format.encode((row as f64).sin());
    group.bench_function("one histogram pass, gradients", |b| {
        b.iter(|| one_split(&gradients, &binned, of_row));
    });
    for (name, splitter) in [("best", Splitter::Best), ("random", Splitter::Random)] {
        let params = DecisionTree::params().splitter(splitter).shape(shallow(10));
        group.bench_function(format!("one tree of depth 10, {name} splits"), |b| {
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
