//! The parameters that say how far a tree grows; every tree ensemble has them.

use super::grow::{Growth, Splitter};
use super::target::LeafLimits;
use crate::ParamError;
use crate::spec::{Args, Kind, ParamSpec};

/// A number of samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Amount {
    /// This many.
    Count(usize),
    /// This share of the training samples, rounded up.
    Share(f64),
}

impl Amount {
    fn of(self, n_samples: usize) -> usize {
        match self {
            Self::Count(count) => count,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of a count"
            )]
            Self::Share(share) => (share * n_samples as f64).ceil() as usize,
        }
    }
}

/// How many features are drawn for each node.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxFeatures {
    /// All of them.
    All,
    /// The square root of their number.
    Sqrt,
    /// The binary logarithm of their number.
    Log2,
    /// This many.
    Count(usize),
    /// This share of them.
    Share(f64),
}

impl MaxFeatures {
    /// The number itself, at least 1.
    ///
    /// # Errors
    /// [`ParamError`] for a count beyond `n_features`.
    pub fn of(self, n_features: usize, estimator: &'static str) -> Result<usize, ParamError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "rounded down as in scikit-learn"
        )]
        let count = match self {
            Self::All => n_features,
            Self::Sqrt => (n_features as f64).sqrt() as usize,
            Self::Log2 => (n_features as f64).log2() as usize,
            Self::Share(share) => (share * n_features as f64) as usize,
            Self::Count(count) if count > n_features => {
                let expected = format!("at most the {n_features} features of the data");
                return Err(ParamError::value(
                    estimator,
                    "max_features",
                    expected,
                    count,
                ));
            }
            Self::Count(count) => count,
        };
        Ok(count.max(1))
    }
}

/// How far a tree grows.
///
/// | name | default | meaning | range |
/// |---|---|---|---|
/// | `max_depth` | none | depth at which nodes are leaves | [1, inf) |
/// | `min_samples_split` | 2 | fewest samples of a node that is split | count in [2, inf) or share in (0, 1] |
/// | `min_samples_leaf` | 1 | fewest samples of a leaf | count in [1, inf) or share in (0, 1) |
/// | `min_weight_fraction_leaf` | 0 | least share of the weight in a leaf | [0, 0.5] |
/// | `max_features` | all | features drawn for each node | count in [1, inf) or share in (0, 1] |
/// | `max_leaf_nodes` | none | most leaves, best splits first | [2, inf) |
/// | `min_impurity_decrease` | 0 | least improvement by a split | [0, inf) |
/// | `ccp_alpha` | 0 | cost-complexity pruning | [0, inf) |
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "the table says it")]
pub struct Shape {
    pub max_depth: Option<usize>,
    pub min_samples_split: Amount,
    pub min_samples_leaf: Amount,
    pub min_weight_fraction_leaf: f64,
    pub max_features: MaxFeatures,
    pub max_leaf_nodes: Option<usize>,
    pub min_impurity_decrease: f64,
    pub ccp_alpha: f64,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            max_depth: None,
            min_samples_split: Amount::Count(2),
            min_samples_leaf: Amount::Count(1),
            min_weight_fraction_leaf: 0.0,
            max_features: MaxFeatures::All,
            max_leaf_nodes: None,
            min_impurity_decrease: 0.0,
            ccp_alpha: 0.0,
        }
    }
}

impl Shape {
    /// Checks every range.
    ///
    /// # Errors
    /// [`ParamError::Value`] naming the parameter of `estimator`.
    pub fn check(&self, estimator: &'static str) -> Result<(), ParamError> {
        let at_least = |name, least: usize, value: Option<usize>| match value {
            Some(value) if value < least => {
                let expected = format!("an integer in [{least}, inf)");
                Err(ParamError::value(estimator, name, expected, value))
            }
            _ => Ok(()),
        };
        at_least("max_depth", 1, self.max_depth)?;
        at_least("max_leaf_nodes", 2, self.max_leaf_nodes)?;
        check_amount(
            estimator,
            "min_samples_split",
            2,
            true,
            self.min_samples_split,
        )?;
        check_amount(
            estimator,
            "min_samples_leaf",
            1,
            false,
            self.min_samples_leaf,
        )?;
        match self.max_features {
            MaxFeatures::Count(0) => {
                at_least("max_features", 1, Some(0))?;
            }
            MaxFeatures::Share(share) if !(share > 0.0 && share <= 1.0) => {
                let expected = "a fraction in (0, 1]";
                return Err(ParamError::value(
                    estimator,
                    "max_features",
                    expected,
                    share,
                ));
            }
            _ => {}
        }
        let in_range = |name, value: f64, high: f64| match (0.0..=high).contains(&value) {
            true => Ok(()),
            false => {
                let end = if high.is_finite() {
                    format!("{high}]")
                } else {
                    "inf)".into()
                };
                Err(ParamError::value(
                    estimator,
                    name,
                    format!("a number in [0, {end}"),
                    value,
                ))
            }
        };
        in_range(
            "min_weight_fraction_leaf",
            self.min_weight_fraction_leaf,
            0.5,
        )?;
        in_range(
            "min_impurity_decrease",
            self.min_impurity_decrease,
            f64::INFINITY,
        )?;
        in_range("ccp_alpha", self.ccp_alpha, f64::INFINITY)
    }

    /// The rules for a training set of `n_samples` samples of `weight` together and `n_features`
    /// features.
    ///
    /// # Errors
    /// [`ParamError`] for more features than there are.
    pub fn growth(
        &self,
        splitter: Splitter,
        n_samples: usize,
        weight: f64,
        n_features: usize,
        estimator: &'static str,
    ) -> Result<Growth, ParamError> {
        let min_samples = self.min_samples_leaf.of(n_samples);
        let min_samples_split = self.min_samples_split.of(n_samples);
        Ok(Growth {
            splitter,
            max_features: self.max_features.of(n_features, estimator)?,
            max_depth: self.max_depth.unwrap_or(usize::MAX),
            min_samples_split: min_samples_split.max(2 * min_samples).max(2),
            limits: LeafLimits {
                min_samples,
                min_weight: self.min_weight_fraction_leaf * weight,
            },
            min_impurity_decrease: self.min_impurity_decrease,
            max_leaf_nodes: self.max_leaf_nodes,
        })
    }

    /// Reads the parameters of `SHAPE_PARAMS` and `max_depth` and `max_features`.
    ///
    /// # Errors
    /// [`ParamError`] for a negative count.
    pub fn from_args(args: &Args<'_>) -> Result<Self, ParamError> {
        let amount = |name| {
            Ok(match args.opt_count(name)? {
                Some(count) => Amount::Count(count),
                None => Amount::Share(args.float(name)),
            })
        };
        let max_features = match (args.choice("max_features"), args.opt_count("max_features")?) {
            (Some("log2"), _) => MaxFeatures::Log2,
            (Some(_), _) => MaxFeatures::Sqrt,
            (None, Some(count)) => MaxFeatures::Count(count),
            (None, None) => {
                let share = args.opt_float("max_features");
                share.map_or(MaxFeatures::All, MaxFeatures::Share)
            }
        };
        Ok(Self {
            max_depth: args.opt_count("max_depth")?,
            min_samples_split: amount("min_samples_split")?,
            min_samples_leaf: amount("min_samples_leaf")?,
            min_weight_fraction_leaf: args.float("min_weight_fraction_leaf"),
            max_features,
            max_leaf_nodes: args.opt_count("max_leaf_nodes")?,
            min_impurity_decrease: args.float("min_impurity_decrease"),
            ccp_alpha: args.float("ccp_alpha"),
        })
    }
}

fn check_amount(
    estimator: &'static str,
    name: &'static str,
    least: usize,
    may_be_all: bool,
    amount: Amount,
) -> Result<(), ParamError> {
    let is_valid = match amount {
        Amount::Count(count) => count >= least,
        Amount::Share(share) => share > 0.0 && (share < 1.0 || (may_be_all && share == 1.0)),
    };
    if is_valid {
        return Ok(());
    }
    let end = if may_be_all { "1.0]" } else { "1.0)" };
    let expected = format!("an integer in [{least}, inf) or a fraction in (0.0, {end}");
    match amount {
        Amount::Count(count) => Err(ParamError::value(estimator, name, expected, count)),
        Amount::Share(share) => {
            let got = format!("{share:?}");
            Err(ParamError::value(estimator, name, expected, got))
        }
    }
}

/// Kinds of `max_features`.
pub const MAX_FEATURES: &[Kind] = &[
    Kind::Choice(&["sqrt", "log2"]),
    Kind::Share,
    Kind::Int,
    Kind::Null,
];

/// Fewest samples of a node that is split.
pub const MIN_SAMPLES_SPLIT: ParamSpec = ParamSpec::new(
    "min_samples_split",
    &[Kind::Share, Kind::Int],
    "2",
    "fewest samples of a node that is split: a count, or a fraction of all",
);

/// Fewest samples of a leaf.
pub const MIN_SAMPLES_LEAF: ParamSpec = ParamSpec::new(
    "min_samples_leaf",
    &[Kind::Share, Kind::Int],
    "1",
    "fewest samples of a leaf: a count, or a fraction of all",
);

/// Least share of the weight in a leaf.
pub const MIN_WEIGHT_FRACTION_LEAF: ParamSpec = ParamSpec::new(
    "min_weight_fraction_leaf",
    &[Kind::Float],
    "0.0",
    "least share of the training weight in a leaf",
);

/// Most leaves.
pub const MAX_LEAF_NODES: ParamSpec = ParamSpec::new(
    "max_leaf_nodes",
    &[Kind::Int, Kind::Null],
    "null",
    "most leaves, splitting the best node next; null: no limit",
);

/// Least improvement by a split.
pub const MIN_IMPURITY_DECREASE: ParamSpec = ParamSpec::new(
    "min_impurity_decrease",
    &[Kind::Float],
    "0.0",
    "least decrease of weighted impurity by a split",
);

/// Cost-complexity pruning.
pub const CCP_ALPHA: ParamSpec = ParamSpec::new(
    "ccp_alpha",
    &[Kind::Float],
    "0.0",
    "prunes subtrees that gain at most this much a leaf",
);
