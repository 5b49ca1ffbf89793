//! Optimality of the solvers, by a slow twin in `f64` on the whole kernel matrix.

use ndarray::{Array2, Axis};
use rand::Rng as _;

use super::augmented_lagrangian;
use super::decomposition;
use super::dual::Dual;
use super::exact_rows::ExactRows;
use super::kernel::Kernel;
use super::kernel_cache::KernelCache;
use super::libsvm_steps::{self, Steps};
use super::products::Computed;
use fashion_bench_numeric::rng::stream;

const KERNELS: [Kernel; 3] = [
    Kernel::Linear,
    Kernel::Rbf { gamma: 0.2 },
    Kernel::Poly {
        gamma: 0.2,
        coef0: 1.0,
        degree: 3,
    },
];

/// Two overlapping classes.
fn problem(n: usize, n_features: usize, c: f64) -> (Array2<f32>, Dual) {
    let mut rng = stream(5, &[n as u64]);
    let is_first: Vec<bool> = (0..n).map(|i| i % 2 == 0).collect();
    let x = Array2::from_shape_fn((n, n_features), |(i, _)| {
        let centre = if is_first[i] { 0.4 } else { -0.4 };
        centre + rng.gen_range(-1.0..1.0_f32)
    });
    let by_class = |first: f64, second: f64| -> Vec<f64> {
        let value = |&is: &bool| if is { first } else { second };
        is_first.iter().map(value).collect()
    };
    let dual = Dual {
        beta: vec![0.0; n],
        lower: by_class(0.0, -c),
        upper: by_class(c, 0.0),
        linear: by_class(1.0, -1.0),
        group: vec![0; n],
        n_groups: 1,
    };
    (x, dual)
}

/// Returns `dual` with a group per class and without a linear term, the first `n_full` variables at
/// their outer bounds.
fn in_two_groups(mut dual: Dual, n_full: usize) -> Dual {
    dual.n_groups = 2;
    for i in 0..dual.beta.len() {
        dual.group[i] = (i % 2) as u8;
        dual.linear[i] = 0.0;
        if i < n_full {
            dual.beta[i] = dual.upper[i] + dual.lower[i];
        }
    }
    dual
}

fn matrix(kernel: Kernel, x: &Array2<f32>) -> Array2<f64> {
    let norms: Vec<f32> = x.rows().into_iter().map(|row| row.dot(&row)).collect();
    let mut k = x.dot(&x.t());
    for (mut row, &norm) in k.rows_mut().into_iter().zip(&norms) {
        kernel.apply(row.as_slice_mut().unwrap(), norm, &norms);
    }
    k.mapv(f64::from)
}

fn gradient(dual: &Dual, k: &Array2<f64>) -> Vec<f64> {
    let product =
        |row: usize| -> f64 { k.row(row).iter().zip(&dual.beta).map(|(k, b)| k * b).sum() };
    (0..dual.beta.len())
        .map(|i| dual.linear[i] - product(i))
        .collect()
}

/// Returns the most violating pair, the largest gradient that can go up and the smallest that can
/// go down, with its violation.
fn worst_pair(dual: &Dual, f: &[f64]) -> (usize, usize, f64) {
    let up = (0..f.len()).filter(|&i| dual.beta[i] < dual.upper[i]);
    let down = (0..f.len()).filter(|&i| dual.beta[i] > dual.lower[i]);
    let i = up.max_by(|&a, &b| f[a].total_cmp(&f[b])).unwrap();
    let j = down.min_by(|&a, &b| f[a].total_cmp(&f[b])).unwrap();
    (i, j, f[i] - f[j])
}

fn objective(dual: &Dual, k: &Array2<f64>) -> f64 {
    let f = gradient(dual, k);
    let terms = (0..f.len()).map(|i| 0.5 * dual.beta[i] * (dual.linear[i] + f[i]));
    terms.sum()
}

/// Solves `dual` by one pair at a time, everything in `f64`.
fn slow_twin(mut dual: Dual, k: &Array2<f64>, tol: f64) -> Dual {
    let mut f = gradient(&dual, k);
    loop {
        let (i, j, gap) = worst_pair(&dual, &f);
        if gap <= tol {
            return dual;
        }
        let curvature = (k[[i, i]] + k[[j, j]] - 2.0 * k[[i, j]]).max(1e-12);
        let step = (gap / curvature)
            .min(dual.upper[i] - dual.beta[i])
            .min(dual.beta[j] - dual.lower[j]);
        dual.beta[i] += step;
        dual.beta[j] -= step;
        for (row, f) in f.iter_mut().enumerate() {
            *f -= step * (k[[row, i]] - k[[row, j]]);
        }
    }
}

#[test]
fn solutions_of_all_kernels_are_optimal_and_equal_the_slow_twin() {
    for n in [2, 3, 17, 700] {
        for kernel in KERNELS {
            let (x, mut dual) = problem(n, 5, 2.0);
            let k = matrix(kernel, &x);
            let twin = slow_twin(dual.clone(), &k, 1e-3);
            let mut products = Computed::new(x.view());
            let mut rows = KernelCache::new(kernel, x.view(), usize::MAX, &mut products);
            let outcome = decomposition::solve(&mut dual, &mut rows, 1e-3, None);
            assert!(outcome.converged);
            assert!(dual.beta.iter().sum::<f64>().abs() < 1e-9);
            for i in 0..n {
                assert!((dual.lower[i]..=dual.upper[i]).contains(&dual.beta[i]));
            }
            let (_, _, gap) = worst_pair(&dual, &gradient(&dual, &k));
            assert!(gap < 1.2e-3, "{kernel:?} {n}: {gap}");
            let (found, expected) = (objective(&dual, &k), objective(&twin, &k));
            assert!((found / expected - 1.0).abs() < 1e-3, "{found} {expected}");
        }
    }
}

#[test]
fn a_cache_without_room_changes_nothing() {
    let solve = |budget| {
        let (x, mut dual) = problem(3000, 5, 2.0);
        let mut products = Computed::new(x.view());
        let mut rows = KernelCache::new(KERNELS[1], x.view(), budget, &mut products);
        decomposition::solve(&mut dual, &mut rows, 1e-3, None);
        (dual.beta, rows.n_computed())
    };
    let (with_room, n_once) = solve(usize::MAX);
    let (without, n_again) = solve(0);
    assert_eq!(with_room, without);
    assert!(n_once < n_again, "{n_once} {n_again}");
}

#[test]
fn the_limit_of_steps_is_kept_and_reported() {
    let (x, mut dual) = problem(300, 5, 2.0);
    let mut products = Computed::new(x.view());
    let mut rows = KernelCache::new(KERNELS[1], x.view(), usize::MAX, &mut products);
    let outcome = decomposition::solve(&mut dual, &mut rows, 1e-3, Some(7));
    assert!(!outcome.converged && outcome.n_iter == 7 && outcome.gap > 1e-3);
}

#[test]
fn an_indefinite_kernel_ends_at_a_stationary_point() {
    let (x, mut dual) = problem(300, 5, 2.0);
    let kernel = Kernel::Sigmoid {
        gamma: 1.0,
        coef0: -1.0,
    };
    let mut products = Computed::new(x.view());
    let mut rows = KernelCache::new(kernel, x.view(), usize::MAX, &mut products);
    let outcome = decomposition::solve(&mut dual, &mut rows, 1e-3, None);
    assert!(outcome.converged);
    let (_, _, gap) = worst_pair(&dual, &gradient(&dual, &matrix(kernel, &x)));
    assert!(gap < 1.2e-3, "{gap}");
}

#[test]
fn each_group_keeps_its_sum() {
    let (x, dual) = problem(200, 5, 1.0);
    let mut dual = in_two_groups(dual, 80);
    let mut products = Computed::new(x.view());
    let mut rows = KernelCache::new(KERNELS[1], x.view(), usize::MAX, &mut products);
    let outcome = decomposition::solve(&mut dual, &mut rows, 1e-4, None);
    assert!(outcome.converged);
    for group in 0..2 {
        let sum: f64 = dual.beta.iter().skip(group).step_by(2).sum();
        assert!((sum.abs() - 40.0).abs() < 1e-9, "{sum}");
    }
}

#[test]
fn gradients_far_from_zero_keep_the_digits_that_matter() {
    // As ν-SVC with the linear kernel on standardised pixels: gradients far above 1e5, tolerance
    // 1e-3.
    let (x, dual) = problem(400, 100, 1.0);
    let (x, mut dual) = (x * 30.0 + 50.0, in_two_groups(dual, 120));
    let mut products = Computed::new(x.view());
    let mut rows = KernelCache::new(Kernel::Linear, x.view(), usize::MAX, &mut products);
    let outcome = decomposition::solve(&mut dual, &mut rows, 1e-3, None);
    assert!(outcome.converged, "{}", outcome.gap);
}

#[test]
fn newton_steps_on_the_weights_reach_the_optimum_of_the_slow_twin() {
    for (n, n_features) in [(2, 1), (3, 2), (17, 5), (401, 5), (300, 40)] {
        for c in [1e-3, 1.0, 100.0] {
            let (x, mut dual) = problem(n, n_features, c);
            let k = x.mapv(f64::from);
            let k = k.dot(&k.t());
            let twin = slow_twin(dual.clone(), &k, 1e-3);
            let outcome = augmented_lagrangian::solve(&mut dual, x.view(), 1e-3);
            assert!(outcome.converged);
            assert!(dual.beta.iter().sum::<f64>().abs() < 1e-6 * c);
            for i in 0..n {
                assert!((dual.lower[i]..=dual.upper[i]).contains(&dual.beta[i]));
            }
            let (_, _, gap) = worst_pair(&dual, &gradient(&dual, &k));
            assert!((gap - outcome.gap).abs() < 1e-6 && gap < 1.001e-3, "{gap}");
            let (found, expected) = (objective(&dual, &k), objective(&twin, &k));
            assert!((found / expected - 1.0).abs() < 1e-3, "{found} {expected}");
        }
    }
}

#[test]
fn copies_and_empty_features_do_not_stop_newton_steps() {
    let (mut x, mut dual) = problem(200, 6, 10.0);
    for i in 0..200 {
        x[[i, 4]] = 0.0;
        x[[i, 5]] = x[[i, 0]];
    }
    for i in 0..50 {
        let copy = x.row(i).to_owned();
        x.row_mut(100 + i).assign(&copy);
    }
    assert!(augmented_lagrangian::solve(&mut dual, x.view(), 1e-3).converged);
}

#[test]
fn rows_equal_the_kernel_matrix_and_are_computed_again_once_dropped() {
    let (x, _) = problem(150, 5, 1.0);
    let k = matrix(KERNELS[1], &x);
    let mut products = Computed::new(x.view());
    let mut rows = KernelCache::new(KERNELS[1], x.view(), 40 * 150 * 4, &mut products);
    let (low, high): (Vec<usize>, Vec<usize>) = ((0..40).collect(), (110..150).rev().collect());
    for (samples, n_computed) in [
        (&low, 40),
        (&low, 40),
        (&high, 80),
        (&low, 120),
        (&vec![149, 7], 121),
    ] {
        rows.ensure(samples);
        assert_eq!(rows.n_computed(), n_computed);
        for &sample in samples {
            for (found, expected) in rows.row(sample).iter().zip(k.index_axis(Axis(0), sample)) {
                assert!((f64::from(*found) - expected).abs() < 1e-6);
            }
        }
    }
}

/// A sign per row: whether it is of the first class.
fn signs(dual: &Dual) -> Vec<bool> {
    dual.upper.iter().map(|&upper| upper > 0.0).collect()
}

#[test]
fn libsvm_steps_reach_the_optimum_with_and_without_room_and_shrinking() {
    for n in [2, 3, 17, 700] {
        for kernel in KERNELS {
            for (budget, shrinking) in [(usize::MAX, true), (0, true), (usize::MAX, false)] {
                let (x, mut dual) = problem(n, 5, 2.0);
                let k = matrix(kernel, &x);
                let twin = slow_twin(dual.clone(), &k, 1e-3);
                let is_first = signs(&dual);
                let order = libsvm_steps::order_of(&is_first);
                let mut products = Computed::new(x.view());
                let mut rows = ExactRows::new(kernel, x.view(), order, budget, &mut products);
                let steps = Steps {
                    tol: 1e-3,
                    max_iter: 1_000_000,
                    shrinking,
                };
                let outcome = libsvm_steps::solve(&mut dual, &is_first, &mut rows, steps);
                assert!(outcome.converged);
                assert!(dual.beta.iter().sum::<f64>().abs() < 1e-9);
                let found = gradient(&dual, &k);
                let (_, _, gap) = worst_pair(&dual, &found);
                assert!(gap < 1.2e-3, "{kernel:?} {n}: {gap}");
                for (found, kept) in found.iter().zip(&outcome.gradient) {
                    assert!((found - kept).abs() < 1e-3, "{found} {kept}");
                }
                let (found, expected) = (objective(&dual, &k), objective(&twin, &k));
                assert!((found / expected - 1.0).abs() < 1e-3, "{found} {expected}");
            }
        }
    }
}

#[test]
fn a_gradient_that_shrinking_left_behind_is_restored() {
    // Many variables at their bounds, more steps than variables.
    let (x, mut dual) = problem(900, 3, 100.0);
    let is_first = signs(&dual);
    let k = matrix(KERNELS[1], &x);
    let order = libsvm_steps::order_of(&is_first);
    let mut products = Computed::new(x.view());
    let mut rows = ExactRows::new(KERNELS[1], x.view(), order, usize::MAX, &mut products);
    let steps = Steps {
        tol: 1e-3,
        max_iter: 10_000_000,
        shrinking: true,
    };
    let outcome = libsvm_steps::solve(&mut dual, &is_first, &mut rows, steps);
    assert!(outcome.converged && outcome.n_iter > 900);
    assert_ne!(rows.samples(), libsvm_steps::order_of(&is_first));
    for (found, kept) in gradient(&dual, &k).iter().zip(&outcome.gradient) {
        assert!((found - kept).abs() < 1e-2, "{found} {kept}");
    }
}
