//! Predictions that were made elsewhere, and who made them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::grid::JobId;

/// What a submission says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submission {
    /// Where one can read more; http or https.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// How the images were prepared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preprocessing: Option<String>,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Unix time in seconds at which it was handed in.
    pub time: i64,
    /// Version of this program that scored it.
    pub version: String,
}

/// Returns the id of a submission: it hashes the name and the predictions, or the claimed accuracy
/// where there are no predictions.
#[must_use]
pub fn submission_id(name: &str, predictions_sha256: Option<&str>, accuracy: f64) -> JobId {
    let mut what: Map<String, Value> = Map::new();
    match predictions_sha256 {
        Some(hash) => what.insert("predictions_sha256".to_owned(), json!(hash)),
        None => what.insert("claimed_accuracy".to_owned(), json!(accuracy)),
    };
    JobId::new(name, &what)
}

/// Whether `url` may become a link on a page: http or https, a host, and no character that a link
/// would have to encode.
#[must_use]
pub fn is_link(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let is_plain = |c: char| c.is_ascii_graphic() && !"<>\"'`\\{}|^".contains(c);
    rest.is_some_and(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
        !host.is_empty() && host.chars().all(is_host) && rest.chars().all(is_plain)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_become_links() {
        for url in [
            "https://example.org",
            "http://example.org:8080/a/b?c=d&e=%20#f",
            "https://[::1]/x",
        ] {
            assert!(is_link(url), "{url}");
        }
        for url in [
            "javascript:alert(1)",
            "ftp://example.org",
            "https://",
            "https:///path",
            "https://user@example.org/",
            "https://example.org/\"onclick=\"x",
            "https://example.org/a b",
            "https://example.org/\u{e9}",
            "HTTPS://example.org",
            "example.org",
        ] {
            assert!(!is_link(url), "{url}");
        }
    }

    #[test]
    fn an_id_is_of_name_and_predictions() {
        let id = submission_id("net", Some("ab"), 0.5);
        assert_eq!(id, submission_id("net", Some("ab"), 0.75));
        assert_ne!(id, submission_id("net", Some("cd"), 0.5));
        assert_ne!(id, submission_id("other", Some("ab"), 0.5));
        assert_ne!(id, submission_id("net", None, 0.5));
        assert_ne!(
            submission_id("net", None, 0.25),
            submission_id("net", None, 0.5)
        );
    }
}
