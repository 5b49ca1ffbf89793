//! `fashion-bench run`: train and score the jobs of a config.
//!
//! Exit codes: 0 if every job of the plan has a row with status `ok` (rows of earlier runs count),
//! 1 if one has another status (with `--strict` also if a classifier is not implemented yet), 2 if
//! the run could not do its work, 130 if it was interrupted by Ctrl-C, SIGTERM or SIGHUP.

use std::fs::{self, Metadata};
use std::io::IsTerminal;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{self, Command, ExitCode};
use std::sync::{Arc, PoisonError};
use std::time::Instant;

use anyhow::Context;
use clap::builder::{
    FalseyValueParser, OsStringValueParser, PossibleValuesParser, TypedValueParser,
};
use clap::{Args, ValueEnum};
use fashion_bench::catalog::{Classifier, DataShape, Profile};
use fashion_bench::dataset::{
    self, DatasetError, DatasetName, DatasetRequest, Event, Prepared, RawDataset, Scaling,
};
use fashion_bench::engine::{EngineOptions, Preparation};
use fashion_bench::grid::{
    self, BESIDE, DatasetChoice, Filter, Overrides, Plan, Refusal, RefusalKind, Scores,
};
use fashion_bench::results::label::label;
use fashion_bench::results::summary::{Entry, Summary};
use fashion_bench::results::{Status, Table, Writers};
use fashion_bench::runner::progress::{Bars, LogLines, Progress};
use fashion_bench::runner::{
    self, Cancel, Executor, InlineExecutor, ProcessExecutor, Retry, RunReport, RunRequest, Shard,
    machine_memory,
};
use nix::sys::signal::{SigSet, Signal};

use super::data_files::{DataFiles, DataPart};
use super::dry_run;
use super::loading::{Loading, print_line};
use super::output::{print, print_to_stderr, warn};
use super::prepared_file::{Leftover, PreparedFile, prepare_in_process};

/// The exit code of an interrupted run, as a shell reports it after Ctrl-C.
const INTERRUPTED: u8 = 130;

#[derive(Debug, Args)]
pub struct RunArgs {
    /// The config, e.g. configs/quick.json; `-` reads it from standard input, `builtin:quick` is inside
    /// the program (`fashion-bench init --list`)
    config: PathBuf,
    /// Run only what fits, e.g. "SVC C=1 kernel~rbf !gamma=auto"
    #[arg(long, value_name = "EXPR", value_parser = Filter::parse)]
    filter: Option<Filter>,
    /// Train each job on its own, where one training could serve several
    #[arg(long)]
    no_paths: bool,
    /// Jobs side by side [default: cores / threads per job]
    #[arg(long, value_name = "N", value_parser = positive)]
    jobs: Option<usize>,
    /// Threads in each job
    #[arg(long, value_name = "N")]
    threads_per_job: Option<usize>,
    /// Repeats of each job
    #[arg(long, value_name = "N")]
    repeats: Option<usize>,
    /// Base seed of shuffles and estimators
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// The results table, or - for standard output [default: results/<dataset>.jsonl]
    #[arg(long, value_name = "FILE")]
    results: Option<PathBuf>,
    /// Do not lock the table, where its file system cannot; no other program may write to it
    #[arg(long)]
    no_lock: bool,
    /// Do again what ended so, although nothing changed; repeatable
    #[arg(
        long,
        value_name = "STATUS",
        value_enum,
        value_delimiter = ',',
        conflicts_with = "rerun"
    )]
    retry: Vec<RetryArg>,
    /// Train again what the table already holds
    #[arg(long)]
    rerun: bool,
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Run part I of N of the plan, split by estimated cost, e.g. 2/3
    #[arg(long, value_name = "I/N")]
    shard: Option<Shard>,
    /// Fail if the config names classifiers that are not implemented yet
    #[arg(long)]
    strict: bool,
    /// Run one job at a time in this process, without limits, for debugging
    #[arg(long, conflicts_with = "jobs")]
    in_process: bool,
    /// A data set by name (`data list` shows them), or the name of the files of --data
    #[arg(long, value_name = "NAME")]
    dataset: Option<String>,
    #[command(flatten)]
    files: DataFiles,
    #[command(flatten)]
    part: DataPart,
    /// How features are scaled: standard, none (pixels stay 0 to 255), or minmax
    #[arg(long, value_name = "HOW")]
    scaling: Option<Scaling>,
    /// Scores of a row: labels, or all, with those of probabilities where a classifier has them
    #[arg(long, value_name = "SCORES")]
    scores: Option<Scores>,
    /// Directory of the files [default: FASHION_MNIST_DIR, MNIST_DIR, …, else data/<DATASET>, which
    /// is downloaded if need be]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Accept other files than the published ones under a published name; rows then say dataset
    /// `custom`
    #[arg(long, visible_alias = "allow-custom-data")]
    allow_custom: bool,
    /// Fill in omitted parameters from sklearn-1.5 or sklearn-0.19
    #[arg(long, value_name = "PROFILE", value_parser = grid::parse_profile)]
    defaults: Option<Profile>,
    /// Also run each job of ours in another library, with the same explicit parameters
    #[arg(long, value_name = "ENGINE", value_parser = PossibleValuesParser::new(BESIDE))]
    beside: Option<String>,
    /// The Python of engines [default: .venv/bin/python if there is one, else python3]
    #[arg(
        long,
        value_name = "FILE",
        env = "FASHION_BENCH_PYTHON",
        value_parser = OsStringValueParser::new().map(PathBuf::from)
    )]
    python: Option<PathBuf>,
    /// Let engines run that the config declares by a command or a module
    #[arg(
        long,
        env = "FASHION_BENCH_ALLOW_ENGINES",
        value_parser = FalseyValueParser::new()
    )]
    allow_engines: bool,
    /// Kill a job after this many seconds
    #[arg(long, value_name = "S")]
    time_limit: Option<f64>,
    /// Kill a job at this much resident memory, in MB (10⁶ bytes)
    #[arg(long, value_name = "MB")]
    memory_limit: Option<u64>,
}

/// The rows that `--retry` selects; rows lost to a cause outside the model are done again anyway.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "snake_case")]
enum RetryArg {
    /// Rows whose classifier reported an error, panicked or crashed
    Failed,
    /// Rows that were killed at the time limit
    TimedOut,
    /// All rows that did not end well
    All,
}

impl From<RetryArg> for Retry {
    fn from(arg: RetryArg) -> Self {
        match arg {
            RetryArg::Failed => Self::Failed,
            RetryArg::TimedOut => Self::TimedOut,
            RetryArg::All => Self::All,
        }
    }
}

fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..) => Ok(number),
        _ => Err("expected an integer in [1, inf)".to_owned()),
    }
}

impl RunArgs {
    fn overrides(&self) -> Overrides {
        Overrides {
            dataset: self.dataset.clone(),
            own: self.files.own(),
            train_rows: self.part.train,
            test_rows: self.part.test,
            scaling: self.scaling,
            scores: self.scores,
            repeats: self.repeats,
            seed: self.seed,
            defaults: self.defaults,
            threads_per_job: self.threads_per_job,
            time_s: self.time_limit,
            memory_mb: self.memory_limit,
        }
    }

    /// Loads the plan, narrows it to the filter and the shard, and warns of combinations that are
    /// not run.
    fn plan(&self) -> anyhow::Result<Plan> {
        let mut plan = grid::load(&self.config, &self.overrides())?;
        if let Some(engine) = &self.beside {
            plan = plan.beside(engine);
        }
        if let Some(filter) = &self.filter {
            plan = plan.select(filter)?;
        }
        self.prepare_engines(&mut plan)?;
        for refusal in &plan.refused {
            let label = label(&refusal.name, &refusal.parameter);
            warn(&format!("not run: {label}: {}", refusal.reason));
        }
        anyhow::ensure!(
            !plan.jobs.is_empty() || plan.refused.is_empty(),
            "nothing is left to run of {}: see the warnings",
            grid::origin_of(&self.config)
        );
        if let Some(shard) = self.shard {
            plan.jobs = shard.select(plan.jobs);
        }
        Ok(plan)
    }

    /// Asks the engines of the plan what they are, and refuses the jobs of those that are not there.
    fn prepare_engines(&self, plan: &mut Plan) -> anyhow::Result<()> {
        let options = EngineOptions {
            // An empty variable of the environment is one that is not set.
            python: self
                .python
                .clone()
                .filter(|python| !python.as_os_str().is_empty()),
            is_allowed: self.allow_engines,
        };
        let mut preparation = Preparation::new(&options);
        let mut jobs = Vec::with_capacity(plan.jobs.len());
        for mut job in plan.jobs.drain(..) {
            let missing = match &mut job.classifier {
                Classifier::Engine(model) => preparation.prepare(model)?,
                Classifier::Ours(_) => None,
            };
            match missing {
                None => jobs.push(job),
                Some(reason) => plan.refused.push(Refusal {
                    name: job.name().to_owned(),
                    parameter: job.written,
                    kind: RefusalKind::Invalid,
                    reason,
                }),
            }
        }
        plan.jobs = jobs;
        Ok(())
    }

    fn data_request(&self, plan: &Plan) -> anyhow::Result<DatasetRequest> {
        Ok(DatasetRequest {
            data_dir: self.data_dir.clone(),
            allow_custom: self.allow_custom,
            // A dry run leaves everything as it is.
            offline: self.dry_run,
            own: plan.settings.dataset.own().cloned(),
            transpose: self.files.transpose || plan.settings.dataset.is_transposed(),
            scaling: plan.settings.scaling,
            ..DatasetRequest::new(match &plan.settings.dataset {
                DatasetChoice::Known { name, .. } => name.parse()?,
                DatasetChoice::Own(_) => DatasetName::FashionMnist,
            })
        })
    }

    fn n_slots(&self, plan: &Plan) -> usize {
        if self.in_process {
            return 1;
        }
        self.jobs
            .unwrap_or_else(|| runner::default_slots(plan.settings.threads_per_job))
    }

    /// Returns whether the rows go to standard output, and everything else to standard error.
    fn is_to_stdout(&self) -> bool {
        self.results.as_deref() == Some(Path::new("-"))
    }

    fn table(&self, dataset: &str) -> Table {
        if self.is_to_stdout() {
            return Table::to_stream("standard output", Box::new(std::io::stdout()));
        }
        let path = self.results.clone();
        let path = path.unwrap_or_else(|| Path::new("results").join(format!("{dataset}.jsonl")));
        Table::new(path).writers(if self.no_lock {
            Writers::One
        } else {
            Writers::Many
        })
    }

    /// Refuses a table that is the very file behind standard output or standard error, because rows
    /// and messages would be mixed in it.
    fn refuse_own_output(&self) -> anyhow::Result<()> {
        let Some(path) = self.results.as_deref().filter(|_| !self.is_to_stdout()) else {
            return Ok(());
        };
        let identity = |path: &Path| {
            let metadata = fs::metadata(path).ok().filter(Metadata::is_file)?;
            Some((metadata.dev(), metadata.ino()))
        };
        let table = identity(path);
        for (stream, name) in [("/dev/stdout", "output"), ("/dev/stderr", "error")] {
            anyhow::ensure!(
                table.is_none() || table != identity(Path::new(stream)),
                "the results table {} is the file that standard {name} goes to; `--results -` writes \
                 the rows to standard output and everything else to standard error",
                path.display()
            );
        }
        Ok(())
    }

    fn retry(&self) -> Vec<Retry> {
        self.retry.iter().copied().map(Retry::from).collect()
    }
}

pub fn run(args: &RunArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    respect_nohup();
    args.refuse_own_output()?;
    let plan = args.plan()?;
    let request = args.data_request(&plan)?;
    let mut is_fallback = false;
    let mut loading = Loading::default();
    let loaded = dataset::load(&request, &mut |event| {
        is_fallback |= matches!(event, Event::FellBackToDemo { .. });
        if !args.dry_run {
            loading.show(event);
        }
    });
    if args.dry_run {
        let raw = match loaded {
            // The run itself might download the real data.
            Ok(_) if is_fallback => None,
            Ok(raw) => Some(raw),
            Err(DatasetError::NotFound(absence)) if absence.is_fillable() => None,
            Err(error) => return Err(error.into()),
        };
        return show_plan(args, &plan, raw);
    }
    let parts = parts(&plan, loaded?)?;
    let table = args.table(&parts[0].identity.name);
    let leftover = Arc::new(Leftover::default());
    let cancel = cancel_on_signal(Arc::clone(&leftover))?;
    let is_several = parts.len() > 1;
    let mut report = RunReport::default();
    for raw in parts {
        if cancel.is_cancelled() {
            report.n_abandoned += plan.jobs.len();
            continue;
        }
        if is_several {
            print_line(&format!("{} train rows", raw.identity.n_train));
        }
        let part = run_plan(args, &plan, raw, &table, (&*leftover, &cancel))?;
        report.rows.extend(part.rows);
        report.n_abandoned += part.n_abandoned;
    }
    let is_cancelled = cancel.is_cancelled();
    let summary = summarise(args, &plan, &report, &table, started);
    if args.is_to_stdout() {
        print_to_stderr(&format!("\n{}\n", summary.render(None)));
    } else {
        let width = std::io::stdout().is_terminal().then(terminal_width);
        print(&format!("\n{}\n", summary.render(width.flatten())))?;
    }
    if is_fallback {
        warn_of_fallback();
    }
    Ok(if is_cancelled {
        ExitCode::from(INTERRUPTED)
    } else {
        exit_code(args, &report, &summary)
    })
}

/// Returns the parts of the data that the plan asks for; all of them are there before anything is
/// trained.
fn parts(plan: &Plan, raw: RawDataset) -> anyhow::Result<Vec<RawDataset>> {
    let subsets = plan.settings.subset.parts();
    let parts = subsets.iter().map(|subset| raw.clone().part(subset));
    Ok(parts.collect::<Result<_, _>>()?)
}

/// Runs the plan on `raw`.
fn run_plan(
    args: &RunArgs,
    plan: &Plan,
    raw: RawDataset,
    table: &Table,
    (leftover, cancel): (&Leftover, &Cancel),
) -> anyhow::Result<RunReport> {
    // The children map the file; this process needs only its identity and shape.
    let (prepared, file) = if args.in_process {
        (prepare_in_process(&raw)?, None)
    } else {
        let file = PreparedFile::of(&raw, leftover)?;
        (Prepared::open(file.path())?, Some(file))
    };
    drop(raw);
    let (identity, shape) = (prepared.identity().clone(), DataShape::from(&prepared));
    let n_slots = args.n_slots(plan);
    let executor: Box<dyn Executor> = if let Some(file) = &file {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let command = move || {
            let mut command = Command::new(&program);
            command.arg("worker");
            command
        };
        let executor = ProcessExecutor::new(command, file.path());
        Box::new(if args.is_to_stdout() {
            executor
        } else {
            executor.logs(std::path::absolute(table.path().with_extension("logs"))?)
        })
    } else {
        Box::new(InlineExecutor::new(prepared))
    };
    let request = RunRequest {
        jobs: &plan.jobs,
        settings: &plan.settings,
        dataset: &identity,
        shape,
        n_slots,
        memory: machine_memory(),
        is_rerun: args.rerun,
        retry: &args.retry(),
        has_paths: !args.no_paths,
    };
    let bars = std::io::stderr().is_terminal().then(|| Bars::new(n_slots));
    let lines = LogLines::new(std::io::stderr(), n_slots);
    let progress: &dyn Progress = match &bars {
        Some(bars) => bars,
        None => &lines,
    };
    let report = runner::run(&request, executor.as_ref(), table, progress, cancel);
    if let Some(bars) = &bars {
        bars.clear();
    }
    if let Some(torn) = table.torn() {
        warn(&format!(
            "{}:{} is torn and was not read; the next row appended sets it aside",
            table.path().display(),
            torn.line
        ));
    }
    Ok(report?)
}

/// Keeps SIGHUP ignored if the program was started that way; Ctrl-C handling would undo it.
fn respect_nohup() {
    const SIGHUP_BIT: u64 = 1;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    if ignored.is_some_and(|mask| mask & SIGHUP_BIT != 0) {
        // The signal is blocked in this thread and in those it starts, which will be all there are.
        let mut hangup = SigSet::empty();
        hangup.add(Signal::SIGHUP);
        let _ = hangup.thread_block();
    }
}

/// Installs a signal handler: the first signal cancels the run, the second ends the program at
/// once.
fn cancel_on_signal(leftover: Arc<Leftover>) -> anyhow::Result<Cancel> {
    let cancel = Cancel::default();
    let handle = cancel.clone();
    ctrlc::set_handler(move || {
        if handle.cancel() {
            let dir = leftover.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(dir) = dir.as_ref() {
                let _ = fs::remove_dir_all(dir);
            }
            process::exit(i32::from(INTERRUPTED));
        }
        warn("interrupted: abandoning the running jobs; once more ends the program at once");
    })
    .context("cannot handle Ctrl-C")?;
    Ok(cancel)
}

fn summarise<'a>(
    args: &RunArgs,
    plan: &Plan,
    report: &'a RunReport,
    table: &'a Table,
    started: Instant,
) -> Summary<'a> {
    let n_refused = |kind| {
        let refused = plan.refused.iter();
        refused.filter(|refusal| refusal.kind == kind).count()
    };
    let entry = |row: &'a runner::ReportRow| Entry {
        record: &row.record,
        is_earlier: row.is_earlier,
    };
    Summary {
        entries: report.rows.iter().map(entry).collect(),
        n_abandoned: report.n_abandoned,
        n_refused: n_refused(RefusalKind::Invalid),
        n_not_implemented: n_refused(RefusalKind::NotImplemented),
        n_slots: args.n_slots(plan),
        wall_s: started.elapsed().as_secs_f64(),
        table: table.path(),
    }
}

fn exit_code(args: &RunArgs, report: &RunReport, summary: &Summary<'_>) -> ExitCode {
    let is_ok = |row: &runner::ReportRow| row.record.status == Status::Ok;
    let lacks_some = args.strict && summary.n_not_implemented > 0;
    let is_well = report.rows.iter().all(is_ok) && report.n_abandoned == 0 && !lacks_some;
    ExitCode::from(u8::from(!is_well))
}

fn show_plan(args: &RunArgs, plan: &Plan, raw: Option<RawDataset>) -> anyhow::Result<ExitCode> {
    let parts = match raw {
        Some(raw) => parts(plan, raw)?.into_iter().map(Some).collect(),
        None => vec![None],
    };
    let is_several = parts.len() > 1;
    for raw in &parts {
        let table = raw.as_ref().map(|raw| args.table(&raw.identity.name));
        let known = raw.as_ref().zip(table.as_ref());
        if let Some(raw) = raw.as_ref().filter(|_| is_several) {
            print(&format!("{} train rows\n", raw.identity.n_train))?;
        }
        let text = dry_run::render(
            plan,
            known,
            args.n_slots(plan),
            args.rerun,
            !args.no_paths,
            &args.retry(),
        )?;
        print(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the number of columns of the terminal, if it is known.
fn terminal_width() -> Option<u16> {
    comfy_table::Table::new().width()
}

fn warn_of_fallback() {
    let rule = "=".repeat(78);
    let text = "these rows are of the built-in demo set, NOT of Fashion-MNIST";
    warn(&format!("\n{rule}\n{text}\n{rule}"));
}
