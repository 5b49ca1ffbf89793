//! A model on one line: its name and the parameters that were written.

use serde_json::{Map, Value};

use super::escape;

/// Returns `SVC(C=1, kernel=rbf)`, on one line and without control characters.
#[must_use]
pub fn label(name: &str, params: &Map<String, Value>) -> String {
    format!("{}({})", escape::line(name), render_params(params))
}

/// Returns `C=1, kernel=rbf`, on one line and without control characters.
#[must_use]
pub fn render_params(params: &Map<String, Value>) -> String {
    let pairs: Vec<_> = params
        .iter()
        .map(|(name, value)| match value {
            Value::String(text) => format!("{name}={text}"),
            Value::Array(list) if list.len() > 4 => format!("{name}=[{} values]", list.len()),
            other => format!("{name}={other}"),
        })
        .collect();
    escape::line(&pairs.join(", "))
}
