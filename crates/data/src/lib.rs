//! Fashion-MNIST, its relatives, data of the user's own and the built-in demo set: files, identity,
//! preparation.
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
mod archive;
mod attempt;
mod cache;
mod candidate;
mod candidates;
mod classes;
mod collect;
mod contact_sheet;
mod content;
mod convert;
mod demo;
mod diagnosis;
mod digest;
#[cfg(feature = "download")]
mod download;
mod error;
mod event;
mod file_names;
mod files;
mod gather;
mod holding;
mod identity;
mod idx;
mod inspect;
mod kaggle;
mod layout;
mod listing;
mod load;
mod name;
mod npy;
mod own_data;
mod own_file;
mod place;
mod prepare;
mod prepared;
mod published;
mod raw;
mod read;
mod recognise;
mod remote_file;
mod request;
mod revisions;
mod scaling;
mod shades;
mod shape;
mod source;
mod subset;
mod survey;
mod transpose;
mod verify;

pub use absence::{Absence, Remedy};
pub use attempt::Attempt;
pub use cache::default_cache_dir;
pub use candidate::Candidate;
pub use classes::FASHION_CLASSES;
pub use classes::{known_classes, label_numbers};
pub use contact_sheet::{render_contact_sheet, write_contact_sheet};
pub use convert::{ConvertFormat, convert, render_labels};
pub use demo::{DemoShape, generate as generate_demo};
#[cfg(feature = "download")]
pub use download::{Downloader, Timeouts, fetch};
pub use error::DatasetError;
pub use event::Event;
pub use identity::{DatasetIdentity, FileIdentity};
pub use inspect::{Duplicates, Inspection, inspect};
pub use listing::Listing;
pub use load::load;
pub use name::{DatasetName, UnknownName};
pub use npy::{NpyElement, is_npy, parse_npy, read_npy, render as render_npy, write_npy};
pub use own_data::OwnData;
pub use own_file::{Own, OwnFile};
pub use place::{NamedBy, Place};
pub use prepare::prepare;
pub use prepared::Prepared;
pub use raw::{RawDataset, RawSplit, Values};
pub use read::{LabelAt, formats};
pub use remote_file::RemoteFile;
pub use request::DatasetRequest;
pub use scaling::{Scaling, UnknownScaling};
pub use shades::Shades;
pub use shape::{Shape, UnknownShape};
pub use subset::Subset;
pub use verify::{FileReport, Verification, verify};
