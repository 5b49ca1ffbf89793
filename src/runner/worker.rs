//! The worker: a process, or a thread, that does one job or tries many.
//!
//! A worker process reads one `Request` from standard input and answers on standard output. It
//! ends at once when its input closes, so it does not outlive a runner that was killed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{self, ExitCode};
use std::thread;

use rayon::ThreadPoolBuilder;
use thiserror::Error;

use super::measure::process_memory;
use super::panics::catch;
use super::repeats::run_repeats;
use super::task::{Failure, JobSettings, MARKER, Message, Model, Request, Work};
use super::trial::Trial;
use crate::catalog::{EstimatorSpec, Params};
use crate::dataset::{DatasetError, Prepared};
use crate::results::Status;

/// Stack of a job's threads: deep trees are built and walked by recursion.
pub(super) const STACK_BYTES: usize = 16 << 20;

/// Exit code of a worker whose runner is gone.
const ORPHANED: i32 = 3;

/// Finds an estimator by its name.
pub type Lookup = fn(&str) -> Option<&'static EstimatorSpec>;

/// Why a worker process could not do its work.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// Standard input or output failed.
    #[error("cannot talk to the runner")]
    Channel(#[from] io::Error),
    /// The request is not one.
    #[error("cannot read the runner's request")]
    Request(#[from] serde_json::Error),
    /// The prepared data cannot be read.
    #[error("cannot open the prepared data")]
    Data(#[from] DatasetError),
    /// The threads could not be started.
    #[error("cannot start the threads of the job")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Serves one request as a worker process; `lookup` knows the estimators.
///
/// # Errors
/// [`WorkerError`] if there is no request that could be worked on. What goes wrong with a job is
/// reported to the runner instead.
pub fn serve(lookup: Lookup) -> Result<ExitCode, WorkerError> {
    let mut channel = take_stdout()?;
    let request = read_request()?;
    prefer_for_oom_kill();
    // The global pool, for estimators that spawn into it, and the job itself on one of its
    // threads, so that nothing runs outside it.
    ThreadPoolBuilder::new()
        .num_threads(request.settings.threads)
        .stack_size(STACK_BYTES)
        .build_global()?;
    let data = Prepared::open(&request.data)?;
    let mut broken = None;
    rayon::scope(|_| {
        let mut send = |message: Message| {
            if broken.is_none() {
                broken = write_message(&mut channel, &message).err();
            }
        };
        work(&request, lookup, &data, &mut send);
    });
    match broken {
        Some(error) => Err(error.into()),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Takes standard output for the runner alone: what an estimator prints goes to standard error.
fn take_stdout() -> io::Result<File> {
    let mut channel = File::from(nix::unistd::dup(io::stdout())?);
    nix::unistd::dup2_stdout(io::stderr())?;
    // Ends whatever was printed before.
    channel.write_all(b"\n")?;
    Ok(channel)
}

/// Reads the request, and from then on waits for the end of the input on a thread.
fn read_request() -> Result<Request, WorkerError> {
    let mut input = BufReader::new(io::stdin());
    let mut line = String::new();
    input.read_line(&mut line)?;
    let request = serde_json::from_str(&line)?;
    thread::spawn(move || {
        // Whatever is read, an error, too: the runner is gone.
        let _ = input.read_to_end(&mut Vec::new());
        process::exit(ORPHANED);
    });
    Ok(request)
}

/// Should memory run out, the kernel is to end this process rather than the runner.
fn prefer_for_oom_kill() {
    // Linux only, and not worth failing for.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

fn write_message(channel: &mut File, message: &Message) -> io::Result<()> {
    let mut line = MARKER.as_bytes().to_vec();
    serde_json::to_writer(&mut line, message)?;
    line.push(b'\n');
    channel.write_all(&line)
}

fn work(request: &Request, lookup: Lookup, data: &Prepared, send: &mut dyn FnMut(Message)) {
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
                let result = find(model).and_then(|spec| try_one(&trial, spec, &model.params));
                send(Message::Tried(result));
            }
        }
    }
}

/// Trains and scores one model, sending each repeat and the end.
pub(super) fn train(
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

/// Tries one model; a panic is a failure.
pub(super) fn try_one(
    trial: &Trial<'_>,
    spec: &EstimatorSpec,
    params: &Params,
) -> Result<(), Failure> {
    flatten(catch(|| trial.run(spec, params)))
}

fn flatten<T>(result: Result<Result<T, Failure>, String>) -> Result<T, Failure> {
    result.unwrap_or_else(|panic| Err(Failure::new(Status::Failed, panic)))
}
