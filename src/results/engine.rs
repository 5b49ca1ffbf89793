//! Where a row's classifier came from, if it is not of this program.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The engine of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Engine {
    /// Its name in the config.
    pub name: String,
    /// The program that spoke for it; absent if it never answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<Software>,
    /// The language of the classifier; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Software>,
    /// The library that the classifier is from; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<Software>,
    /// SHA-256 of the files that its command names, or of its module; absent for a package.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command_sha256: Option<String>,
}

/// A piece of software.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Software {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}
