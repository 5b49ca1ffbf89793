//! The stages of boosting: slopes of the loss, one tree per output, new scores, and when to stop.

use ndarray::{ArrayView2, Axis, CowArray};
use rand::seq::index;
use rayon::prelude::*;

use super::categories::CategorySet;
use super::loss::Loss;
use super::model::{Boosted, Regressor, winner};
use super::patience::{Patience, Watch};
use crate::FitError;
use crate::holdout::{Holdout, Share, stratified_sample};
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use crate::tree::{Node, Tree};
use fashion_bench_numeric::rng::{Rng, stream};

/// A tree with the value of each node, not shrunk yet.
pub(super) struct Grown {
    pub tree: Tree,
    pub values: Vec<f64>,
    /// The categories that go left at each node; those from its end on are by a threshold.
    pub category_sets: Vec<Option<CategorySet>>,
    /// The leaf of each row that the tree was grown on; other rows hold anything.
    pub leaf_of_row: Vec<u32>,
}

/// Grows the tree of one output in one stage.
pub(super) trait TreeGrower: Sync {
    /// The training rows as trees are grown on them.
    type Columns: Sync;
    /// The slopes of the loss of one output.
    type Slope: Send + Sync;
    /// The root of a tree, made for all outputs of a stage at once.
    type Root: Send;

    /// Returns the scores of a constant prediction of the shares that `n_classes` classes have in
    /// rows of these codes.
    fn prior_scores(&self, codes: &[usize], n_classes: usize) -> Vec<f64>;

    /// Returns the slopes of every output at these scores; `codes` are the classes of the rows.
    fn slopes(&self, scores: &[Vec<f64>], codes: &[usize]) -> Vec<Self::Slope>;

    /// Returns the columns of the training rows.
    fn columns(&self, x: ArrayView2<'_, f32>) -> Result<Self::Columns, FitError>;

    /// Returns the roots of the trees of several outputs on `rows` of `columns`; `slopes` have those
    /// of all rows.
    fn roots(
        &self,
        columns: &Self::Columns,
        rows: &[u32],
        slopes: &[Self::Slope],
    ) -> Vec<Self::Root>;

    /// Returns the tree of an output, with its slopes and its root, on `rows` of `columns`.
    fn grow(
        &self,
        columns: &Self::Columns,
        rows: &[u32],
        of_output: (&Self::Slope, Self::Root),
        rng: &mut Rng,
    ) -> Result<Grown, FitError>;

    /// Adds to each feature's importance what the tree's splits by it gained.
    fn add_importances(&self, tree: &Tree, importances: &mut [f64]);
}

/// What early stopping looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watched {
    /// The loss.
    Loss,
    /// The accuracy.
    Accuracy,
}

/// Everything about the stages that is not the growing of trees.
pub(super) struct Stages {
    pub loss: Loss,
    pub learning_rate: f64,
    /// Share of the rows drawn for each stage.
    pub subsample: f64,
    /// Whether scores start at 0 rather than at the classes' shares.
    pub starts_at_zero: bool,
    /// Whether a score of 0 is the second one of two classes.
    pub zero_is_second: bool,
    /// Rows set aside for early stopping; without them it goes by the training rows.
    pub held_back: Option<Share>,
    /// Whether each class must have a training row left.
    pub needs_every_class: bool,
    pub watched: Watched,
    pub patience: Patience,
    pub class_weights: Option<Vec<f64>>,
    pub seed: u64,
}

/// Most outputs whose trees are grown at the same time: their roots share one reading of the rows,
/// and their histograms are in memory together.
const OUTPUTS: usize = 16;

/// Most training rows whose accuracy early stopping looks at.
const MOST_SCORED: usize = 10_000;

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
    /// Fits as many stages as the last of `ends` (ascending) says to `x` (`n_samples` ×
    /// `n_features`) and the class `codes` of its rows, and hands out the model at each of them.
    /// Where stages end early, the model is that of all ends that are left.
    ///
    /// # Errors
    /// [`FitError`] for rows that cannot be set aside, and for what `grower` reports.
    pub(super) fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        (encoding, codes): (ClassEncoding, &[usize]),
        grower: &impl TreeGrower,
        ends: &[usize],
        reached: &mut dyn FnMut(Boosted),
    ) -> Result<(), FitError> {
        let [mut train, mut validation] = self.parts(codes, &encoding, grower)?;
        let x_of = |part: &Part| {
            let rows: Vec<usize> = part.rows.iter().map(|&row| row as usize).collect();
            x.select(Axis(0), &rows)
        };
        let x_train = match self.held_back {
            None => CowArray::from(x),
            Some(_) => CowArray::from(x_of(&train)),
        };
        let x_validation = x_of(&validation);
        let columns = grower.columns(x_train.view())?;
        let scored = self.scored_rows(&train, encoding.n_classes());
        let mut stages = Vec::new();
        let mut importances = vec![0.0; x.ncols()];
        let mut watch = Watch::new(&self.patience);
        let mut loss_curve = Vec::new();
        watch.start(self.watched_loss(&train, &validation, &scored));
        let mut left = ends;
        let mut stage_idx = 0;
        while let [end, ..] = left {
            let bag = self.bag(train.rows.len(), stage_idx);
            let grown = self.grow_stage(stage_idx, &columns, &bag, &train, grower)?;
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
            stage_idx += 1;
            let has_stopped = watch.should_stop(self.watched_loss(&train, &validation, &scored));
            if !has_stopped && stages.len() < *end {
                continue;
            }
            // Where stages end early, all ends that are left are here.
            let n_here = if has_stopped {
                left.len()
            } else {
                left.iter().take_while(|&other| other == end).count()
            };
            left = &left[n_here..];
            let mut model = Boosted {
                initial: train.initial.clone(),
                // The stages may be large: those of the last model are not copied.
                stages: if left.is_empty() {
                    std::mem::take(&mut stages)
                } else {
                    stages.clone()
                },
                zero_is_second: self.zero_is_second,
                odds_scale: self.loss.odds_scale(),
                categories: None,
                encoding: encoding.clone(),
                n_features: x.ncols(),
                info: FitInfo::default(),
            };
            let converged = (!matches!(self.patience, Patience::None)).then_some(has_stopped);
            let validation_loss = self.held_back.map(|_| self.mean_loss(&validation));
            model.describe(&importances, loss_curve.clone(), converged, validation_loss);
            for _ in 1..n_here {
                reached(model.clone());
            }
            reached(model);
        }
        Ok(())
    }

    /// Returns the training rows and those set aside for early stopping, all at their initial
    /// scores.
    fn parts(
        &self,
        codes: &[usize],
        encoding: &ClassEncoding,
        grower: &impl TreeGrower,
    ) -> Result<[Part; 2], FitError> {
        let split = match &self.held_back {
            None => Holdout {
                training: (0..codes.len()).collect(),
                held_back: Vec::new(),
            },
            Some(share) => {
                let mut rng = stream(self.seed, &[0]);
                share.draw_stratified(codes, encoding, &mut rng)?
            }
        };
        let [rows, held_back] = [split.training, split.held_back].map(|mut rows| {
            rows.sort_unstable();
            #[expect(
                clippy::cast_possible_truncation,
                reason = "rows are counted in 32 bits"
            )]
            let rows: Vec<u32> = rows.into_iter().map(|row| row as u32).collect();
            rows
        });
        let mut counts = vec![0; encoding.n_classes()];
        for &row in &rows {
            counts[codes[row as usize]] += 1;
        }
        if let (Some(share), true) = (&self.held_back, self.needs_every_class)
            && let Some(class) = counts.iter().position(|&count| count == 0)
        {
            return Err(share.too_large(encoding.label(class)));
        }
        let of_rows: Vec<usize> = rows.iter().map(|&row| codes[row as usize]).collect();
        let mut initial = grower.prior_scores(&of_rows, encoding.n_classes());
        if self.starts_at_zero {
            initial.fill(0.0);
        }
        Ok([rows, held_back].map(|rows| Part::new(rows, codes, &initial)))
    }

    /// Returns the weight of a class.
    fn weight(&self, class: usize) -> f64 {
        self.class_weights
            .as_ref()
            .map_or(1.0, |weights| weights[class])
    }

    /// Returns the training rows whose accuracy early stopping looks at, if it does.
    fn scored_rows(&self, train: &Part, n_classes: usize) -> Vec<usize> {
        if self.watched == Watched::Loss || self.held_back.is_some() {
            return Vec::new();
        }
        if train.codes.len() <= MOST_SCORED {
            return (0..train.codes.len()).collect();
        }
        let mut rng = stream(self.seed, &[3]);
        stratified_sample(&train.codes, n_classes, MOST_SCORED, &mut rng)
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

    /// Grows one tree per output, [`OUTPUTS`] of them in parallel.
    fn grow_stage<G: TreeGrower>(
        &self,
        stage_idx: u64,
        columns: &G::Columns,
        bag: &[u32],
        train: &Part,
        grower: &G,
    ) -> Result<Vec<Grown>, FitError> {
        let slopes = grower.slopes(&train.scores, &train.codes);
        let mut stage = Vec::with_capacity(slopes.len());
        for slopes in slopes.chunks(OUTPUTS) {
            let first = stage.len();
            let roots = grower.roots(columns, bag, slopes);
            let grown: Result<Vec<Grown>, FitError> = slopes
                .par_iter()
                .zip(roots)
                .enumerate()
                .map(|(place, of_output)| {
                    let output = (first + place) as u64;
                    let mut rng = stream(self.seed, &[2, stage_idx, output]);
                    grower.grow(columns, bag, of_output, &mut rng)
                })
                .collect();
            stage.extend(grown?);
        }
        Ok(stage)
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
        Regressor {
            nodes: nodes.map(shrunk).collect(),
            category_sets: grown.category_sets.clone(),
        }
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
                *score += tree.nodes[leaf as usize].threshold;
            }
            return;
        }
        tree.add_values(x, scores);
    }

    /// Returns the mean loss over the rows drawn for the stage.
    fn bag_loss(&self, train: &Part, bag: &[u32]) -> f64 {
        let is_drawn =
            |row: usize| bag.len() == train.rows.len() || bag.binary_search(&(row as u32)).is_ok();
        let weight = |row: usize| f64::from(u8::from(is_drawn(row)));
        self.loss.mean(&train.scores, &train.codes, weight)
    }

    /// Returns what early stopping goes by: the loss, or minus the accuracy, with the weights of
    /// the classes.
    fn watched_loss(&self, train: &Part, validation: &Part, scored: &[usize]) -> f64 {
        if matches!(self.patience, Patience::None) {
            return 0.0;
        }
        match (self.watched, self.held_back) {
            (Watched::Loss, None) => self.mean_loss(train),
            (Watched::Loss, Some(_)) => self.mean_loss(validation),
            (Watched::Accuracy, None) => -self.accuracy(train, scored.iter().copied()),
            (Watched::Accuracy, Some(_)) => -self.accuracy(validation, 0..validation.codes.len()),
        }
    }

    fn mean_loss(&self, part: &Part) -> f64 {
        let weight = |row: usize| self.weight(part.codes[row]);
        self.loss.mean(&part.scores, &part.codes, weight)
    }

    /// Returns the share of some rows of a part whose class has the largest score.
    fn accuracy(&self, part: &Part, rows: impl Iterator<Item = usize>) -> f64 {
        let (mut right, mut all) = (0.0, 0.0);
        for row in rows {
            let scores: Vec<f64> = part.scores.iter().map(|scores| scores[row]).collect();
            let weight = self.weight(part.codes[row]);
            all += weight;
            if winner(&scores, self.zero_is_second) == part.codes[row] {
                right += weight;
            }
        }
        right / all
    }
}
