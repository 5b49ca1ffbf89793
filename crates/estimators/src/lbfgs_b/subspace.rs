//! The minimum of the model over the variables that are free at the Cauchy point (the direct primal
//! method of the paper, section 5.1), brought back into the bounds (Morales and Nocedal 2011).

use super::Bounds;
use super::cauchy::CauchyPoint;
use super::memory::{Factored, Memory, Middle};
use super::vectors::{add_scaled, dot};

/// Returns the minimum, starting from the Cauchy point of `point`: x and its gradient. Returns
/// nothing where rounding has made the system singular.
pub(super) fn minimise_in_subspace(
    (x, gradient): (&[f64], &[f64]),
    cauchy: CauchyPoint,
    bounds: &[Bounds],
    memory: &Memory,
    middle: &Middle,
) -> Option<Vec<f64>> {
    let CauchyPoint { x: start, c, free } = cauchy;
    if free.is_empty() {
        return Some(start);
    }
    let theta = memory.theta();
    let rows: Vec<Vec<f64>> = free.iter().map(|&i| memory.row(i)).collect();
    // The gradient of the model at the Cauchy point.
    let mc = middle.times(&c);
    let reduced: Vec<f64> = free
        .iter()
        .zip(&rows)
        .map(|(&i, row)| gradient[i] + theta * (start[i] - x[i]) - dot(row, &mc))
        .collect();
    let step = newton_step(&reduced, &rows, theta, middle)?;

    let mut target = start.clone();
    for (&i, step) in free.iter().zip(&step) {
        target[i] = (start[i] + step).clamp(bounds[i].0, bounds[i].1);
    }
    let slope: f64 = (0..x.len()).map(|i| (target[i] - x[i]) * gradient[i]).sum();
    if slope <= 0.0 {
        return Some(target);
    }
    // The point brought back is no way down: go towards the minimum as far as the bounds allow.
    let mut share = 1.0_f64;
    for (&i, &step) in free.iter().zip(&step) {
        let room = if step < 0.0 { bounds[i].0 } else { bounds[i].1 } - start[i];
        if step != 0.0 && step.abs() * share > room.abs() {
            share = room / step;
        }
    }
    for (&i, step) in free.iter().zip(&step) {
        target[i] = (start[i] + share * step).clamp(bounds[i].0, bounds[i].1);
    }
    Some(target)
}

/// Returns `-(ZᵀBZ)⁻¹·reduced`, Z the columns of the free variables, whose rows of W are `rows`, by
/// the formula of Sherman, Morrison and Woodbury.
fn newton_step(
    reduced: &[f64],
    rows: &[Vec<f64>],
    theta: f64,
    middle: &Middle,
) -> Option<Vec<f64>> {
    let width = rows[0].len();
    // WᵀZZᵀW/θ and WᵀZ·reduced.
    let mut gram = vec![vec![0.0; width]; width];
    let mut v = vec![0.0; width];
    for (row, &r) in rows.iter().zip(reduced) {
        add_scaled(&mut v, r, row);
        for (gram, &w) in gram.iter_mut().zip(row) {
            add_scaled(gram, w / theta, row);
        }
    }
    // I - M·gram, column by column; gram is symmetric.
    let mut system = vec![vec![0.0; width]; width];
    for (column, gram) in gram.iter().enumerate() {
        for (row, value) in middle.times(gram).into_iter().enumerate() {
            system[row][column] = f64::from(row == column) - value;
        }
    }
    let v = Factored::new(system)?.solve(&middle.times(&v));
    let entry = |(row, r): (&Vec<f64>, &f64)| -r / theta - dot(row, &v) / (theta * theta);
    Some(rows.iter().zip(reduced).map(entry).collect())
}
