//! Where a config comes from, and what errors call it.

use std::path::Path;

/// Returns what errors call the config at `path`.
#[must_use]
pub fn origin_of(path: &Path) -> String {
    if is_standard_input(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    }
}

/// Whether `path` stands for standard input; a file of that name is `./-`.
pub(super) fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}
