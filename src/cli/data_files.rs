//! The options by which a command takes data of the user's own, or a part of any data.

use std::path::PathBuf;

use clap::Args;
use fashion_bench::dataset::{LabelAt, OwnData, Shape, Subset};

/// Files of the user's own.
#[derive(Debug, Args)]
pub struct DataFiles {
    /// Files, folders or zip archives of your own: IDX, NPZ, NPY, CSV, ARFF, Parquet, or images by
    /// class; their names tell the train and the test split
    #[arg(long = "data", value_name = "FILE", num_args = 1.., conflicts_with = "data_dir")]
    files: Vec<PathBuf>,
    /// The column of the labels: first, last, or its name
    #[arg(long, value_name = "COLUMN", requires = "files")]
    label: Option<LabelAt>,
    /// The shape of a row, e.g. 28x14 or 32x32x3
    #[arg(long, value_name = "HxW", requires = "files")]
    shape: Option<Shape>,
    /// Take the last N rows of one file for the test split
    #[arg(long, value_name = "N", requires = "files")]
    test_rows: Option<usize>,
    /// Exchange rows and columns of the images, as EMNIST's need it
    #[arg(long)]
    pub transpose: bool,
}

impl DataFiles {
    /// Returns the files, if any are named.
    pub fn own(&self) -> Option<OwnData> {
        (!self.files.is_empty()).then(|| OwnData {
            files: self.files.clone(),
            label: self.label.clone(),
            shape: self.shape,
            test_rows: self.test_rows,
            ..OwnData::default()
        })
    }
}

/// A part of the data.
#[derive(Debug, Args)]
pub struct DataPart {
    /// Use N rows of the train split, drawn by class
    #[arg(long, value_name = "N")]
    pub train: Option<usize>,
    /// Use N rows of the test split, drawn by class
    #[arg(long, value_name = "N")]
    pub test: Option<usize>,
}

impl DataPart {
    /// Returns the part.
    pub fn subset(&self) -> Subset {
        Subset {
            train: self.train,
            test: self.test,
            ..Subset::default()
        }
    }
}
