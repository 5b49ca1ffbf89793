//! Making a reference of a results table.

use std::collections::BTreeMap;

use super::error::CheckError;
use super::pace::{Calibration, Paces, median_of};
use super::reference::{FORMAT, RecordedRepeat, Reference, ReferenceRow, TimeRule, Tolerance};
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::summary::has_converged;
use crate::results::{Record, Status};

/// Share of runs under fresh seeds that a new reference lets be found fault with by chance.
const FALSE_ALARM: f64 = 0.01;

impl Reference {
    /// Makes a reference of the rows that ended well, keeping the rules of `old`.
    ///
    /// A table may hold a job under several base seeds: all its repeats are recorded, and their
    /// spread is what a run under yet another seed is judged by. Times are medians over the base
    /// seeds. `calibration`, an id or a name that one row has, says by which row times are
    /// measured; without it that of `old` stays.
    ///
    /// A family that is new gets a tolerance of zero: the next run shows whether that holds.
    ///
    /// # Errors
    /// [`CheckError`] if the rows are of several data sets, none ended well, or there is no such
    /// calibration row.
    pub fn from_records(
        records: &[Record],
        old: Option<&Self>,
        calibration: Option<&str>,
    ) -> Result<Self, CheckError> {
        let by_job = runs_by_job(records);
        let first = by_job
            .values()
            .flat_map(BTreeMap::values)
            .next()
            .ok_or(CheckError::NoRows)?;
        let dataset = single_dataset(records, &first.dataset)?;
        let mut time = old.and_then(|old| old.time.clone());
        if let Some(given) = calibration {
            let unit = find_calibration(&by_job, given)?;
            let rule = time.get_or_insert_with(|| default_time_rule(unit.clone()));
            rule.calibration = unit;
        }
        // Rows of other processors have no times.
        let unit = time.as_ref().and_then(|time| by_job.get(&time.calibration));
        let timed = unit.and_then(|runs| runs.values().next()).unwrap_or(first);
        let mut tolerance = BTreeMap::new();
        for record in by_job.values().flat_map(BTreeMap::values) {
            let known = old.and_then(|old| old.tolerance.get(&record.family));
            tolerance
                .entry(record.family)
                .or_insert_with(|| known.cloned().unwrap_or_else(zero_tolerance));
        }
        let all: Vec<_> = records.iter().collect();
        let calibration = time
            .as_ref()
            .map(|time| Calibration::new(&all, &time.calibration));
        Ok(Self {
            format: FORMAT,
            dataset,
            cpu: timed.environment.cpu.clone(),
            false_alarm: old.map_or(FALSE_ALARM, |old| old.false_alarm),
            time,
            tolerance,
            excused: old.map(|old| old.excused.clone()).unwrap_or_default(),
            rows: by_job
                .values()
                .filter_map(|runs| row_of(runs, calibration.as_ref()))
                .collect(),
        })
    }
}

/// The runs of a job by base seed; of one base seed the last row of the table counts.
type Runs<'a> = BTreeMap<u64, &'a Record>;

fn runs_by_job(records: &[Record]) -> BTreeMap<&JobId, Runs<'_>> {
    let mut by_job: BTreeMap<&JobId, Runs<'_>> = BTreeMap::new();
    for record in records.iter().filter(|r| r.status == Status::Ok) {
        by_job
            .entry(&record.id)
            .or_default()
            .insert(record.seed, record);
    }
    by_job
}

fn single_dataset(
    records: &[Record],
    first: &DatasetIdentity,
) -> Result<DatasetIdentity, CheckError> {
    let is_other = |record: &&Record| !record.dataset.is_same_data(first);
    match records
        .iter()
        .filter(|r| r.status == Status::Ok)
        .find(is_other)
    {
        Some(other) => Err(CheckError::MixedData {
            first: first.name.clone(),
            other: other.dataset.name.clone(),
        }),
        None => Ok(first.clone()),
    }
}

fn find_calibration(by_job: &BTreeMap<&JobId, Runs<'_>>, given: &str) -> Result<JobId, CheckError> {
    let is_meant = |id: &JobId, runs: &Runs<'_>| {
        id.as_str() == given || runs.values().any(|record| record.name == given)
    };
    let mut meant = by_job.iter().filter(|(id, runs)| is_meant(id, runs));
    match (meant.next(), meant.next()) {
        (Some((id, _)), None) => Ok((*id).clone()),
        _ => Err(CheckError::NoCalibration {
            given: given.to_owned(),
        }),
    }
}

fn default_time_rule(calibration: JobId) -> TimeRule {
    TimeRule {
        calibration,
        factor: 2.0,
        floor: 0.1,
        reason: "ratios of CPU seconds vary by less than 2 on a busy machine; \
                 a job three times slower is beyond that"
            .to_owned(),
    }
}

fn zero_tolerance() -> Tolerance {
    Tolerance {
        images: 0,
        repeatable: true,
        reason: "same seed, same answer".to_owned(),
    }
}

fn row_of(runs: &Runs<'_>, calibration: Option<&Calibration<'_>>) -> Option<ReferenceRow> {
    let latest = runs.values().max_by_key(|record| record.done_time)?;
    let mut repeats: Vec<RecordedRepeat> = runs
        .values()
        .flat_map(|record| &record.repeats)
        .map(RecordedRepeat::from)
        .collect();
    repeats.sort_by_key(|repeat| repeat.seed);
    repeats.dedup_by_key(|repeat| repeat.seed);
    let paces: Vec<Paces> = runs
        .values()
        .filter_map(|record| calibration?.measure(record))
        .collect();
    let ratio =
        |part: fn(&Paces) -> f64| median_of(paces.iter().map(part).collect()).map(round_ratio);
    (!repeats.is_empty()).then(|| ReferenceRow {
        id: latest.id.clone(),
        name: latest.name.clone(),
        family: latest.family,
        parameter: latest.parameter.clone(),
        converged: runs.values().all(|record| has_converged(record)),
        fit_ratio: ratio(|paces| paces.fit),
        predict_ratio: ratio(|paces| paces.predict),
        repeats,
    })
}

/// No measurement holds to more than four digits behind the point.
fn round_ratio(ratio: f64) -> f64 {
    (ratio * 1e4).round() / 1e4
}
