//! Names and numbers as people read them.

use crate::catalog::Family;
use crate::dataset::DatasetIdentity;

/// Returns the name of a family in words.
#[must_use]
pub fn family_label(family: Family) -> &'static str {
    family.label()
}

/// Returns the name of a data set as its authors write it.
#[must_use]
pub fn dataset_label(dataset: &DatasetIdentity) -> &str {
    match dataset.name.as_str() {
        "fashion-mnist" => "Fashion-MNIST",
        "mnist" => "MNIST",
        "demo" => "Demo set",
        "kmnist" => "Kuzushiji-MNIST",
        "k49" => "Kuzushiji-49",
        "qmnist" => "QMNIST",
        "emnist-letters" => "EMNIST letters",
        "emnist-balanced" => "EMNIST balanced",
        "emnist-digits" => "EMNIST digits",
        "custom" => "Custom data",
        name => name,
    }
}

/// Renders an accuracy in percent, exact to one test image in 10,000: `87.73`.
pub(super) fn percent(accuracy: f64) -> String {
    format!("{:.2}", accuracy * 100.0)
}

/// Renders a difference of accuracies in percentage points with its sign: `+0.12`, `−1.30`, `0.00`.
pub(super) fn points(difference: f64) -> String {
    let points = difference * 100.0;
    let text = format!("{:.2}", points.abs());
    match text.as_str() {
        "0.00" => text,
        _ if points < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    }
}

/// Renders seconds to three digits: `0.004`, `1.25`, `83.1`, `446`.
pub(super) fn seconds(seconds: f64) -> String {
    match seconds {
        s if s < 0.0995 => format!("{s:.3}"),
        s if s < 9.995 => format!("{s:.2}"),
        s if s < 99.95 => format!("{s:.1}"),
        s => format!("{s:.0}"),
    }
}

/// Renders a ratio to two or three digits: `0.85`, `7.7`, `112`.
pub(super) fn ratio(ratio: f64) -> String {
    match ratio {
        r if r < 0.995 => format!("{r:.2}"),
        r if r < 99.5 => format!("{r:.1}"),
        r => format!("{r:.0}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_first_digits() {
        let shown = [0.0041, 0.25, 1.251, 83.14, 446.2].map(seconds);
        assert_eq!(shown, ["0.004", "0.25", "1.25", "83.1", "446"]);
        assert_eq!([0.849, 7.71, 112.4].map(ratio), ["0.85", "7.7", "112"]);
        assert_eq!(
            [0.0012, -0.013, 0.000_01, -0.000_01].map(points),
            ["+0.12", "−1.30", "0.00", "0.00"]
        );
        assert_eq!(percent(0.87725), "87.72");
    }
}
