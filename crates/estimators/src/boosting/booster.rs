//! The stages of boosting: slopes of the loss, one tree per output, new scores, and when to stop.

use ndarray::{ArrayView2, Axis};
use rand::seq::index;
use rayon::prelude::*;

use super::loss::{Loss, Slope};
use super::model::{Boosted, Regressor};
use super::validation::stratified_split;
use crate::FitError;
use crate::hist::Binned;
use crate::info::FitInfo;
use crate::multiclass::{ClassEncoding, class_counts};
use crate::tree::{Node, Tree};
use fashion_bench_numeric::rng::{Rng, stream};

/// A tree with the value of each node, not shrunk yet.
pub(super) struct Grown {
    pub tree: Tree,
    pub values: Vec<f64>,
    /// The leaf of each row that the tree was grown on; other rows hold anything.
    pub leaf_of_row: Vec<u32>,
}

/// Grows the tree of one output and stage.
pub(super) trait TreeGrower: Sync {
    /// A tree on `rows` of `binned`; `classes` are the classes of all rows.
    fn grow(
        &self,
        binned: &Binned,
        rows: &[u32],
        slope: &Slope,
        rng: &mut Rng,
    ) -> Result<Grown, FitError>;

    /// Bins the training rows.
    fn bin(&self, x: ArrayView2<'_, f32>) -> Result<Binned, FitError>;

    /// Adds what the tree's splits gained to each feature's importance.
    fn add_importances(&self, tree: &Tree, importances: &mut [f64]);
}

/// When stages end early.
pub(super) enum Patience {
    /// Never.
    None,
    /// As soon as the validation loss, plus `tol`, is not below any of the last `n` noted ones.
    Recent { n: usize, tol: f64 },
    /// As soon as none of the last `n` losses is below the one before them by more than `tol`.
    Reference { n: usize, tol: f64 },
}

/// Everything about the stages that is not the growing of trees.
pub(super) struct Stages {
    pub loss: Loss,
    pub n_stages: usize,
    pub learning_rate: f64,
    /// Share of the rows drawn for each stage.
    pub subsample: f64,
    /// Whether scores start at 0 rather than at the classes' shares.
    pub starts_at_zero: bool,
    /// Rows set aside for early stopping; 0: the training loss is what counts.
    pub n_validation: usize,
    pub patience: Patience,
    pub class_weights: Option<Vec<f64>>,
    pub seed: u64,
}

/// A set of rows with their scores.
struct Part {
    rows: Vec<u32>,
    codes: Vec<usize>,
    scores: Vec<Vec<f64>>,
}

impl Part {
    fn new(rows: Vec<u32>, codes: &[usize], initial: &[f64]) -> Self {
        Self {
            codes: rows.iter().map(|&row| codes[row as usize]).collect(),
            scores: initial
                .iter()
                .map(|&score| vec![score; rows.len()])
                .collect(),
            rows,
        }
    }
}

impl Stages {
    /// Fits all stages.
    pub(super) fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        (encoding, codes): (ClassEncoding, &[usize]),
        grower: &impl TreeGrower,
    ) -> Result<Boosted, FitError> {
        let n_classes = encoding.n_classes();
        let (rows, held_out) = match self.n_validation {
            0 => ((0..codes.len() as u32).collect(), Vec::new()),
            n => stratified_split(codes, n_classes, n, &mut stream(self.seed, &[0])),
        };
        let counts = class_counts(
            &rows
                .iter()
                .map(|&row| codes[row as usize])
                .collect::<Vec<_>>(),
            n_classes,
        );
        let initial = self.initial_scores(&counts);
        let mut train = Part::new(rows, codes, &initial);
        let mut validation = Part::new(held_out, codes, &initial);
        let chosen = |part: &Part| {
            let rows: Vec<usize> = part.rows.iter().map(|&row| row as usize).collect();
            x.select(Axis(0), &rows)
        };
        let (x_train, x_validation);
        let x_train_view = if self.n_validation == 0 {
            x.reborrow()
        } else {
            x_train = chosen(&train);
            x_train.view()
        };
        x_validation = chosen(&validation);
        let binned = grower.bin(x_train_view)?;
        let mut model = Boosted {
            initial,
            stages: Vec::new(),
            encoding,
            n_features: x.ncols(),
            info: FitInfo::default(),
        };
        let mut importances = vec![0.0; x.ncols()];
        let mut watch = Watch::new(&self.patience);
        let mut loss_curve = Vec::new();
        watch.start(self.watched_loss(&train, &validation));
        let mut has_stopped = false;
        for stage_idx in 0..self.n_stages as u64 {
            let bag = self.bag(train.rows.len(), stage_idx);
            let grown = self.grow_stage(stage_idx, &binned, &bag, &train, grower)?;
            let mut stage = Vec::with_capacity(grown.len());
            for (output, grown) in grown.into_iter().enumerate() {
                grower.add_importances(&grown.tree, &mut importances);
                let tree = self.shrink(&grown);
                let scores = &mut train.scores[output];
                self.update(&tree, &grown, &bag, x_train_view, scores);
                tree.add_values(x_validation.view(), &mut validation.scores[output]);
                stage.push(tree);
            }
            model.stages.push(stage);
            loss_curve.push(self.bag_loss(&train, &bag));
            if watch.should_stop(self.watched_loss(&train, &validation)) {
                has_stopped = true;
                break;
            }
        }
        let converged = (!matches!(self.patience, Patience::None)).then_some(has_stopped);
        let validation_loss = (self.n_validation > 0).then(|| {
            self.loss
                .mean(&validation.scores, &validation.codes, |_| true)
        });
        model.describe(&importances, loss_curve, converged, validation_loss);
        Ok(model)
    }

    fn initial_scores(&self, counts: &[usize]) -> Vec<f64> {
        let weight = |class: usize| match &self.class_weights {
            Some(weights) => weights[class] * counts[class] as f64,
            None => counts[class] as f64,
        };
        let sum: f64 = (0..counts.len()).map(weight).sum();
        let shares: Vec<f64> = (0..counts.len()).map(|class| weight(class) / sum).collect();
        let scores = self.loss.prior_scores(&shares);
        if self.starts_at_zero {
            vec![0.0; scores.len()]
        } else {
            scores
        }
    }

    /// Positions of the rows drawn for a stage, ascending.
    fn bag(&self, n_samples: usize, stage_idx: u64) -> Vec<u32> {
        let n_samples_u32 = u32::try_from(n_samples).expect("rows are counted in 32 bits");
        if self.subsample >= 1.0 {
            return (0..n_samples_u32).collect();
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a share of a count"
        )]
        let n_drawn = ((self.subsample * n_samples as f64) as usize).max(1);
        let mut rng = stream(self.seed, &[1, stage_idx]);
        let mut bag: Vec<u32> = index::sample(&mut rng, n_samples, n_drawn)
            .into_iter()
            .map(|row| row as u32)
            .collect();
        bag.sort_unstable();
        bag
    }

    /// One tree for each output, outputs in parallel.
    fn grow_stage(
        &self,
        stage_idx: u64,
        binned: &Binned,
        bag: &[u32],
        train: &Part,
        grower: &impl TreeGrower,
    ) -> Result<Vec<Grown>, FitError> {
        let mut slopes = self.loss.slopes(&train.scores, &train.codes);
        if let Some(weights) = &self.class_weights {
            for slope in &mut slopes {
                let values = slope.negative_gradient.iter_mut().zip(&mut slope.hessian);
                for ((gradient, hessian), &code) in values.zip(&train.codes) {
                    *gradient *= weights[code];
                    *hessian *= weights[code];
                }
            }
        }
        slopes
            .par_iter()
            .enumerate()
            .map(|(output, slope)| {
                let mut rng = stream(self.seed, &[2, stage_idx, output as u64]);
                grower.grow(binned, bag, slope, &mut rng)
            })
            .collect()
    }

    fn shrink(&self, grown: &Grown) -> Regressor {
        let nodes = grown.tree.nodes.iter().zip(&grown.values);
        let shrunk = |(node, value): (&Node, &f64)| {
            if node.is_leaf() {
                Node {
                    threshold: self.learning_rate * value,
                    ..Node::LEAF
                }
            } else {
                *node
            }
        };
        Regressor(nodes.map(shrunk).collect())
    }

    fn update(
        &self,
        tree: &Regressor,
        grown: &Grown,
        bag: &[u32],
        x: ArrayView2<'_, f32>,
        scores: &mut [f64],
    ) {
        if bag.len() == scores.len() {
            for (score, &leaf) in scores.iter_mut().zip(&grown.leaf_of_row) {
                *score += tree.0[leaf as usize].threshold;
            }
            return;
        }
        tree.add_values(x, scores);
    }

    fn bag_loss(&self, train: &Part, bag: &[u32]) -> f64 {
        let is_drawn =
            |row: usize| bag.len() == train.rows.len() || bag.binary_search(&(row as u32)).is_ok();
        self.loss.mean(&train.scores, &train.codes, is_drawn)
    }

    /// The loss that early stopping looks at.
    fn watched_loss(&self, train: &Part, validation: &Part) -> f64 {
        if matches!(self.patience, Patience::None) {
            return 0.0;
        }
        let part = if self.n_validation > 0 {
            validation
        } else {
            train
        };
        self.loss.mean(&part.scores, &part.codes, |_| true)
    }
}

/// Early stopping under way.
struct Watch<'a> {
    patience: &'a Patience,
    losses: Vec<f64>,
    n_seen: usize,
}

impl<'a> Watch<'a> {
    fn new(patience: &'a Patience) -> Self {
        let losses = match patience {
            Patience::Recent { n, .. } => vec![f64::INFINITY; *n],
            _ => Vec::new(),
        };
        Self {
            patience,
            losses,
            n_seen: 0,
        }
    }

    /// Notes the loss before the first stage.
    fn start(&mut self, loss: f64) {
        if matches!(self.patience, Patience::Reference { .. }) {
            self.losses.push(loss);
        }
    }

    fn should_stop(&mut self, loss: f64) -> bool {
        match *self.patience {
            Patience::None => false,
            Patience::Recent { n, tol } => {
                let place = self.n_seen % n;
                self.n_seen += 1;
                if self.losses.iter().any(|noted| loss + tol < *noted) {
                    self.losses[place] = loss;
                    false
                } else {
                    true
                }
            }
            Patience::Reference { n, tol } => {
                self.losses.push(loss);
                let Some(at) = self.losses.len().checked_sub(n + 1) else {
                    return false;
                };
                let reference = self.losses[at] - tol;
                !self.losses[at + 1..].iter().any(|&loss| loss < reference)
            }
        }
    }
}
