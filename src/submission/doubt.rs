//! Predictions that are probably not of the data that they are scored on.
//!
//! What is scored by mistake is almost always no better than chance: labels of another data set, or
//! in another order, or with other numbers for the classes. No honest classifier is helped much by
//! renaming its classes, so that this is looked for at any accuracy.

use std::fmt;

/// Cohen's kappa below which predictions are no better than chance.
const CHANCE: f64 = 0.05;
/// An accuracy from which predictions are plainly of something.
const PLAIN: f64 = 0.5;
/// By how much renamed classes must fit better.
const RENAMED: f64 = 0.25;
/// Share of images that may change their class when an order is looked for.
const SAME_COUNTS: f64 = 0.15;

/// Test labels of another data set.
#[derive(Debug, Clone, Copy)]
pub struct KnownLabels<'a> {
    /// The data set.
    pub name: &'a str,
    /// Its test labels.
    pub labels: &'a [u16],
}

/// Why predictions are probably not what they are taken for.
#[derive(Debug, Clone, PartialEq)]
pub enum Doubt {
    /// They fit another data set.
    OtherData {
        /// The data set.
        name: String,
        /// Share of its test labels that they are.
        agreement: f64,
    },
    /// They fit when the classes are renamed.
    Renamed {
        /// The class that each predicted label seems to mean.
        meaning: Vec<usize>,
        /// The accuracy then.
        accuracy: f64,
    },
    /// They fit when the rows are moved.
    Moved {
        /// How.
        how: &'static str,
        /// The accuracy then.
        accuracy: f64,
    },
    /// There are as many of each class as there should be, in another order.
    Shuffled,
    /// Nothing explains them.
    Chance,
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherData { name, agreement } => write!(
                f,
                "they agree with {:.1} % of the test labels of {name}; for that data set give \
                 --dataset {name}",
                100.0 * agreement
            ),
            Self::Renamed { meaning, accuracy } => {
                let changed = (0..).zip(meaning).filter(|(label, class)| label != *class);
                let changed: Vec<String> = changed
                    .map(|(label, class)| format!("{label} for {class}"))
                    .collect();
                write!(
                    f,
                    "the classes seem to have other numbers ({}); with the data set's own the \
                     accuracy would be {accuracy:.4}",
                    changed.join(", ")
                )
            }
            Self::Moved { how, accuracy } => {
                write!(f, "{how} they would have an accuracy of {accuracy:.4}")
            }
            Self::Shuffled => f.write_str(
                "there are as many of each class as in the test split, so they are probably in \
                 another order: predict the images as they lie in the file, without shuffling",
            ),
            Self::Chance => f.write_str(
                "that is no better than chance; perhaps they are of other images or in another order",
            ),
        }
    }
}

/// Returns the most likely mistake behind `predicted`, or nothing if there is no reason for doubt.
///
/// # Panics
/// If the lengths differ, or a label is not below `n_classes`.
#[must_use]
pub fn find_doubt(
    truth: &[u16],
    predicted: &[u16],
    n_classes: usize,
    others: &[KnownLabels<'_>],
) -> Option<Doubt> {
    assert_eq!(truth.len(), predicted.len());
    let accuracy = agreement(truth, predicted);
    let is_chance = is_no_better_than_chance(truth, predicted, n_classes);
    if is_chance {
        let of = |other: &KnownLabels<'_>| agreement(other.labels, predicted);
        let fitting = others
            .iter()
            .filter(|other| other.labels.len() == truth.len());
        let best = fitting.max_by(|a, b| of(a).total_cmp(&of(b)));
        if let Some(other) = best.filter(|other| of(other) >= PLAIN) {
            return Some(Doubt::OtherData {
                name: other.name.to_owned(),
                agreement: of(other),
            });
        }
    }
    if let Some((meaning, renamed)) = rename(truth, predicted, n_classes)
        && renamed - accuracy > RENAMED
    {
        return Some(Doubt::Renamed {
            meaning,
            accuracy: renamed,
        });
    }
    if !is_chance {
        return None;
    }
    let n = truth.len();
    let reversed: Vec<u16> = predicted.iter().rev().copied().collect();
    let moves = [
        (
            "read from the last to the first",
            agreement(truth, &reversed),
        ),
        (
            "moved one row up, without the first,",
            agreement(&truth[..n - 1], &predicted[1..]),
        ),
        (
            "moved one row down, without the last,",
            agreement(&truth[1..], &predicted[..n - 1]),
        ),
    ];
    let best = moves.into_iter().max_by(|a, b| a.1.total_cmp(&b.1));
    if let Some((how, accuracy)) = best.filter(|(_, accuracy)| *accuracy >= PLAIN) {
        return Some(Doubt::Moved { how, accuracy });
    }
    let [is, should] = [predicted, truth].map(|labels| counts(labels, n_classes));
    let n_other: usize = is.iter().zip(&should).map(|(a, b)| a.abs_diff(*b)).sum();
    if (n_other as f64) < 2.0 * SAME_COUNTS * n as f64 {
        return Some(Doubt::Shuffled);
    }
    Some(Doubt::Chance)
}

/// Whether labels agree with the truth no more often than labels drawn by their frequencies would.
#[must_use]
pub fn is_no_better_than_chance(truth: &[u16], predicted: &[u16], n_classes: usize) -> bool {
    let n = truth.len() as f64;
    let [a, b] = [truth, predicted].map(|labels| counts(labels, n_classes));
    let expected: f64 = a.iter().zip(&b).map(|(a, b)| (a * b) as f64 / n / n).sum();
    if expected >= 1.0 {
        // One class, always predicted: there is nothing to be better than.
        return false;
    }
    let kappa = (agreement(truth, predicted) - expected) / (1.0 - expected);
    kappa < CHANCE
}

fn agreement(truth: &[u16], predicted: &[u16]) -> f64 {
    let pairs = truth.iter().zip(predicted);
    let n_same = pairs
        .filter(|(truth, predicted)| truth == predicted)
        .count();
    n_same as f64 / truth.len().max(1) as f64
}

fn counts(labels: &[u16], n_classes: usize) -> Vec<usize> {
    let mut counts = vec![0; n_classes];
    for &label in labels {
        counts[usize::from(label)] += 1;
    }
    counts
}

/// The class that each label most often stands for and the accuracy with it; nothing if two labels
/// would mean the same class.
fn rename(truth: &[u16], predicted: &[u16], n_classes: usize) -> Option<(Vec<usize>, f64)> {
    let mut table = vec![vec![0_usize; n_classes]; n_classes];
    for (&truth, &predicted) in truth.iter().zip(predicted) {
        table[usize::from(predicted)][usize::from(truth)] += 1;
    }
    let mut is_taken = vec![false; n_classes];
    let (mut meaning, mut n_right) = (Vec::with_capacity(n_classes), 0);
    for row in &table {
        // Of equals the first; a label that is never predicted means nothing.
        let class = (0..n_classes).rev().max_by_key(|&class| row[class])?;
        if row[class] == 0 || std::mem::replace(&mut is_taken[class], true) {
            return None;
        }
        n_right += row[class];
        meaning.push(class);
    }
    Some((meaning, n_right as f64 / truth.len().max(1) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Labels of 1,000 images without a pattern, by a linear congruence.
    fn labels(seed: u64) -> Vec<u16> {
        let mut state = seed;
        let next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            u16::try_from((state >> 33) % 10).unwrap()
        };
        std::iter::repeat_with(next).take(1000).collect()
    }

    /// The labels with every seventh one wrong.
    fn predictions(truth: &[u16]) -> Vec<u16> {
        let wrong = |(place, &label): (usize, &u16)| match place % 7 {
            0 => (label + 1) % 10,
            _ => label,
        };
        truth.iter().enumerate().map(wrong).collect()
    }

    fn doubt(predicted: &[u16], others: &[KnownLabels<'_>]) -> Option<Doubt> {
        find_doubt(&labels(1), predicted, 10, others)
    }

    #[test]
    fn an_honest_classifier_is_not_doubted() {
        assert_eq!(doubt(&predictions(&labels(1)), &[]), None);
        // One that confuses two pairs of classes, and never predicts the second of each.
        let lazy: Vec<u16> = labels(1).iter().map(|label| label & !1).collect();
        assert_eq!(doubt(&lazy, &[]), None);
    }

    #[test]
    fn labels_of_another_data_set_are_recognised() {
        let mnist = labels(2);
        let known = KnownLabels {
            name: "mnist",
            labels: &mnist,
        };
        let found = doubt(&predictions(&mnist), &[known]).unwrap();
        let text = found.to_string();
        assert!(
            text.starts_with("they agree with 85.7 % of the test labels of mnist"),
            "{text}"
        );
        // Without its labels at hand only the order is suspect.
        assert_eq!(doubt(&predictions(&mnist), &[]), Some(Doubt::Shuffled));
    }

    #[test]
    fn renamed_classes_are_recognised_with_their_names() {
        let renamed: Vec<u16> = predictions(&labels(1))
            .iter()
            .map(|l| (l + 3) % 10)
            .collect();
        let Some(Doubt::Renamed { meaning, accuracy }) = doubt(&renamed, &[]) else {
            panic!()
        };
        assert_eq!(meaning, [7, 8, 9, 0, 1, 2, 3, 4, 5, 6]);
        assert!((accuracy - 0.857).abs() < 1e-9);
        let text = Doubt::Renamed {
            meaning: vec![1, 0, 2],
            accuracy,
        };
        assert!(text.to_string().contains("(0 for 1, 1 for 0)"), "{text}");
    }

    #[test]
    fn moved_rows_are_recognised() {
        let mut reversed = predictions(&labels(1));
        reversed.reverse();
        let mut shifted = predictions(&labels(1));
        shifted.rotate_right(1);
        for (predicted, how) in [
            (reversed, "read from the last"),
            (shifted, "moved one row up"),
        ] {
            let found = doubt(&predicted, &[]).unwrap().to_string();
            assert!(found.starts_with(how), "{found}");
        }
        let mut sorted = labels(1);
        sorted.sort_unstable();
        assert_eq!(doubt(&sorted, &[]), Some(Doubt::Shuffled));
    }

    #[test]
    fn one_class_for_all_is_chance() {
        assert_eq!(doubt(&[4; 1000], &[]), Some(Doubt::Chance));
        assert_eq!(find_doubt(&[0, 0], &[0, 0], 1, &[]), None);
    }
}
