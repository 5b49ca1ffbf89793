//! Entry point: parse, dispatch, print the error chain, set the exit code.

mod cli;

use std::io::Write;
use std::process::ExitCode;

fn main() -> ExitCode {
    cli::dispatch().unwrap_or_else(|error| {
        // Nothing can be done if standard error is closed, too.
        let _ = writeln!(std::io::stderr(), "error: {error:#}");
        ExitCode::from(2)
    })
}
