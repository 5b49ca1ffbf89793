use std::ops::ControlFlow;

use ndarray::Array2;

use super::{Tsne, TsneParams};
use crate::fixture::{blobs, find, same_on_any_number_of_threads};
use crate::progress::{Placed, Stage};
use crate::quality::neighbor_accuracy;

fn place(x: &Array2<f32>, params: &TsneParams) -> Placed {
    let graph = find(x, params.needed_neighbors());
    params
        .place(x.view(), &graph, &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

#[test]
fn blobs_stay_apart_with_the_same_points_on_any_number_of_threads() {
    let (x, labels) = blobs(4, 80);
    let params = Tsne::params()
        .perplexity(15.0)
        .early_exaggeration_iter(100)
        .n_iter(150);
    let placed = same_on_any_number_of_threads(|| place(&x, &params));
    let accuracy = neighbor_accuracy(placed.points.view(), &labels, 10);
    assert!(accuracy > 0.98, "{accuracy}");
    assert!(placed.objective.unwrap() > 0.0 && placed.n_steps == 250);
}

#[test]
fn the_divergence_is_that_of_all_pairs() {
    let (x, _) = blobs(3, 40);
    let params = Tsne::params()
        .perplexity(10.0)
        .early_exaggeration_iter(50)
        .n_iter(99);
    let graph = find(&x, 30);
    let mut before = None;
    // The divergence is that of the points before the last step.
    let placed = params.place(x.view(), &graph, &mut |progress| match progress.stage
        == Stage::Layout
        && progress.n_done == 148
    {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    });
    before.replace(placed.unwrap());
    let before = before.unwrap();
    let objective = place(&x, &params).objective.unwrap();
    let affinities = super::affinities::affinities(&graph, 10.0, 30);
    let near = |i: usize, j: usize| {
        let offset = &before.points.row(i) - &before.points.row(j);
        1.0 / (1.0 + offset.dot(&offset))
    };
    let pairs = (0..120)
        .flat_map(|i| (0..120).map(move |j| (i, j)))
        .filter(|(i, j)| i != j);
    let z: f64 = pairs.map(|(i, j)| near(i, j)).sum();
    let mut divergence = 0.0;
    for i in 0..120 {
        let (columns, values) = affinities.row(i);
        for (&j, &p) in columns.iter().zip(values) {
            let p = f64::from(p);
            divergence += p * (p * z / near(i, j as usize)).ln();
        }
    }
    assert!(
        (divergence - objective).abs() < 0.01,
        "{divergence} {objective}"
    );
}

#[test]
fn parameters_out_of_range_are_refused_and_copies_of_one_row_placed() {
    let error = |params: TsneParams| params.check(40).unwrap_err().to_string();
    assert_eq!(
        error(Tsne::params()),
        "the `perplexity` of t-SNE must be a number in [1, 13.0], a third of the other rows, got 30"
    );
    let params = Tsne::params().perplexity(5.0);
    assert!(error(params.clone().early_exaggeration(0.5)).contains("`early_exaggeration`"));
    assert!(error(params.clone().n_iter(0)).contains("`n_iter`"));
    assert!(error(params.clone().learning_rate(-1.0)).contains("`learning_rate`"));
    assert!(error(params.clone().momentum(1.0)).contains("`momentum`"));
    let copies = place(&Array2::ones((30, 4)), &params.n_iter(50));
    assert!(copies.points.iter().all(|value| value.is_finite()));
}
