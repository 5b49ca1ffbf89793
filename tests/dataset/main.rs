//! Data sets: files, downloads, the demo set, prepared values, the command line.

mod cli;
mod demo;
mod download;
mod files;
mod prepared;
mod real;
mod support;
