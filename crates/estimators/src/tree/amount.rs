//! Numbers of samples: a count, or a share of the training samples.

use crate::parameters::{Interval, Kind, ParamValue, Parameter};

with_serde! {
    /// A number of samples.
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub enum Amount {
        /// This many.
        Count(usize),
        /// This share of the training samples, rounded up.
        Share(f64),
    }
}

impl Amount {
    /// Returns the number of samples that this is of `n_samples`.
    #[must_use]
    pub fn of(self, n_samples: usize) -> usize {
        match self {
            Self::Count(count) => count,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of a count"
            )]
            Self::Share(share) => (share * n_samples as f64).ceil() as usize,
        }
    }
}

/// The ranges of a parameter that is a count or a share: by default [1, inf) and (0, 1].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmountRange {
    counts: Interval,
    shares: Interval,
}

impl AmountRange {
    /// Returns the range of counts from `least` on, and of `shares`.
    #[must_use]
    pub const fn new(least: u32, shares: Interval) -> Self {
        Self {
            counts: Interval::at_least(least),
            shares,
        }
    }

    /// Whether it contains a count.
    #[must_use]
    pub fn contains_count(&self, count: usize) -> bool {
        self.counts.contains(count as f64)
    }

    /// Whether it contains a share.
    #[must_use]
    pub fn contains_share(&self, share: f64) -> bool {
        self.shares.contains(share)
    }

    /// Returns what is accepted, in words.
    #[must_use]
    pub fn expected(&self) -> String {
        let Self { counts, shares } = self;
        format!("an integer in {counts} or a fraction in {shares}")
    }
}

impl Default for AmountRange {
    fn default() -> Self {
        Self::new(1, Interval::SHARE)
    }
}

impl Parameter for Amount {
    type Range = AmountRange;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Share, Kind::Int]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Float(share) => Some(Self::Share(*share)),
            value => usize::read(value).map(Self::Count),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Count(count) => count.write(),
            Self::Share(share) => share.write(),
        }
    }

    fn is_in(&self, range: &AmountRange) -> bool {
        match self {
            Self::Count(count) => range.contains_count(*count),
            Self::Share(share) => range.contains_share(*share),
        }
    }

    fn expected(range: &AmountRange) -> String {
        range.expected()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_point_zero_is_everything_and_one_is_a_count() {
        let read = |value| Amount::read(&value).unwrap();
        assert_eq!(read(ParamValue::Float(1.0)).of(30), 30);
        assert_eq!(read(ParamValue::Int(1)).of(30), 1);
        assert_eq!(read(ParamValue::Float(0.11)).of(30), 4);
        assert_eq!(Amount::read(&ParamValue::Int(-1)), None);
        assert_eq!(Amount::read(&ParamValue::Null), None);
        for amount in [Amount::Count(3), Amount::Share(0.5), Amount::Share(1.0)] {
            assert_eq!(Amount::read(&amount.write()), Some(amount));
        }
    }

    #[test]
    fn counts_and_shares_have_ranges_of_their_own() {
        let range = AmountRange::new(2, Interval::PART);
        assert!(Amount::Count(2).is_in(&range) && !Amount::Count(1).is_in(&range));
        assert!(Amount::Share(0.9).is_in(&range) && !Amount::Share(1.0).is_in(&range));
        assert!(!Amount::Share(f64::NAN).is_in(&range));
        let expected = "an integer in [2, inf) or a fraction in (0, 1)";
        assert_eq!(Amount::expected(&range), expected);
        assert!(Amount::Share(1.0).is_in(&AmountRange::default()));
    }
}
