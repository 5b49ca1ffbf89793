//! A line search for the strong Wolfe conditions (Nocedal and Wright 2006, algorithms 3.5 and 3.6),
//! with cubic interpolation.

/// Share of the first slope by which a step must lower the value.
const DECREASE: f64 = 1e-4;

/// Share of the first slope that may be left at the end of a step.
const CURVATURE: f64 = 0.9;

/// Most evaluations.
const MAX_EVALUATIONS: usize = 25;

/// Steps within the bracket keep this share of its length from its ends.
const MARGIN: f64 = 0.1;

/// The function along the line, at one length of the step.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub t: f64,
    pub value: f64,
    pub slope: f64,
}

impl Point {
    fn is_finite(&self) -> bool {
        self.value.is_finite() && self.slope.is_finite()
    }
}

/// Returns a point that fulfils the conditions, with what `at` made there, or else the lowest one
/// found; nothing if none is lower than `start`. The first try is `t`.
pub(super) fn wolfe<T>(
    start: Point,
    mut t: f64,
    at: &mut impl FnMut(f64) -> (Point, T),
) -> Option<(Point, T)> {
    let is_low = |p: &Point| p.value <= start.value + DECREASE * p.t * start.slope;
    let is_flat = |p: &Point| p.slope.abs() <= -CURVATURE * start.slope;
    let mut n_left = MAX_EVALUATIONS;
    // The end of the bracket with the lowest value so far, and the other one.
    let (mut low, mut made): (Point, Option<T>) = (start, None);
    let mut high: Option<Point> = None;
    while n_left > 0 {
        n_left -= 1;
        let (tried, state) = at(t);
        if !tried.is_finite() {
            high = None;
            t = low.t + 0.5 * (t - low.t);
            continue;
        }
        if !is_low(&tried) || (made.is_some() && tried.value >= low.value) {
            high = Some(tried);
        } else {
            if is_flat(&tried) {
                return Some((tried, state));
            }
            let turns = match high {
                Some(high) => tried.slope * (high.t - low.t) >= 0.0,
                None => tried.slope >= 0.0,
            };
            if turns {
                high = Some(low);
            }
            let before = low;
            (low, made) = (tried, Some(state));
            if high.is_none() {
                // Still downhill: farther along the line.
                let (least, most) = (low.t + 0.01 * (low.t - before.t), 10.0 * low.t);
                t = cubic(before, low, f64::midpoint(least, most)).clamp(least, most);
                continue;
            }
        }
        let end = high.unwrap_or(low);
        let (least, most) = (low.t.min(end.t), low.t.max(end.t));
        if (most - least) * start.slope.abs() < 1e-16 * start.value.abs() {
            break;
        }
        let margin = MARGIN * (most - least);
        t = cubic(low, end, f64::midpoint(least, most)).clamp(least + margin, most - margin);
    }
    made.map(|made| (low, made))
}

/// Returns the minimum of the cubic through both points and slopes, or `otherwise` if it has none.
fn cubic(a: Point, b: Point, otherwise: f64) -> f64 {
    let (a, b) = if a.t <= b.t { (a, b) } else { (b, a) };
    let d1 = a.slope + b.slope - 3.0 * (a.value - b.value) / (a.t - b.t);
    let square = d1 * d1 - a.slope * b.slope;
    if square < 0.0 {
        return otherwise;
    }
    let d2 = square.sqrt();
    let t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2.0 * d2));
    if t.is_finite() { t } else { otherwise }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(f: impl Fn(f64) -> f64, slope: impl Fn(f64) -> f64, t: f64) -> Option<f64> {
        let point = |t: f64| Point {
            t,
            value: f(t),
            slope: slope(t),
        };
        wolfe(point(0.0), t, &mut |t| (point(t), ())).map(|(point, ())| point.t)
    }

    #[test]
    fn steps_fulfil_the_conditions_from_far_too_short_to_far_too_long() {
        for first in [1e-4, 0.1, 1.0, 50.0, 1e4] {
            let t = search(|t| (t - 3.0).powi(2), |t| 2.0 * (t - 3.0), first).unwrap();
            assert!(
                (2.0 * (t - 3.0)).abs() <= 0.9 * 6.0 && (t - 3.0).powi(2) < 9.0,
                "{first} {t}"
            );
            let t = search(|t| -(t * (-t).exp()), |t| (t - 1.0) * (-t).exp(), first).unwrap();
            assert!(((t - 1.0) * (-t).exp()).abs() <= 0.9, "{first} {t}");
        }
    }

    #[test]
    fn steps_stay_where_the_function_is_finite_and_end_where_nothing_is_lower() {
        let t = search(|t| if t < 1.0 { -t } else { f64::NAN }, |_| -1.0, 8.0).unwrap();
        assert!(t > 0.0 && t < 1.0);
        assert!(search(|t| t, |_| -1.0, 1.0).is_none());
    }
}
