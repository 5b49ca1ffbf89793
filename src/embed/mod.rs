//! Pictures of data sets in the plane, like those on the data set's own page.
//!
//! A [`Sample`] is drawn from a data set, a [`Method`] places it, and a [`Panel`] holds what is to be
//! seen. One panel, or two side by side, become a picture ([`Scatter`]), a page to explore
//! ([`render_page`]) or a table ([`render_csv`], [`render_npy`]). All take and return plain values:
//! loading the data, the cache of graphs and writing files are left to the command line.

mod colours;
mod error;
mod graph_file;
mod method;
mod page;
mod panel;
mod sample;
mod scatter;
mod sprites;
mod table;

pub use error::EmbedError;
pub use graph_file::{parse_graph, render_graph};
pub use method::{Method, Options};
pub use page::render_page;
pub use panel::Panel;
pub use sample::{Origin, Sample, SplitChoice};
pub use scatter::Scatter;
pub use table::{render_csv, render_npy};
