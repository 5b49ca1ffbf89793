//! Data sets: files, downloads, the demo set, prepared values, the command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli;
mod demo;
mod download;
#[path = "../fashion/mod.rs"]
mod fashion;
mod files;
mod labels;
mod mirror;
mod named;
mod overwrite;
mod own;
mod prepared;
mod real;
mod relatives;
mod support;
