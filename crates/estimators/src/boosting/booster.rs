//! The stages of boosting: slopes of the loss, one tree per output, new scores, and when to stop.

use ndarray::{ArrayView2, Axis, CowArray};
use rand::seq::index;
use rayon::prelude::*;

use super::loss::{Loss, Slope};
use super::model::{Boosted, Regressor};
use super::patience::{Patience, Watch};
use super::validation::stratified_split;
use crate::FitError;
use crate::hist::Binned;
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use crate::tree::{Node, Tree};
use fashion_bench_numeric::rng::{Rng, stream};

/// A tree with the value of each node, not shrunk yet.
pub(super) struct Grown {
    pub tree: Tree,
    pub values: Vec<f64>,
    /// The leaf of each row that the tree was grown on; other rows hold anything.
    pub leaf_of_row: Vec<u32>,
}

/// Grows the tree of one output in one stage.
pub(super) trait TreeGrower: Sync {
    /// Returns a tree on `rows` of `binned`; `slope` has the gradients of all rows.
    fn grow(
        &self,
        binned: &Binned,
        rows: &[u32],
        slope: &Slope,
        rng: &mut Rng,
    ) -> Result<Grown, FitError>;

    /// Returns the bins of the training rows.
    fn bin(&self, x: ArrayView2<'_, f32>) -> Result<Binned, FitError>;

    /// Adds to each feature's importance what the tree's splits by it gained.
    fn add_importances(&self, tree: &Tree, importances: &mut [f64]);
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
    /// Number of rows set aside for early stopping; with none it goes by the training loss.
    pub n_validation: usize,
    pub patience: Patience,
    pub class_weights: Option<Vec<f64>>,
    pub seed: u64,
}

/// A set of rows with their scores.
struct Part {
    rows: Vec<u32>,
    codes: Vec<usize>,
    /// Scores before the first stage, by output.
    initial: Vec<f64>,
    /// Scores of each row, output after output.
    scores: Vec<Vec<f64>>,
}

impl Part {
    fn new(rows: Vec<u32>, codes: &[usize], initial: &[f64]) -> Self {
        Self {
            codes: rows.iter().map(|&row| codes[row as usize]).collect(),
            initial: initial.to_vec(),
            scores: initial
                .iter()
                .map(|&score| vec![score; rows.len()])
                .collect(),
            rows,
        }
    }
}

impl Stages {
    /// Fits all stages to `x` (`n_samples` × `n_features`) and the class `codes` of its rows.
    pub(super) fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        (encoding, codes): (ClassEncoding, &[usize]),
        grower: &impl TreeGrower,
    ) -> Result<Boosted, FitError> {
        let [mut train, mut validation] = self.parts(codes, encoding.n_classes());
        let x_of = |part: &Part| {
            let rows: Vec<usize> = part.rows.iter().map(|&row| row as usize).collect();
            x.select(Axis(0), &rows)
        };
        let x_train = if self.n_validation == 0 {
            CowArray::from(x)
        } else {
            CowArray::from(x_of(&train))
        };
        let x_validation = x_of(&validation);
        let binned = grower.bin(x_train.view())?;
        let mut stages = Vec::new();
        let mut importances = vec![0.0; x.ncols()];
        let mut watch = Watch::new(&self.patience);
        let mut loss_curve = Vec::new();
        watch.start(self.watched_loss(&train, &validation));
        let initial = train.initial.clone();
        let mut has_stopped = false;
        for stage_idx in 0..self.n_stages as u64 {
            let bag = self.bag(train.rows.len(), stage_idx);
            let grown = self.grow_stage(stage_idx, &binned, &bag, &train, grower)?;
            let mut stage = Vec::with_capacity(grown.len());
            for (output, grown) in grown.into_iter().enumerate() {
                grower.add_importances(&grown.tree, &mut importances);
                let tree = self.shrink(&grown);
                let scores = &mut train.scores[output];
                self.update(&tree, &grown, &bag, x_train.view(), scores);
                tree.add_values(x_validation.view(), &mut validation.scores[output]);
                stage.push(tree);
            }
            stages.push(stage);
            loss_curve.push(self.bag_loss(&train, &bag));
            has_stopped = watch.should_stop(self.watched_loss(&train, &validation));
            if has_stopped {
                break;
            }
        }
        let mut model = Boosted {
            initial,
            stages,
            encoding,
            n_features: x.ncols(),
            info: FitInfo::default(),
        };
        let converged = (!matches!(self.patience, Patience::None)).then_some(has_stopped);
        let validation_loss = (self.n_validation > 0).then(|| self.mean_loss(&validation));
        model.describe(&importances, loss_curve, converged, validation_loss);
        Ok(model)
    }

    /// Returns the training rows and those set aside for early stopping, all at their initial
    /// scores.
    fn parts(&self, codes: &[usize], n_classes: usize) -> [Part; 2] {
        let (rows, held_out) = match self.n_validation {
            0 => ((0..codes.len() as u32).collect(), Vec::new()),
            n => stratified_split(codes, n_classes, n, &mut stream(self.seed, &[0])),
        };
        let mut counts = vec![0; n_classes];
        for &row in &rows {
            counts[codes[row as usize]] += 1;
        }
        let initial = self.initial_scores(&counts);
        [rows, held_out].map(|rows| Part::new(rows, codes, &initial))
    }

    /// Returns the scores of a constant prediction of the classes' shares, or zeros.
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

    /// Returns the positions of the rows drawn for a stage, ascending.
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

    /// Grows one tree per output, outputs in parallel.
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

    /// Returns the tree with its leaves' values times the learning rate.
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

    /// Adds the values of a tree to the scores of the training rows.
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

    /// Returns the mean loss over the rows drawn for the stage.
    fn bag_loss(&self, train: &Part, bag: &[u32]) -> f64 {
        let is_drawn =
            |row: usize| bag.len() == train.rows.len() || bag.binary_search(&(row as u32)).is_ok();
        self.loss.mean(&train.scores, &train.codes, is_drawn)
    }

    /// Returns the loss that early stopping goes by.
    fn watched_loss(&self, train: &Part, validation: &Part) -> f64 {
        if matches!(self.patience, Patience::None) {
            return 0.0;
        }
        let part = if self.n_validation > 0 {
            validation
        } else {
            train
        };
        self.mean_loss(part)
    }

    fn mean_loss(&self, part: &Part) -> f64 {
        self.loss.mean(&part.scores, &part.codes, |_| true)
    }
}
