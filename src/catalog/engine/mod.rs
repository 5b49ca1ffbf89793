//! Classifiers that live in another process: which engine they are of, and how it is started.
//!
//! A config names them `ENGINE::NAME`. Packages of Python in [`PACKAGES`] need no declaration; a
//! config declares other engines by a command or a module.

mod counterpart;
mod packages;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::cost::{Cost, DataShape};
use super::family::{Family, Profile};
use super::params::Params;
use super::registry::find;

pub use counterpart::counterpart;
pub use packages::{PACKAGES, Package, find_package};

/// What stands between an engine and the name of its classifier.
pub const SEPARATOR: &str = "::";

/// Cost of a classifier that nothing is known of.
const UNKNOWN: Cost = Cost {
    cpu_s: 60.0,
    memory_bytes: 500_000_000,
};
/// Bytes of an interpreter with its libraries.
const INTERPRETER_BYTES: u64 = 200_000_000;

/// A classifier of an engine, as a config names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineModel {
    /// The full name, `ENGINE::NAME`.
    pub name: String,
    /// How the engine is started.
    pub launch: Launch,
    /// What is known of the engine before it is started.
    pub identity: EngineIdentity,
}

/// How an engine is started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Launch {
    /// By the adapter for Python.
    Python {
        /// The interpreter.
        interpreter: PathBuf,
        /// The package or module that has the classifier.
        module: String,
        /// The folder of a module that the config declares; nothing for a package in [`PACKAGES`].
        folder: Option<PathBuf>,
    },
    /// By a program of its own.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
        /// The folder that it is started in, the config's.
        folder: PathBuf,
    },
}

/// What is known of an engine before it is started, to tell whether a row is of the same one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineIdentity {
    /// Version of the library.
    pub version: Option<String>,
    /// SHA-256 of the files that the command names, or of the module's file.
    pub command_sha256: Option<String>,
}

impl Launch {
    /// The launch of a package in [`PACKAGES`].
    #[must_use]
    pub fn package(name: &str) -> Self {
        Self::Python {
            interpreter: PathBuf::from("python3"),
            module: name.to_owned(),
            folder: None,
        }
    }

    /// Whether the config brought the code that would run.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        !matches!(self, Self::Python { folder: None, .. })
    }

    /// Sets the folder of an engine that the config declares: the config's.
    pub fn set_folder(&mut self, of_config: &Path) {
        match self {
            Self::Python { folder: None, .. } => {}
            Self::Python {
                folder: Some(folder),
                ..
            }
            | Self::Command { folder, .. } => of_config.clone_into(folder),
        }
    }
}

impl EngineModel {
    /// The classifier `classifier` of `engine`.
    #[must_use]
    pub fn new(engine: &str, classifier: &str, launch: Launch) -> Self {
        Self {
            name: format!("{engine}{SEPARATOR}{classifier}"),
            launch,
            identity: EngineIdentity::default(),
        }
    }

    /// The engine's name.
    #[must_use]
    pub fn engine(&self) -> &str {
        self.split().0
    }

    /// The classifier's name within the engine.
    #[must_use]
    pub fn classifier(&self) -> &str {
        self.split().1
    }

    fn split(&self) -> (&str, &str) {
        self.name.split_once(SEPARATOR).unwrap_or((&self.name, ""))
    }

    /// The family of our classifier with the same name, if there is one.
    #[must_use]
    pub fn family(&self) -> Family {
        find(self.last_part()).map_or(Family::Engines, |spec| spec.family)
    }

    /// Our own classifier's cost, if there is one with the same name and parameters; it only orders
    /// jobs and keeps too many from starting at once.
    #[must_use]
    pub fn cost(&self, written: &Params, shape: &DataShape) -> Cost {
        let resolved = find(self.last_part()).ok().and_then(|spec| {
            let resolved = spec.resolve(written, Profile::default()).ok()?;
            Some(spec.cost(&resolved.params, shape))
        });
        let cost = resolved.unwrap_or(UNKNOWN);
        Cost {
            memory_bytes: cost.memory_bytes.saturating_add(INTERPRETER_BYTES),
            ..cost
        }
    }

    /// The name without modules: `svm.SVC` is `SVC`.
    fn last_part(&self) -> &str {
        let name = self.classifier();
        name.rsplit('.').next().unwrap_or(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_classifier_of_the_same_name_gives_family_and_cost() {
        let svc = EngineModel::new("sklearn", "svm.SVC", Launch::package("sklearn"));
        assert_eq!((svc.engine(), svc.classifier()), ("sklearn", "svm.SVC"));
        assert_eq!(svc.family(), Family::Svm);
        let other = EngineModel::new("mine", "Odd", Launch::package("sklearn"));
        assert_eq!(other.family(), Family::Engines);
        let shape = DataShape {
            n_train: 60_000,
            n_test: 10_000,
            n_features: 784,
            n_classes: 10,
        };
        assert_eq!(other.cost(&Params::new(), &shape).cpu_s, UNKNOWN.cpu_s);
        assert_ne!(svc.cost(&Params::new(), &shape).cpu_s, UNKNOWN.cpu_s);
    }
}
