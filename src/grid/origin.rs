//! The origin of a config, and its name in errors.

use std::path::Path;

/// Returns the name that errors give to the config at `path`.
#[must_use]
pub fn origin_of(path: &Path) -> String {
    if is_standard_input(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Returns whether `path` stands for standard input; a file of that name is written `./-`.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}
