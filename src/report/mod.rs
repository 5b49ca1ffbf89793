//! Reports for people: a page, a leaderboard, and the figures in them.
//!
//! [`build_report`] takes rows of results tables, groups them by data set, sets them beside the
//! [`KnownFigures`](crate::figures::KnownFigures) and draws the charts. [`render_page`] makes one
//! HTML file of the report that needs nothing else; [`render_leaderboard`] makes Markdown.
//! [`find_suspects`] looks for test images whose label may be wrong. Reading tables and writing
//! files are left to the command line.

mod assemble;
mod cell;
mod charts;
mod curves;
mod details;
mod error;
mod interval;
mod pair;
mod pictures;
mod render;
mod row_figures;
mod sheet;
mod side_by_side;
mod suspects;
mod view;
mod words;

pub use assemble::{Report, ReportRequest, build_report};
pub use error::ReportError;
pub use interval::{Interval, IntervalSource};
pub use render::{render_leaderboard, render_page};
pub use row_figures::RowFigures;
pub use sheet::{Sheet, split_by_dataset};
pub use suspects::{Suspect, SuspectRule, Suspects, find_suspects};
pub use words::{dataset_label, family_label};
