//! The names under which the files of a data set are looked for.

use std::path::Path;

/// File names of MNIST and its successors without `.gz`: train images, train labels, test images,
/// test labels.
pub const FILE_NAMES: [&str; 4] = [
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
];

/// File names of the CSV form without `.gz`: train split, test split.
pub const CSV_FILE_NAMES: [&str; 2] = ["fashion-mnist_train.csv", "fashion-mnist_test.csv"];

/// Returns the names of the files of the CSV form, with `.gz` and without.
pub fn csv_names() -> impl Iterator<Item = String> {
    let names = CSV_FILE_NAMES.into_iter();
    names.flat_map(|name| [name.to_owned(), format!("{name}.gz")])
}

/// Returns the last part of `path`, or the whole path if it has no such part.
pub fn last_part(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}
