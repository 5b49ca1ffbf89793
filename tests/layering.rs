//! One direction of flow: which folder of `src/` may use which.
//!
//! The list is DESIGN.md's picture. Change it only with a reason in the commit. Crate borders hold
//! what lies below: `numeric`, `estimators`, `embedding` and the data crate know nothing of `src`.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The crates of the workspace by the names that the library gives them: every folder may use them.
const CRATES: &[&str] = &["dataset", "embedding", "estimators", "numeric"];

/// A folder, and which others it may use beside [`CRATES`].
const ALLOWED: &[(&str, &[&str])] = &[
    ("catalog", &[]),
    // `builtin` is the files inside the program.
    ("grid", &["builtin", "catalog"]),
    ("results", &["grid", "catalog"]),
    // What drives a classifier in another process, and that process.
    ("engine", &["catalog"]),
    ("runner", &["engine", "results", "grid", "catalog"]),
    // What was predicted elsewhere becomes a row.
    ("submission", &["results", "grid", "catalog"]),
    // Pictures of plain arrays.
    ("embed", &[]),
    // What others found for the models of rows.
    ("figures", &["results", "grid", "catalog"]),
    // What people and CI read: the table and the figures.
    ("report", &["figures", "results", "grid", "catalog"]),
    ("check", &["builtin", "results", "grid", "catalog"]),
    // Rows and figures are of some data, and only those of the same data are compared.
    ("compare", &["figures", "results", "grid", "catalog"]),
];

fn source_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(source_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Returns the first two parts of each path after `prefix` in the code of a file, without comments.
/// Of `prefix{a::…, b::…}` it returns each of the first parts.
fn used_paths(text: &str, prefix: &str) -> BTreeSet<String> {
    let code: String = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let first_parts = |path: &str| -> String {
        let mut parts = path.split("::").map(|part| {
            let end = part.find(|c| !is_part(c)).unwrap_or(part.len());
            (&part[..end], end == part.len())
        });
        let (first, is_whole) = parts.next().unwrap_or_default();
        match parts.next() {
            Some((second, _)) if is_whole && !second.is_empty() => format!("{first}::{second}"),
            _ => first.to_owned(),
        }
    };
    let mut found = BTreeSet::new();
    for (start, _) in code.match_indices(prefix) {
        if code[..start].ends_with(is_part) || code[..start].ends_with("::") {
            continue;
        }
        let rest = &code[start + prefix.len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.insert(first_parts(rest));
            continue;
        };
        // Top-level items of the braces.
        let (mut depth, mut item) = (1, String::new());
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                found.insert(first_parts(item.trim()));
                item.clear();
            } else {
                item.push(c);
            }
            if depth == 0 {
                break;
            }
        }
    }
    found.remove("");
    found
}

fn is_allowed(path: &str, allowed: &[&str]) -> bool {
    allowed.iter().any(|allowed| {
        let rest = path.strip_prefix(allowed);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
    })
}

#[test]
fn no_folder_uses_one_that_it_may_not() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut findings = Vec::new();
    for entry in fs::read_dir(&source).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        // The command line uses everything, through the library's front page.
        if !folder.is_dir() || name == "cli" {
            continue;
        }
        let Some((_, allowed)) = ALLOWED.iter().find(|(known, _)| *known == name) else {
            findings.push(format!("src/{name} is not in the picture"));
            continue;
        };
        for file in source_files(&folder) {
            let text = fs::read_to_string(&file).unwrap();
            for path in used_paths(&text, "crate::") {
                let is_known = [allowed, CRATES, &[name.as_str()]].concat();
                if !is_allowed(&path, &is_known) {
                    findings.push(format!("{} uses crate::{path}", file.display()));
                }
            }
        }
    }
    assert!(findings.is_empty(), "\n{}", findings.join("\n"));
}

/// The source files of every crate of the workspace.
fn workspace_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = source_files(&root.join("src"));
    for entry in fs::read_dir(root.join("crates")).unwrap() {
        files.extend(source_files(&entry.unwrap().path().join("src")));
    }
    files
}

#[test]
fn only_the_downloader_touches_the_network() {
    for file in workspace_files() {
        let text = fs::read_to_string(&file).unwrap();
        let is_downloader = file.to_string_lossy().contains("crates/data/src/download/");
        let uses = used_paths(&text, "ureq::").len() + used_paths(&text, "std::net::").len();
        assert!(
            is_downloader || uses == 0,
            "{} touches the network",
            file.display()
        );
    }
}

#[test]
fn only_numeric_kernels_are_unsafe() {
    let numeric = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/numeric");
    for file in workspace_files() {
        let text = fs::read_to_string(&file).unwrap();
        let is_kernel = file.starts_with(&numeric);
        let is_unsafe = text.lines().any(|line| {
            let code = line.trim_start();
            !code.starts_with("//") && (code.contains("unsafe {") || code.contains("unsafe fn"))
        });
        assert!(is_kernel || !is_unsafe, "{} is unsafe", file.display());
    }
}

#[test]
fn paths_are_found_in_all_spellings() {
    let text = "use crate::grid::Job;\nuse crate::{results, numeric::{rng, dot}, dataset::Prepared as P};\n\
                // use crate::comment::no;\nfn f(x: &crate::catalog::Params) {}\nmy_crate::no();";
    let found: Vec<_> = used_paths(text, "crate::").into_iter().collect();
    let expected = [
        "catalog::Params",
        "dataset::Prepared",
        "grid::Job",
        "numeric",
        "results",
    ];
    assert_eq!(found, expected);
}
