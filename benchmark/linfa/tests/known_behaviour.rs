//! Known upstream behaviour of linfa 0.8.1: asserts what `benchmark/linfa.md` reports.
//!
//! A failure here after an upgrade is good news: the report, and what this program does around
//! the behaviour, can go.

#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/bayes_probabilities.rs"]
mod bayes_probabilities;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/ensemble_panics.rs"]
mod ensemble_panics;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/ensemble_tied_votes.rs"]
mod ensemble_tied_votes;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/logistic_f32.rs"]
mod logistic_f32;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/logistic_log_sum_exp.rs"]
mod logistic_log_sum_exp;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/nn_ball_tree_depth.rs"]
mod nn_ball_tree_depth;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/svm_precision.rs"]
mod svm_precision;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/svm_shrinking.rs"]
mod svm_shrinking;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/trees_boundaries.rs"]
mod trees_boundaries;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/trees_missed_splits.rs"]
mod trees_missed_splits;
#[expect(dead_code, reason = "its main is for the terminal")]
#[path = "../examples/trees_not_reproducible.rs"]
mod trees_not_reproducible;

#[test]
fn bayes_probabilities_of_many_features_do_not_sum_to_one() {
    assert_eq!(bayes_probabilities::seen(10), 0);
    assert_eq!(bayes_probabilities::seen(784), 100);
}

#[test]
fn a_base_learners_error_is_a_panic_of_the_ensemble() {
    assert!(ensemble_panics::seen());
}

#[test]
fn one_forest_asked_again_answers_differently() {
    assert!(ensemble_tied_votes::answers() > 1);
}

#[test]
fn features_of_a_forest_are_drawn_with_replacement() {
    let distinct = ensemble_tied_votes::distinct_features();
    assert!(distinct.iter().any(|&n| n < 8), "{distinct:?}");
}

#[test]
fn logistic_regression_in_f32_returns_its_start_where_f64_fits() {
    let [(in_f32, accuracy_f32), (in_f64, accuracy_f64)] = logistic_f32::seen(30_000);
    assert_eq!(in_f32, 0.0);
    assert!((accuracy_f32 - 1.0 / 3.0).abs() < 1e-3);
    assert!(in_f64 > 1.0);
    assert_eq!(accuracy_f64, 1.0);
}

#[test]
fn one_large_row_keeps_logistic_regression_from_its_optimum() {
    let losses = logistic_log_sum_exp::seen().unwrap();
    assert!(
        losses
            .iter()
            .all(|loss| *loss > logistic_log_sum_exp::OPTIMUM + 0.2),
        "{losses:?}"
    );
}

#[test]
fn the_ball_tree_degenerates_on_sparse_data() {
    // 0.002 s against 0.4 s when written. The best of five, as a pause of the machine counts too.
    let dense = (0..5)
        .map(|_| nn_ball_tree_depth::seen(4_000, 1.0))
        .fold(f64::INFINITY, f64::min);
    let sparse = nn_ball_tree_depth::seen(4_000, 0.2);
    assert!(sparse > 10.0 * dense, "{dense} s, {sparse} s");
}

#[test]
fn the_svm_solver_in_f64_stops_at_its_default_eps() {
    // In f32 it runs 10,000,000 steps (14 s): that is left to the example.
    let report = svm_precision::in_f64(200, 1e-7);
    assert!(report.starts_with("Exited after"), "{report}");
    let report = svm_precision::in_f32(200, 1e-3);
    assert!(report.starts_with("Exited after"), "{report}");
}

#[test]
fn svm_shrinking_panics_or_changes_the_answer() {
    let (without, _) = svm_shrinking::seen(50, true, false).unwrap();
    let (with, _) = svm_shrinking::seen(50, true, true).unwrap();
    assert!(without > 0.9 && with < 0.6, "{without} {with}");
    assert!(svm_shrinking::seen(200, true, false).is_some());
    assert!(svm_shrinking::seen(200, true, true).is_none());
}

#[test]
fn a_tree_depends_on_the_order_of_its_rows() {
    assert_eq!(trees_missed_splits::seen([0, 1, 2, 3, 4, 5]), 4);
    assert_eq!(trees_missed_splits::seen([4, 5, 0, 1, 2, 3]), 6);
}

#[test]
fn trees_differ_from_fit_to_fit() {
    assert_eq!(trees_not_reproducible::tied_leaf(), 2);
    assert!(trees_not_reproducible::noise(1_000) > 1);
}

#[test]
fn a_tree_does_not_split_small_values() {
    assert_eq!(trees_boundaries::leaves(1.0), 2);
    assert_eq!(trees_boundaries::leaves(1e-6), 1);
}

#[test]
fn a_tree_predicts_the_other_side_of_a_rounded_midpoint() {
    assert_eq!(trees_boundaries::large_values(), [1, 1]);
}
