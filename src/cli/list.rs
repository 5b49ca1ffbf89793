//! `fashion-bench list`: the jobs that a config stands for, before anything is trained.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use clap::builder::PossibleValuesParser;
use fashion_bench::catalog::{Cost, Family, Params, Profile};
use fashion_bench::dataset::Scaling;
use fashion_bench::grid::{
    self, Alias, BESIDE, Filter, Job, Overrides, Plan, Refusal, RefusalKind, Settings, SubsetGrid,
};
use fashion_bench::results::escape;
use fashion_bench::runner::paths;
use serde::Serialize;
use serde_json::Value;

use super::output::print;

#[derive(Debug, Args)]
pub struct ListArgs {
    /// The config, e.g. configs/baselines.json; `-` reads it from standard input, `builtin:baselines` is
    /// inside the program
    config: PathBuf,
    /// Print JSON for machines, as docs/config.md describes it
    #[arg(long, conflicts_with = "full")]
    json: bool,
    /// Show every parameter, including those left at their defaults
    #[arg(long)]
    full: bool,
    /// Fill in omitted parameters from sklearn-1.5 or sklearn-0.19
    #[arg(long, value_name = "PROFILE", value_parser = grid::parse_profile)]
    defaults: Option<Profile>,
    /// Also list each job of ours in another library, with the same explicit parameters
    #[arg(long, value_name = "ENGINE", value_parser = PossibleValuesParser::new(BESIDE))]
    beside: Option<String>,
    /// List only what fits, e.g. "SVC C=1 kernel~rbf !gamma=auto"
    #[arg(long, value_name = "EXPR", value_parser = Filter::parse)]
    filter: Option<Filter>,
}

pub fn run(args: &ListArgs) -> anyhow::Result<ExitCode> {
    let overrides = Overrides {
        defaults: args.defaults,
        ..Overrides::default()
    };
    let mut plan = grid::load(&args.config, &overrides)?;
    if let Some(engine) = &args.beside {
        plan = plan.beside(engine);
    }
    if let Some(filter) = &args.filter {
        plan = plan.select(filter)?;
    }
    if args.json {
        let mut text = serde_json::to_string_pretty(&Listing::of(&plan))?;
        text.push('\n');
        print(&text)?;
    } else {
        print(&render_plan(&plan, args.full))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The version of the JSON listing; fields are added, never renamed.
const LISTING_VERSION: u32 = 1;

/// The plan as `--json` prints it.
#[derive(Serialize)]
struct Listing<'a> {
    version: u32,
    settings: &'a Settings,
    counts: Counts,
    jobs: Vec<ListedJob<'a>>,
    refused: &'a [Refusal],
}

#[derive(Serialize)]
struct Counts {
    combinations: usize,
    jobs: usize,
    aliases: usize,
    invalid: usize,
    not_implemented: usize,
}

#[derive(Serialize)]
struct ListedJob<'a> {
    id: &'a str,
    name: &'a str,
    family: Family,
    parameter: &'a Params,
    resolved: &'a Params,
    aliases: &'a [Alias],
    notes: &'a [String],
    cost: Cost,
    /// The other jobs that one training serves beside this one.
    path: Vec<&'a str>,
}

impl<'a> Listing<'a> {
    fn of(plan: &'a Plan) -> Self {
        let groups = paths::group(plan.jobs.iter().enumerate());
        let mut path = vec![Vec::new(); plan.jobs.len()];
        for group in &groups {
            for &job_idx in group {
                let others = group.iter().filter(|&&other| other != job_idx);
                path[job_idx] = others.map(|&other| plan.jobs[other].id.as_str()).collect();
            }
        }
        let job = |(job, path): (&'a Job, Vec<&'a str>)| ListedJob {
            id: job.id.as_str(),
            name: job.name(),
            family: job.classifier.family(),
            parameter: &job.written,
            resolved: &job.resolved,
            aliases: &job.aliases,
            notes: &job.notes,
            cost: job.cost,
            path,
        };
        Self {
            version: LISTING_VERSION,
            settings: &plan.settings,
            counts: Counts::of(plan),
            jobs: plan.jobs.iter().zip(path).map(job).collect(),
            refused: &plan.refused,
        }
    }
}

impl Counts {
    fn of(plan: &Plan) -> Self {
        let aliases = plan.jobs.iter().map(|job| job.aliases.len()).sum();
        let is_invalid = |refusal: &&Refusal| refusal.kind == RefusalKind::Invalid;
        let invalid = plan.refused.iter().filter(is_invalid).count();
        Self {
            combinations: plan.jobs.len() + aliases + plan.refused.len(),
            jobs: plan.jobs.len(),
            aliases,
            invalid,
            not_implemented: plan.refused.len() - invalid,
        }
    }
}

/// The column at which the classifier begins.
const INDENT: usize = 38;

/// Renders the plan for people: jobs, refused combinations, and a closing count.
pub fn render_plan(plan: &Plan, is_full: bool) -> String {
    let mut text = format!("{:16}  {:>8}  {:>8}  job\n", "id", "time", "memory");
    for job in &plan.jobs {
        render_job(&mut text, job, plan.settings.defaults, is_full);
    }
    if !plan.refused.is_empty() {
        text.push_str("\nnot run:\n");
    }
    for refusal in &plan.refused {
        let call = render_call(&refusal.name, &refusal.parameter);
        push_line(
            &mut text,
            &format!("  {call}: {}", escape::line(&refusal.reason)),
        );
    }
    text.push('\n');
    render_counts(&mut text, plan);
    text
}

fn render_job(text: &mut String, job: &Job, defaults: Profile, is_full: bool) {
    let mut shown = job.resolved.clone();
    if !is_full {
        shown.retain(|name, value| {
            let is_written = job.written.contains_key(name);
            is_written || default_of(job, name, defaults).as_ref() != Some(value)
        });
    }
    let time = format_seconds(job.cost.cpu_s);
    let memory = format_bytes(job.cost.memory_bytes);
    let call = render_call(job.name(), &shown);
    push_line(text, &format!("{}  {time:>8}  {memory:>8}  {call}", job.id));
    for alias in &job.aliases {
        let call = render_call(&alias.name, &alias.parameter);
        push_line(text, &format!("{:INDENT$}= {call}", ""));
    }
    for note in &job.notes {
        push_line(text, &format!("{:INDENT$}note: {note}", ""));
    }
}

fn default_of(job: &Job, name: &str, profile: Profile) -> Option<Value> {
    let param = job.classifier.spec()?.param(name)?;
    Some(param.default_value(profile))
}

fn render_counts(text: &mut String, plan: &Plan) {
    let counts = Counts::of(plan);
    let settings = &plan.settings;
    let one_repeat_s = paths::seconds(&plan.jobs);
    let n_trainings = paths::group(plan.jobs.iter().enumerate()).len();
    let peak = plan.jobs.iter().map(|job| job.cost.memory_bytes).max();
    if n_trainings < plan.jobs.len() {
        let n_jobs = plan.jobs.len();
        push_line(
            text,
            &format!("{n_trainings} trainings serve the {n_jobs} jobs (docs/running.md, Paths)"),
        );
    }
    push_line(
        text,
        &format!(
            "combinations: {}; jobs: {}, aliases of them: {}; not run: {} invalid, {} not \
             implemented yet",
            counts.combinations,
            counts.jobs,
            counts.aliases,
            counts.invalid,
            counts.not_implemented
        ),
    );
    text.push_str(&format!(
        "predicted: {} of one core per repeat, the largest job {}; repeats: {}, ",
        format_seconds(one_repeat_s),
        format_bytes(peak.unwrap_or_default()),
        settings.repeats
    ));
    push_line(
        text,
        &format!(
            "dataset: {}{}{}, seed: {}, defaults: {}",
            settings.dataset,
            render_subset(&settings.subset),
            render_scaling(settings.scaling),
            settings.seed,
            settings.defaults
        ),
    );
}

/// Renders the part of the data: ` (1000, 3000 train rows, 500 test rows)`.
fn render_subset(subset: &SubsetGrid) -> String {
    let sizes: Vec<_> = subset.train.iter().map(usize::to_string).collect();
    let train = (!sizes.is_empty()).then(|| format!("{} train rows", sizes.join(", ")));
    let test = subset.test.map(|rows| format!("{rows} test rows"));
    let parts: Vec<_> = train.into_iter().chain(test).collect();
    match parts.is_empty() {
        true => String::new(),
        false => format!(" ({})", parts.join(", ")),
    }
}

/// Renders how features are scaled, unless it is the usual way: `, scaling: minmax`.
fn render_scaling(scaling: Scaling) -> String {
    if scaling.is_standard() {
        return String::new();
    }
    format!(", scaling: {scaling}")
}

/// Returns `SVC(C=1.0, kernel=rbf)` with every value in full.
fn render_call(name: &str, params: &Params) -> String {
    let plain = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let args: Vec<_> = params
        .iter()
        .map(|(param, value)| format!("{param}={}", plain(value)))
        .collect();
    escape::line(&format!("{name}({})", args.join(", ")))
}

fn push_line(text: &mut String, line: &str) {
    text.push_str(line);
    text.push('\n');
}

fn format_seconds(seconds: f64) -> String {
    match seconds {
        s if s < 0.1 => "< 0.1 s".to_owned(),
        s if s < 100.0 => format!("{s:.1} s"),
        s if s < 6000.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

fn format_bytes(bytes: u64) -> String {
    let megabytes = bytes.div_ceil(1_000_000);
    if megabytes < 10_000 {
        format!("{megabytes} MB")
    } else {
        format!("{} GB", megabytes.div_ceil(1000))
    }
}

#[cfg(test)]
mod tests {
    use fashion_bench::catalog::{self, Classifier, EstimatorSpec};
    use fashion_bench::grid::{JobId, Limits, Scores};
    use serde_json::json;

    use super::*;

    fn svc() -> &'static EstimatorSpec {
        catalog::find("SVC").unwrap()
    }

    fn params(value: Value) -> Params {
        value.as_object().unwrap().clone()
    }

    fn plan() -> Plan {
        let resolved = params(json!({"C": 1.0, "gamma": "scale", "kernel": "rbf"}));
        Plan {
            settings: Settings {
                dataset: "demo".into(),
                subset: SubsetGrid::default(),
                scaling: Scaling::default(),
                repeats: 5,
                seed: 7,
                limits: Limits::default(),
                scores: Scores::default(),
                threads_per_job: 1,
                defaults: Profile::Sklearn019,
            },
            jobs: vec![Job {
                id: JobId::new("SVC", &resolved),
                classifier: Classifier::Ours(svc()),
                written: params(json!({"C": 1})),
                resolved,
                aliases: vec![Alias {
                    name: "SVC".to_owned(),
                    parameter: params(json!({"kernel": "rbf"})),
                }],
                notes: vec!["ignores much".to_owned()],
                cost: Cost {
                    cpu_s: 300.0,
                    memory_bytes: 576_000_000,
                },
            }],
            refused: vec![Refusal {
                name: "SVC".to_owned(),
                parameter: params(json!({"C": 0})),
                kind: RefusalKind::Invalid,
                reason: "the reason".to_owned(),
            }],
        }
    }

    #[test]
    fn a_plan_prints_jobs_aliases_notes_refusals_and_counts() {
        // The kernel is at its default and not written; gamma is not at the default of 2017.
        let expected = "\
id                    time    memory  job
7a61972cb301ba3f   5.0 min    576 MB  SVC(C=1.0, gamma=scale)
                                      = SVC(kernel=rbf)
                                      note: ignores much

not run:
  SVC(C=0): the reason

combinations: 3; jobs: 1, aliases of them: 1; not run: 1 invalid, 0 not implemented yet
predicted: 5.0 min of one core per repeat, the largest job 576 MB; repeats: 5, dataset: demo, seed: 7, defaults: sklearn-0.19
";
        assert_eq!(render_plan(&plan(), false), expected);
        let full = render_plan(&plan(), true);
        assert!(
            full.contains("SVC(C=1.0, gamma=scale, kernel=rbf)"),
            "{full}"
        );
    }

    #[test]
    fn durations_and_sizes_are_rounded_to_readable_units() {
        let seconds = [0.0, 0.25, 99.9, 100.0, 6000.0].map(format_seconds);
        assert_eq!(seconds, ["< 0.1 s", "0.2 s", "99.9 s", "1.7 min", "1.7 h"]);
        let bytes = [0, 1, 576_000_000, 14_400_000_000].map(format_bytes);
        assert_eq!(bytes, ["0 MB", "1 MB", "576 MB", "15 GB"]);
    }
}
