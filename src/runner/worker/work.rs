//! The work of a request: a model trained and scored, or models tried.

use super::driven::{Driven, EngineTrial};
use super::learner::{Learner, Ours};
use super::panics::catch;
use super::repeats::run_repeats;
use super::trial::Trial;
use crate::catalog::engine::EngineModel;
use crate::catalog::{EstimatorSpec, Params};
use crate::dataset::Prepared;
use crate::results::Status;
use crate::runner::protocol::{Failure, Message, Model, Request, Verdict, Work};

/// Stack of a job's threads: deep trees are built and walked by recursion.
pub(in crate::runner) const STACK_BYTES: usize = 16 << 20;

/// Finds an estimator by its name.
pub type Lookup = fn(&str) -> Option<&'static EstimatorSpec>;

/// Does what `request` asks for, sending the answers.
pub(super) fn work(
    request: &Request,
    lookup: Lookup,
    data: &Prepared,
    send: &mut dyn FnMut(Message),
) {
    let find = |model: &Model| {
        lookup(&model.name).ok_or_else(|| {
            let reason = format!("there is no classifier named `{}`", model.name);
            Failure::new(Status::Failed, reason)
        })
    };
    match &request.work {
        Work::Train(models) => {
            let learner = match &models[..] {
                [
                    Model {
                        engine: Some(engine),
                        params,
                        ..
                    },
                ] => Driven::new(engine, params, request)
                    .map(|driven| Box::new(driven) as Box<dyn Learner>),
                // All members of a path have the same name.
                path => find(&path[0]).map(|spec| {
                    let params = path.iter().map(|model| &model.params).collect();
                    Box::new(Ours::new(spec, params, request.settings.scores)) as Box<dyn Learner>
                }),
            };
            let settings = &request.settings;
            match learner {
                Ok(mut learner) => {
                    run_repeats(learner.as_mut(), models.len(), settings, data, send);
                }
                Err(failure) => {
                    for member in 0..models.len() {
                        let failure = failure.clone();
                        send(Message::Failed { member, failure });
                    }
                }
            }
        }
        Work::Try(models) => {
            let trial = Trial::new(data, request.settings.seed);
            let mut engines = None;
            for model in models {
                let threads = request.settings.threads;
                let verdict = match &model.engine {
                    Some(engine) => {
                        try_engine(&mut engines, &trial, engine, &model.params, threads)
                    }
                    None => match find(model) {
                        Ok(spec) => try_one(&trial, spec, &model.params),
                        Err(failure) => Verdict::Refused(failure),
                    },
                };
                send(Message::Tried(verdict));
            }
        }
    }
}

/// Tries one model; a panic is a doubt.
pub(in crate::runner) fn try_one(
    trial: &Trial<'_>,
    spec: &EstimatorSpec,
    params: &Params,
) -> Verdict {
    catch(|| trial.run(spec, params)).unwrap_or_else(Verdict::Doubtful)
}

/// Tries one model of an engine.
fn try_engine(
    engines: &mut Option<EngineTrial>,
    trial: &Trial<'_>,
    model: &EngineModel,
    params: &Params,
    threads: usize,
) -> Verdict {
    let made = match engines {
        Some(engines) => Ok(engines),
        None => EngineTrial::new(trial).map(|made| engines.insert(made)),
    };
    match made {
        Ok(engines) => engines.run(model, params, trial, threads),
        Err(failure) => Verdict::Doubtful(failure.reason),
    }
}
