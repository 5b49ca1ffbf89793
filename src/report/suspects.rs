//! Test images whose label may be wrong, because nearly every classifier takes them for the same
//! other class.
//!
//! Classifiers of one family make similar mistakes, and some families have more rows than others.
//! Each family therefore has one vote per image, shared by its rows: the agreement is the mean over
//! families of the share of rows that predict the same wrong label. It is a suspicion, not a
//! finding, because such an image may also be just hard. So the images are only ever left out on
//! request.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::error::ReportError;
use super::pictures::mistakes;
use super::sheet::split_by_dataset;
use crate::catalog::Family;
use crate::dataset::DatasetIdentity;
use crate::results::outcomes::unpack;
use crate::results::{Record, Status};

/// The number of families below which a mistake may be one family's own.
const MIN_FAMILIES: usize = 3;

/// The rule by which an image is suspect.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspectRule {
    /// The least agreement on the wrong label, in (0, 1].
    pub agreement: f64,
    /// The mean accuracy from which a row has a vote, in [0, 1].
    pub min_accuracy: f64,
}

impl Default for SuspectRule {
    fn default() -> Self {
        Self {
            agreement: 0.9,
            min_accuracy: 0.8,
        }
    }
}

/// The suspected label errors of a test split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspects {
    /// The data set, by the hashes of its files.
    pub dataset: DatasetIdentity,
    /// The rule by which an image is suspect.
    pub rule: SuspectRule,
    /// The number of rows that had a vote, by family.
    pub voters: BTreeMap<Family, usize>,
    /// The images, by index.
    pub images: Vec<Suspect>,
}

/// A suspected label error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Suspect {
    /// The index in the test split, from 0.
    pub index: usize,
    /// The label that nearly all predict.
    pub predicted: u16,
    /// The mean over families of the share of rows that predict it, in [0, 1].
    pub agreement: f64,
}

/// Finds the images that nearly every row takes for the same other class.
///
/// # Errors
/// Returns [`ReportError`] if the rows are of several data sets or of too few families, or cannot
/// be read.
pub fn find_suspects(records: &[Record], rule: SuspectRule) -> Result<Suspects, ReportError> {
    let has_vote = |record: &&Record| {
        // A submission may be a vote of the other rows.
        record.submission.is_none()
            && record.status == Status::Ok
            && record.mean_accuracy >= Some(rule.min_accuracy)
            && record
                .repeats
                .iter()
                .all(|repeat| repeat.wrong_labels.is_some())
    };
    let sheets = split_by_dataset(records);
    if let [first, other, ..] = &sheets[..] {
        return Err(ReportError::MixedData {
            first: first.dataset.name.clone(),
            other: other.dataset.name.clone(),
        });
    }
    let rows = sheets.into_iter().flat_map(|sheet| sheet.rows);
    let voters: Vec<&Record> = rows.filter(has_vote).collect();
    let mut n_voters: BTreeMap<Family, usize> = BTreeMap::new();
    for record in &voters {
        *n_voters.entry(record.family).or_insert(0) += 1;
    }
    let (n_families, Some(first)) = (n_voters.len(), voters.first()) else {
        return Err(too_few(0, rule));
    };
    if n_families < MIN_FAMILIES {
        return Err(too_few(n_families, rule));
    }
    // A sorted map by image and label makes the sums independent of a hash map's order.
    let mut agreement: BTreeMap<(usize, u16), f64> = BTreeMap::new();
    for record in &voters {
        let weight = 1.0 / (n_families * n_voters[&record.family]) as f64;
        for (mistake, n) in mistakes(record)? {
            let share = n as f64 / record.repeats.len() as f64;
            *agreement.entry(mistake).or_insert(0.0) += weight * share;
        }
    }
    // Shares that should add up to a whole may fall short of it by rounding.
    let is_suspect = |(_, agreement): &(_, f64)| *agreement >= rule.agreement - 1e-9;
    let images = agreement.into_iter().filter(is_suspect);
    Ok(Suspects {
        dataset: first.dataset.clone(),
        rule,
        images: images
            .map(|((index, predicted), agreement)| Suspect {
                index,
                predicted,
                agreement: (agreement * 1e4).round() / 1e4,
            })
            .collect(),
        voters: n_voters,
    })
}

fn too_few(found: usize, rule: SuspectRule) -> ReportError {
    ReportError::TooFewFamilies {
        expected: MIN_FAMILIES,
        min_accuracy: rule.min_accuracy,
        found,
    }
}

impl Suspects {
    /// Reads an index file.
    ///
    /// # Errors
    /// Returns [`ReportError`] if the file cannot be read or is not an index file.
    pub fn load(path: &Path) -> Result<Self, ReportError> {
        let text = fs::read_to_string(path).map_err(|source| ReportError::Io {
            action: "read",
            path: path.to_owned(),
            source,
        })?;
        serde_json::from_str(&text).map_err(|source| ReportError::Format {
            path: path.to_owned(),
            expected: "an index of suspected label errors; write one with `data suspects`",
            source,
        })
    }

    /// Returns the mean accuracy of a row on the images that are not suspected, or nothing without
    /// predictions.
    ///
    /// # Errors
    /// Returns [`ReportError::Row`] if the row cannot be read.
    pub fn accuracy_without(&self, record: &Record) -> Result<Option<f64>, ReportError> {
        let n_test = record.dataset.n_test;
        let left_out: BTreeSet<usize> = self.images.iter().map(|image| image.index).collect();
        let n_kept = n_test.saturating_sub(left_out.len());
        if !record.has_predictions() || n_kept == 0 {
            return Ok(None);
        }
        let mut n_right = 0;
        for repeat in &record.repeats {
            let outcomes = unpack(repeat, n_test).map_err(|source| ReportError::Row {
                id: record.id.to_string(),
                name: record.name.clone(),
                source,
            })?;
            let n_wrong = outcomes.wrong.iter().filter(|i| !left_out.contains(i));
            n_right += n_kept - n_wrong.count();
        }
        Ok(Some(
            n_right as f64 / (n_kept * record.repeats.len()) as f64,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;
    use crate::results::outcomes::pack;

    /// Returns the `n`-th row, on eight images, which takes each image of `wrong` for the label
    /// beside it.
    fn row(n: usize, family: Family, wrong: &[(usize, u16)]) -> Record {
        // Rows with the same id would replace each other.
        let name = format!("{family:?} {wrong:?} {n}");
        let mut row = record(&name, &[1.0 - wrong.len() as f64 / 8.0]);
        row.family = family;
        let mut labels = [None; 8];
        for &(image, label) in wrong {
            labels[image] = Some(label);
        }
        let packed = pack(&labels, 2);
        row.repeats[0].correct = Some(packed.correct);
        row.repeats[0].wrong_labels = Some(packed.wrong_labels);
        row
    }

    const RULE: SuspectRule = SuspectRule {
        agreement: 0.75,
        min_accuracy: 0.5,
    };

    #[test]
    fn families_agree_not_rows() {
        let rows = [
            row(1, Family::Tree, &[(1, 1), (2, 1)]),
            row(2, Family::Tree, &[(1, 1), (2, 1)]),
            row(3, Family::Tree, &[(1, 1)]),
            // This row predicts another wrong label for image 2.
            row(4, Family::Svm, &[(1, 1), (2, 2)]),
            row(5, Family::Linear, &[(1, 1), (5, 1)]),
            row(6, Family::Forest, &[(5, 1)]),
            // This row is too inaccurate to have a vote.
            row(
                7,
                Family::NaiveBayes,
                &[(0, 1), (2, 1), (3, 1), (4, 1), (6, 1)],
            ),
        ];
        let suspects = find_suspects(&rows, RULE).unwrap();
        let expected = Suspect {
            index: 1,
            predicted: 1,
            agreement: 0.75,
        };
        assert_eq!(suspects.images, [expected]);
        assert_eq!(suspects.voters[&Family::Tree], 3);
        assert!(!suspects.voters.contains_key(&Family::NaiveBayes));
        // Seven images are left, of which this row gets one wrong.
        let accuracy = suspects.accuracy_without(&rows[5]).unwrap().unwrap();
        assert!((accuracy - 6.0 / 7.0).abs() < 1e-12);
        assert_eq!(suspects.accuracy_without(&record("A", &[])).unwrap(), None);
    }

    #[test]
    fn two_families_and_two_data_sets_are_refused() {
        let mut rows = vec![row(8, Family::Tree, &[]), row(9, Family::Svm, &[])];
        let error = find_suspects(&rows, RULE).unwrap_err();
        assert!(
            error.to_string().ends_with("got 2; run more of a config"),
            "{error}"
        );
        let mut other = row(10, Family::Linear, &[]);
        other.dataset.name = "mnist".to_owned();
        other.dataset.files[0].sha256 = "11".to_owned();
        rows.push(other);
        let error = find_suspects(&rows, RULE).unwrap_err();
        let text = "expected rows of one data set, got mnist and demo";
        assert_eq!(error.to_string(), text);
    }
}
