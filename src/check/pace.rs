//! Times as ratios to a calibration row of the same run.
//!
//! Seconds say more about the machine and its other tenants than about the code. CPU seconds
//! divided by those of a fit that ran beside them, on the same machine, mostly cancel that.

use serde::Serialize;

use super::reference::TimeRule;
use crate::grid::JobId;
use crate::results::{Record, Repeat, Status, median};

/// How a time compares with the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// Within the factor.
    Same,
    /// More than the factor longer.
    Slower,
    /// More than the factor shorter: record it.
    Faster,
}

/// A time in units of the calibration row's fit, beside the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Ratio {
    /// Recorded ratio.
    pub expected: f64,
    /// Ratio found.
    pub found: f64,
    /// How many times as long it took, with times below the floor taken for the floor.
    pub growth: f64,
    /// What to think of it.
    pub pace: Pace,
}

impl Ratio {
    pub(super) fn judge(expected: f64, found: f64, rule: &TimeRule) -> Self {
        let growth = found.max(rule.floor) / expected.max(rule.floor);
        let pace = if growth > rule.factor {
            Pace::Slower
        } else if growth * rule.factor < 1.0 {
            Pace::Faster
        } else {
            Pace::Same
        };
        Self {
            expected,
            found,
            growth,
            pace,
        }
    }
}

/// Why the times of a row that ended well were not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Untimed {
    /// The table has no calibration row that ran on the same machine.
    NoCalibration,
    /// The times were recorded on a processor that is another one, or may be.
    OtherProcessor,
    /// The reference has no times of the row.
    NotRecorded,
    /// The reference does not say how times are judged.
    NoRule,
}

impl Untimed {
    /// Why, after "times not judged:".
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoCalibration => "no calibration row of their host",
            Self::OtherProcessor => "recorded on another processor or one not known well enough",
            Self::NotRecorded => "none are recorded",
            Self::NoRule => "the reference has no rule for them",
        }
    }
}

/// Fit and predict times of a row in units of the calibration row's fit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Paces {
    pub fit: f64,
    pub predict: f64,
}

/// The calibration rows of a table.
#[derive(Debug, Clone)]
pub(super) struct Calibration<'a> {
    rows: Vec<&'a Record>,
}

impl<'a> Calibration<'a> {
    /// The rows of `records` with the id `unit` that ended well.
    pub(super) fn new(records: &[&'a Record], unit: &JobId) -> Self {
        let is_unit = |record: &&&Record| record.id == *unit && record.status == Status::Ok;
        Self {
            rows: records.iter().filter(is_unit).copied().collect(),
        }
    }

    /// The times of `record` by the calibration row that ran on the same machine nearest to it in
    /// time; nothing if there is none.
    pub(super) fn measure(&self, record: &Record) -> Option<Paces> {
        let unit = self
            .rows
            .iter()
            .filter(|unit| {
                let environments = unit.environment.as_ref().zip(record.environment.as_ref());
                environments.is_some_and(|(unit, record)| unit.is_same_machine(record))
            })
            .min_by_key(|unit| {
                let starts = unit.start_time.zip(record.start_time);
                starts.map_or(u64::MAX, |(unit, record)| unit.abs_diff(record))
            })?;
        let unit_s = median_of(&unit.repeats, |repeat| repeat.fit_cpu_s).filter(|&s| s > 0.0)?;
        Some(Paces {
            fit: median_of(&record.repeats, |repeat| repeat.fit_cpu_s)? / unit_s,
            predict: median_of(&record.repeats, |repeat| repeat.predict_cpu_s)? / unit_s,
        })
    }
}

fn median_of(repeats: &[Repeat], seconds: impl Fn(&Repeat) -> Option<f64>) -> Option<f64> {
    median(repeats.iter().filter_map(seconds).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    fn rule() -> TimeRule {
        TimeRule {
            calibration: JobId::new("Unit", &serde_json::Map::new()),
            factor: 2.0,
            floor: 0.1,
            reason: "test".to_owned(),
        }
    }

    #[test]
    fn times_are_findings_beyond_the_factor_either_way() {
        let pace = |expected, found| Ratio::judge(expected, found, &rule()).pace;
        assert_eq!(pace(1.0, 1.9), Pace::Same);
        assert_eq!(pace(1.0, 2.1), Pace::Slower);
        assert_eq!(pace(1.0, 0.51), Pace::Same);
        assert_eq!(pace(1.0, 0.49), Pace::Faster);
    }

    #[test]
    fn times_below_the_floor_are_alike() {
        let pace = |expected, found| Ratio::judge(expected, found, &rule()).pace;
        assert_eq!(pace(0.001, 0.09), Pace::Same);
        assert_eq!(pace(0.001, 0.19), Pace::Same);
        assert_eq!(pace(0.001, 0.21), Pace::Slower);
    }

    #[test]
    fn the_unit_is_the_nearest_calibration_row_of_the_same_machine() {
        let at = |name: &str, start: i64, host: &str, fit_cpu_s: f64| {
            let mut row = record(name, &[0.5]);
            row.start_time = Some(start);
            row.environment.as_mut().unwrap().boot_id = Some(host.to_owned());
            row.repeats[0].fit_cpu_s = Some(fit_cpu_s);
            row
        };
        let rows = [
            at("Unit", 0, "a", 2.0),
            at("Unit", 100, "a", 4.0),
            at("Unit", 60, "b", 8.0),
        ];
        let rows: Vec<_> = rows.iter().collect();
        let calibration = Calibration::new(&rows, &rule().calibration);
        let fit = |start, host| {
            let paces = calibration.measure(&at("SVC", start, host, 16.0));
            paces.map(|paces| paces.fit)
        };
        assert_eq!(fit(10, "a"), Some(8.0));
        assert_eq!(fit(90, "a"), Some(4.0));
        assert_eq!(fit(0, "b"), Some(2.0));
        assert_eq!(fit(0, "c"), None);
    }

    #[test]
    fn growth_is_finite_whatever_was_recorded() {
        let growth = |expected, found| Ratio::judge(expected, found, &rule()).growth;
        assert!((growth(0.0, 0.5) - 5.0).abs() < 1e-12);
        assert!((growth(0.0, 0.0) - 1.0).abs() < 1e-12);
    }
}
