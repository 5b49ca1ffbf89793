//! Packages of Python whose classifiers a config names without declaring an engine.

/// A package of Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// Its name, both in a config and for an import.
    pub name: &'static str,
    /// What `pip` calls it.
    pub distribution: &'static str,
}

/// Every package that needs no declaration.
pub const PACKAGES: &[Package] = &[
    Package {
        name: "sklearn",
        distribution: "scikit-learn",
    },
    Package {
        name: "sklearnex",
        distribution: "scikit-learn-intelex",
    },
    Package {
        name: "lightgbm",
        distribution: "lightgbm",
    },
    Package {
        name: "xgboost",
        distribution: "xgboost-cpu",
    },
    Package {
        name: "catboost",
        distribution: "catboost",
    },
];

/// Versions that figures were measured with, one requirement per line.
const REQUIREMENTS: &str = include_str!("../../../benchmark/requirements.txt");

/// Returns the package of that name.
#[must_use]
pub fn find_package(name: &str) -> Option<&'static Package> {
    PACKAGES.iter().find(|package| package.name == name)
}

impl Package {
    /// What to give to `pip install`: the pinned version.
    #[must_use]
    pub fn requirement(&self) -> &'static str {
        let name = |line: &'static str| line.split("==").next();
        let mut lines = REQUIREMENTS.lines();
        lines
            .find(|line| name(line) == Some(self.distribution))
            .unwrap_or(self.distribution)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_package_has_a_pinned_version() {
        for package in PACKAGES {
            let requirement = package.requirement();
            assert!(requirement.contains("=="), "{requirement}");
        }
        assert_eq!(find_package("os"), None);
    }
}
