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
    /// Kuzushiji-MNIST.
    Kmnist,
    /// Kuzushiji-49.
    K49,
    /// QMNIST.
    Qmnist,
    /// EMNIST's letters.
    EmnistLetters,
    /// EMNIST's balanced split of digits and letters.
    EmnistBalanced,
    /// EMNIST's digits.
    EmnistDigits,
    /// The built-in demo set.
    Demo,
}

impl DatasetName {
    /// Every name, in the order of listings.
    pub const ALL: [Self; 10] = [
        Self::Auto,
        Self::FashionMnist,
        Self::Mnist,
        Self::Kmnist,
        Self::K49,
        Self::Qmnist,
        Self::EmnistLetters,
        Self::EmnistBalanced,
        Self::EmnistDigits,
        Self::Demo,
    ];

    /// The names as a config writes them, in the order of [`Self::ALL`].
    pub const NAMES: [&'static str; Self::ALL.len()] = {
        let mut names = [""; Self::ALL.len()];
        let mut place = 0;
        while place < names.len() {
            names[place] = Self::ALL[place].as_str();
            place += 1;
        }
        names
    };

    /// Returns the name as a config writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::FashionMnist => "fashion-mnist",
            Self::Mnist => "mnist",
            Self::Kmnist => "kmnist",
            Self::K49 => "k49",
            Self::Qmnist => "qmnist",
            Self::EmnistLetters => "emnist-letters",
            Self::EmnistBalanced => "emnist-balanced",
            Self::EmnistDigits => "emnist-digits",
            Self::Demo => "demo",
        }
    }

    /// Whether it is one of EMNIST's, whose images lie on their side in the published files.
    #[must_use]
    pub const fn is_emnist(self) -> bool {
        matches!(
            self,
            Self::EmnistLetters | Self::EmnistBalanced | Self::EmnistDigits
        )
    }

    /// Returns what the names of its files or of their folder begin with, where files of several
    /// data sets lie together.
    pub(super) const fn tags(self) -> &'static [&'static str] {
        match self {
            Self::Auto | Self::FashionMnist => &["fashionmnist", "fashion-mnist"],
            Self::Mnist => &["mnist"],
            Self::Kmnist => &["kmnist"],
            Self::K49 => &["k49"],
            Self::Qmnist => &["qmnist"],
            Self::EmnistLetters => &["emnist-letters"],
            Self::EmnistBalanced => &["emnist-balanced"],
            Self::EmnistDigits => &["emnist-digits"],
            Self::Demo => &[],
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
            "the dataset must be \"auto\", \"fashion-mnist\", \"mnist\", \"kmnist\", \"k49\", \
             \"qmnist\", \"emnist-letters\", \"emnist-balanced\", \"emnist-digits\", \"demo\", got \
             \"fashion_mnist\""
        );
    }
}
