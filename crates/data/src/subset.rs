//! A part of a data set: some rows of the train and of the test split, drawn by chance.

use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};

use super::error::DatasetError;
use super::raw::{RawDataset, RawSplit};
use fashion_bench_numeric::rng::stream;

/// Name of the draw's random stream.
const SUBSET_STREAM: u64 = u64::from_be_bytes(*b"subset..");

/// Which rows of a data set are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subset {
    /// Rows of the train split; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<usize>,
    /// Rows of the test split; absent for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
    /// Whether each class keeps its share of the rows.
    pub stratified: bool,
    /// Seed of the draw.
    pub seed: u64,
}

impl Default for Subset {
    fn default() -> Self {
        Self {
            train: None,
            test: None,
            stratified: true,
            seed: 0,
        }
    }
}

impl RawDataset {
    /// Returns the part of the data that `subset` names; the rows keep their order.
    ///
    /// A part that is all of a split counts as the whole split, so that a subset of all rows is the
    /// data set itself.
    ///
    /// # Errors
    /// [`DatasetError::TooFewRows`] if a split has fewer rows than are asked for.
    pub fn part(mut self, subset: &Subset) -> Result<Self, DatasetError> {
        let n_classes = self.class_names.len();
        let rows_of = |split: &RawSplit, name, wanted: Option<usize>, place: u64| {
            let found = split.n_samples();
            match wanted {
                None => Ok(None),
                Some(wanted) if wanted == 0 || wanted > found => Err(DatasetError::TooFewRows {
                    split: name,
                    wanted,
                    found,
                }),
                Some(wanted) if wanted == found => Ok(None),
                Some(wanted) => Ok(Some(draw(&split.labels, n_classes, wanted, subset, place))),
            }
        };
        let train = rows_of(&self.train, "train", subset.train, 0)?;
        let test = rows_of(&self.test, "test", subset.test, 1)?;
        if train.is_none() && test.is_none() {
            return Ok(self);
        }
        if let Some(rows) = &train {
            self.train = self.train.pick(rows);
        }
        if let Some(rows) = &test {
            self.test = self.test.pick(rows);
        }
        self.identity.n_train = self.train.n_samples();
        self.identity.n_test = self.test.n_samples();
        self.identity.subset = Some(Subset {
            train: train.map(|rows| rows.len()),
            test: test.map(|rows| rows.len()),
            ..*subset
        });
        Ok(self)
    }
}

/// Draws `n` rows and returns them in ascending order. A larger draw with the same seed holds the
/// rows of a smaller one, up to the rounding of the classes' shares.
fn draw(labels: &[u16], n_classes: usize, n: usize, subset: &Subset, place: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..labels.len()).collect();
    order.shuffle(&mut stream(subset.seed, &[SUBSET_STREAM, place]));
    let mut rows = if subset.stratified {
        let mut left = shares(labels, n_classes, n);
        order.retain(|&row| {
            let left = &mut left[usize::from(labels[row])];
            let is_taken = *left > 0;
            *left -= usize::from(is_taken);
            is_taken
        });
        order
    } else {
        order.truncate(n);
        order
    };
    rows.sort_unstable();
    rows
}

/// Returns how many of `n` rows each class gets: its share by largest remainders, and at least one
/// row where there is room for one of each.
fn shares(labels: &[u16], n_classes: usize, n: usize) -> Vec<usize> {
    let mut counts = vec![0_u128; n_classes];
    for &label in labels {
        counts[usize::from(label)] += 1;
    }
    let (n, all) = (n as u128, labels.len() as u128);
    let mut given: Vec<u128> = counts.iter().map(|count| count * n / all).collect();
    let mut by_remainder: Vec<usize> = (0..n_classes).collect();
    by_remainder.sort_by_key(|&class| (u128::MAX - counts[class] * n % all, class));
    let n_left = n - given.iter().sum::<u128>();
    for &class in by_remainder.iter().take(n_left as usize) {
        given[class] += 1;
    }
    let n_present = counts.iter().filter(|&&count| count > 0).count();
    if n >= n_present as u128 {
        for class in 0..n_classes {
            if given[class] == 0 && counts[class] > 0 {
                let richest = (0..n_classes).max_by_key(|&other| (given[other], n_classes - other));
                given[richest.unwrap_or(class)] -= 1;
                given[class] += 1;
            }
        }
    }
    given.into_iter().map(|count| count as usize).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<u16> {
        // 60 rows of class 0, 30 of class 1, 9 of class 2, 1 of class 4.
        let mut labels = [vec![0; 60], vec![1; 30], vec![2; 9], vec![4]].concat();
        labels.shuffle(&mut stream(1, &[]));
        labels
    }

    #[test]
    fn classes_keep_their_shares_and_none_is_lost_where_there_is_room() {
        let labels = labels();
        assert_eq!(shares(&labels, 5, 10), [5, 3, 1, 0, 1]);
        assert_eq!(shares(&labels, 5, 100), [60, 30, 9, 0, 1]);
        assert_eq!(shares(&labels, 5, 4), [1, 1, 1, 0, 1]);
        for n in 1..=100 {
            assert_eq!(shares(&labels, 5, n).iter().sum::<usize>(), n);
            for stratified in [false, true] {
                let subset = Subset {
                    stratified,
                    ..Subset::default()
                };
                let rows = draw(&labels, 5, n, &subset, 0);
                assert_eq!(rows.len(), n);
                assert!(rows.is_sorted_by(|a, b| a < b));
            }
        }
    }

    #[test]
    fn a_larger_draw_holds_a_smaller_one_and_another_seed_draws_others() {
        let labels = labels();
        let plain = Subset {
            stratified: false,
            ..Subset::default()
        };
        let (small, large) = (
            draw(&labels, 5, 20, &plain, 0),
            draw(&labels, 5, 50, &plain, 0),
        );
        assert!(small.iter().all(|row| large.contains(row)));
        let other = Subset { seed: 1, ..plain };
        assert_ne!(draw(&labels, 5, 20, &other, 0), small);
        assert_ne!(draw(&labels, 5, 20, &plain, 1), small);
    }
}
