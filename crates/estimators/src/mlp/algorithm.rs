//! Mini-batch training.
//!
//! Minimises mean cross entropy + alpha/(2·batch)·‖W‖² over batches of `batch_size` (default at
//! most 200) in a new order each epoch. Stops when for more than `n_iter_no_change` (10) epochs in
//! a row the mean loss of an epoch fails to fall below its best by `tol` (1e-4) — or, with a
//! validation share, the score of that fails to rise so; then the best network is kept. These are
//! scikit-learn's rules; it stratifies the validation share for two classes, here it is drawn at
//! random for any number. Products and weights are `f32` (scikit-learn follows its input, `f64`
//! as a rule); losses are summed in `f64`. An epoch costs three products of data and weights.

use linfa::DatasetBase;
use linfa::dataset::AsSingleTargets;
use linfa::traits::Fit;
use ndarray::{ArrayBase, ArrayView2, Axis, Data, Ix2};
use rand::seq::SliceRandom;

use super::model::{BLOCK_ROWS, Mlp};
use super::network::{Network, Workspace};
use super::optimizer::Optimizer;
use super::params::MlpValidParams;
use crate::error::FitError;
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;
use fashion_bench_numeric::rng::{Rng, stream};

/// Streams of the seed.
const WEIGHTS: u64 = 0;
const ORDER: u64 = 1;
const SPLIT: u64 = 2;

impl<D, T> Fit<ArrayBase<D, Ix2>, T, FitError> for MlpValidParams
where
    D: Data<Elem = f32>,
    T: AsSingleTargets<Elem = usize>,
{
    type Object = Mlp;

    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<Mlp, FitError> {
        let x = dataset.records().view();
        let (encoding, codes) = ClassEncoding::new(dataset.as_single_targets());
        let n_outputs = match encoding.n_classes() {
            2 => 1,
            n_classes => n_classes,
        };
        let mut units = vec![x.ncols()];
        units.extend(&self.hidden_layer_sizes);
        units.push(n_outputs);
        let mut rng = stream(self.seed, &[WEIGHTS]);
        let network = Network::new(&units, self.activation, &mut rng);
        let (train, validation) = self.split(x.nrows())?;
        let batch_size = self.batch_size.unwrap_or(200).min(train.len());
        let mut training = Training {
            params: self,
            x,
            codes: &codes,
            optimizer: Optimizer::new(self.solver, self.learning_rate_init, &network),
            work: network.workspace(batch_size),
            network,
            batch_size,
        };
        let info = training.run(train, &validation)?;
        Ok(Mlp::new(encoding, training.network, info))
    }
}

impl MlpValidParams {
    /// Rows to train on and rows to validate on.
    fn split(&self, n: usize) -> Result<(Vec<usize>, Vec<usize>), FitError> {
        let mut rows: Vec<usize> = (0..n).collect();
        let Some(share) = self.validation_fraction else {
            return Ok((rows, Vec::new()));
        };
        let n_validation = (share * n as f64).ceil() as usize;
        if n_validation >= n {
            return Err(FitError::Empty {
                n_samples: 0,
                n_features: self.hidden_layer_sizes.len(),
            });
        }
        rows.shuffle(&mut stream(self.seed, &[SPLIT]));
        let validation = rows.drain(..n_validation).collect();
        Ok((rows, validation))
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
    /// Takes a score (larger is better); whether it is the best so far. As in scikit-learn a
    /// validation score that is exactly `tol` better counts, a loss does not need the limit.
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
            if !loss.is_finite() {
                return Err(FitError::Diverged {
                    what: "the training loss",
                    value: loss,
                    n_iter: epoch,
                    fix: "lower `learning_rate_init`",
                });
            }
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

    /// The mean loss over all batches of a new order of `rows`.
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
