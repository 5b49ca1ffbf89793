//! Weights of classes in a forest.

use crate::ClassWeight;
use crate::parameters::{Interval, Kind, ParamValue, Parameter};

with_serde! {
    /// How much the rows of each class count, over the whole training set or tree by tree.
    #[derive(Debug, Clone, PartialEq)]
    pub enum ForestClassWeight {
        /// As in any classifier.
        All(ClassWeight),
        /// Inversely to the frequency of the class in the bag of each tree.
        BalancedSubsample,
    }
}

impl ForestClassWeight {
    /// The name of [`Self::BalancedSubsample`] in a config.
    const BY_BAG: &'static str = "balanced_subsample";

    /// Returns the rule by which the counts of a bag, or of all samples, become weights.
    #[must_use]
    pub fn rule(&self) -> &ClassWeight {
        match self {
            Self::All(weights) => weights,
            Self::BalancedSubsample => &ClassWeight::Balanced,
        }
    }
}

impl Default for ForestClassWeight {
    fn default() -> Self {
        Self::All(ClassWeight::Uniform)
    }
}

impl From<ClassWeight> for ForestClassWeight {
    fn from(weights: ClassWeight) -> Self {
        Self::All(weights)
    }
}

/// The range of the weights is [0, inf), unless a declaration says otherwise.
impl Parameter for ForestClassWeight {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![
            Kind::Object,
            Kind::Choice(&["balanced", Self::BY_BAG]),
            Kind::Null,
        ]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        if value.as_str() == Some(Self::BY_BAG) {
            return Some(Self::BalancedSubsample);
        }
        ClassWeight::read(value).map(Self::All)
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::All(weights) => weights.write(),
            Self::BalancedSubsample => Self::BY_BAG.into(),
        }
    }

    fn is_in(&self, range: &Interval) -> bool {
        match self {
            Self::All(weights) => weights.is_in(range),
            Self::BalancedSubsample => true,
        }
    }

    fn expected(range: &Interval) -> String {
        format!("{} or \"{}\"", ClassWeight::expected(range), Self::BY_BAG)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_of_a_forest_are_the_common_ones_and_one_more() {
        for weight in [
            ForestClassWeight::default(),
            ClassWeight::Balanced.into(),
            ForestClassWeight::BalancedSubsample,
        ] {
            assert_eq!(ForestClassWeight::read(&weight.write()), Some(weight));
        }
        assert_eq!(ForestClassWeight::read(&"by_bag".into()), None);
        assert_eq!(ClassWeight::read(&"balanced_subsample".into()), None);
    }
}
