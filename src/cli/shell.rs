//! `fashion-bench completions` and `fashion-bench man`: what a package installs beside the program.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Command};
use clap_complete::Shell;

use super::output::print_bytes;

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell that they are for
    shell: Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder that the pages are written to, one for each subcommand
    folder: PathBuf,
}

/// Prints completions of `command`.
pub fn complete(args: &CompletionsArgs, mut command: Command) -> anyhow::Result<ExitCode> {
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command, name, &mut script);
    print_bytes(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the manual pages of `command`.
pub fn write_manual(args: &ManArgs, command: Command) -> anyhow::Result<ExitCode> {
    let folder = &args.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .with_context(|| format!("cannot write manual pages to {}", folder.display()))?;
    Ok(ExitCode::SUCCESS)
}
