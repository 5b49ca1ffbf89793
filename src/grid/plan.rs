//! From a config to a plan: every combination is resolved, checked and named once.

use std::collections::HashMap;
use std::fmt::Display;

use serde_json::Value;

use super::classifiers::{Subject, find_subject};
use super::config::{Axis, Classifier, Config, Given};
use super::data_shapes::{cost_over, expected_shapes};
use super::dataset_choice::DatasetChoice;
use super::decode;
use super::error::{Fault, GridError, Problem};
use super::expand;
use super::job::{Alias, Job, JobId, Limits, Plan, Refusal, RefusalKind, Scores, Settings};
use super::json;
use crate::catalog::engine::EngineModel;
use crate::catalog::{self, DataShape, EstimatorSpec, Params, Profile, did_you_mean};
use crate::dataset::{OwnData, Scaling};
use crate::estimators::ParamError;

/// The largest number of combinations in a config.
const MAX_COMBINATIONS: u128 = 10_000;

/// The settings that the command line puts in place of the config's; `None` keeps the config's.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overrides {
    /// The name of a known data set.
    pub dataset: Option<String>,
    /// Files of the user's own in place of the config's data set; `dataset` then names them.
    pub own: Option<OwnData>,
    /// Rows of the train split.
    pub train_rows: Option<usize>,
    /// Rows of the test split.
    pub test_rows: Option<usize>,
    /// How features are scaled.
    pub scaling: Option<Scaling>,
    /// Which scores rows have.
    pub scores: Option<Scores>,
    /// Repeats of each job.
    pub repeats: Option<usize>,
    /// Base seed.
    pub seed: Option<u64>,
    /// Profile that fills in omitted parameters.
    pub defaults: Option<Profile>,
    /// Threads in each job.
    pub threads_per_job: Option<usize>,
    /// Wall seconds until a job is killed.
    pub time_s: Option<f64>,
    /// Resident memory in MB (10⁶ bytes) at which a job is killed.
    pub memory_mb: Option<u64>,
}

/// Plans the jobs of the config `text`, which errors call `origin`. A byte order mark at its start
/// is skipped.
///
/// A combination that does not exist becomes a refusal in the plan; whatever can only be a mistake
/// in the config is an error.
///
/// # Errors
/// Returns [`GridError`] for text that is not JSON, for unknown or doubled keys, classifiers and
/// parameters, for values of the wrong type, for grids that are empty or too large, and for
/// overrides out of range.
pub fn parse(
    text: &str,
    origin: &str,
    overrides: &Overrides,
    estimators: &'static [EstimatorSpec],
) -> Result<Plan, GridError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let fault = |fault: Fault| fault.into_error(text, origin);
    let root = json::parse_document(text).map_err(fault)?;
    let config = decode::decode(&root, text).map_err(fault)?;
    let settings = settings(&config, overrides).map_err(in_override)?;
    plan(&config, settings, estimators).map_err(fault)
}

fn settings(config: &Config, overrides: &Overrides) -> Result<Settings, Problem> {
    let given = overrides;
    let dataset = match (&given.own, &given.dataset) {
        (Some(own), name) => {
            let name = name.clone().or_else(|| own.name.clone());
            let name = checked(name, decode::parse_own_name)?;
            let own = OwnData {
                name,
                ..own.clone()
            };
            Some(DatasetChoice::Own(Box::new(own)))
        }
        (None, name) => checked(name.clone(), decode::parse_dataset)?,
    };
    let mut subset = config.subset.clone();
    if let Some(rows) = checked(given.train_rows, decode::parse_rows)? {
        subset.train = vec![rows];
    }
    if let Some(rows) = checked(given.test_rows, decode::parse_rows)? {
        subset.test = Some(rows);
    }
    let repeats = checked(given.repeats, decode::parse_repeats)?;
    let threads = checked(given.threads_per_job, decode::parse_threads)?;
    let time_s = checked(given.time_s, decode::parse_time_s)?;
    let memory_mb = checked(given.memory_mb, decode::parse_memory_mb)?;
    let dataset = dataset.or_else(|| config.dataset.clone());
    Ok(Settings {
        dataset: dataset.unwrap_or_else(|| "fashion-mnist".into()),
        subset,
        scaling: given.scaling.or(config.scaling).unwrap_or_default(),
        repeats: repeats.or(config.repeats).unwrap_or(1),
        seed: given.seed.or(config.seed).unwrap_or_default(),
        limits: Limits {
            time_s: time_s.or(config.limits.time_s),
            memory_mb: memory_mb.or(config.limits.memory_mb),
        },
        scores: given.scores.or(config.scores).unwrap_or_default(),
        threads_per_job: threads.or(config.threads_per_job).unwrap_or(1),
        defaults: given.defaults.or(config.defaults).unwrap_or_default(),
    })
}

/// Parses the name of a profile for the command line.
///
/// # Errors
/// Returns [`GridError`] with the list of valid names.
pub fn parse_profile(text: &str) -> Result<Profile, GridError> {
    decode::parse_defaults(&Value::from(text)).map_err(in_override)
}

fn in_override(problem: Problem) -> GridError {
    GridError::Override {
        problem: Box::new(problem),
    }
}

/// Puts an override through the check that the same value in a file gets.
fn checked<T>(
    given: Option<impl Into<Value> + Display + Clone>,
    parse: impl Fn(&Value) -> Result<T, Problem>,
) -> Result<Option<T>, Problem> {
    let Some(given) = given else {
        return Ok(None);
    };
    parse(&given.clone().into())
        .map(Some)
        .map_err(|problem| match problem {
            // JSON has neither NaN nor infinity; such a value would print as null.
            Problem::Value {
                what,
                expected,
                got,
            } if got == "null" => Problem::Value {
                what,
                expected,
                got: given.to_string(),
            },
            problem => problem,
        })
}

fn plan(
    config: &Config,
    settings: Settings,
    estimators: &'static [EstimatorSpec],
) -> Result<Plan, Fault> {
    let subjects = find_subjects(config, estimators)?;
    check_common(&config.common, &subjects)?;
    let mut planner = Planner::new(&settings);
    let mut count = 0_u128;
    for (classifier, subject) in config.classifiers.iter().zip(&subjects) {
        let (overruled, axes): (Vec<Axis>, Vec<Axis>) = classifier
            .axes
            .iter()
            .cloned()
            .partition(|axis| config.common.iter().any(|given| given.param == axis.param));
        count = count.saturating_add(expand::count(&axes));
        if count > MAX_COMBINATIONS {
            let problem = Problem::TooMany {
                classifier: classifier.name.clone(),
                count,
                limit: MAX_COMBINATIONS,
            };
            return Err(Fault::new(classifier.at, problem));
        }
        let mut combinations = expand::expand(&axes);
        for given in &config.common {
            for combination in &mut combinations {
                combination.insert(given.param.clone(), given.value.clone());
            }
        }
        match subject {
            Subject::Known(spec) => {
                check_names(spec, &classifier.axes)?;
                let lost = config
                    .common
                    .iter()
                    .find(|given| !has_param(spec, &given.param));
                match lost {
                    Some(given) => planner.refuse_common(spec.name, combinations, &given.param),
                    None if spec.needs_counts && planner.is_standardised => {
                        planner.refuse_standardised(spec.name, combinations);
                    }
                    None => planner.add_all(spec, combinations, &overruled),
                }
            }
            Subject::Engine(model) => planner.add_all_of_engine(model, combinations),
            Subject::NotImplemented => planner.skip_all(&classifier.name, combinations),
        }
    }
    Ok(Plan {
        settings,
        jobs: planner.jobs,
        refused: planner.refused,
    })
}

fn find_subjects(
    config: &Config,
    estimators: &'static [EstimatorSpec],
) -> Result<Vec<Subject>, Fault> {
    let find = |classifier: &Classifier| {
        find_subject(&classifier.name, estimators, &config.engines).map_err(|hint| {
            let name = classifier.name.clone();
            Fault::new(classifier.at, Problem::UnknownClassifier { name, hint })
        })
    };
    config.classifiers.iter().map(find).collect()
}

/// Refuses a parameter in `common` that no classifier has, because it must be a typo.
fn check_common(common: &[Given], subjects: &[Subject]) -> Result<(), Fault> {
    let may_have = |subject: &Subject, given: &Given| match subject {
        Subject::Known(spec) => has_param(spec, &given.param),
        // Only the engine knows.
        Subject::Engine(_) | Subject::NotImplemented => true,
    };
    let is_lost = |given: &&Given| !subjects.iter().any(|subject| may_have(subject, given));
    let Some(given) = common.iter().find(is_lost) else {
        return Ok(());
    };
    let names = subjects.iter().flat_map(|subject| match subject {
        Subject::Known(spec) => spec.params(),
        Subject::Engine(_) | Subject::NotImplemented => &[],
    });
    let problem = Problem::UnknownCommon {
        param: given.param.clone(),
        hint: did_you_mean(&given.param, names.map(|param| param.name)),
    };
    Err(Fault::new(given.at, problem))
}

fn check_names(spec: &EstimatorSpec, axes: &[Axis]) -> Result<(), Fault> {
    let Some(axis) = axes.iter().find(|axis| !has_param(spec, &axis.param)) else {
        return Ok(());
    };
    let error = ParamError::Unknown {
        estimator: spec.name,
        param: axis.param.clone(),
        hint: did_you_mean(&axis.param, spec.params().iter().map(|param| param.name)),
    };
    Err(Fault::new(axis.at, Problem::UnknownParam(error)))
}

fn has_param(spec: &EstimatorSpec, name: &str) -> bool {
    spec.params().iter().any(|param| param.name == name)
}

/// A job of an engine, whose parameters go there as they are written.
pub(super) fn engine_job(model: EngineModel, written: Params, shapes: &[DataShape]) -> Job {
    Job {
        id: JobId::new(&model.name, &written),
        cost: cost_over(shapes, |shape| model.cost(&written, shape)),
        classifier: catalog::Classifier::Engine(Box::new(model)),
        resolved: written.clone(),
        written,
        aliases: Vec::new(),
        notes: Vec::new(),
    }
}

/// Collects jobs, each model once.
struct Planner {
    profile: Profile,
    seed: u64,
    is_standardised: bool,
    shapes: Vec<DataShape>,
    jobs: Vec<Job>,
    job_idx: HashMap<JobId, usize>,
    refused: Vec<Refusal>,
}

impl Planner {
    fn new(settings: &Settings) -> Self {
        Self {
            profile: settings.defaults,
            seed: settings.seed,
            is_standardised: settings.scaling.is_standard(),
            shapes: expected_shapes(settings),
            jobs: Vec::new(),
            job_idx: HashMap::new(),
            refused: Vec::new(),
        }
    }

    fn add_all(
        &mut self,
        spec: &'static EstimatorSpec,
        combinations: Vec<Params>,
        overruled: &[Axis],
    ) {
        for parameter in combinations {
            match self.build_job(spec, &parameter) {
                Ok(mut job) => {
                    job.notes.extend(overruled.iter().map(|axis| {
                        format!("`common` sets `{0}`, its list is not used", axis.param)
                    }));
                    self.add(job);
                }
                Err(error) => self.refused.push(Refusal {
                    name: spec.name.to_owned(),
                    parameter,
                    kind: RefusalKind::Invalid,
                    reason: error.to_string(),
                }),
            }
        }
    }

    fn add_all_of_engine(&mut self, model: &EngineModel, combinations: Vec<Params>) {
        for written in combinations {
            self.add(engine_job(model.clone(), written, &self.shapes));
        }
    }

    fn skip_all(&mut self, name: &str, combinations: Vec<Params>) {
        let kind = RefusalKind::NotImplemented;
        self.refuse_all(name, combinations, kind, "not implemented yet");
    }

    /// Refuses all combinations of a classifier that lacks what `common` sets, as the original
    /// does.
    fn refuse_common(&mut self, name: &str, combinations: Vec<Params>, param: &str) {
        let reason = format!("{name} has no parameter `{param}`, which `common` sets");
        self.refuse_all(name, combinations, RefusalKind::Invalid, &reason);
    }

    /// Refuses all combinations of a classifier that takes no features below 0, which standardised
    /// ones are.
    fn refuse_standardised(&mut self, name: &str, combinations: Vec<Params>) {
        let reason = format!(
            "{name} needs features of at least 0, and standardised ones are not; write \
             \"scaling\": \"none\" or \"scaling\": \"minmax\" beside `classifiers`"
        );
        self.refuse_all(name, combinations, RefusalKind::Invalid, &reason);
    }

    fn refuse_all(
        &mut self,
        name: &str,
        combinations: Vec<Params>,
        kind: RefusalKind,
        reason: &str,
    ) {
        let refusals = combinations.into_iter().map(|parameter| Refusal {
            name: name.to_owned(),
            parameter,
            kind,
            reason: reason.to_owned(),
        });
        self.refused.extend(refusals);
    }

    fn build_job(&self, spec: &'static EstimatorSpec, written: &Params) -> Result<Job, ParamError> {
        let resolved = spec.resolve(written, self.profile)?;
        spec.build(&resolved.params, self.seed)?;
        Ok(Job {
            id: JobId::new(spec.name, &resolved.params),
            cost: cost_over(&self.shapes, |shape| spec.cost(&resolved.params, shape)),
            classifier: catalog::Classifier::Ours(spec),
            written: written.clone(),
            resolved: resolved.params,
            aliases: Vec::new(),
            notes: resolved.notes,
        })
    }

    /// Adds `job`, or an alias to the earlier job that is the same model.
    fn add(&mut self, job: Job) {
        let Some(&job_idx) = self.job_idx.get(&job.id) else {
            self.job_idx.insert(job.id.clone(), self.jobs.len());
            self.jobs.push(job);
            return;
        };
        let name = job.name().to_owned();
        let first = &mut self.jobs[job_idx];
        for note in job.notes {
            if !first.notes.contains(&note) {
                first.notes.push(note);
            }
        }
        first.aliases.push(Alias {
            name,
            parameter: job.written,
        });
    }
}
