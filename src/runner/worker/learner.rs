//! What a repeat trains: one interface for this program's classifiers and for those of engines.

use std::process;

use ndarray::{Array1, Array2};

use super::class_keys;
use super::clock::{Timing, timed};
use super::repeats::{failure_of, finite};
use crate::catalog::{EstimatorSpec, Params};
use crate::dataset::Prepared;
use crate::estimators::FitInfo;
use crate::estimators::erased::{Estimator, Model};
use crate::runner::memory::process_memory;
use crate::runner::protocol::{EngineReport, Failure};

/// A classifier with its parameters, trained anew in each repeat.
pub(in crate::runner) trait Learner {
    /// Prepares a repeat: what is done here is not timed.
    ///
    /// # Errors
    /// [`Failure`] if the parameters are refused or the data cannot be had.
    fn begin(&mut self, seed: u64, data: &Prepared) -> Result<(), Failure>;

    /// Fits the train split in the order of the seed.
    ///
    /// # Errors
    /// [`Failure`] if the fit reports an error.
    fn fit(&mut self) -> Result<(FitInfo, Timing), Failure>;

    /// Predicts the test split, after a fit: one label per sample.
    ///
    /// # Errors
    /// [`Failure`] if the prediction reports an error.
    fn predict(&mut self, data: &Prepared) -> Result<(Array1<usize>, Timing), Failure>;

    /// The most resident bytes so far, if they are known.
    fn peak_rss_bytes(&self) -> Option<u64>;

    /// What an engine said of itself, once.
    fn take_report(&mut self) -> Option<EngineReport> {
        None
    }

    /// What the row should say, once.
    fn take_notes(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// A classifier of this program.
pub(in crate::runner) struct Ours<'a> {
    spec: &'a EstimatorSpec,
    params: &'a Params,
    repeat: Option<OurRepeat>,
}

struct OurRepeat {
    estimator: Box<dyn Estimator>,
    x: Array2<f32>,
    y: Array1<usize>,
    model: Option<Box<dyn Model>>,
}

impl<'a> Ours<'a> {
    pub(in crate::runner) fn new(spec: &'a EstimatorSpec, params: &'a Params) -> Self {
        Self {
            spec,
            params,
            repeat: None,
        }
    }
}

impl Learner for Ours<'_> {
    fn begin(&mut self, seed: u64, data: &Prepared) -> Result<(), Failure> {
        // The memory of the last repeat is free before that of this one is taken.
        self.repeat = None;
        let params = class_keys::coded(self.spec.name, self.params, data)?;
        let estimator = self
            .spec
            .build(&params, seed)
            .map_err(|error| failure_of(&error.into()))?;
        let (x, y) = data.shuffled_train(seed);
        self.repeat = Some(OurRepeat {
            estimator,
            x,
            y,
            model: None,
        });
        Ok(())
    }

    fn fit(&mut self) -> Result<(FitInfo, Timing), Failure> {
        let repeat = self.repeat.as_mut().expect("a repeat was begun");
        let (model, timing) = timed(|| repeat.estimator.fit(repeat.x.view(), repeat.y.view()));
        let model = model.map_err(|error| failure_of(&error))?;
        let info = finite(model.fit_info());
        repeat.model = Some(model);
        Ok((info, timing))
    }

    fn predict(&mut self, data: &Prepared) -> Result<(Array1<usize>, Timing), Failure> {
        let model = self
            .repeat
            .as_ref()
            .and_then(|repeat| repeat.model.as_ref());
        let model = model.expect("a model was fitted");
        let (predicted, timing) = timed(|| model.predict(data.x_test()));
        Ok((predicted.map_err(|error| failure_of(&error))?, timing))
    }

    fn peak_rss_bytes(&self) -> Option<u64> {
        process_memory(process::id()).map(|memory| memory.peak_bytes)
    }
}
