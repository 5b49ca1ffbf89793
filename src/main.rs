//! Entry point: parse, dispatch, print the error chain, set the exit code.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::dispatch().unwrap_or_else(|error| {
        cli::output::tell("error", &format!("{error:#}"));
        ExitCode::from(2)
    })
}
