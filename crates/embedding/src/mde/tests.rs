use std::ops::ControlFlow;

use ndarray::Array2;

use super::{Constraint, Mde, MdeParams};
use crate::fixture::{blobs, find, same_on_any_number_of_threads};
use crate::progress::Placed;
use crate::quality::neighbor_accuracy;

fn place(x: &Array2<f32>, params: &MdeParams) -> Placed {
    let graph = find(x, params.needed_neighbors());
    params
        .place(x.view(), &graph, &mut |_| ControlFlow::Continue(()))
        .unwrap()
}

#[test]
fn blobs_stay_apart_with_the_same_points_on_any_number_of_threads() {
    let (x, labels) = blobs(4, 80);
    for constraint in [Constraint::Centred, Constraint::Standardised] {
        let params = Mde::params().constraint(constraint).seed(5);
        let placed = same_on_any_number_of_threads(|| place(&x, &params));
        let accuracy = neighbor_accuracy(placed.points.view(), &labels, 10);
        assert!(accuracy > 0.98, "{constraint:?}: {accuracy}");
        let n = placed.points.nrows() as f64;
        assert!(placed.points.column(0).sum().abs() < 1e-9);
        let variance = placed.points.column(0).dot(&placed.points.column(0)) / n;
        if constraint == Constraint::Standardised {
            assert!((variance - 1.0).abs() < 1e-9, "{variance}");
        }
    }
}

#[test]
fn the_objective_falls_at_every_step_and_a_watch_ends_the_work() {
    let (x, _) = blobs(3, 60);
    let params = Mde::params().max_iter(60);
    let graph = find(&x, 15);
    let mut objectives = Vec::new();
    let placed = params.place(x.view(), &graph, &mut |progress| {
        objectives.extend(progress.objective);
        ControlFlow::Continue(())
    });
    assert!(!placed.unwrap().is_cut_short);
    assert!(
        objectives.len() > 20 && objectives.is_sorted_by(|a, b| a >= b),
        "{objectives:?}"
    );
    let placed = params.place(x.view(), &graph, &mut |progress| match progress.objective {
        Some(_) if progress.n_done == 4 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    });
    let placed = placed.unwrap();
    assert!(placed.is_cut_short && placed.n_steps == 4);
    assert_eq!(placed.objective, Some(objectives[4]));
}

#[test]
fn parameters_out_of_range_are_refused_and_copies_of_one_row_placed() {
    let (x, _) = blobs(2, 20);
    let error = |params: MdeParams| params.check(x.nrows()).unwrap_err().to_string();
    assert_eq!(
        error(Mde::params().n_neighbors(40)),
        "the `n_neighbors` of MDE must be an integer in [1, 39], below the number of rows, got 40"
    );
    assert!(error(Mde::params().repulsive_fraction(-1.0)).contains("`repulsive_fraction`"));
    assert!(error(Mde::params().eps(f64::NAN)).contains("`eps`"));
    assert!(error(Mde::params().max_iter(0)).contains("`max_iter`"));
    assert!(error(Mde::params().memory_size(0)).contains("`memory_size`"));
    let copies = place(&Array2::ones((30, 4)), &Mde::params().n_neighbors(5));
    assert!(copies.points.iter().all(|value| value.is_finite()));
}
