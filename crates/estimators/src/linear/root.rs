//! The root of a directional derivative: where an exact line search ends.

/// Returns the root of an increasing function that is negative at 0, to a tenth of the value at 0,
/// or 0 if there is none to be found in `max_steps`. `f` returns the value and the derivative.
pub(super) fn find_root(max_steps: usize, f: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (start, start_curvature) = f(0.0);
    if start >= 0.0 || start_curvature.is_nan() {
        return 0.0;
    }
    let (mut low, mut high, mut t) = (0.0, f64::INFINITY, 1.0);
    for _ in 0..max_steps {
        let (value, slope) = f(t);
        if value.abs() <= 0.1 * start.abs() {
            return t;
        }
        if value < 0.0 {
            low = t;
        } else {
            high = t;
        }
        let newton = t - value / slope;
        t = if newton > low && newton < high {
            newton.min(4.0 * t)
        } else if high.is_finite() {
            0.5 * (low + high)
        } else {
            2.0 * t
        };
    }
    low
}
