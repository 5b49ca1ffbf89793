//! The line search of Moré and Thuente, *Line search algorithms with guaranteed sufficient
//! decrease* (1994), with the constants of L-BFGS-B.
//!
//! φ(t) is f along the way. A step t is accepted if `φ(t) ≤ φ(0) + μ t φ'(0)` and
//! `|φ'(t)| ≤ η |φ'(0)|`, or if the interval that must hold such a step has become as short as its
//! relative tolerance, or the longest step is the best.

/// μ of sufficient decrease.
const DECREASE: f64 = 1e-3;
/// η of curvature.
const CURVATURE: f64 = 0.9;
/// Relative length of an interval that is not divided further.
const INTERVAL: f64 = 0.1;

/// What to do about a step that was tried.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    /// Evaluate at this step next.
    Try(f64),
    /// Take the step that was tried.
    Accept,
}

/// A step with φ and φ' there.
#[derive(Debug, Clone, Copy)]
struct Trial {
    t: f64,
    value: f64,
    slope: f64,
}

impl Trial {
    /// Returns the trial of φ(t) - `rate`·t instead of φ.
    fn minus(self, rate: f64) -> Self {
        Self {
            t: self.t,
            value: self.value - rate * self.t,
            slope: self.slope - rate,
        }
    }
}

#[derive(Debug)]
pub(super) struct LineSearch {
    start: Trial,
    longest: f64,
    /// Whether `best` and `other` enclose a minimum.
    is_bracketed: bool,
    /// Until a step has a low enough value and a slope that is not negative, the search is for a
    /// minimum of φ(t) - μ t φ'(0).
    is_first_stage: bool,
    best: Trial,
    other: Trial,
    /// The next step lies between these.
    low: f64,
    high: f64,
    width: f64,
    width_before: f64,
}

impl LineSearch {
    /// Starts from φ(0) = `value` and φ'(0) = `slope` < 0; `first` is the step that is tried first
    /// and `longest` the longest.
    pub fn new(value: f64, slope: f64, first: f64, longest: f64) -> Self {
        let start = Trial {
            t: 0.0,
            value,
            slope,
        };
        Self {
            start,
            longest,
            is_bracketed: false,
            is_first_stage: true,
            best: start,
            other: start,
            low: 0.0,
            high: 5.0 * first,
            width: longest,
            width_before: 2.0 * longest,
        }
    }

    /// Returns what to do about the step `t` with φ(t) = `value` and φ'(t) = `slope`.
    pub fn judge(&mut self, t: f64, value: f64, slope: f64) -> Verdict {
        let tried = Trial { t, value, slope };
        let rate = DECREASE * self.start.slope;
        let is_low = value <= self.start.value + t * rate;
        if self.is_first_stage && is_low && slope >= 0.0 {
            self.is_first_stage = false;
        }
        let is_squeezed = self.is_bracketed
            && (t <= self.low || t >= self.high || self.high - self.low <= INTERVAL * self.high);
        let is_longest = t == self.longest && is_low && slope <= rate;
        let is_nothing = t == 0.0 && (!is_low || slope >= rate);
        let is_good = is_low && slope.abs() <= -CURVATURE * self.start.slope;
        if is_squeezed || is_longest || is_nothing || is_good {
            return Verdict::Accept;
        }
        let mut next = if self.is_first_stage && value <= self.best.value && !is_low {
            let (mut best, mut other) = (self.best.minus(rate), self.other.minus(rate));
            let next = self.next_step(&mut best, &mut other, tried.minus(rate));
            (self.best, self.other) = (best.minus(-rate), other.minus(-rate));
            next
        } else {
            let (mut best, mut other) = (self.best, self.other);
            let next = self.next_step(&mut best, &mut other, tried);
            (self.best, self.other) = (best, other);
            next
        };
        let (best, other) = (self.best.t, self.other.t);
        if self.is_bracketed {
            if (other - best).abs() >= 0.66 * self.width_before {
                next = best + 0.5 * (other - best);
            }
            self.width_before = self.width;
            self.width = (other - best).abs();
            (self.low, self.high) = (best.min(other), best.max(other));
        } else {
            self.low = next + 1.1 * (next - best);
            self.high = next + 4.0 * (next - best);
        }
        next = next.clamp(0.0, self.longest);
        let is_squeezed =
            next <= self.low || next >= self.high || self.high - self.low <= INTERVAL * self.high;
        if self.is_bracketed && is_squeezed {
            next = best;
        }
        Verdict::Try(next)
    }

    /// Returns the next step by cubic and quadratic interpolation, and makes `tried` one of the two
    /// ends (section 4 of the paper).
    fn next_step(&mut self, best: &mut Trial, other: &mut Trial, tried: Trial) -> f64 {
        let turns = tried.slope * best.slope.signum() < 0.0;
        let span = tried.t - best.t;
        let next = if tried.value > best.value {
            // A higher value: a minimum lies between.
            self.is_bracketed = true;
            let cubic = best.t + cubic_share(*best, tried) * span;
            let mean_slope = (best.value - tried.value) / span;
            let quadratic = best.t + best.slope / (mean_slope + best.slope) / 2.0 * span;
            if (cubic - best.t).abs() < (quadratic - best.t).abs() {
                cubic
            } else {
                cubic + (quadratic - cubic) / 2.0
            }
        } else if turns {
            // A lower value and a slope of the other sign: again a minimum lies between.
            self.is_bracketed = true;
            let cubic = tried.t - cubic_share(tried, *best) * span;
            let secant = tried.t - tried.slope / (tried.slope - best.slope) * span;
            farther(cubic, secant, tried.t)
        } else if tried.slope.abs() < best.slope.abs() {
            let secant = tried.t - tried.slope / (tried.slope - best.slope) * span;
            let cubic = match extrapolated_share(*best, tried) {
                Some(share) => tried.t - share * span,
                None if span > 0.0 => self.high,
                None => self.low,
            };
            if self.is_bracketed {
                let nearer = if (cubic - tried.t).abs() < (secant - tried.t).abs() {
                    cubic
                } else {
                    secant
                };
                let limit = tried.t + 0.66 * (other.t - tried.t);
                if span > 0.0 {
                    nearer.min(limit)
                } else {
                    nearer.max(limit)
                }
            } else {
                farther(cubic, secant, tried.t).min(self.high).max(self.low)
            }
        } else if self.is_bracketed {
            tried.t + cubic_share(tried, *other) * (other.t - tried.t)
        } else if span > 0.0 {
            self.high
        } else {
            self.low
        };
        if tried.value > best.value {
            *other = tried;
        } else {
            if turns {
                *other = *best;
            }
            *best = tried;
        }
        next
    }
}

fn farther(a: f64, b: f64, from: f64) -> f64 {
    if (a - from).abs() > (b - from).abs() {
        a
    } else {
        b
    }
}

/// Returns θ, its scale and the discriminant of the cubic through two trials.
fn cubic_terms(a: Trial, b: Trial) -> (f64, f64, f64) {
    let theta = 3.0 * (a.value - b.value) / (b.t - a.t) + a.slope + b.slope;
    let scale = theta.abs().max(a.slope.abs()).max(b.slope.abs());
    let discriminant = (theta / scale).powi(2) - (a.slope / scale) * (b.slope / scale);
    (theta, scale, discriminant)
}

/// Returns where the cubic through `from` and `to` has its minimum, as a share of the way.
fn cubic_share(from: Trial, to: Trial) -> f64 {
    let (theta, scale, discriminant) = cubic_terms(from, to);
    let mut gamma = scale * discriminant.max(0.0).sqrt();
    if to.t < from.t {
        gamma = -gamma;
    }
    let p = (gamma - from.slope) + theta;
    let q = ((gamma - from.slope) + gamma) + to.slope;
    p / q
}

/// Returns where the cubic through `best` and `tried` has its minimum, as a share of the way from
/// `tried` back to `best`, if it lies beyond `tried` and the cubic grows from there on.
fn extrapolated_share(best: Trial, tried: Trial) -> Option<f64> {
    let (theta, scale, discriminant) = cubic_terms(best, tried);
    let mut gamma = scale * discriminant.max(0.0).sqrt();
    if tried.t > best.t {
        gamma = -gamma;
    }
    let p = (gamma - tried.slope) + theta;
    let q = (gamma + (best.slope - tried.slope)) + gamma;
    let share = p / q;
    (share < 0.0 && gamma != 0.0).then_some(share)
}
