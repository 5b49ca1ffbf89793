//! A classifier of an engine as a [`Learner`], and its try on a handful of samples.

use std::path::{Path, PathBuf};
use std::process;
use std::time::Instant;

use ndarray::{Array1, Array2};
use serde_json::{Map, Value};
use tempfile::TempDir;

use super::array_cache::Held;
use super::array_files::{ArrayFiles, TrainFiles, write_handful};
use super::class_keys;
use super::clock::Timing;
use super::driver::{Driver, cut, out_of_turn};
use super::learner::{Learner, Measured, News};
use super::repeats::{chain, finite};
use super::trial::Trial;
use crate::catalog::Params;
use crate::catalog::engine::{EngineModel, Launch};
use crate::dataset::Prepared;
use crate::engine::arrays::{load_labels, load_probabilities};
use crate::engine::protocol::{
    Answer, Component, Fitted, Hello, Predict, Probabilities, Ready, Request, TestSplit,
    TrainSplit, VERSION,
};
use crate::estimators::FitInfo;
use crate::estimators::multiclass::spread_columns;
use crate::grid::Scores;
use crate::results::{Engine, Software, Status};
use crate::runner;
use crate::runner::process_tree::{cpu_s_below, descendants, memory_of};
use crate::runner::protocol::{EngineReport, Failure, Verdict};

/// CPU seconds beyond wall seconds times threads, from which a row says so.
const CPU_EXCESS: f64 = 1.1;
/// Wall seconds below which clocks do not tell.
const SHORT_S: f64 = 0.2;

/// Labels of the test split, the time that they took, and probabilities with theirs.
type Predicted = (Array1<usize>, Timing, Option<(Array2<f64>, Timing)>);

/// A classifier of an engine, in an engine of its own.
pub(super) struct Driven<'a> {
    model: &'a EngineModel,
    params: &'a Params,
    threads: usize,
    files: ArrayFiles,
    /// Keeps the files of the repeat in the cache.
    held: Vec<Held>,
    /// Where its standard error goes.
    log: Option<&'a Path>,
    /// Where the engine writes.
    folder: TempDir,
    driver: Option<Driver>,
    n_test: usize,
    n_classes: usize,
    scores: Scores,
    report: Option<EngineReport>,
    is_reported: bool,
    notes: Vec<String>,
}

impl<'a> Driven<'a> {
    /// The classifier `model` with `params`, for a request that names the data and the log.
    pub(super) fn new(
        model: &'a EngineModel,
        params: &'a Params,
        request: &'a runner::protocol::Request,
    ) -> Result<Self, Failure> {
        Ok(Self {
            model,
            params,
            threads: request.settings.threads,
            files: ArrayFiles::beside(&request.data),
            held: Vec::new(),
            log: request.log.as_deref(),
            folder: folder()?,
            driver: None,
            n_test: 0,
            n_classes: 0,
            scores: request.settings.scores,
            report: None,
            is_reported: false,
            notes: Vec::new(),
        })
    }

    fn ask(&mut self, request: &Request) -> Result<Answer, Failure> {
        let driver = self.driver.as_mut().expect("the engine was started");
        driver.ask(request)
    }

    /// Asks, and takes the clock between the question and the answer.
    fn ask_timed(&mut self, request: &Request) -> Result<(Answer, Timing), Failure> {
        let (cpu_before, started) = (cpu_s_below(process::id()), Instant::now());
        let answer = self.ask(request)?;
        let wall_s = started.elapsed().as_secs_f64();
        let cpu_s = cpu_s_below(process::id())
            .zip(cpu_before)
            .map(|(after, before)| (after - before).max(0.0));
        let said = match &answer {
            Answer::Fitted(fitted) => fitted.cpu_s,
            Answer::Predicted(predicted) => predicted.cpu_s,
            _ => None,
        };
        // Where the system does not tell, the engine may.
        let cpu_s = cpu_s.or(said).unwrap_or(wall_s);
        Ok((answer, Timing { wall_s, cpu_s }))
    }

    fn note_excess(&mut self, what: &str, timing: Timing) {
        let allowed = timing.wall_s * self.threads as f64;
        if timing.wall_s > SHORT_S && timing.cpu_s > CPU_EXCESS * allowed {
            self.notes.push(format!(
                "the {what} took {:.1} CPU seconds in {:.1} seconds, more than {} can",
                timing.cpu_s,
                timing.wall_s,
                match self.threads {
                    1 => "1 thread".to_owned(),
                    n => format!("{n} threads"),
                }
            ));
        }
    }
}

impl Learner for Driven<'_> {
    fn repeat(
        &mut self,
        seed: u64,
        members: &[usize],
        data: &Prepared,
        news: &mut dyn FnMut(News),
    ) -> Result<(), Failure> {
        for &member in members {
            let result = self.learn(seed, data, news);
            news(News::Done { member, result });
        }
        Ok(())
    }

    fn end(&mut self) -> Vec<String> {
        match self.driver.take().map_or(0, Driver::finish) {
            0 => Vec::new(),
            n_left => {
                let processes = if n_left == 1 { "process" } else { "processes" };
                let note =
                    format!("the engine left {n_left} {processes} behind, ended with the job");
                vec![note]
            }
        }
    }
}

impl Driven<'_> {
    /// Trains and predicts once.
    fn learn(
        &mut self,
        seed: u64,
        data: &Prepared,
        news: &mut dyn FnMut(News),
    ) -> Result<Box<Measured>, Failure> {
        self.begin(seed, data)?;
        if let Some(report) = self.report.take() {
            news(News::Engine(Box::new(report)));
        }
        let (info, fit) = self.fit()?;
        let (labels, predict, probabilities) = self.predict()?;
        for note in self.notes.drain(..) {
            news(News::Note(note));
        }
        Ok(Box::new(Measured {
            info,
            fit,
            labels,
            predict,
            probabilities,
            peak_rss_bytes: memory_of(&descendants(process::id())).map(|memory| memory.peak_bytes),
            spared_s: 0.0,
        }))
    }

    /// Prepares a repeat: what is done here is not timed.
    fn begin(&mut self, seed: u64, data: &Prepared) -> Result<(), Failure> {
        let coded = class_keys::coded(self.model.classifier(), self.params, data)?;
        let (train, mut held) = self.files.train(data, seed)?;
        let (test, held_test) = self.files.test(data)?;
        held.extend(held_test);
        let hello = Hello {
            protocol: VERSION,
            classifier: self.model.classifier().to_owned(),
            parameters: coded.clone().into_owned(),
            seed,
            threads: self.threads,
            train: TrainSplit {
                x: train.x,
                y: train.y,
                n_samples: data.y_train().len(),
                n_features: data.n_features(),
            },
            test: TestSplit {
                x: test,
                n_samples: data.y_test().len(),
            },
        };
        (self.n_test, self.n_classes) = (data.y_test().len(), data.n_classes());
        match &self.driver {
            Some(_) => match self.ask(&Request::Bye {})? {
                Answer::Bye {} => {}
                answer => return Err(out_of_turn("bye", &answer)),
            },
            None => {
                let driver = Driver::start(&self.model.launch, self.threads, self.log)?;
                self.driver = Some(driver);
            }
        }
        self.held = held;
        let ready = match self.ask(&Request::Hello(hello))? {
            Answer::Ready(ready) => ready,
            answer => return Err(out_of_turn("hello", &answer)),
        };
        check_version(&ready)?;
        if !self.is_reported {
            self.is_reported = true;
            self.notes.extend(ready.notes.iter().cloned());
            let mut report = report_of(self.model, ready);
            // The engine knows codes; the row names classes as the data do.
            for (name, given) in self.params {
                if let Some(shown) = report.resolved.get_mut(name)
                    && coded.get(name) != Some(given)
                {
                    shown.clone_from(given);
                }
            }
            self.report = Some(report);
        }
        Ok(())
    }

    fn fit(&mut self) -> Result<(FitInfo, Timing), Failure> {
        let (answer, timing) = self.ask_timed(&Request::Fit {})?;
        let Answer::Fitted(fitted) = answer else {
            return Err(out_of_turn("fit", &answer));
        };
        self.note_excess("fit", timing);
        for warning in &fitted.warnings {
            self.notes.push(format!("warning: {}", cut(warning)));
        }
        for (name, value) in fitted.extra.iter().filter(|(_, value)| !value.is_number()) {
            self.notes.push(cut(&format!("{name}: {value}")));
        }
        Ok((info_of(fitted), timing))
    }

    fn predict(&mut self) -> Result<Predicted, Failure> {
        let labels = self.folder.path().join("labels.npy");
        let request = Request::Predict(Predict {
            labels: labels.clone(),
            probabilities: None,
        });
        let (answer, timing) = self.ask_timed(&request)?;
        let Answer::Predicted(_) = answer else {
            return Err(out_of_turn("predict", &answer));
        };
        self.note_excess("prediction", timing);
        let predicted = read_labels(&labels, self.n_test, self.n_classes)?;
        // Probabilities cost a second prediction. An engine that somebody wrote has to have numbers
        // for them, whether they are wanted or not.
        let probabilities = if self.scores.is_labels() && !self.model.launch.is_declared() {
            None
        } else {
            self.probabilities(labels)?
        };
        let wanted = probabilities.filter(|_| !self.scores.is_labels());
        Ok((predicted, timing, wanted))
    }

    /// Asks once more, for probabilities, outside the times: those of all classes, if the engine has
    /// any.
    fn probabilities(&mut self, labels: PathBuf) -> Result<Option<(Array2<f64>, Timing)>, Failure> {
        let request = Request::Predict(Predict {
            labels,
            probabilities: Some(self.folder.path().join("probabilities.npy")),
        });
        let (answer, timing) = self.ask_timed(&request)?;
        let Answer::Predicted(predicted) = answer else {
            return Err(out_of_turn("predict", &answer));
        };
        let Some(probabilities) = predicted.probabilities else {
            return Ok(None);
        };
        let found = read_probabilities(&probabilities, self.n_test, self.n_classes)?;
        Ok(Some((found, timing)))
    }
}

fn folder() -> Result<TempDir, Failure> {
    tempfile::Builder::new()
        .prefix("fashion-bench-engine-")
        .tempdir()
        .map_err(|error| {
            let reason = format!("no temporary folder can be made; set TMPDIR: {error}");
            Failure::new(Status::Lost, reason)
        })
}

fn check_version(ready: &Ready) -> Result<(), Failure> {
    if ready.protocol == VERSION {
        return Ok(());
    }
    let reason = format!(
        "expected an engine of version {VERSION} of the protocol, got version {}",
        ready.protocol
    );
    Err(Failure::new(Status::Failed, reason))
}

fn report_of(model: &EngineModel, ready: Ready) -> EngineReport {
    let software = |component: Component| {
        Some(Software {
            name: component.name,
            version: component.version,
        })
    };
    EngineReport {
        engine: Engine {
            name: model.engine().to_owned(),
            program: software(ready.engine),
            language: software(ready.language),
            library: software(ready.library),
            command_sha256: model.identity.command_sha256.clone(),
        },
        resolved: ready.parameters,
    }
}

fn info_of(fitted: Fitted) -> FitInfo {
    let count = |extra: &Map<String, Value>, name: &str| extra.get(name).and_then(Value::as_u64);
    let n_support_vectors = count(&fitted.extra, "n_support_vectors");
    let figures = fitted
        .extra
        .into_iter()
        .filter(|(name, _)| name != "n_support_vectors");
    let details = figures.filter_map(|(name, value)| Some((name, value.as_f64()?)));
    finite(FitInfo {
        n_iter: fitted.n_iter,
        converged: fitted.converged,
        n_support_vectors,
        loss_curve: fitted.loss_curve,
        details: details.collect(),
        ..FitInfo::default()
    })
}

fn read_labels(path: &Path, n_test: usize, n_classes: usize) -> Result<Array1<usize>, Failure> {
    let unusable = |text: String| Failure::new(Status::Failed, text);
    let labels = load_labels(path, n_test).map_err(|error| {
        // The folder is a temporary one, of which nothing is left for the reader of the row.
        let folder = path.parent().unwrap_or(path).display();
        let reason = chain(&error).replace(&format!("{folder}/"), "");
        unusable(format!(
            "the predictions of the engine cannot be used: {reason}"
        ))
    })?;
    let class = |&label: &i64| {
        let class = usize::try_from(label)
            .ok()
            .filter(|class| *class < n_classes);
        class.ok_or_else(|| {
            unusable(format!(
                "expected a prediction among {n_classes} classes, got class {label}"
            ))
        })
    };
    labels.iter().map(class).collect()
}

/// Reads the probabilities of all classes: those that the engine does not know have none.
fn read_probabilities(
    probabilities: &Probabilities,
    n_test: usize,
    n_classes: usize,
) -> Result<Array2<f64>, Failure> {
    let unusable = |text: String| {
        let reason = format!("the probabilities of the engine cannot be used: {text}");
        Failure::new(Status::Failed, reason)
    };
    let values = load_probabilities(&probabilities.path, n_test, probabilities.classes.len())
        .map_err(|error| unusable(chain(&error)))?;
    let bad = values.indexed_iter().find(|(_, value)| !value.is_finite());
    if let Some(((row, _), value)) = bad {
        return Err(unusable(format!("{value} in row {row}")));
    }
    let known: Option<Vec<usize>> = probabilities
        .classes
        .iter()
        .map(|&class| {
            usize::try_from(class)
                .ok()
                .filter(|&class| class < n_classes)
        })
        .collect();
    let known = known.ok_or_else(|| {
        let classes = &probabilities.classes;
        unusable(format!(
            "expected classes below {n_classes}, got {classes:?}"
        ))
    })?;
    Ok(spread_columns(&values, &known, n_classes))
}

/// Tries classifiers of engines on a handful of samples; an engine stays for the next one.
pub(super) struct EngineTrial {
    folder: TempDir,
    files: TrainFiles,
    driver: Option<(Launch, Driver)>,
}

impl EngineTrial {
    pub(super) fn new(trial: &Trial<'_>) -> Result<Self, Failure> {
        let folder = folder()?;
        let (x, y) = trial.large_handful();
        let files = write_handful(folder.path(), x.view(), y.view())?;
        Ok(Self {
            folder,
            files,
            driver: None,
        })
    }

    /// Fits a classifier to a handful of samples and predicts them.
    pub(super) fn run(
        &mut self,
        model: &EngineModel,
        params: &Params,
        trial: &Trial<'_>,
        threads: usize,
    ) -> Verdict {
        match self.converse(model, params, trial, threads) {
            Ok(()) => Verdict::Passed,
            Err(failure) if failure.status == Status::Invalid => Verdict::Refused(failure),
            Err(failure) => Verdict::Doubtful(failure.reason),
        }
    }

    fn converse(
        &mut self,
        model: &EngineModel,
        params: &Params,
        trial: &Trial<'_>,
        threads: usize,
    ) -> Result<(), Failure> {
        let params = class_keys::coded(model.classifier(), params, trial.data())?;
        let (x, _) = trial.large_handful();
        let hello = Hello {
            protocol: VERSION,
            classifier: model.classifier().to_owned(),
            parameters: params.into_owned(),
            seed: trial.seed(),
            threads,
            train: TrainSplit {
                x: self.files.x.clone(),
                y: self.files.y.clone(),
                n_samples: x.nrows(),
                n_features: x.ncols(),
            },
            test: TestSplit {
                x: self.files.x.clone(),
                n_samples: x.nrows(),
            },
        };
        let labels = self.folder.path().join("labels.npy");
        let is_same =
            |(launch, driver): &(Launch, Driver)| *launch == model.launch && driver.is_usable();
        if !self.driver.as_ref().is_some_and(is_same) {
            let driver = Driver::start(&model.launch, threads, None)?;
            self.driver = Some((model.launch.clone(), driver));
        }
        let (_, driver) = self.driver.as_mut().expect("it was just started");
        match driver.ask(&Request::Hello(hello))? {
            Answer::Ready(ready) => check_version(&ready)?,
            answer => return Err(out_of_turn("hello", &answer)),
        }
        driver.ask(&Request::Fit {})?;
        driver.ask(&Request::Predict(Predict {
            labels: labels.clone(),
            probabilities: None,
        }))?;
        let result = read_labels(&labels, x.nrows(), trial.n_classes());
        driver.ask(&Request::Bye {})?;
        result.map(drop)
    }
}
