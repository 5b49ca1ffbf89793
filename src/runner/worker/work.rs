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
use crate::runner::protocol::{Failure, JobSettings, Message, Model, Request, Verdict, Work};

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
        Work::Train(model) => {
            let params = &model.params;
            let learner = match &model.engine {
                Some(engine) => Driven::new(engine, params, request)
                    .map(|driven| Box::new(driven) as Box<dyn Learner>),
                None => {
                    find(model).map(|spec| Box::new(Ours::new(spec, params)) as Box<dyn Learner>)
                }
            };
            match learner {
                Ok(mut learner) => train(learner.as_mut(), &request.settings, data, send),
                Err(failure) => send(Message::Failed(failure)),
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

/// Trains and scores one model, sending each repeat and the end.
pub(in crate::runner) fn train(
    learner: &mut dyn Learner,
    settings: &JobSettings,
    data: &Prepared,
    send: &mut dyn FnMut(Message),
) {
    let result = catch(|| run_repeats(learner, settings, data, send));
    send(match flatten(result) {
        Ok(invariant) => Message::Finished { invariant },
        Err(failure) => Message::Failed(failure),
    });
    // The job is done, however long this takes.
    learner.end();
    for note in learner.take_notes() {
        send(Message::Note(note));
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

fn flatten<T>(result: Result<Result<T, Failure>, String>) -> Result<T, Failure> {
    result.unwrap_or_else(|panic| Err(Failure::new(Status::Failed, panic)))
}
