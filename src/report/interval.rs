//! The 95 % interval of an accuracy.
//!
//! Two things make an accuracy uncertain, and an interval shows one of them. Repeats that differ
//! show the effect of training: the interval is Student's, of their mean. Without such repeats,
//! what remains is that the test split is a sample: the interval is Wilson's, of a share of its
//! images (Wilson 1927).

use serde::Serialize;

use crate::results::mean_accuracy;

/// The number of repeats from which their spread is informative.
const MIN_REPEATS: usize = 3;

/// The two-sided 95 % quantile of the normal distribution.
const NORMAL: f64 = 1.96;

/// The two-sided 95 % quantiles of Student's distribution with 1, 2, … degrees of freedom.
const STUDENT: [f64; 20] = [
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
    2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
];

/// The source of the uncertainty in an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalSource {
    /// The spread of the repeats around their mean.
    Repeats,
    /// The choice of the test split as a sample of all images.
    TestSplit,
}

/// The interval in which the accuracy lies with a probability of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end, in [0, 1].
    pub low: f64,
    /// Upper end, in [0, 1].
    pub high: f64,
    /// The source of the uncertainty.
    pub source: IntervalSource,
}

impl Interval {
    /// Returns the interval of the mean of `score`, accuracies on `n_test` images, or nothing
    /// without a score.
    #[must_use]
    pub fn of(score: &[f64], n_test: usize) -> Option<Self> {
        let mean = mean_accuracy(score)?;
        let n = score.len() as f64;
        let squares: f64 = score.iter().map(|value| (value - mean).powi(2)).sum();
        let differs = score.iter().any(|value| *value != score[0]);
        if score.len() >= MIN_REPEATS && differs {
            let quantile = STUDENT.get(score.len() - 2).unwrap_or(&NORMAL);
            let half = quantile * (squares / (n - 1.0) / n).sqrt();
            return Some(Self {
                low: (mean - half).max(0.0),
                high: (mean + half).min(1.0),
                source: IntervalSource::Repeats,
            });
        }
        let n = n_test as f64;
        let z2 = NORMAL * NORMAL;
        let centre = (mean + z2 / (2.0 * n)) / (1.0 + z2 / n);
        let half = NORMAL / (1.0 + z2 / n) * (mean * (1.0 - mean) / n + z2 / (4.0 * n * n)).sqrt();
        Some(Self {
            low: (centre - half).max(0.0),
            high: (centre + half).min(1.0),
            source: IntervalSource::TestSplit,
        })
    }

    /// Returns half the width of the interval.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(interval: Option<Interval>) -> (f64, f64, IntervalSource) {
        let Interval { low, high, source } = interval.unwrap();
        (
            (low * 1e4).round() / 1e4,
            (high * 1e4).round() / 1e4,
            source,
        )
    }

    #[test]
    fn one_score_has_the_interval_of_a_share_of_the_test_split() {
        // statsmodels.stats.proportion.proportion_confint(850, 1000, method="wilson")
        assert_eq!(
            rounded(Interval::of(&[0.85], 1000)),
            (0.8265, 0.8708, IntervalSource::TestSplit)
        );
        let all = Interval::of(&[1.0], 10).unwrap();
        assert!(all.low > 0.7 && all.high <= 1.0);
        assert_eq!(Interval::of(&[], 10), None);
    }

    #[test]
    fn three_scores_that_differ_have_students_interval() {
        // scipy.stats.t.interval(0.95, 2, loc=0.8, scale=scipy.stats.sem([0.79, 0.8, 0.81]))
        assert_eq!(
            rounded(Interval::of(&[0.79, 0.8, 0.81], 10_000)),
            (0.7752, 0.8248, IntervalSource::Repeats)
        );
    }

    #[test]
    fn equal_scores_and_pairs_fall_back_to_the_test_split() {
        for score in [&[0.8, 0.8, 0.8][..], &[0.8, 0.81]] {
            let interval = Interval::of(score, 10_000).unwrap();
            assert_eq!(interval.source, IntervalSource::TestSplit);
        }
    }
}
