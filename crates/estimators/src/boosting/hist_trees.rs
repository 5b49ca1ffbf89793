//! Histogram boosting (LightGBM: Ke et al. 2017), as scikit-learn's
//! `HistGradientBoostingClassifier` has it: leaf-wise growth on at most 255 bins per feature, leaf
//! values by Newton steps with L2 regularisation, monotonic and interaction constraints, features
//! of categories.
//!
//! Trees are scikit-learn's to the bit wherever it draws nothing at random itself. Departures: the
//! validation rows and the features of `max_features` are other random ones, and with more than
//! 200,000 rows bins are cut at the percentiles of all of them.

use ndarray::{ArrayView2, CowArray};

use super::booster::{Grown, Stages, TreeGrower, Watched};
use super::categories::Categories;
use super::hist_loss::{Slope, class_shares, prior_scores, slopes};
use super::hist_params::{
    BoostingScoring, HistBoostingLoss, HistGradientBoostingParams, HistGradientBoostingValidParams,
};
use super::leaf_wise::{Cell, Columns, Constraints, LeafWise, SplitRules, feature_groups};
use super::loss::Loss;
use super::model::Boosted;
use super::patience::Patience;
use crate::classifier::Classifier;
use crate::hist::{Binned, EdgeBins};
use crate::holdout::Share;
use crate::multiclass::{ClassEncoding, class_counts};
use crate::parameters::Parameters;
use crate::path::{Ledger, PathData, Staged, fit_all_stages, train_in_stages};
use crate::tree::Tree;
use crate::{ClassWeight, FitError, ParamError};
use fashion_bench_numeric::rng::Rng;

const ESTIMATOR: &str = HistGradientBoostingParams::ESTIMATOR;

/// Grows the trees of a fit.
struct HistTrees<'a> {
    params: &'a HistGradientBoostingValidParams,
    categories: Option<&'a Categories>,
    constraints: Constraints,
    class_weights: Option<Vec<f64>>,
}

impl TreeGrower for HistTrees<'_> {
    type Columns = Columns;
    type Slope = Slope;
    type Root = Option<Vec<Cell>>;

    fn prior_scores(&self, codes: &[usize], n_classes: usize) -> Vec<f64> {
        prior_scores(&class_shares(
            codes,
            n_classes,
            self.class_weights.as_deref(),
        ))
    }

    fn slopes(&self, scores: &[Vec<f64>], codes: &[usize]) -> Vec<Slope> {
        slopes(scores, codes, self.class_weights.as_deref())
    }

    fn columns(&self, x: ArrayView2<'_, f32>) -> Result<Columns, FitError> {
        let binned = Binned::by_edges(x, self.params.max_bins)?;
        let category_bins = match self.categories {
            None => Vec::new(),
            Some(categories) => (0..categories.n_columns())
                .map(|column| {
                    let n_categories = categories.n_categories(column);
                    category_bins(&binned.features[column], n_categories, x.column(column))
                })
                .collect(),
        };
        Ok(Columns::new(binned, category_bins))
    }

    fn roots(&self, columns: &Columns, _: &[u32], slopes: &[Slope]) -> Vec<Option<Vec<Cell>>> {
        columns.root_cells(slopes)
    }

    fn grow(
        &self,
        columns: &Columns,
        _: &[u32],
        (slope, cells): (&Slope, Option<Vec<Cell>>),
        rng: &mut Rng,
    ) -> Result<Grown, FitError> {
        let plan = LeafWise {
            max_leaf_nodes: self.params.max_leaf_nodes,
            max_depth: self.params.max_depth,
            max_features: self.params.max_features,
            rules: SplitRules {
                min_samples: self.params.min_samples_leaf as u64,
                l2_regularization: self.params.l2_regularization,
            },
            constraints: &self.constraints,
        };
        Ok(plan.grow(columns, slope.clone(), cells, rng))
    }

    fn add_importances(&self, tree: &Tree, importances: &mut [f64]) {
        for (node, stats) in tree.nodes.iter().zip(&tree.stats) {
            if !node.is_leaf() {
                importances[node.feature as usize] += stats.improvement;
            }
        }
    }
}

/// Returns the bin of each category of a column, none where no row has it.
fn category_bins(
    bins: &EdgeBins,
    n_categories: usize,
    column: ndarray::ArrayView1<'_, f32>,
) -> Vec<Option<u8>> {
    let mut found = vec![None; n_categories];
    for &category in column {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of a category, and a bin, below 255"
        )]
        {
            found[category as usize] = Some(bins.bin_of(category) as u8);
        }
    }
    found
}

impl HistGradientBoostingValidParams {
    /// Returns the constraints of columns whose order is that of the categories, if there are any.
    fn constraints(
        &self,
        categories: Option<&Categories>,
        n_features: usize,
        n_classes: usize,
    ) -> Result<Constraints, ParamError> {
        let signs = self
            .monotonic_cst
            .as_ref()
            .map(|constraints| constraints.signs(n_features, n_classes, ESTIMATOR))
            .transpose()?;
        let n_categorical = categories.map_or(0, Categories::n_columns);
        let signs: Option<Vec<i8>> = signs.map(|signs| match categories {
            None => signs,
            Some(categories) => categories.columns().map(|column| signs[column]).collect(),
        });
        if let Some(signs) = &signs
            && signs[..n_categorical].iter().any(|&sign| sign != 0)
        {
            return Err(ParamError::unsupported(
                ESTIMATOR,
                "categorical_features, monotonic_cst",
                "categories have no order; give their columns a 0",
            ));
        }
        // As in scikit-learn, interaction constraints name columns by their places after those of
        // categories have moved to the front.
        let groups = self
            .interaction_cst
            .as_ref()
            .map(|constraints| constraints.groups(n_features, ESTIMATOR))
            .transpose()?;
        let n_columns = u32::try_from(n_features).expect("columns are counted in 32 bits");
        Ok(Constraints {
            signs: signs.filter(|signs| signs.iter().any(|&sign| sign != 0)),
            groups: groups.map(|groups| feature_groups(groups, n_columns)),
            n_categorical,
        })
    }
}

impl Classifier for HistGradientBoostingValidParams {
    type Model = Boosted;

    const ACCEPTS_ONE_CLASS: bool = true;

    const PATH: &'static [&'static str] = &["max_iter"];

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Boosted, FitError> {
        fit_all_stages(self, x, codes, encoding)
    }

    fn fit_path(
        path: &[Self],
        data: PathData<'_>,
        ledger: &mut dyn Ledger,
    ) -> Result<(), FitError> {
        train_in_stages(path, data, ledger)
    }
}

impl Staged for HistGradientBoostingValidParams {
    fn n_stages(&self) -> usize {
        self.max_iter
    }

    fn fit_stages(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
        ends: &[usize],
        reached: &mut dyn FnMut(Boosted),
    ) -> Result<(), FitError> {
        let n_features = x.ncols();
        let flags = match &self.categorical_features {
            None => None,
            Some(choice) => choice.flags(n_features, ESTIMATOR)?,
        };
        let categories = flags
            .map(|flags| Categories::new(x, &flags, self.max_bins))
            .transpose()?;
        let x = match &categories {
            None => CowArray::from(x),
            Some(categories) => CowArray::from(categories.encoded(x)),
        };
        let counts = class_counts(codes, encoding.n_classes());
        let class_weights = (self.class_weight != ClassWeight::Uniform)
            .then(|| self.class_weight.of_counts(ESTIMATOR, &encoding, &counts))
            .transpose()?;
        let grower = HistTrees {
            params: self,
            constraints: self.constraints(categories.as_ref(), n_features, counts.len())?,
            categories: categories.as_ref(),
            class_weights: class_weights.clone(),
        };
        let stops_early = self.early_stopping.is_on(codes.len());
        let share = |amount| Share {
            estimator: ESTIMATOR,
            amount,
        };
        let stages = Stages {
            loss: match self.loss {
                HistBoostingLoss::LogLoss => Loss::Log,
            },
            learning_rate: self.learning_rate,
            subsample: 1.0,
            starts_at_zero: false,
            zero_is_second: false,
            held_back: self.validation_fraction.filter(|_| stops_early).map(share),
            needs_every_class: false,
            watched: match self.scoring {
                Some(BoostingScoring::Loss) => Watched::Loss,
                Some(BoostingScoring::Accuracy) | None => Watched::Accuracy,
            },
            patience: if stops_early {
                Patience::Reference {
                    n: self.n_iter_no_change,
                    tol: self.tol,
                }
            } else {
                Patience::None
            },
            class_weights,
            seed: self.seed,
        };
        let categories = categories.as_ref();
        let mut of_columns = |model: Boosted| {
            reached(match categories {
                None => model,
                Some(categories) => model.of_categories(categories.clone()),
            });
        };
        stages.fit(x.view(), (encoding, codes), &grower, ends, &mut of_columns)
    }
}
