//! Data sets: files, downloads, the demo set, prepared values, the command line.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod cli;
mod demo;
#[cfg(feature = "download")]
mod download;
#[path = "../fashion/mod.rs"]
mod fashion;
mod files;
mod labels;
#[cfg(feature = "download")]
mod mirror;
#[cfg(feature = "download")]
mod named;
#[cfg(feature = "download")]
mod overwrite;
mod own;
mod prepared;
mod real;
#[cfg(feature = "download")]
mod relatives;
mod support;
