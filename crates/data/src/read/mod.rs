//! Readers of data files: one per container, one line each in [`reader::READERS`].
//!
//! What a file is called does not decide how it is read; its first bytes do, and only for text, which
//! has none of its own, its ending.

mod arff;
mod columns;
mod csv;
mod dialect;
mod idx;
mod images;
mod input;
mod label_column;
mod labels;
mod npy;
mod npz;
mod number;
#[cfg(feature = "parquet")]
mod parquet;
mod piece;
mod reader;

pub use self::csv::parse as parse_csv;
pub use dialect::LabelAt;
pub use images::{is_image_name, read_images};
pub use input::{Content, Input, fill};
pub use labels::{Labels, MAX_CLASSES};
pub use piece::{Block, Piece, SplitName};
pub use reader::{ReadOptions, Start, describe_start, formats, read};
