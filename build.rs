//! Tells the crate which compiler builds it, and which git revision it is built from, if it is built
//! from a checkout.

use std::path::Path;
use std::process::Command;

/// What goes into the binary.
const SOURCES: [&str; 5] = ["src", "crates", "build.rs", "Cargo.toml", "Cargo.lock"];

fn main() {
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    if let Some(version) = rustc_version() {
        println!("cargo::rustc-env=FASHION_BENCH_RUSTC={version}");
    }
    // Of the enclosing repository only if this crate is its own: a vendored copy is not.
    if !Path::new(".git").exists() {
        return;
    }
    for file in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", file])
            && Path::new(&path).exists()
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let Some(revision) = git(&["rev-parse", "HEAD"]) else {
        return;
    };
    let mut status = vec!["--no-optional-locks", "status", "--porcelain", "--"];
    status.extend(SOURCES);
    let is_clean = git(&status).is_some_and(|changes| changes.is_empty());
    let dirty = if is_clean { "" } else { "-dirty" };
    println!("cargo::rustc-env=FASHION_BENCH_GIT_REVISION={revision}{dirty}");
}

/// What git prints, or nothing if it fails or is not there.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

/// Version of the compiler that builds the crate.
fn rustc_version() -> Option<String> {
    let rustc = std::env::var_os("RUSTC")?;
    let output = Command::new(rustc).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.split_whitespace().nth(1).map(str::to_owned)
}
