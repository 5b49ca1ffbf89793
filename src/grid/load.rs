//! Reading a config from its file or from standard input.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::error::{GridError, Problem, Spot};
use super::job::Plan;
use super::origin::{is_standard_input, origin_of};
use super::plan::{Overrides, parse};
use crate::builtin;
use crate::catalog::{Classifier, ESTIMATORS, did_you_mean};

/// The largest size of a config in bytes.
const MAX_BYTES: u64 = 1 << 24;

/// Reads the config at `path`, from standard input if `path` is `-`, or the program's own if it is
/// `builtin:NAME`, and plans its jobs with the
/// estimators of the registry.
///
/// # Errors
/// Returns [`GridError`] for a file that cannot be read and for whatever [`parse`] refuses.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Plan, GridError> {
    let bytes = read_bytes(path)?;
    let origin = origin_of(path);
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let valid = String::from_utf8_lossy(&bytes[..at]);
            return Err(GridError::Config {
                spot: Spot::of(&valid, at),
                origin,
                problem: Box::new(Problem::NotUtf8 { byte: bytes[at] }),
            });
        }
    };
    let mut plan = parse(text, &origin, overrides, &ESTIMATORS)?;
    let folder = folder_of(path);
    for job in &mut plan.jobs {
        if let Classifier::Engine(model) = &mut job.classifier {
            model.launch.set_folder(&folder);
        }
    }
    Ok(plan)
}

/// The folder that the engines of a config are looked for in: the config's own, or the current one
/// for a config from standard input.
fn folder_of(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|_| !is_standard_input(path));
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Engines are started elsewhere; a folder that cannot be found is reported where it is used.
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, GridError> {
    if let Some(name) = builtin::asked_name(path) {
        let config = builtin::find(builtin::CONFIGS, name).map_err(GridError::BuiltIn)?;
        return Ok(config.text.as_bytes().to_owned());
    }
    let named = path.to_owned();
    let failed = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => GridError::Missing {
            hint: similar_file(path),
            path: named.clone(),
        },
        ErrorKind::IsADirectory => GridError::Directory {
            path: named.clone(),
        },
        _ => GridError::Read {
            path: named.clone(),
            source,
        },
    };
    let mut bytes = Vec::new();
    let source: Box<dyn Read> = if is_standard_input(path) {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(path).map_err(&failed)?)
    };
    source
        .take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(&failed)?;
    if bytes.len() as u64 > MAX_BYTES {
        let (path, limit) = (named, MAX_BYTES);
        return Err(GridError::TooLarge { path, limit });
    }
    Ok(bytes)
}

/// Returns `; did you mean …?` with a config beside `path`, or an empty text.
fn similar_file(path: &Path) -> String {
    let name = |path: &Path| Some(path.file_name()?.to_str()?.to_owned());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let entries = std::fs::read_dir(folder.unwrap_or(Path::new(".")));
    let mut names: Vec<_> = entries
        .into_iter()
        .flatten()
        .filter_map(|entry| name(&entry.ok()?.path()))
        .filter(|name| name.ends_with(".json"))
        .collect();
    names.sort();
    did_you_mean(
        &name(path).unwrap_or_default(),
        names.iter().map(String::as_str),
    )
}
