//! Ranges of numbers, checked and printed in one way.

use std::fmt;

/// A range of finite numbers; each end belongs to it or does not.
///
/// ```
/// use fashion_bench_estimators::parameters::Interval;
/// assert_eq!(Interval::at_least(1).to_string(), "[1, inf)");
/// assert!(Interval::POSITIVE.contains(0.5) && !Interval::POSITIVE.contains(f64::INFINITY));
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    low: f64,
    high: f64,
    has_low: bool,
    has_high: bool,
}

impl Interval {
    /// Every finite number: (-inf, inf).
    pub const ALL: Self = Self::open(f64::NEG_INFINITY, f64::INFINITY);
    /// Every finite number, as [`Self::ALL`], for a parameter whose type has a narrower range
    /// unless a declaration says otherwise.
    pub const FINITE: Self = Self::closed(f64::NEG_INFINITY, f64::INFINITY);
    /// (0, inf).
    pub const POSITIVE: Self = Self::open(0.0, f64::INFINITY);
    /// [0, inf).
    pub const NOT_NEGATIVE: Self = Self::closed_open(0.0, f64::INFINITY);
    /// [0, 1].
    pub const UNIT: Self = Self::closed(0.0, 1.0);
    /// (0, 1): a share that is neither nothing nor everything.
    pub const PART: Self = Self::open(0.0, 1.0);
    /// (0, 1]: a share that is not nothing.
    pub const SHARE: Self = Self::open_closed(0.0, 1.0);

    /// Returns `(low, high)`.
    #[must_use]
    pub const fn open(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            has_low: false,
            has_high: false,
        }
    }

    /// Returns `[low, high]`.
    #[must_use]
    pub const fn closed(low: f64, high: f64) -> Self {
        Self {
            low,
            high,
            has_low: true,
            has_high: true,
        }
    }

    /// Returns `(low, high]`.
    #[must_use]
    pub const fn open_closed(low: f64, high: f64) -> Self {
        Self {
            has_low: false,
            ..Self::closed(low, high)
        }
    }

    /// Returns `[low, high)`.
    #[must_use]
    pub const fn closed_open(low: f64, high: f64) -> Self {
        Self {
            has_low: true,
            ..Self::open(low, high)
        }
    }

    /// Returns `[low, inf)`, as for counts.
    #[must_use]
    pub const fn at_least(low: u32) -> Self {
        Self::closed_open(low as f64, f64::INFINITY)
    }

    /// Whether `value` lies in the range; NaN and infinities never do.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        let is_above = value > self.low || (self.has_low && value == self.low);
        let is_below = value < self.high || (self.has_high && value == self.high);
        value.is_finite() && is_above && is_below
    }

    /// Returns the lower end, and whether it belongs to the range.
    #[must_use]
    pub const fn low(&self) -> (f64, bool) {
        (self.low, self.has_low)
    }

    /// Returns the upper end, and whether it belongs to the range.
    #[must_use]
    pub const fn high(&self) -> (f64, bool) {
        (self.high, self.has_high)
    }

    /// Whether the range leaves nothing out.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self == Self::ALL
    }
}

impl Default for Interval {
    fn default() -> Self {
        Self::ALL
    }
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = if self.has_low && self.low.is_finite() {
            '['
        } else {
            '('
        };
        let close = if self.has_high && self.high.is_finite() {
            ']'
        } else {
            ')'
        };
        write!(f, "{open}{}, {}{close}", self.low, self.high)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_in_or_out_and_shows_it() {
        let cases = [
            (Interval::open(0.0, 1.0), "(0, 1)", false, false),
            (Interval::closed(0.0, 1.0), "[0, 1]", true, true),
            (Interval::open_closed(0.0, 1.0), "(0, 1]", false, true),
            (Interval::closed_open(0.0, 1.0), "[0, 1)", true, false),
        ];
        for (interval, text, has_low, has_high) in cases {
            assert_eq!(interval.to_string(), text);
            assert_eq!(interval.contains(0.0), has_low, "{text}");
            assert_eq!(interval.contains(1.0), has_high, "{text}");
            assert!(interval.contains(0.5) && !interval.contains(1.5) && !interval.contains(-0.5));
        }
    }

    #[test]
    fn no_range_holds_what_is_not_finite() {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(!Interval::ALL.contains(value));
            assert!(!Interval::closed(f64::NEG_INFINITY, f64::INFINITY).contains(value));
        }
        for all in [Interval::ALL, Interval::FINITE] {
            assert_eq!(all.to_string(), "(-inf, inf)");
            assert!(all.contains(-1e300) && !all.contains(f64::NEG_INFINITY));
        }
        assert_eq!(Interval::at_least(2).to_string(), "[2, inf)");
    }
}
