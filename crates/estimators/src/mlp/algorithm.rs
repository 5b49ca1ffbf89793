//! Mini-batch training.
//!
//! Minimises mean cross entropy + alpha/(2·batch)·‖W‖² over batches of `batch_size` (at most 200 by
//! default) in a new order each epoch. Training stops when the mean loss of an epoch has failed to
//! fall below its best by `tol` (1e-4) for more than `n_iter_no_change` (10) epochs in a row. With
//! `early_stopping` it is the score of a held-out share that must rise, and the best network is
//! kept. These are scikit-learn's rules, with one difference: products and weights are `f32`
//! (scikit-learn follows its input, `f64` as a rule). Losses are summed in `f64`. An epoch costs
//! three products of data and weights.

use ndarray::{ArrayView2, Axis};
use rand::seq::SliceRandom;

use super::model::{BLOCK_ROWS, Mlp};
use super::network::{Network, Workspace};
use super::optimizer::Optimizer;
use super::params::{MlpParams, MlpSolver, MlpValidParams};
use super::quasi_newton;
use crate::classifier::Classifier;
use crate::error::FitError;
use crate::holdout::Share;
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters as _;
use crate::tree::Amount;
use fashion_bench_numeric::rng::{Rng, stream};

/// The seed's stream of initial weights.
const WEIGHTS: u64 = 0;
/// The seed's stream of orders of samples.
const ORDER: u64 = 1;
/// The seed's stream of the held-out share.
const SPLIT: u64 = 2;

impl Classifier for MlpValidParams {
    type Model = Mlp;

    const ACCEPTS_ONE_CLASS: bool = true;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<Mlp, FitError> {
        let n_outputs = match encoding.n_classes() {
            2 => 1,
            n_classes => n_classes,
        };
        let mut units = vec![x.ncols()];
        units.extend(&self.hidden_layer_sizes);
        units.push(n_outputs);
        let mut rng = stream(self.seed, &[WEIGHTS]);
        let network = Network::new(&units, self.activation, &mut rng);
        if self.solver == MlpSolver::Lbfgs {
            let (network, info) = quasi_newton::minimise(self, network, &x, codes);
            return Ok(Mlp {
                encoding,
                network,
                info,
            });
        }
        let (train, validation) = self.split(codes, &encoding)?;
        let batch_size = self.batch_size.of_samples(train.len());
        let mut training = Training {
            params: self,
            x: x.view(),
            codes,
            optimizer: Optimizer::new(self, &network),
            work: network.workspace(batch_size),
            network,
            batch_size,
        };
        let info = training.run(train, &validation)?;
        Ok(Mlp {
            encoding,
            network: training.network,
            info,
        })
    }
}

impl MlpValidParams {
    /// Returns the rows to train on and the rows held out for early stopping. As in scikit-learn,
    /// of two classes each gives its share.
    ///
    /// # Errors
    /// [`ParamError`] for rows that cannot be held out.
    fn split(
        &self,
        codes: &[usize],
        encoding: &ClassEncoding,
    ) -> Result<(Vec<usize>, Vec<usize>), FitError> {
        if !self.early_stopping {
            return Ok(((0..codes.len()).collect(), Vec::new()));
        }
        let share = Share {
            estimator: MlpParams::ESTIMATOR,
            amount: Amount::Share(self.validation_fraction),
        };
        let mut rng = stream(self.seed, &[SPLIT]);
        let split = if encoding.n_classes() > 2 {
            share.draw(codes.len(), &mut rng)?
        } else {
            share.draw_stratified(codes, encoding, &mut rng)?
        };
        Ok((split.training, split.held_back))
    }
}

struct Training<'a> {
    params: &'a MlpValidParams,
    x: ArrayView2<'a, f32>,
    codes: &'a [usize],
    network: Network,
    optimizer: Optimizer,
    work: Workspace,
    batch_size: usize,
}

/// The stopping rule: epochs since the last improvement that counts.
struct Patience {
    best: f64,
    n_without: usize,
}

impl Patience {
    /// Takes a score (larger is better) and returns whether it is the best so far. As in
    /// scikit-learn, a score that is better by exactly `tol` counts as an improvement.
    fn take(&mut self, score: f64, tol: f64) -> bool {
        if score < self.best + tol {
            self.n_without += 1;
        } else {
            self.n_without = 0;
        }
        let is_best = score > self.best;
        if is_best {
            self.best = score;
        }
        is_best
    }
}

impl Training<'_> {
    /// Trains until the stopping rule is met or `max_iter` epochs are done.
    fn run(&mut self, mut train: Vec<usize>, validation: &[usize]) -> Result<FitInfo, FitError> {
        let mut rng = stream(self.params.seed, &[ORDER]);
        let mut patience = Patience {
            best: f64::NEG_INFINITY,
            n_without: 0,
        };
        let mut best_network = None;
        let mut info = FitInfo {
            converged: Some(false),
            ..FitInfo::default()
        };
        for epoch in 1..=self.params.max_iter {
            let loss = self.epoch(&mut train, &mut rng);
            check_loss(loss, epoch)?;
            info.loss_curve.push(loss);
            info.n_iter = Some(epoch as u64);
            if validation.is_empty() {
                patience.take(-loss, self.params.tol);
            } else if patience.take(self.accuracy(validation), self.params.tol) {
                best_network = Some(self.network.clone());
            }
            self.optimizer.end_epoch(epoch * train.len());
            if patience.n_without > self.params.n_iter_no_change {
                if self.optimizer.should_stop() {
                    info.converged = Some(true);
                    break;
                }
                patience.n_without = 0;
            }
        }
        if let Some(best) = best_network {
            self.network = best;
            info.details
                .insert("validation_accuracy".to_owned(), patience.best);
        }
        info.objective = info.loss_curve.last().copied();
        Ok(info)
    }

    /// Trains on all batches of a new order of `rows`; returns their mean loss.
    fn epoch(&mut self, rows: &mut [usize], rng: &mut Rng) -> f64 {
        if self.params.shuffle {
            rows.shuffle(rng);
        }
        let mut total = 0.0;
        for batch in rows.chunks(self.batch_size) {
            for (place, &row) in batch.iter().enumerate() {
                self.work.x.row_mut(place).assign(&self.x.row(row));
                self.work.codes[place] = self.codes[row];
            }
            total += self.network.backpropagate(&mut self.work, batch.len());
            total += 0.5 * self.params.alpha * self.network.squared_weights();
            let decay = (self.params.alpha / batch.len() as f64) as f32;
            self.optimizer
                .step(&mut self.network, &self.work.gradients, decay);
        }
        total / rows.len() as f64
    }

    /// Returns the share of `rows` that the network classifies correctly.
    fn accuracy(&self, rows: &[usize]) -> f64 {
        let n_right: usize = rows
            .chunks(BLOCK_ROWS)
            .map(|rows| {
                let found = self.network.classify(self.x.select(Axis(0), rows).view());
                let is_right = |(code, &row): (usize, &usize)| code == self.codes[row];
                found
                    .into_iter()
                    .zip(rows)
                    .filter(|&pair| is_right(pair))
                    .count()
            })
            .sum();
        n_right as f64 / rows.len() as f64
    }
}

/// Checks that the loss after `n_iter` epochs is finite.
fn check_loss(loss: f64, n_iter: usize) -> Result<(), FitError> {
    if loss.is_finite() {
        return Ok(());
    }
    Err(FitError::Diverged {
        what: "the training loss",
        value: loss,
        n_iter,
        fix: "lower `learning_rate_init`",
    })
}
