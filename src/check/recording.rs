//! Makes a reference of a results table, or renews one.

use std::collections::{BTreeMap, BTreeSet};

use super::changes::Changes;
use super::error::CheckError;
use super::judge::contradiction;
use super::pace::{Calibration, Paces};
use super::reference::{FORMAT, RecordedRepeat, Reference, ReferenceRow, TimeRule, Tolerance};
use crate::dataset::DatasetIdentity;
use crate::grid::JobId;
use crate::results::{DataSets, Environment, Record, Status, data_label, latest_by_seed, median};

/// Share of runs under fresh seeds that a new reference lets be found fault with by chance.
const FALSE_ALARM: f64 = 0.01;

/// What a reference is made of.
#[derive(Debug, Clone, Copy)]
pub struct RecordingRequest<'a> {
    /// Rows of the table.
    pub records: &'a [Record],
    /// The reference that is renewed.
    pub old: Option<&'a Reference>,
    /// Id or name of the row that times are measured by, from now on.
    pub calibration: Option<&'a str>,
    /// Whether rows that are not in the table are dropped.
    pub is_pruned: bool,
}

/// A reference, and in what it differs from the one that it renews.
#[derive(Debug, Clone, PartialEq)]
pub struct Recording {
    /// The reference.
    pub reference: Reference,
    /// What became of each row.
    pub changes: Changes,
}

impl Reference {
    /// Makes a reference of the rows that ended well, keeping the rules and other rows of `old`.
    ///
    /// # Errors
    /// As [`record`].
    pub fn from_records(
        records: &[Record],
        old: Option<&Self>,
        calibration: Option<&str>,
    ) -> Result<Self, CheckError> {
        let request = RecordingRequest {
            records,
            old,
            calibration,
            is_pruned: false,
        };
        record(&request).map(|recording| recording.reference)
    }
}

/// Records the rows that ended well.
///
/// A table may hold a model under several base seeds: all its repeats are recorded, and their spread
/// is what a run under yet another seed is judged by. Times are medians over the base seeds, of the
/// calibration row's processor only.
///
/// Of the old reference rules and excuses stay, and so do rows that the table does not have or that
/// failed there: a failure is never recorded, so the next check still finds it. Their times stay if
/// they are of the same processor and the same calibration row. Seeds that the table does not have
/// stay in a row whose other seeds predict what they did.
///
/// A family that is new gets a tolerance of zero: the next run shows whether that holds.
///
/// # Errors
/// [`CheckError`] if the table is of other data or of several, none of its rows ended well, one
/// contradicts itself, or there is no such calibration row.
pub fn record(request: &RecordingRequest<'_>) -> Result<Recording, CheckError> {
    let dataset = recorded_dataset(request)?;
    let is_of_it = |record: &&Record| record.dataset.is_same_data(&dataset);
    let all: Vec<&Record> = request.records.iter().filter(is_of_it).collect();
    let table = TableRows::of(&all);
    table.refuse_damaged(&dataset)?;
    let (time, has_new_unit) = time_rule(request, &table)?;
    let unit = time
        .as_ref()
        .and_then(|time| table.ok.get(&time.calibration));
    let timed = unit.and_then(|runs| runs.values().max_by_key(|record| record.done_time));
    let old = request.old;
    let mut reference = Reference {
        format: FORMAT,
        dataset,
        cpu: old.map(|old| old.cpu.clone()).unwrap_or_default(),
        processor: old.and_then(|old| old.processor.clone()),
        false_alarm: old.map_or(FALSE_ALARM, |old| old.false_alarm),
        time,
        tolerance: old.map(|old| old.tolerance.clone()).unwrap_or_default(),
        excused: old.map(|old| old.excused.clone()).unwrap_or_default(),
        rows: Vec::new(),
    };
    // Without a calibration row nothing is timed, and what was is of the processor that it was of.
    let first = || table.ok.values().flat_map(BTreeMap::values).next();
    if let Some(record) = timed.or_else(|| first().filter(|_| old.is_none()))
        && let Some(environment) = &record.environment
    {
        reference.cpu.clone_from(&environment.cpu);
        reference.processor.clone_from(&environment.processor);
    }
    let timed_on = timed.and_then(|record| record.environment.as_ref());
    let is_same_processor =
        old.is_none_or(|old| timed_on.is_none_or(|timed| old.is_comparable(timed)));
    let renewal = Renewal {
        table: &table,
        calibration: reference
            .time
            .as_ref()
            .map(|time| Calibration::new(&all, &time.calibration)),
        timed: timed_on,
        keeps_times: is_same_processor && !has_new_unit,
        is_pruned: request.is_pruned,
        excused: &reference.excused,
    };
    let (rows, mut changes) = renewal.rows(old);
    changes.n_other_data = request.records.len() - all.len();
    if rows.is_empty() {
        return Err(CheckError::NoRows);
    }
    for row in &rows {
        let tolerance = reference.tolerance.entry(row.family);
        tolerance.or_insert_with(zero_tolerance);
    }
    reference.rows = rows;
    Ok(Recording { reference, changes })
}

/// The runs of a model by base seed; of one base seed the last row of the table counts.
type Runs<'a> = BTreeMap<u64, &'a Record>;

/// The rows of a table on one data set.
struct TableRows<'a> {
    /// Models of which every row that counts ended well.
    ok: BTreeMap<&'a JobId, Runs<'a>>,
    /// Models of which one did not, with that row.
    failed: BTreeMap<&'a JobId, &'a Record>,
}

impl<'a> TableRows<'a> {
    fn of(records: &[&'a Record]) -> Self {
        let mut ok: BTreeMap<&JobId, Runs<'_>> = BTreeMap::new();
        let mut failed = BTreeMap::new();
        // What was handed in was not run here, and rows without predictions cannot be held against
        // others.
        let is_recordable = |record: &&Record| {
            let is_run = record.submission.is_none();
            is_run && (record.status != Status::Ok || record.has_predictions())
        };
        let records = records.iter().copied().filter(is_recordable);
        for record in latest_by_seed(records) {
            if record.status == Status::Ok {
                ok.entry(&record.id)
                    .or_default()
                    .insert(record.seed, record);
            } else {
                failed.insert(&record.id, record);
            }
        }
        ok.retain(|id, _| !failed.contains_key(*id));
        Self { ok, failed }
    }

    fn refuse_damaged(&self, dataset: &DatasetIdentity) -> Result<(), CheckError> {
        let mut records = self.ok.values().flat_map(BTreeMap::values);
        let damaged = records.find_map(|record| Some((record, contradiction(record, dataset)?)));
        match damaged {
            Some((record, problem)) => Err(CheckError::Damaged {
                name: record.label(),
                problem,
            }),
            None => Ok(()),
        }
    }
}

fn recorded_dataset(request: &RecordingRequest<'_>) -> Result<DatasetIdentity, CheckError> {
    let found = DataSets::of(request.records);
    let labels = || -> Vec<String> { found.iter().map(|set| data_label(set)).collect() };
    match (request.old, &found[..]) {
        (Some(old), sets) => {
            if sets.is_empty() {
                return Err(CheckError::NoRows);
            }
            if !sets.iter().any(|set| set.is_same_data(&old.dataset)) {
                return Err(CheckError::OtherData {
                    reference: data_label(&old.dataset),
                    table: labels().join(" and "),
                });
            }
            Ok(old.dataset.clone())
        }
        (None, []) => Err(CheckError::NoRows),
        (None, [only]) => Ok((*only).clone()),
        (None, [first, other, ..]) => Err(CheckError::MixedData {
            first: data_label(first),
            other: data_label(other),
        }),
    }
}

/// The rule for times, and whether they are measured by another row than before.
fn time_rule(
    request: &RecordingRequest<'_>,
    table: &TableRows<'_>,
) -> Result<(Option<TimeRule>, bool), CheckError> {
    let mut time = request.old.and_then(|old| old.time.clone());
    let Some(given) = request.calibration else {
        return Ok((time, false));
    };
    let unit = find_calibration(&table.ok, given)?;
    let is_new = time.as_ref().is_none_or(|time| time.calibration != unit);
    let rule = time.get_or_insert_with(|| default_time_rule(unit.clone()));
    rule.calibration = unit;
    Ok((time, is_new))
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

/// What the rows of a reference are made by.
struct Renewal<'a> {
    table: &'a TableRows<'a>,
    calibration: Option<Calibration<'a>>,
    /// Where the calibration row ran.
    timed: Option<&'a Environment>,
    /// Whether recorded times may stand beside those of the table.
    keeps_times: bool,
    is_pruned: bool,
    excused: &'a BTreeMap<JobId, String>,
}

impl Renewal<'_> {
    /// The rows by id, and what became of those of `old`.
    fn rows(&self, old: Option<&Reference>) -> (Vec<ReferenceRow>, Changes) {
        let mut changes = Changes::default();
        let old_rows = old.map_or(&[][..], |old| &old.rows);
        let mut rows = BTreeMap::new();
        for row in old_rows {
            if self.table.ok.contains_key(&row.id) {
                continue;
            }
            if self.table.failed.contains_key(&row.id) {
                changes.failed.push(row.label());
            } else if self.is_pruned && !self.excused.contains_key(&row.id) {
                changes.dropped.push(row.label());
                continue;
            } else {
                changes.kept.push(row.label());
            }
            let mut row = row.clone();
            if !self.keeps_times && row.fit_ratio.or(row.predict_ratio).is_some() {
                (row.fit_ratio, row.predict_ratio) = (None, None);
                changes.n_times_dropped += 1;
            }
            rows.insert(row.id.clone(), row);
        }
        for runs in self.table.ok.values() {
            let Some(row) = self.row_of(runs) else {
                continue;
            };
            let known = old_rows.iter().find(|old| old.id == row.id);
            let row = match known {
                Some(old) => self.renew(old, row, &mut changes),
                None => {
                    changes.added.push(row.label());
                    row
                }
            };
            rows.insert(row.id.clone(), row);
        }
        let recorded: BTreeSet<_> = rows.keys().collect();
        let failed = self.table.failed.iter();
        let never_recorded = failed.filter(|(id, _)| !recorded.contains(*id));
        changes.not_recorded = never_recorded.map(|(_, record)| record.label()).collect();
        (rows.into_values().collect(), changes)
    }

    fn renew(
        &self,
        old: &ReferenceRow,
        mut row: ReferenceRow,
        changes: &mut Changes,
    ) -> ReferenceRow {
        let recorded = |seed| old.repeats.iter().find(|repeat| repeat.seed == seed);
        let shared: Vec<_> = row
            .repeats
            .iter()
            .filter_map(|repeat| Some((repeat, recorded(repeat.seed)?)))
            .collect();
        let is_as_before = !shared.is_empty()
            && shared.iter().all(|(new, old)| new == old)
            && row.converged == old.converged;
        if is_as_before {
            let seeds: BTreeSet<u64> = row.repeats.iter().map(|repeat| repeat.seed).collect();
            let others = old.repeats.iter().filter(|r| !seeds.contains(&r.seed));
            row.repeats.extend(others.cloned());
            row.repeats.sort_by_key(|repeat| repeat.seed);
            changes.unchanged.push(row.label());
        } else {
            changes.changed.push(row.label());
        }
        if row.fit_ratio.is_none() && self.keeps_times && old.fit_ratio.is_some() {
            (row.fit_ratio, row.predict_ratio) = (old.fit_ratio, old.predict_ratio);
            changes.n_times_kept += 1;
        }
        row
    }

    fn row_of(&self, runs: &Runs<'_>) -> Option<ReferenceRow> {
        let latest = runs.values().max_by_key(|record| record.done_time)?;
        let mut repeats: Vec<RecordedRepeat> = runs
            .values()
            .flat_map(|record| &record.repeats)
            .filter_map(RecordedRepeat::of)
            .collect();
        repeats.sort_by_key(|repeat| repeat.seed);
        repeats.dedup_by_key(|repeat| repeat.seed);
        let paces: Vec<Paces> = runs
            .values()
            .filter(|record| {
                let processor = |environment: &Environment| {
                    (environment.cpu.clone(), environment.processor.clone())
                };
                self.timed.map(processor) == record.environment.as_ref().map(processor)
            })
            .filter_map(|record| self.calibration.as_ref()?.measure(record))
            .collect();
        let ratio =
            |part: fn(&Paces) -> f64| median(paces.iter().map(part).collect()).map(round_ratio);
        (!repeats.is_empty()).then(|| ReferenceRow {
            id: latest.id.clone(),
            name: latest.name.clone(),
            family: latest.family,
            parameter: latest.parameter.clone(),
            converged: runs.values().all(|record| record.has_converged()),
            fit_ratio: ratio(|paces| paces.fit),
            predict_ratio: ratio(|paces| paces.predict),
            repeats,
        })
    }
}

/// No measurement holds to more than four digits behind the point.
fn round_ratio(ratio: f64) -> f64 {
    (ratio * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests;
