//! Which data this is: names, revisions and hashes.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::scaling::Scaling;
use super::shape::Shape;
use super::subset::Subset;

/// Which data a row belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DatasetIdentity {
    /// A known name (`fashion-mnist`, `mnist`, …), the name that a config gives, or `custom`.
    pub name: String,
    /// Known revision (`v1`, `v2`, `v3`), seed of the demo set, or absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// Train images, train labels, test images, test labels.
    pub files: Vec<FileIdentity>,
    /// Rows of the train split.
    pub n_train: usize,
    /// Rows of the test split.
    pub n_test: usize,
    /// Shape of a row, where it is not a grey image of 28 × 28 pixels. Since schema 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
    /// Names of the classes in the order of the labels, where the name of the data does not tell
    /// them. Since schema 4.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<String>,
    /// Names of the features of a table. Since schema 4.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub features: Vec<String>,
    /// Whether rows and columns of the images were exchanged. Since schema 4.
    #[serde(default, skip_serializing_if = "is_false")]
    pub transposed: bool,
    /// Which part of the files it is; absent for all rows. Since schema 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subset: Option<Subset>,
    /// How the features are scaled; absent for zero mean and unit variance. Since schema 6.
    #[serde(default, skip_serializing_if = "Scaling::is_standard")]
    pub scaling: Scaling,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl DatasetIdentity {
    /// Returns the SHA-256 of all that the identity says, in hex; cache files are named by it.
    ///
    /// # Panics
    /// Never: strings and numbers always serialise.
    #[must_use]
    pub fn sha256(&self) -> String {
        let json = serde_json::to_vec(self).expect("JSON serialises");
        hex::encode(Sha256::digest(json))
    }
}

/// One file of a data set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FileIdentity {
    /// File name, or what stands for it.
    pub name: String,
    /// MD5 of the file as it lies on disk; absent for generated data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub md5: Option<String>,
    /// SHA-256 of the decompressed content.
    pub sha256: String,
}

impl DatasetIdentity {
    /// Whether both are the same data: equal content, however the files were packed or named, and
    /// the same part of it on the same scale.
    #[must_use]
    pub fn is_same_data(&self, other: &Self) -> bool {
        self.is_of_same_files(other) && self.subset == other.subset && self.scaling == other.scaling
    }

    /// Whether both are of the same content, whatever part of it.
    #[must_use]
    pub fn is_of_same_files(&self, other: &Self) -> bool {
        let contents = |identity: &Self| -> Vec<String> {
            identity
                .files
                .iter()
                .map(|file| file.sha256.clone())
                .collect()
        };
        self.transposed == other.transposed && contents(self) == contents(other)
    }
}
