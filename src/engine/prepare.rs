//! Before a run: whether each engine may be used, is there, and which version of it.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::program_in;
use super::python::{Probe, choose_interpreter, probe};
use crate::catalog::engine::{EngineIdentity, EngineModel, Launch, find_package};

/// Why a run that names an engine does not begin.
#[derive(Debug, Error)]
pub enum EngineError {
    /// The config brings code of its own, and nobody said that it may run.
    #[error(
        "the config declares the engine `{engine}`, which runs {what}; read it, and allow it with \
         --allow-engines or FASHION_BENCH_ALLOW_ENGINES=1"
    )]
    NotAllowed {
        /// The engine's name.
        engine: String,
        /// The command or the module.
        what: String,
    },
    /// The interpreter that was named is none.
    #[error("cannot use {path} as the Python of engines: {reason}; name another one with --python")]
    Python {
        /// The interpreter as named.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// What the user says of engines.
#[derive(Debug, Clone, Default)]
pub struct EngineOptions {
    /// The interpreter that was named.
    pub python: Option<PathBuf>,
    /// Whether engines that a config declares may run.
    pub is_allowed: bool,
}

/// Prepares the classifiers of a plan, asking each engine once.
#[derive(Debug)]
pub struct Preparation<'a> {
    options: &'a EngineOptions,
    interpreter: PathBuf,
    known: HashMap<String, Result<EngineIdentity, String>>,
}

impl<'a> Preparation<'a> {
    /// A preparation under these options.
    #[must_use]
    pub fn new(options: &'a EngineOptions) -> Self {
        Self {
            options,
            interpreter: choose_interpreter(options.python.as_deref()),
            known: HashMap::new(),
        }
    }

    /// Names the interpreter of `model` and what is known of its engine. Returns the reason if the
    /// engine is not there.
    ///
    /// # Errors
    /// [`EngineError`] if the engine may not run, or the interpreter that was named is none.
    pub fn prepare(&mut self, model: &mut EngineModel) -> Result<Option<String>, EngineError> {
        if model.launch.is_declared() && !self.options.is_allowed {
            let engine = model.engine().to_owned();
            let what = match &model.launch {
                Launch::Command { command, .. } => format!("`{}`", command.join(" ")),
                Launch::Python { module, .. } => format!("the module `{module}`"),
            };
            return Err(EngineError::NotAllowed { engine, what });
        }
        if let Launch::Python { interpreter, .. } = &mut model.launch {
            interpreter.clone_from(&self.interpreter);
        }
        let engine = model.engine().to_owned();
        if !self.known.contains_key(&engine) {
            let found = self.identify(&model.launch)?;
            self.known.insert(engine.clone(), found);
        }
        match &self.known[&engine] {
            Ok(identity) => {
                model.identity = identity.clone();
                Ok(None)
            }
            Err(reason) => Ok(Some(reason.clone())),
        }
    }

    fn identify(&self, launch: &Launch) -> Result<Result<EngineIdentity, String>, EngineError> {
        match launch {
            Launch::Command { command, folder } => Ok(identify_command(command, folder)),
            Launch::Python {
                interpreter,
                module,
                folder,
            } => match probe(interpreter, module, folder.as_deref()) {
                Ok(found) if found.missing.is_empty() => Ok(Ok(EngineIdentity {
                    version: found.version,
                    command_sha256: folder
                        .as_deref()
                        .and_then(|folder| hash_module(folder, module)),
                })),
                Ok(found) => Ok(Err(what_is_missing(&found, interpreter, launch))),
                Err(reason) if self.options.python.is_some() => Err(EngineError::Python {
                    path: interpreter.clone(),
                    reason,
                }),
                Err(reason) => Ok(Err(format!(
                    "cannot start {}: {reason}; name another Python with --python",
                    interpreter.display()
                ))),
            },
        }
    }
}

fn what_is_missing(found: &Probe, interpreter: &Path, launch: &Launch) -> String {
    let requirement = |name: &String| {
        let package = find_package(name);
        package
            .map_or(name.as_str(), |package| package.requirement())
            .to_owned()
    };
    let names = found.missing.join(" and ");
    let python = interpreter.display();
    if let Launch::Python {
        module,
        folder: Some(folder),
        ..
    } = launch
        && found.missing.contains(module)
    {
        return format!("there is no module `{module}` in {}", folder.display());
    }
    let wanted: Vec<_> = found.missing.iter().map(requirement).collect();
    format!(
        "the Python {python} has no {names}; install it with `{python} -m pip install {}`, or name \
         another Python with --python",
        wanted.join(" ")
    )
}

/// What tells a command from a later one of the same name: the contents of every file in it.
fn identify_command(command: &[String], folder: &Path) -> Result<EngineIdentity, String> {
    let program = program_in(folder, &command[0]);
    let is_path = program.components().count() > 1;
    if is_path && !program.is_file() {
        return Err(format!("there is no program {}", program.display()));
    }
    let arguments = command[1..].iter().map(|word| folder.join(word));
    let mut hasher = Sha256::new();
    for path in std::iter::once(program).chain(arguments) {
        // A device or a pipe has no content that could be read to its end.
        if path.is_file()
            && let Ok(bytes) = fs::read(&path)
        {
            hasher.update((bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        }
    }
    Ok(EngineIdentity {
        version: None,
        command_sha256: Some(hex::encode(hasher.finalize())),
    })
}

fn hash_module(folder: &Path, module: &str) -> Option<String> {
    let path = folder.join(module.replace('.', "/"));
    let files = [path.with_extension("py"), path.join("__init__.py")];
    let bytes = files.iter().find_map(|file| fs::read(file).ok())?;
    Some(hex::encode(Sha256::digest(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(is_allowed: bool, python: Option<&str>) -> EngineOptions {
        EngineOptions {
            python: python.map(PathBuf::from),
            is_allowed,
        }
    }

    fn command(folder: &Path, words: &[&str]) -> EngineModel {
        let command = words.iter().map(|&word| word.to_owned()).collect();
        let folder = folder.to_owned();
        EngineModel::new("mine", "X", Launch::Command { command, folder })
    }

    #[test]
    fn code_of_the_config_runs_only_if_it_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let mut model = command(folder.path(), &["sh", "engine.sh"]);
        let error = Preparation::new(&options(false, None)).prepare(&mut model);
        assert_eq!(
            error.unwrap_err().to_string(),
            "the config declares the engine `mine`, which runs `sh engine.sh`; read it, and allow \
             it with --allow-engines or FASHION_BENCH_ALLOW_ENGINES=1"
        );
        let allowed = Preparation::new(&options(true, None)).prepare(&mut model);
        assert_eq!(allowed.unwrap(), None);
    }

    #[test]
    fn another_file_of_the_command_is_another_engine() {
        let folder = tempfile::tempdir().unwrap();
        let identity = |text: &str| {
            fs::write(folder.path().join("engine.sh"), text).unwrap();
            let mut model = command(folder.path(), &["sh", "engine.sh"]);
            let options = options(true, None);
            Preparation::new(&options).prepare(&mut model).unwrap();
            model.identity.command_sha256.unwrap()
        };
        assert_eq!(identity("a"), identity("a"));
        assert_ne!(identity("a"), identity("b"));
    }

    #[test]
    fn a_program_that_is_not_there_refuses_its_jobs() {
        let folder = tempfile::tempdir().unwrap();
        let mut model = command(folder.path(), &["./none"]);
        let reason = Preparation::new(&options(true, None)).prepare(&mut model);
        let reason = reason.unwrap().unwrap();
        assert!(reason.starts_with("there is no program "), "{reason}");
    }

    #[test]
    fn an_interpreter_that_was_named_binds() {
        let mut model = EngineModel::new("sklearn", "SVC", Launch::package("sklearn"));
        let options = options(false, Some("/nonexistent/python"));
        let error = Preparation::new(&options).prepare(&mut model).unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("cannot use /nonexistent/python "),
            "{text}"
        );
    }
}
