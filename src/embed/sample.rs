//! The samples that are placed.

use std::str::FromStr;

use ndarray::{Array2, Axis};

use super::error::EmbedError;
use crate::dataset::{RawDataset, RawSplit, Values};
use crate::numeric::rng::stream;

/// The splits that samples are drawn from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SplitChoice {
    /// The train split.
    #[default]
    Train,
    /// The test split.
    Test,
    /// The train split, then the test split.
    Both,
}

impl FromStr for SplitChoice {
    type Err = EmbedError;

    fn from_str(text: &str) -> Result<Self, EmbedError> {
        match text {
            "train" => Ok(Self::Train),
            "test" => Ok(Self::Test),
            "both" => Ok(Self::Both),
            _ => Err(EmbedError::Word {
                expected: "`train`, `test` or `both`",
                given: text.to_owned(),
            }),
        }
    }
}

/// Where a sample lies in its data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// Whether it is of the test split.
    pub is_test: bool,
    /// Its row in the split.
    pub row: usize,
}

impl Origin {
    /// Returns the name of the split.
    #[must_use]
    pub fn split(self) -> &'static str {
        if self.is_test { "test" } else { "train" }
    }
}

/// Some samples of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The values (n × features). Bytes are brought to [0, 1]; other numbers, each feature of which
    /// has a unit of its own, to zero mean and unit deviation.
    pub x: Array2<f32>,
    /// The class of each.
    pub labels: Vec<u16>,
    /// The place of each in the data.
    pub origins: Vec<Origin>,
}

impl Sample {
    /// Draws `n` samples by chance, or takes all, in their order, if `n` is absent or there are no
    /// more.
    #[must_use]
    pub fn draw(raw: &RawDataset, choice: SplitChoice, n: Option<usize>, seed: u64) -> Self {
        let mut origins: Vec<Origin> = Vec::new();
        for (is_test, split) in [(false, &raw.train), (true, &raw.test)] {
            let is_left_out = match choice {
                SplitChoice::Train => is_test,
                SplitChoice::Test => !is_test,
                SplitChoice::Both => false,
            };
            if !is_left_out {
                origins.extend((0..split.n_samples()).map(|row| Origin { is_test, row }));
            }
        }
        if let Some(n) = n.filter(|n| *n < origins.len()) {
            let chosen = rand::seq::index::sample(&mut stream(seed, &[]), origins.len(), n);
            origins = chosen.into_iter().map(|idx| origins[idx]).collect();
        }
        let mut x = Array2::zeros((origins.len(), raw.train.n_features()));
        for (mut row, origin) in x.outer_iter_mut().zip(&origins) {
            for (value, number) in row.iter_mut().zip(split_of(raw, *origin).row(origin.row)) {
                *value = single(number);
            }
        }
        bring_to_scale(&mut x, matches!(raw.train.values, Values::Bytes(_)));
        let label = |origin: &Origin| split_of(raw, *origin).labels[origin.row];
        Self {
            x,
            labels: origins.iter().map(label).collect(),
            origins,
        }
    }
}

/// Returns the split that a sample is of.
pub(super) fn split_of(raw: &RawDataset, origin: Origin) -> &RawSplit {
    if origin.is_test {
        &raw.test
    } else {
        &raw.train
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "samples are placed in single precision"
)]
fn single(number: f64) -> f32 {
    number as f32
}

fn bring_to_scale(x: &mut Array2<f32>, are_bytes: bool) {
    if are_bytes {
        *x /= 255.0;
        return;
    }
    for mut column in x.axis_iter_mut(Axis(1)) {
        let wide = column.mapv(f64::from);
        let (mean, deviation) = (wide.mean().unwrap_or_default(), wide.std(0.0));
        let scale = if deviation > f64::EPSILON {
            deviation.recip()
        } else {
            1.0
        };
        column.mapv_inplace(|value| single((f64::from(value) - mean) * scale));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DatasetName, DatasetRequest, load};

    #[test]
    fn samples_come_from_the_splits_that_were_chosen() {
        let raw = load(&DatasetRequest::new(DatasetName::Demo), &mut |_| {}).unwrap();
        let (n_train, n_test) = (raw.train.n_samples(), raw.test.n_samples());
        for (choice, n) in [
            ("train", n_train),
            ("test", n_test),
            ("both", n_train + n_test),
        ] {
            let sample = Sample::draw(&raw, choice.parse().unwrap(), None, 0);
            assert_eq!(sample.x.nrows(), n);
            assert!(sample.x.iter().all(|value| (0.0..=1.0).contains(value)));
        }
        let both = Sample::draw(&raw, SplitChoice::Both, Some(50), 1);
        assert_eq!((both.labels.len(), both.origins.len()), (50, 50));
        for (idx, origin) in both.origins.iter().enumerate() {
            let split = split_of(&raw, *origin);
            assert_eq!(both.labels[idx], split.labels[origin.row]);
            let first = split.row(origin.row).next().unwrap();
            assert_eq!(both.x[[idx, 0]], first as f32 / 255.0);
        }
        assert_eq!(both, Sample::draw(&raw, SplitChoice::Both, Some(50), 1));
        assert_ne!(both, Sample::draw(&raw, SplitChoice::Both, Some(50), 2));
        assert!("half".parse::<SplitChoice>().is_err());
    }
}
