//! Parameters of `CategoricalNB`.

use crate::parameters::{Interval, Kind, ParamValue, Parameter};

/// scikit-learn's `min_categories`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum MinCategories {
    /// The same number for every feature.
    Every(usize),
    /// A number for each feature.
    ByFeature(Vec<usize>),
}

impl Parameter for MinCategories {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int, Kind::Ints]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::List(_) => Vec::read(value).map(Self::ByFeature),
            value => usize::read(value).map(Self::Every),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Every(number) => number.write(),
            Self::ByFeature(numbers) => numbers.write(),
        }
    }

    /// Numbers of a list are not looked at, as in scikit-learn: fewer than there are change nothing.
    fn is_in(&self, range: &Interval) -> bool {
        match self {
            Self::Every(number) => number.is_in(range),
            Self::ByFeature(_) => true,
        }
    }

    fn expected(range: &Interval) -> String {
        format!("an integer in {range} or a list of integers")
    }

    fn interval(range: &Interval) -> Option<Interval> {
        Some(*range)
    }
}

parameters! {
    /// Parameters of [`CategoricalNb`](super::CategoricalNb).
    pub struct CategoricalNbParams => CategoricalNbValidParams: "CategoricalNB" {
        /// what is added to the counts
        alpha: f64 = 1.0, in Interval::NOT_NEGATIVE;
        /// whether an alpha below 1e-10 is kept
        force_alpha: bool = true, was false;
        /// whether classes are as probable as they are frequent, rather than all alike
        fit_prior: bool = true;
        /// probability of each class, in ascending order of label
        class_prior: Option<Vec<f64>> = None, in Interval::NOT_NEGATIVE;
        /// categories that there are at least, for all features or for each its own
        min_categories: Option<MinCategories> = None, in Interval::at_least(1);
    }
}
