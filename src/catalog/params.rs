//! The parameters of a classifier as a config and a row hold them.

use serde_json::{Map, Value};

/// Parameters by name, as JSON; sorted by name.
pub type Params = Map<String, Value>;
