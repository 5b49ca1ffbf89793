//! Where the files of a data set are looked for: one folder, and who named it.
//!
//! A folder that was named binds: it holds the data, or the program stops. No other folder is
//! searched, and nothing is downloaded into it unless `data fetch --data-dir` asks for that.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use super::listing::{quoted, shown};
use super::name::DatasetName;

/// Who named a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamedBy {
    /// The caller: on the command line, the option `--data-dir`.
    Option,
    /// The environment variable of this name.
    Variable(&'static str),
}

impl fmt::Display for NamedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Option => "--data-dir",
            Self::Variable(name) => name,
        })
    }
}

/// The one folder in which the files of a data set are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A folder that somebody named: it is the data, or an error.
    Named {
        /// The folder.
        dir: PathBuf,
        /// Who named it.
        by: NamedBy,
    },
    /// `data/<dataset>`, which a download may fill.
    Default {
        /// The folder.
        dir: PathBuf,
    },
}

impl Place {
    /// Returns the place of `name`: the folder `given`, else the one that the environment names,
    /// else the default one. A variable that is empty counts as unset.
    #[must_use]
    pub fn of(name: DatasetName, given: Option<&Path>) -> Self {
        let from_env = || {
            let value = env::var_os(variable(name)).filter(|value| !value.is_empty())?;
            Some((PathBuf::from(value), NamedBy::Variable(variable(name))))
        };
        let given = given.map(|dir| (dir.to_owned(), NamedBy::Option));
        match given.or_else(from_env) {
            Some((dir, by)) => Self::Named { dir, by },
            None => Self::Default {
                dir: default_dir(name),
            },
        }
    }

    /// Returns the folder.
    #[must_use]
    pub fn dir(&self) -> &Path {
        match self {
            Self::Named { dir, .. } | Self::Default { dir } => dir,
        }
    }

    /// Whether somebody named the folder.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        matches!(self, Self::Named { .. })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dir = shown(self.dir());
        match self {
            Self::Named { by, .. } => write!(f, "{dir} ({by})"),
            Self::Default { .. } => f.write_str(&dir),
        }
    }
}

/// Returns the folder that downloads go to unless another one is named.
pub fn default_dir(name: DatasetName) -> PathBuf {
    let folder = if name.is_emnist() {
        "emnist"
    } else {
        name.as_str()
    };
    Path::new("data").join(folder)
}

/// Returns the environment variable that names the folder of a data set.
pub const fn variable(name: DatasetName) -> &'static str {
    match name {
        DatasetName::Mnist => "MNIST_DIR",
        DatasetName::Kmnist => "KMNIST_DIR",
        DatasetName::K49 => "K49_DIR",
        DatasetName::Qmnist => "QMNIST_DIR",
        DatasetName::EmnistLetters | DatasetName::EmnistBalanced | DatasetName::EmnistDigits => {
            "EMNIST_DIR"
        }
        _ => "FASHION_MNIST_DIR",
    }
}

/// Returns the command that downloads the files of `name` to `place`.
pub fn fetch_command(name: DatasetName, place: &Place) -> String {
    match place {
        Place::Named { dir, .. } => {
            format!("fashion-bench data fetch {name} --data-dir {}", quoted(dir))
        }
        Place::Default { .. } => format!("fashion-bench data fetch {name}"),
    }
}
