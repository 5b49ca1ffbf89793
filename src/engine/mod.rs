//! What a classifier in another process and the program that drives it say to each other.
//!
//! [`protocol`] has the messages, one per line of JSON; [`arrays`] the files that they name.
//! `docs/engines.md` describes both for readers who write an engine in another language. This
//! program's own classifiers are served by
//! [`runner::worker::serve_engine`](crate::runner::worker::serve_engine).

pub mod arrays;
mod prepare;
pub mod protocol;
pub mod python;

use std::path::{Path, PathBuf};

pub use prepare::{EngineError, EngineOptions, Preparation};

/// Returns the program of a command that is started in `folder`: a name without a slash is looked
/// for on the path.
#[must_use]
pub fn program_in(folder: &Path, program: &str) -> PathBuf {
    if program.contains('/') {
        folder.join(program)
    } else {
        PathBuf::from(program)
    }
}
