//! Downloads, the only network code of the crate; exists with the feature `download`.

mod downloader;
mod fetch;
mod mirrors;
mod shelf;
mod steps;

pub use downloader::{Downloader, Timeouts};
pub use fetch::{fetch, fetch_into};
