//! The generalised Cauchy point: the first local minimum of the model along the path that the
//! negative gradient takes when it is bent at the bounds (algorithm CP of the paper).
//!
//! Symbols: t the time on the path, d its direction, p = Wᵀd, c = Wᵀ(x(t) - x), f' and f'' the
//! derivatives of the model along it.

use super::Bounds;
use super::memory::{Memory, Middle};
use super::vectors::{add_scaled, dot};

/// A Cauchy point.
pub(super) struct CauchyPoint {
    pub x: Vec<f64>,
    /// Wᵀ(this x - the x it starts from).
    pub c: Vec<f64>,
    /// Variables that are not at a bound, ascending.
    pub free: Vec<usize>,
}

/// Finds the Cauchy point from `x` with `gradient`.
pub(super) fn cauchy_point(
    x: &[f64],
    gradient: &[f64],
    bounds: &[Bounds],
    memory: &Memory,
    middle: &Middle,
) -> CauchyPoint {
    let n = x.len();
    let time = |i: usize| {
        let (low, high) = bounds[i];
        match gradient[i] {
            g if g < 0.0 => (x[i] - high) / g,
            g if g > 0.0 => (x[i] - low) / g,
            _ => f64::INFINITY,
        }
    };
    let times: Vec<f64> = (0..n).map(time).collect();
    let mut d: Vec<f64> = (0..n)
        .map(|i| if times[i] > 0.0 { -gradient[i] } else { 0.0 })
        .collect();
    let mut breaks: Vec<usize> = (0..n)
        .filter(|&i| times[i] > 0.0 && times[i] < f64::INFINITY)
        .collect();
    breaks.sort_by(|&a, &b| times[a].total_cmp(&times[b]).then(a.cmp(&b)));

    let theta = memory.theta();
    let mut point = x.to_vec();
    let mut p = memory.times_transposed(&d);
    let mut c = vec![0.0; memory.width()];
    let mut first = -dot(&d, &d);
    let mut second = -theta * first - dot(&p, &middle.times(&p));
    let least_second = f64::EPSILON * -theta * first;
    let mut wait = if second > 0.0 { -first / second } else { 0.0 };
    let mut now = 0.0;
    let mut n_moving = d.iter().filter(|&&d| d != 0.0).count();
    for b in breaks {
        let step = times[b] - now;
        if wait < step {
            break;
        }
        now = times[b];
        point[b] = if d[b] > 0.0 { bounds[b].1 } else { bounds[b].0 };
        d[b] = 0.0;
        n_moving -= 1;
        let (g, z) = (gradient[b], point[b] - x[b]);
        add_scaled(&mut c, step, &p);
        let w = memory.row(b);
        let mw = middle.times(&w);
        first += step * second + g * g + theta * g * z - g * dot(&mw, &c);
        second -= theta * g * g + 2.0 * g * dot(&mw, &p) + g * g * dot(&mw, &w);
        second = second.max(least_second);
        add_scaled(&mut p, g, &w);
        // Where nothing moves any more there is nothing to wait for.
        wait = if n_moving == 0 { 0.0 } else { -first / second };
    }
    let wait = wait.max(0.0);
    now += wait;
    add_scaled(&mut c, wait, &p);
    for i in (0..n).filter(|&i| d[i] != 0.0) {
        point[i] = (x[i] + now * d[i]).clamp(bounds[i].0, bounds[i].1);
    }
    let is_free = |&i: &usize| point[i] > bounds[i].0 && point[i] < bounds[i].1;
    CauchyPoint {
        free: (0..n).filter(is_free).collect(),
        x: point,
        c,
    }
}
