//! `fashion-bench init`: a config to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use fashion_bench::builtin::{CONFIGS, find};

use super::output::print;

#[derive(Debug, Args)]
pub struct InitArgs {
    /// The config to write; a file that is there stays as it is
    #[arg(default_value = "fashion-bench.json")]
    config: PathBuf,
    /// The config inside the program to begin with
    #[arg(long, value_name = "NAME", default_value = "quick")]
    from: String,
    /// List the configs inside the program, and write nothing
    #[arg(long)]
    list: bool,
}

pub fn run(args: &InitArgs) -> anyhow::Result<ExitCode> {
    if args.list {
        let lines = CONFIGS.iter().map(|config| {
            let name = format!("builtin:{}", config.name);
            format!("{name:<20} {}\n", config.purpose)
        });
        print(&lines.collect::<String>())?;
        return Ok(ExitCode::SUCCESS);
    }
    let config = find(CONFIGS, &args.from).map_err(|error| anyhow!("--from: {error}"))?;
    let path = args.config.display();
    let mut file = match OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.config)
    {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{path} is there already, and stays as it is; name another file")
        }
        Err(error) => return Err(error).with_context(|| format!("cannot write {path}")),
    };
    // The schema lies beside the configs of the repository, not beside this one.
    let lines = config.text.split_inclusive('\n');
    let text: String = lines.filter(|line| !line.contains("\"$schema\"")).collect();
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write {path}"))?;
    let table = args.config.with_extension("jsonl");
    let table = table.display();
    let next = [
        (format!("list {path}"), "the models that it stands for"),
        (
            format!("run {path} --results {table}"),
            "train and score them",
        ),
        (format!("report {table}"), "make a page of the rows"),
        (
            "estimators".to_owned(),
            "the classifiers and their parameters",
        ),
    ];
    let width = next.iter().map(|(command, _)| command.len()).max();
    let width = width.unwrap_or(0);
    let lines = next.map(|(command, what)| format!("  fashion-bench {command:<width$}   {what}\n"));
    print(&format!(
        "wrote {path}: {}\n\n{}",
        config.purpose,
        lines.concat()
    ))?;
    Ok(ExitCode::SUCCESS)
}
