//! This program's classifiers behind the [protocol] of engines.
//!
//! Rows are taken in the order and on the scale of the files: whoever drives the engine shuffles and
//! scales. Reading files and encoding labels lie outside the times that answers report.
//!
//! [protocol]: crate::engine::protocol

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::PathBuf;
use std::process::{self, ExitCode};
use std::thread;

use ndarray::{Array1, Array2};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use rayon::{ThreadPool, ThreadPoolBuilder};
use serde_json::{Map, Value, json};

use super::clock::{Timing, timed};
use super::label_codes::LabelCodes;
use super::panics::catch;
use super::repeats::{chain, failure_of, finite};
use super::serve::{ORPHANED, WorkerError, take_stdout};
use super::work::{Lookup, STACK_BYTES};
use crate::catalog::Profile;
use crate::engine::arrays::{load_labels, load_rows, write};
use crate::engine::protocol::{
    Answer, Component, Fitted, Hello, Predict, Predicted, Probabilities, Ready, Refusal,
    RefusalKind, Request, VERSION,
};
use crate::estimators::erased::{Estimator, Model};
use crate::estimators::multiclass::ClassEncoding;
use crate::estimators::{FitError, FitInfo};
use crate::results::Status;

/// Serves rounds on standard input and output until the input ends; `lookup` knows the classifiers.
///
/// # Errors
/// [`WorkerError`] if standard input or output fails.
pub fn serve_engine(lookup: Lookup) -> Result<ExitCode, WorkerError> {
    let mut channel = take_stdout()?;
    end_without_reader(channel.as_fd())?;
    converse(io::stdin().lock(), &mut channel, lookup)?;
    Ok(ExitCode::SUCCESS)
}

/// Answers each request of `input`, one per line, on `output`.
fn converse(input: impl BufRead, output: &mut impl Write, lookup: Lookup) -> io::Result<()> {
    let mut session = Session {
        lookup,
        state: State::Idle,
    };
    for line in input.lines() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let answer = serde_json::from_str(&line)
            .map_err(|error| protocol(format!("cannot read the request: {error}")))
            .and_then(|request| session.answer(request))
            .unwrap_or_else(|refusal| {
                session.state = State::Idle;
                Answer::Error(refusal)
            });
        let mut text = serde_json::to_vec(&answer)?;
        text.push(b'\n');
        output.write_all(&text)?;
        output.flush()?;
    }
    Ok(())
}

/// Ends this process if nobody can read its answers any more: a driver that was killed would leave
/// it to a fit of hours.
fn end_without_reader(channel: BorrowedFd<'_>) -> io::Result<()> {
    let channel = channel.try_clone_to_owned()?;
    thread::spawn(move || {
        // No events are waited for: errors are always reported, and a pipe without a reader is one.
        let mut polled = [PollFd::new(channel.as_fd(), PollFlags::empty())];
        while poll(&mut polled, PollTimeout::NONE).is_err() {}
        process::exit(ORPHANED);
    });
    Ok(())
}

struct Session {
    lookup: Lookup,
    state: State,
}

enum State {
    /// Between rounds.
    Idle,
    Ready(Box<Round>),
    Fitted(Box<Round>, Box<dyn Model>),
}

/// What `hello` brought.
struct Round {
    pool: ThreadPool,
    estimator: Box<dyn Estimator>,
    codes: LabelCodes,
    x: Array2<f32>,
    y: Array1<usize>,
    x_test: Array2<f32>,
}

impl Session {
    fn answer(&mut self, request: Request) -> Result<Answer, Refusal> {
        match (request, std::mem::replace(&mut self.state, State::Idle)) {
            (Request::Hello(hello), State::Idle) => {
                let (round, ready) = begin(&hello, self.lookup)?;
                self.state = State::Ready(Box::new(round));
                Ok(Answer::Ready(ready))
            }
            (Request::Fit {}, State::Ready(round) | State::Fitted(round, _)) => {
                let (model, fitted) = round.fit()?;
                self.state = State::Fitted(round, model);
                Ok(Answer::Fitted(fitted))
            }
            (Request::Predict(predict), State::Fitted(round, model)) => {
                let predicted = round.predict(model.as_ref(), predict)?;
                self.state = State::Fitted(round, model);
                Ok(Answer::Predicted(predicted))
            }
            (Request::Bye {}, _) => Ok(Answer::Bye {}),
            (Request::Hello(_), _) => Err(protocol("expected `bye` before the next `hello`")),
            (Request::Fit {}, _) => Err(protocol("expected `hello` before `fit`")),
            (Request::Predict(_), _) => Err(protocol("expected `fit` before `predict`")),
        }
    }
}

/// Reads the data and builds the classifier.
fn begin(hello: &Hello, lookup: Lookup) -> Result<(Round, Ready), Refusal> {
    if hello.protocol != VERSION {
        let asked = hello.protocol;
        return Err(protocol(format!(
            "expected version {VERSION} of the protocol, got {asked}"
        )));
    }
    let name = &hello.classifier;
    let spec = lookup(name).ok_or_else(|| refused(format!("there is no classifier `{name}`")))?;
    let (train, test) = (&hello.train, &hello.test);
    let x = load_rows(&train.x, train.n_samples, train.n_features).map_err(unusable)?;
    let labels = load_labels(&train.y, train.n_samples).map_err(unusable)?;
    let x_test = load_rows(&test.x, test.n_samples, train.n_features).map_err(unusable)?;
    let labels = labels.as_slice().unwrap_or_default();
    let codes = LabelCodes::new(labels);
    let params = codes.encode_params(&hello.parameters);
    let resolved = spec
        .resolve(&params, Profile::Sklearn15)
        .map_err(|error| refused(error.to_string()))?;
    let estimator = spec
        .build(&resolved.params, hello.seed)
        .map_err(|error| refused(error.to_string()))?;
    let pool = ThreadPoolBuilder::new()
        .num_threads(hello.threads.max(1))
        .stack_size(STACK_BYTES)
        .build()
        .map_err(|error| Refusal::new(RefusalKind::Failed, chain(&error)))?;
    let round = Round {
        pool,
        estimator,
        y: codes.encode(labels).into(),
        codes,
        x,
        x_test,
    };
    let ready = Ready {
        protocol: VERSION,
        engine: component("fashion-bench", env!("CARGO_PKG_VERSION")),
        language: component(
            "rust",
            option_env!("FASHION_BENCH_RUSTC").unwrap_or("unknown"),
        ),
        library: component("fashion-bench-estimators", env!("CARGO_PKG_VERSION")),
        parameters: resolved.params,
        notes: resolved.notes,
    };
    Ok((round, ready))
}

impl Round {
    fn fit(&self) -> Result<(Box<dyn Model>, Fitted), Refusal> {
        let (x, y) = (self.x.view(), self.y.view());
        let (model, timing) = self.run(|| self.estimator.fit(x, y))?;
        let info = finite(model.fit_info());
        Ok((model, fitted(info, timing)))
    }

    fn predict(&self, model: &dyn Model, asked: Predict) -> Result<Predicted, Refusal> {
        let (predicted, timing) = self.run(|| model.predict(self.x_test.view()))?;
        let label = |&code: &usize| {
            self.codes.label(code).ok_or_else(|| {
                let message = format!("expected a prediction among the classes, got class {code}");
                Refusal::new(RefusalKind::Failed, message)
            })
        };
        let labels: Array1<i64> = predicted.iter().map(label).collect::<Result<_, _>>()?;
        write(&asked.labels, &labels.view()).map_err(unusable)?;
        Ok(Predicted {
            wall_s: Some(timing.wall_s),
            cpu_s: Some(timing.cpu_s),
            labels: asked.labels,
            probabilities: match asked.probabilities {
                Some(path) => self.probabilities(model, path)?,
                None => None,
            },
        })
    }

    /// Writes the probabilities of the test rows to `path`, if the model has some; their time
    /// counts for nothing.
    fn probabilities(
        &self,
        model: &dyn Model,
        path: PathBuf,
    ) -> Result<Option<Probabilities>, Refusal> {
        let (found, _) = self.run(|| model.predict_proba(self.x_test.view()))?;
        let Some(found) = found else {
            return Ok(None);
        };
        write(&path, &found.view()).map_err(unusable)?;
        let (encoding, _) = ClassEncoding::new(&self.y);
        let labels = encoding.labels().iter();
        Ok(Some(Probabilities {
            path,
            classes: labels.filter_map(|&code| self.codes.label(code)).collect(),
        }))
    }

    /// Does `work` on the threads of the round.
    fn run<T: Send>(
        &self,
        work: impl FnOnce() -> Result<T, FitError> + Send,
    ) -> Result<(T, Timing), Refusal> {
        let (result, timing) = self.pool.install(|| timed(|| catch(work)));
        match result {
            Ok(Ok(value)) => Ok((value, timing)),
            Ok(Err(error)) => Err(refusal_of(&error, &self.codes)),
            Err(panic) => Err(Refusal::new(RefusalKind::Crashed, panic)),
        }
    }
}

fn fitted(info: FitInfo, timing: Timing) -> Fitted {
    let mut extra: Map<String, Value> = info
        .details
        .into_iter()
        .map(|(name, figure)| (name, figure.into()))
        .collect();
    let figures = [
        ("objective", info.objective.map(Value::from)),
        ("gap", info.gap.map(Value::from)),
        ("n_support_vectors", info.n_support_vectors.map(Value::from)),
    ];
    for (name, figure) in figures {
        extra.extend(figure.map(|figure| (name.to_owned(), figure)));
    }
    if !info.feature_importances.is_empty() {
        extra.insert(
            "feature_importances".to_owned(),
            json!(info.feature_importances),
        );
    }
    Fitted {
        wall_s: Some(timing.wall_s),
        cpu_s: Some(timing.cpu_s),
        n_iter: info.n_iter,
        converged: info.converged,
        loss_curve: info.loss_curve,
        warnings: Vec::new(),
        extra,
    }
}

/// Makes the answer of a round to an error, whose classes `codes` gives their labels.
fn refusal_of(error: &FitError, codes: &LabelCodes) -> Refusal {
    let name = |code| {
        let label = codes.label(code);
        label.map_or_else(|| code.to_string(), |label| label.to_string())
    };
    let failure = failure_of(error, &name);
    let kind = match failure.status {
        Status::Invalid => RefusalKind::Refused,
        Status::Unsupported => RefusalKind::Unsupported,
        Status::OutOfMemory => RefusalKind::OutOfMemory,
        _ => RefusalKind::Failed,
    };
    Refusal::new(kind, failure.reason)
}

fn component(name: &str, version: &str) -> Component {
    Component {
        name: name.to_owned(),
        version: version.to_owned(),
    }
}

fn protocol(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalKind::Protocol, message)
}

fn refused(message: impl Into<String>) -> Refusal {
    Refusal::new(RefusalKind::Refused, message)
}

/// A file that the driver named will not do.
fn unusable(error: impl Error) -> Refusal {
    protocol(chain(&error))
}

#[cfg(test)]
mod tests;
