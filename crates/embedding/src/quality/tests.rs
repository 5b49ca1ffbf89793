use ndarray::Array2;

use super::*;

/// Rows that benchmark/oracle/embedding.py makes as well.
fn rows(n: usize) -> Array2<f32> {
    Array2::from_shape_fn((n, 6), |(i, j)| {
        ((i * i * (j + 2) * 31 + i * 17 + j * j * 5) % 1009) as f32
    })
}

fn points(n: usize) -> Array2<f64> {
    let x = rows(n).mapv(f64::from);
    Array2::from_shape_fn((n, 2), |(i, axis)| match axis {
        0 => x[[i, 0]] + ((i * 37) % 211) as f64,
        _ => x[[i, 1]] + 0.5 * x[[i, 2]],
    })
}

#[test]
fn trustworthiness_is_that_of_scikit_learn() {
    for (n, k, expected) in [
        (20, 5, 0.806_666_666_666_666_6),
        (60, 5, 0.768_589_743_589_743_5),
        (150, 15, 0.770_757_655_293_088_4),
    ] {
        let found = trustworthiness(rows(n).view(), points(n).view(), k, n).unwrap();
        assert!((found - expected).abs() < 1e-12, "{n} {k}: {found}");
    }
}

#[test]
fn a_sample_of_rows_gives_about_the_same_and_a_copy_of_the_rows_is_trusted_in_full() {
    let (x, y) = (rows(900), points(900));
    let all = trustworthiness(x.view(), y.view(), 10, 900).unwrap();
    let some = trustworthiness(x.view(), y.view(), 10, 300).unwrap();
    assert!((all - some).abs() < 0.01, "{all} {some}");
    let plane = x.slice(s![.., ..2]).to_owned();
    let copy = plane.mapv(f64::from);
    // Rows at the same distance may be ranked either way.
    assert!(trustworthiness(plane.view(), copy.view(), 10, 900).unwrap() > 1.0 - 1e-6);
    let error = trustworthiness(x.slice(s![..20, ..]), y.slice(s![..20, ..]), 10, 20);
    assert_eq!(
        error.unwrap_err().to_string(),
        "trustworthiness needs at least 21 rows, got 20"
    );
}

#[test]
fn accuracy_is_that_of_scikit_learns_neighbours_without_the_point_itself() {
    for (n, k, n_right) in [(60, 3, 48), (150, 10, 126)] {
        let labels: Vec<u16> = rows(n).column(0).iter().map(|&v| v as u16 / 340).collect();
        let found = neighbor_accuracy(points(n).view(), &labels, k);
        assert_eq!(found, f64::from(n_right) / n as f64, "{n} {k}");
    }
}
