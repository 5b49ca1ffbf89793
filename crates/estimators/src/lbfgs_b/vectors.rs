//! Sums over long vectors, in a fixed order.

/// Partial sums, as many on every machine.
const LANES: usize = 8;

/// Returns `Σ a[i]·b[i]`.
pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    let (a, a_tail) = a.as_chunks::<LANES>();
    let (b, b_tail) = b.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let tail = a_tail.iter().zip(b_tail);
    tail.fold(sums.iter().sum(), |sum, (a, b)| sum + a * b)
}

/// Adds `factor·x` to `y`.
pub(super) fn add_scaled(y: &mut [f64], factor: f64, x: &[f64]) {
    for (y, x) in y.iter_mut().zip(x) {
        *y += factor * x;
    }
}
