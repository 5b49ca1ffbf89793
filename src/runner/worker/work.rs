//! The work of a request: a model trained and scored, or models tried.

use std::process;

use super::panics::catch;
use super::repeats::run_repeats;
use super::trial::Trial;
use crate::catalog::{EstimatorSpec, Params};
use crate::dataset::Prepared;
use crate::results::Status;
use crate::runner::memory::process_memory;
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
        Work::Train(model) => match find(model) {
            Ok(spec) => train(spec, &model.params, &request.settings, data, send),
            Err(failure) => send(Message::Failed(failure)),
        },
        Work::Try(models) => {
            let trial = Trial::new(data, request.settings.seed);
            for model in models {
                send(Message::Tried(match find(model) {
                    Ok(spec) => try_one(&trial, spec, &model.params),
                    Err(failure) => Verdict::Refused(failure),
                }));
            }
        }
    }
}

/// Trains and scores one model, sending each repeat and the end.
pub(in crate::runner) fn train(
    spec: &EstimatorSpec,
    params: &Params,
    settings: &JobSettings,
    data: &Prepared,
    send: &mut dyn FnMut(Message),
) {
    let result = catch(|| {
        run_repeats(spec, params, settings, data, &mut |repeat| {
            send(Message::Repeat {
                repeat: Box::new(repeat),
                peak_rss_bytes: process_memory(process::id()).map(|memory| memory.peak_bytes),
            });
        })
    });
    send(match flatten(result) {
        Ok(invariant) => Message::Finished { invariant },
        Err(failure) => Message::Failed(failure),
    });
}

/// Tries one model; a panic is a doubt.
pub(in crate::runner) fn try_one(
    trial: &Trial<'_>,
    spec: &EstimatorSpec,
    params: &Params,
) -> Verdict {
    catch(|| trial.run(spec, params)).unwrap_or_else(Verdict::Doubtful)
}

fn flatten<T>(result: Result<Result<T, Failure>, String>) -> Result<T, Failure> {
    result.unwrap_or_else(|panic| Err(Failure::new(Status::Failed, panic)))
}
