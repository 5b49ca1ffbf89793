//! Files that are inside the program, so that an installed one has them in any folder: what
//! `builtin:quick` names, as a config or as a reference.

use std::path::Path;

const PREFIX: &str = "builtin:";

/// A file of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// The name after `builtin:`.
    pub name: &'static str,
    /// What it is for, in a few words.
    pub purpose: &'static str,
    /// Its content.
    pub text: &'static str,
}

/// The configs.
pub const CONFIGS: &[BuiltIn] = &[
    BuiltIn {
        name: "quick",
        purpose: "a model or two of each family, about a minute",
        text: include_str!("../configs/quick.json"),
    },
    BuiltIn {
        name: "baselines",
        purpose: "the original grid, 131 combinations",
        text: include_str!("../configs/baselines.json"),
    },
    BuiltIn {
        name: "ci",
        purpose: "what continuous integration runs",
        text: include_str!("../configs/ci.json"),
    },
    BuiltIn {
        name: "curves",
        purpose: "learning curves of every family",
        text: include_str!("../configs/curves.json"),
    },
    BuiltIn {
        name: "engines",
        purpose: "every family beside the fastest libraries",
        text: include_str!("../configs/engines.json"),
    },
    BuiltIn {
        name: "extended",
        purpose: "scikit-learn's other classifiers, standardised",
        text: include_str!("../configs/extended.json"),
    },
    BuiltIn {
        name: "extended-counts",
        purpose: "naive Bayes of counts, on pixels as they are",
        text: include_str!("../configs/extended-counts.json"),
    },
    BuiltIn {
        name: "linfa",
        purpose: "the classifiers of linfa's crates",
        text: include_str!("../configs/linfa.json"),
    },
];

/// The references of `check`.
pub const REFERENCES: &[BuiltIn] = &[
    BuiltIn {
        name: "quick",
        purpose: "rows of the config quick",
        text: include_str!("../benchmark/reference/quick.json"),
    },
    BuiltIn {
        name: "ci",
        purpose: "rows of the config ci",
        text: include_str!("../benchmark/reference/ci.json"),
    },
    BuiltIn {
        name: "mnist-ci",
        purpose: "rows of the config ci on MNIST",
        text: include_str!("../benchmark/reference/mnist-ci.json"),
    },
    BuiltIn {
        name: "baselines",
        purpose: "rows of the config baselines",
        text: include_str!("../benchmark/reference/baselines.json"),
    },
];

/// Returns the name that `path` asks for after `builtin:`; nothing if it is a path.
#[must_use]
pub fn asked_name(path: &Path) -> Option<&str> {
    path.to_str()?.strip_prefix(PREFIX)
}

/// Returns the file of that name.
///
/// # Errors
/// A message with the names that there are, if there is none.
pub fn find(files: &'static [BuiltIn], name: &str) -> Result<&'static BuiltIn, String> {
    files.iter().find(|file| file.name == name).ok_or_else(|| {
        let names: Vec<_> = files.iter().map(|file| file.name).collect();
        let expected = names.join(", ");
        format!("nothing named {name:?} is inside the program; there are {expected}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_after_the_prefix_is_looked_up_and_a_path_is_not() {
        assert_eq!(asked_name(Path::new("builtin:quick")), Some("quick"));
        assert_eq!(asked_name(Path::new("./builtin:quick")), None);
        assert_eq!(find(CONFIGS, "quick").map(|file| file.name), Ok("quick"));
        let error = find(REFERENCES, "slow").unwrap_err();
        assert!(
            error.ends_with("there are quick, ci, mnist-ci, baselines"),
            "{error}"
        );
    }

    #[test]
    fn every_config_of_the_repository_is_inside() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
        let mut names: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
            .collect();
        names.sort();
        let mut inside: Vec<_> = CONFIGS.iter().map(|file| file.name).collect();
        inside.sort_unstable();
        assert_eq!(inside, names);
    }
}
