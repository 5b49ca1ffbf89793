//! Names of data sets as configs and the command line write them.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A data set as it is asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum DatasetName {
    /// Fashion-MNIST if it is found or can be downloaded, else the demo set with a warning.
    #[default]
    Auto,
    /// Fashion-MNIST.
    FashionMnist,
    /// MNIST, the digits that Fashion-MNIST took the form from.
    Mnist,
    /// The built-in demo set.
    Demo,
}

impl DatasetName {
    /// Every name, in the order of listings.
    pub const ALL: [Self; 4] = [Self::Auto, Self::FashionMnist, Self::Mnist, Self::Demo];

    /// Returns the name as a config writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::FashionMnist => "fashion-mnist",
            Self::Mnist => "mnist",
            Self::Demo => "demo",
        }
    }
}

/// A name that no data set has.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("the dataset must be {}, got \"{given}\"", known_names())]
pub struct UnknownName {
    /// The name found.
    pub given: String,
}

fn known_names() -> String {
    let quoted: Vec<_> = DatasetName::ALL
        .iter()
        .map(|name| format!("\"{name}\""))
        .collect();
    quoted.join(", ")
}

impl fmt::Display for DatasetName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DatasetName {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|name| name.as_str() == text)
            .ok_or_else(|| UnknownName {
                given: text.to_owned(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_printing_and_parsing() {
        for name in DatasetName::ALL {
            assert_eq!(name.to_string().parse::<DatasetName>().unwrap(), name);
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = "fashion_mnist".parse::<DatasetName>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "the dataset must be \"auto\", \"fashion-mnist\", \"mnist\", \"demo\", got \"fashion_mnist\""
        );
    }
}
