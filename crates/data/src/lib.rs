//! Fashion-MNIST, MNIST and the built-in demo set: files, identity, preparation.
//!
//! [`load`] finds and reads a data set, [`prepare`] standardises it into a cache file that
//! processes share, and [`Prepared`] opens that file.
//!
//! The feature `download`, on by default, downloads files that are missing: `fetch` and
//! `Downloader` exist only with it. Without it [`load`] reports what is missing and that this build
//! cannot download.

// Not `forbid`, which the macros of ndarray cannot live with.
#![deny(unsafe_code)]

mod absence;
mod attempt;
mod cache;
mod candidate;
mod candidates;
mod classes;
mod contact_sheet;
mod demo;
mod diagnosis;
mod digest;
#[cfg(feature = "download")]
mod download;
mod error;
mod event;
mod file_names;
mod files;
mod holding;
mod identity;
mod idx;
mod kaggle;
mod layout;
mod listing;
mod load;
mod name;
mod own_file;
mod place;
mod prepare;
mod prepared;
mod published;
mod raw;
mod recognise;
mod remote_file;
mod request;
mod revisions;
mod source;
mod survey;
mod verify;

pub use absence::{Absence, Remedy};
pub use attempt::Attempt;
pub use cache::default_cache_dir;
pub use candidate::Candidate;
pub use classes::FASHION_CLASSES;
pub use contact_sheet::{render_contact_sheet, write_contact_sheet};
pub use demo::{DemoShape, generate as generate_demo};
#[cfg(feature = "download")]
pub use download::{Downloader, Timeouts, fetch};
pub use error::DatasetError;
pub use event::Event;
pub use identity::{DatasetIdentity, FileIdentity};
pub use listing::Listing;
pub use load::load;
pub use name::{DatasetName, UnknownName};
pub use own_file::{Own, OwnFile};
pub use place::{NamedBy, Place};
pub use prepare::prepare;
pub use prepared::Prepared;
pub use raw::{RawDataset, RawSplit};
pub use remote_file::RemoteFile;
pub use request::DatasetRequest;
pub use verify::{FileReport, Verification, verify};
