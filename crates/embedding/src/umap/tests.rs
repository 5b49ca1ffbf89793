//! Tests of the whole way from rows to points.

use std::ops::ControlFlow;

use ndarray::Array2;

use super::{Start, Umap, UmapParams};
use crate::fixture::{blobs, find, same_on_any_number_of_threads};
use crate::progress::{Placed, Stage};
use crate::quality::neighbor_accuracy;

fn place(x: &Array2<f32>, params: &UmapParams) -> Placed {
    let graph = find(x, params.needed_neighbors());
    params
        .place(x.view(), &graph, &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

#[test]
fn blobs_stay_apart_from_either_start_with_the_same_points_on_any_number_of_threads() {
    let (x, labels) = blobs(4, 80);
    for start in [Start::Spectral, Start::Pca] {
        let params = Umap::params().n_epochs(60).start(start).seed(5);
        let placed = same_on_any_number_of_threads(|| place(&x, &params));
        assert!(placed.points.iter().all(|value| value.is_finite()));
        let accuracy = neighbor_accuracy(placed.points.view(), &labels, 10);
        assert!(accuracy > 0.98, "{start:?}: {accuracy}");
        let other = place(&x, &params.clone().seed(6));
        assert_ne!(placed, other);
    }
}

#[test]
fn the_objective_falls_and_a_watch_ends_the_work() {
    let (x, _) = blobs(3, 60);
    let params = Umap::params().n_epochs(100);
    let graph = find(&x, params.needed_neighbors());
    let mut objectives = Vec::new();
    let placed = params.place(x.view(), &graph, &mut |progress| {
        objectives.extend(progress.objective);
        ControlFlow::Continue(())
    });
    let placed = placed.unwrap();
    assert!(!placed.is_cut_short && placed.n_steps == 100);
    assert!(placed.objective.unwrap() < objectives[0]);
    let placed = params.place(x.view(), &graph, &mut |progress| match progress.stage
        == Stage::Layout
        && progress.n_done == 7
    {
        true => ControlFlow::Break(()),
        false => ControlFlow::Continue(()),
    });
    let placed = placed.unwrap();
    assert!(placed.is_cut_short && placed.n_steps == 7 && placed.points.nrows() == 180);
}

#[test]
fn parameters_out_of_range_and_foreign_graphs_are_refused() {
    let (x, _) = blobs(2, 20);
    let graph = find(&x, 14);
    let error = |params: UmapParams| {
        let placed = params.place(x.view(), &graph, &mut |_| ControlFlow::Continue(()));
        placed.unwrap_err().to_string()
    };
    assert_eq!(
        error(Umap::params().n_neighbors(1)),
        "the `n_neighbors` of UMAP must be an integer in [2, 40], the number of rows, got 1"
    );
    assert_eq!(
        error(Umap::params().min_dist(1.5)),
        "the `min_dist` of UMAP must be a number in [0, 1], the spread, got 1.5"
    );
    assert!(error(Umap::params().spread(f64::NAN)).contains("`spread`"));
    assert!(error(Umap::params().n_epochs(0)).contains("`n_epochs`"));
    assert!(error(Umap::params().learning_rate(0.0)).contains("`learning_rate`"));
    assert_eq!(
        error(Umap::params().n_neighbors(20)),
        "UMAP needs 19 neighbours of each of 40 rows, got a graph of 14 of 40"
    );
}

#[test]
fn copies_of_one_row_are_placed_all_the_same() {
    let x = Array2::ones((30, 4));
    let placed = place(&x, &Umap::params().n_neighbors(5).n_epochs(20));
    assert!(placed.points.iter().all(|value| value.is_finite()));
}
