//! The adapter that serves any package of Python, and which interpreter runs it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

/// The adapter, inside the program so that an installed one has it.
pub const ADAPTER: &str = include_str!("../../benchmark/engine/adapter.py");

/// The interpreter of a virtual environment in the current folder.
const LOCAL: &str = ".venv/bin/python";

/// Returns the command that serves the classifiers of `module`, which lies in `folder` if it is not
/// an installed package.
#[must_use]
pub fn adapter_command(interpreter: &Path, module: &str, folder: Option<&Path>) -> Command {
    let mut command = Command::new(interpreter);
    command.args(["-c", ADAPTER, module]).args(folder);
    // The text of an exception is UTF-8, whatever the locale.
    command.env("PYTHONIOENCODING", "utf-8");
    command
}

/// Returns the interpreter to use: the one that was `named`, else that of a virtual environment in
/// the current folder, else the one on the path. A named one is used whether or not it is there.
#[must_use]
pub fn choose_interpreter(named: Option<&Path>) -> PathBuf {
    match named {
        // A relative path means the current folder, wherever the engine is started.
        Some(named) if named.components().count() > 1 => {
            std::path::absolute(named).unwrap_or_else(|_| named.to_owned())
        }
        Some(named) => named.to_owned(),
        None => match std::path::absolute(LOCAL) {
            Ok(local) if local.is_file() => local,
            _ => PathBuf::from("python3"),
        },
    }
}

/// What an interpreter says of a package.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Probe {
    /// Version of Python.
    pub python: String,
    /// Version of the package, if it is installed with one.
    pub version: Option<String>,
    /// Packages that are needed and not there.
    pub missing: Vec<String>,
}

/// Asks the interpreter for the package `module`, without importing it.
///
/// # Errors
/// The reason, as text, if the interpreter cannot be asked.
pub fn probe(interpreter: &Path, module: &str, folder: Option<&Path>) -> Result<Probe, String> {
    let mut command = adapter_command(interpreter, module, folder);
    command.arg("--probe").stdin(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        let last = text.lines().rev().find(|line| !line.trim().is_empty());
        return Err(last.unwrap_or("it ended without a word").trim().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("it is no Python: {error}"))
}
