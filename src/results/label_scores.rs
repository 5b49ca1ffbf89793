//! Scores of labels beside the accuracy, all of them functions of the confusion matrix.

use schemars::JsonSchema;
use serde::Serialize;

/// Scores of predicted labels, as `sklearn.metrics` has them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct LabelScores {
    /// Mean recall of the classes that the test split has.
    pub balanced_accuracy: f64,
    /// Mean F1 of the classes that occur or were predicted.
    pub f1_macro: f64,
    /// Mean F1 of the classes, each counting as often as it occurs.
    pub f1_weighted: f64,
    /// Matthews' correlation coefficient of several classes (Gorodkin, 2004); 0 if all labels or all
    /// predictions are of one class.
    pub matthews: f64,
    /// Cohen's κ, unweighted; absent if all labels and all predictions are of one and the same class.
    pub kappa: Option<f64>,
}

impl LabelScores {
    /// Computes the scores of a confusion matrix, by true class (row) and predicted class (column);
    /// nothing of an empty one.
    #[must_use]
    pub fn of(confusion: &[Vec<u32>]) -> Option<Self> {
        let n_classes = confusion.len();
        let n_true: Vec<f64> = confusion
            .iter()
            .map(|row| row.iter().copied().map(f64::from).sum())
            .collect();
        let n_predicted: Vec<f64> = (0..n_classes)
            .map(|class| confusion.iter().map(|row| f64::from(row[class])).sum())
            .collect();
        let hits: Vec<f64> = (0..n_classes)
            .map(|class| f64::from(confusion[class][class]))
            .collect();
        let n: f64 = n_true.iter().sum();
        if n == 0.0 {
            return None;
        }
        let all = 0..n_classes;
        let present = || all.clone().filter(|&class| n_true[class] > 0.0);
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let f1 = |class: usize| 2.0 * hits[class] / (n_true[class] + n_predicted[class]);
        let seen = all
            .clone()
            .filter(|&class| n_true[class] + n_predicted[class] > 0.0);
        let right: f64 = hits.iter().sum();
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let by_chance = product(&n_true, &n_predicted);
        let spread =
            (n * n - product(&n_predicted, &n_predicted)) * (n * n - product(&n_true, &n_true));
        Some(Self {
            balanced_accuracy: mean(present().map(|class| hits[class] / n_true[class]).collect()),
            f1_macro: mean(seen.map(f1).collect()),
            f1_weighted: present().map(|class| f1(class) * n_true[class] / n).sum(),
            matthews: if spread > 0.0 {
                (right * n - by_chance) / spread.sqrt()
            } else {
                0.0
            },
            kappa: (by_chance < n * n).then(|| (right * n - by_chance) / (n * n - by_chance)),
        })
    }

    /// Returns the mean of the scores of several confusion matrices.
    #[must_use]
    pub fn mean<'a>(confusions: impl IntoIterator<Item = &'a Vec<Vec<u32>>>) -> Option<Self> {
        let all: Option<Vec<Self>> = confusions
            .into_iter()
            .map(|confusion| Self::of(confusion))
            .collect();
        let all = all.filter(|all| !all.is_empty())?;
        let mean = |score: fn(&Self) -> f64| all.iter().map(score).sum::<f64>() / all.len() as f64;
        let kappas: Option<Vec<f64>> = all.iter().map(|scores| scores.kappa).collect();
        Some(Self {
            balanced_accuracy: mean(|scores| scores.balanced_accuracy),
            f1_macro: mean(|scores| scores.f1_macro),
            f1_weighted: mean(|scores| scores.f1_weighted),
            matthews: mean(|scores| scores.matthews),
            kappa: kappas.map(|kappas| kappas.iter().sum::<f64>() / kappas.len() as f64),
        })
    }
}

/// One of the [`LabelScores`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelScore {
    /// [`LabelScores::balanced_accuracy`].
    BalancedAccuracy,
    /// [`LabelScores::f1_macro`].
    F1Macro,
    /// [`LabelScores::f1_weighted`].
    F1Weighted,
    /// [`LabelScores::matthews`].
    Matthews,
    /// [`LabelScores::kappa`].
    Kappa,
}

impl LabelScore {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::BalancedAccuracy,
        Self::F1Macro,
        Self::F1Weighted,
        Self::Matthews,
        Self::Kappa,
    ];

    /// Returns its name in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BalancedAccuracy => "balanced accuracy",
            Self::F1Macro => "macro F1",
            Self::F1Weighted => "weighted F1",
            Self::Matthews => "Matthews correlation",
            Self::Kappa => "Cohen's κ",
        }
    }

    /// Returns this one of `scores`; a kappa that is not defined counts as 0.
    #[must_use]
    pub fn of(self, scores: &LabelScores) -> f64 {
        match self {
            Self::BalancedAccuracy => scores.balanced_accuracy,
            Self::F1Macro => scores.f1_macro,
            Self::F1Weighted => scores.f1_weighted,
            Self::Matthews => scores.matthews,
            Self::Kappa => scores.kappa.unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::score_cases;

    #[test]
    fn scores_of_labels_are_those_of_scikit_learn() {
        for case in score_cases() {
            let ours = LabelScores::of(&case.confusion()).unwrap();
            let expected = &case.labels;
            let close = |ours: f64, name: &str| {
                let theirs = expected[name].as_f64().unwrap();
                assert!((ours - theirs).abs() < 1e-12, "{name}: {ours}, {theirs}");
            };
            close(ours.balanced_accuracy, "balanced_accuracy");
            close(ours.f1_macro, "f1_macro");
            close(ours.f1_weighted, "f1_weighted");
            close(ours.matthews, "matthews");
            match ours.kappa {
                Some(kappa) => close(kappa, "kappa"),
                None => assert!(expected["kappa"].is_null()),
            }
        }
        assert_eq!(LabelScores::of(&[]), None);
    }

    #[test]
    fn scores_of_several_repeats_are_means() {
        let good = vec![vec![2, 0], vec![0, 2]];
        let bad = vec![vec![1, 1], vec![1, 1]];
        let mean = LabelScores::mean([&good, &bad]).unwrap();
        assert_eq!((mean.balanced_accuracy, mean.matthews), (0.75, 0.5));
        assert_eq!(mean.kappa, Some(0.5));
        assert_eq!(LabelScores::mean([]), None);
    }
}
