//! What a classifier in another process and the program that drives it say to each other.
//!
//! [`protocol`] has the messages, one per line of JSON; [`arrays`] the files that they name.
//! `docs/engines.md` describes both for readers who write an engine in another language. This
//! program's own classifiers are served by
//! [`runner::worker::serve_engine`](crate::runner::worker::serve_engine).

pub mod arrays;
pub mod protocol;
