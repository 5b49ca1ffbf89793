//! Fashion-MNIST, MNIST and the built-in demo set: files, identity, preparation.
//!
//! [`load`] finds and reads a data set, downloading it if need be (feature `download`); [`prepare`]
//! standardises it into a cache file that processes share, and [`Prepared`] opens that.

// Not `forbid`, which the macros of ndarray cannot live with.
#![deny(unsafe_code)]

mod absence;
mod cache;
mod candidates;
mod contact_sheet;
mod demo;
mod digest;
mod download;
mod error;
mod event;
mod files;
mod holding;
mod identity;
mod idx;
mod kaggle;
mod listing;
mod name;
mod place;
mod prepare;
mod prepared;
mod published;
mod raw;
mod request;
mod revisions;
mod shelf;
mod survey;
mod verify;

pub use absence::{Absence, Remedy};
pub use cache::default_cache_dir;
pub use candidates::Candidate;
pub use contact_sheet::{render_contact_sheet, write_contact_sheet};
pub use demo::{DemoShape, generate as generate_demo};
pub use download::{Downloader, RemoteFile, Timeouts};
pub use error::{Attempt, DatasetError};
pub use event::Event;
pub use holding::Own;
pub use identity::{DatasetIdentity, FileIdentity};
pub use listing::Listing;
pub use name::DatasetName;
pub use place::{NamedBy, Place};
pub use prepare::prepare;
pub use prepared::Prepared;
pub use raw::{RawDataset, RawSplit};
pub use request::{DatasetRequest, FASHION_CLASSES, fetch, load};
pub use survey::OwnFile;
pub use verify::{FileReport, Verification, verify};
