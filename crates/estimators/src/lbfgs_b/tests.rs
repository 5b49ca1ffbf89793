use super::{Bounds, Minimum, Settings, Stop, minimise};

/// Iterations and evaluations of SciPy 1.17.1, by benchmark/oracle/lbfgs_b.py.
const SCIPY_VALLEY: (usize, usize) = (36, 44);
const SCIPY_BOUNDED_VALLEY: (usize, usize) = (20, 30);
const SCIPY_SAMPLE: (usize, usize) = (23, 28);

const FREE: Bounds = (f64::NEG_INFINITY, f64::INFINITY);

/// Rosenbrock's valley in any number of variables; the minimum is 0 at (1, …, 1).
fn rosenbrock(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let mut value = 0.0;
    for i in 0..x.len() - 1 {
        let (bend, rest) = (x[i + 1] - x[i] * x[i], 1.0 - x[i]);
        value += 100.0 * bend * bend + rest * rest;
        gradient[i] += -400.0 * x[i] * bend - 2.0 * rest;
        gradient[i + 1] += 200.0 * bend;
    }
    value
}

/// The sample problem of the L-BFGS-B code.
fn sample(x: &[f64], gradient: &mut [f64]) -> f64 {
    gradient.fill(0.0);
    let mut value = 0.25 * (x[0] - 1.0).powi(2);
    gradient[0] = 0.5 * (x[0] - 1.0);
    for i in 1..x.len() {
        let bend = x[i] - x[i - 1] * x[i - 1];
        value += bend * bend;
        gradient[i] += 2.0 * bend;
        gradient[i - 1] -= 4.0 * x[i - 1] * bend;
    }
    for g in gradient.iter_mut() {
        *g *= 4.0;
    }
    4.0 * value
}

/// A convex quadratic of `n` variables with eigenvalues from 1 to `condition`, rotated, whose free
/// minimum has entries of both signs.
fn quadratic(n: usize, condition: f64) -> impl Fn(&[f64], &mut [f64]) -> f64 {
    let axis: Vec<f64> = (0..n).map(|i| ((i * 7 % 5) as f64) - 1.7).collect();
    let norm: f64 = axis.iter().map(|a| a * a).sum();
    let weight = move |i: usize| condition.powf(i as f64 / (n - 1).max(1) as f64);
    let reflect = move |v: &[f64]| -> Vec<f64> {
        let share: f64 = axis.iter().zip(v).map(|(a, v)| a * v).sum::<f64>() / norm;
        axis.iter()
            .zip(v)
            .map(|(a, v)| v - 2.0 * share * a)
            .collect()
    };
    move |x, gradient| {
        let moved: Vec<f64> = (0..n).map(|i| x[i] - (i as f64 * 0.7).sin()).collect();
        let scaled: Vec<f64> = reflect(&moved)
            .iter()
            .enumerate()
            .map(|(i, v)| weight(i) * v)
            .collect();
        gradient.copy_from_slice(&reflect(&scaled));
        0.5 * moved
            .iter()
            .zip(&*gradient)
            .map(|(m, g)| m * g)
            .sum::<f64>()
    }
}

/// Checks that no variable can move within its bounds and lower f.
fn check_optimal(found: &Minimum, bounds: &[Bounds], tolerance: f64) {
    for ((x, g), (low, high)) in found.x.iter().zip(&found.gradient).zip(bounds) {
        assert!(low <= x && x <= high, "{x} outside [{low}, {high}]");
        if x > low {
            assert!(*g <= tolerance, "gradient {g} at {x}");
        }
        if x < high {
            assert!(*g >= -tolerance, "gradient {g} at {x}");
        }
    }
}

fn exact() -> Settings {
    Settings {
        ftol: 0.0,
        gtol: 1e-9,
        ..Settings::default()
    }
}

#[test]
fn the_valley_is_followed_to_its_end() {
    for n in [2, 3, 10, 60] {
        let start: Vec<f64> = (0..n)
            .map(|i| if i % 2 == 0 { -1.2 } else { 1.0 })
            .collect();
        let found = minimise(start, None, &exact(), rosenbrock);
        assert!(found.stop.is_converged(), "{n}: {:?}", found.stop);
        check_optimal(&found, &vec![FREE; n], 1e-9);
        // From 4 variables on there is a second minimum near (-1, 1, …, 1).
        assert!(found.value < 1e-15 || (n >= 4 && found.value < 4.0), "{n}");
    }
}

#[test]
fn minima_and_iterations_are_those_of_scipy() {
    let found = minimise(vec![-1.2, 1.0], None, &Settings::default(), rosenbrock);
    assert_eq!((found.n_iter, found.n_evaluations), SCIPY_VALLEY);
    assert!((found.x[0] - 1.0).abs() < 1e-5 && (found.x[1] - 1.0).abs() < 1e-5);

    let bounds = [(-2.0, 0.5), (-1.0, 2.0)];
    let found = minimise(
        vec![-1.2, 1.0],
        Some(&bounds),
        &Settings::default(),
        rosenbrock,
    );
    assert_eq!((found.n_iter, found.n_evaluations), SCIPY_BOUNDED_VALLEY);
    assert!((found.value - 0.25).abs() < 1e-9);
    assert_eq!(found.x[0], 0.5);

    let bounds: Vec<Bounds> = (0..25)
        .map(|i| (if i % 2 == 0 { 1.0 } else { -100.0 }, 100.0))
        .collect();
    let settings = Settings {
        memory: 5,
        ftol: 1e7 * f64::EPSILON,
        ..Settings::default()
    };
    let found = minimise(vec![3.0; 25], Some(&bounds), &settings, sample);
    assert_eq!((found.n_iter, found.n_evaluations), SCIPY_SAMPLE);
    assert!(found.value < 2e-9, "{}", found.value);
    check_optimal(&found, &bounds, 1e-3);
}

#[test]
fn bounds_of_every_kind_hold_at_the_minimum() {
    for n in [1, 2, 9, 40] {
        for condition in [1.0, 1e4] {
            let kinds = [
                (0.0, f64::INFINITY),
                (f64::NEG_INFINITY, 0.2),
                (-0.3, 0.3),
                FREE,
                (0.1, 0.1),
            ];
            let bounds: Vec<Bounds> = (0..n).map(|i| kinds[i % kinds.len()]).collect();
            let found = minimise(
                vec![5.0; n],
                Some(&bounds),
                &exact(),
                quadratic(n, condition),
            );
            let what = format!("{n} {condition} {:?}", found.stop);
            assert!(found.stop.is_converged(), "{what}");
            check_optimal(&found, &bounds, 1e-8 * condition);
            let positive = vec![(0.0, f64::INFINITY); n];
            let found = minimise(
                vec![0.0; n],
                Some(&positive),
                &exact(),
                quadratic(n, condition),
            );
            check_optimal(&found, &positive, 1e-8 * condition);
        }
    }
}

#[test]
fn bounds_that_bind_nothing_change_nothing_but_rounding() {
    let wide = vec![(-1e9, 1e9); 30];
    let with = minimise(vec![2.0; 30], Some(&wide), &exact(), quadratic(30, 100.0));
    let without = minimise(vec![2.0; 30], None, &exact(), quadratic(30, 100.0));
    let infinite = minimise(
        vec![2.0; 30],
        Some(&[FREE; 30]),
        &exact(),
        quadratic(30, 100.0),
    );
    assert_eq!(infinite, without);
    for (with, without) in with.x.iter().zip(&without.x) {
        assert!((with - without).abs() < 1e-8);
    }
}

#[test]
fn values_that_are_not_finite_shorten_the_step() {
    // x - ln x beyond a wall at 0, from where a whole step leads behind it.
    let barrier = |x: &[f64], gradient: &mut [f64]| {
        gradient[0] = 1.0 - 1.0 / x[0];
        if x[0] > 0.0 {
            x[0] - x[0].ln()
        } else {
            f64::NAN
        }
    };
    let found = minimise(vec![300.0], None, &exact(), barrier);
    assert!(found.stop.is_converged(), "{:?}", found.stop);
    assert!((found.x[0] - 1.0).abs() < 1e-6);
    let found = minimise(vec![-1.0], None, &exact(), barrier);
    assert_eq!((found.stop, found.n_iter), (Stop::NotFinite, 0));
}

#[test]
fn limits_end_the_search_and_are_told_from_convergence() {
    let limited = |max_iter, max_evaluations| {
        let settings = Settings {
            max_iter,
            max_evaluations,
            ..exact()
        };
        minimise(vec![-1.2, 1.0], None, &settings, rosenbrock)
    };
    let found = limited(3, 1000);
    assert_eq!((found.stop, found.n_iter), (Stop::MaxIter, 3));
    let found = limited(1000, 5);
    assert_eq!(found.stop, Stop::MaxEvaluations);
    assert!(found.n_evaluations > 5 && found.n_evaluations < 26);
    assert!(!found.stop.is_converged());
    // At the minimum there is nothing to do.
    let found = minimise(vec![1.0, 1.0], None, &Settings::default(), rosenbrock);
    assert_eq!(
        (found.stop, found.n_iter, found.n_evaluations),
        (Stop::Gradient, 0, 1)
    );
    let none = minimise(
        vec![],
        None,
        &Settings::default(),
        |_: &[f64], _: &mut [f64]| 1.0,
    );
    assert_eq!(none.stop, Stop::Gradient);
}

#[test]
fn a_gradient_that_is_wrong_ends_in_the_line_search() {
    let wrong = |x: &[f64], gradient: &mut [f64]| {
        gradient[0] = -2.0 * x[0];
        x[0] * x[0]
    };
    let found = minimise(vec![1.0], None, &Settings::default(), wrong);
    assert_eq!((found.stop, found.x[0]), (Stop::LineSearch, 1.0));
}
