//! From files to the two splits of a data set.

use std::path::{Path, PathBuf};

use super::candidate::Candidate;
use super::classes::order_classes;
use super::content::{features_sha256, labels_sha256};
use super::digest;
use super::error::DatasetError;
use super::file_names::last_part;
use super::gather::{FileRef, Opener, gather};
use super::identity::FileIdentity;
use super::own_data::OwnData;
use super::raw::{RawSplit, Values};
use super::read::{Block, Labels, Piece, ReadOptions, SplitName, read_images};
use super::shape::Shape;
use super::source::{Source, SourceFile};

/// Rows of MNIST and its like where one file holds both splits, as at OpenML, and how many of them
/// are the test split.
const BOTH_SPLITS: (usize, usize) = (70_000, 10_000);

/// The files of each split, and those that do not say which one they are of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assigned {
    train: Vec<FileRef>,
    test: Vec<FileRef>,
    open: Vec<FileRef>,
    /// True if the user named each file: then several files of a split are its parts.
    is_named: bool,
}

impl Assigned {
    /// Assigns the files that `own` names.
    ///
    /// # Errors
    /// [`DatasetError::Io`] for a path that leads nowhere.
    pub fn of(own: &OwnData) -> Result<Self, DatasetError> {
        let mut assigned = Self {
            train: gather(&own.train)?,
            test: gather(&own.test)?,
            open: Vec::new(),
            is_named: false,
        };
        assigned.add(gather(&own.files)?);
        let n_named = own.train.len() + own.test.len() + own.files.len();
        let found = [&assigned.train, &assigned.test, &assigned.open];
        let is_file = |file: &FileRef| file.is_plain();
        assigned.is_named = found.iter().map(|files| files.len()).sum::<usize>() == n_named
            && found.into_iter().flatten().all(is_file);
        Ok(assigned)
    }

    /// Assigns what lies in a folder; `tag` is a part of the names of the files that are meant,
    /// which counts where any name has it.
    ///
    /// # Errors
    /// [`DatasetError::Io`] if the folder cannot be read.
    pub fn in_dir(dir: &Path, tags: &[&str]) -> Result<Self, DatasetError> {
        let mut files = gather(&[dir.to_owned()])?;
        for tag in tags {
            let has_tag = |file: &FileRef| {
                let below = file.path.strip_prefix(dir).unwrap_or(&file.path);
                let mut parts = below
                    .iter()
                    .map(|part| part.to_string_lossy().to_ascii_lowercase());
                parts.any(|part| {
                    part == *tag
                        || part.starts_with(&format!("{tag}-"))
                        || part.starts_with(&format!("{tag}_"))
                })
            };
            if files.iter().any(has_tag) {
                files.retain(has_tag);
                break;
            }
        }
        let mut assigned = Self::default();
        assigned.add(files);
        Ok(assigned)
    }

    fn add(&mut self, files: Vec<FileRef>) {
        for file in files {
            match file.split() {
                Some(SplitName::Train) => self.train.push(file),
                Some(SplitName::Test) => self.test.push(file),
                Some(SplitName::Validation) => {}
                None => self.open.push(file),
            }
        }
    }

    /// Returns whether the files may hold both splits.
    pub fn is_whole(&self) -> bool {
        !self.open.is_empty() || !(self.train.is_empty() || self.test.is_empty())
    }

    /// Returns the paths of all files.
    pub fn paths(&self) -> Vec<PathBuf> {
        let files = [&self.train, &self.test, &self.open];
        files
            .into_iter()
            .flatten()
            .map(|file| file.path.clone())
            .collect()
    }
}

/// Rows with their labels, and where they were read.
struct Part {
    block: Block,
    labels: Labels,
    feature_names: Vec<String>,
    /// The file of the features and that of the labels.
    paths: [PathBuf; 2],
}

/// Pieces of a split that were read so far.
#[derive(Default)]
struct Pieces {
    whole: Vec<Part>,
    features: Vec<(Block, PathBuf)>,
    labels: Vec<(Labels, PathBuf)>,
}

/// Reads the files; `dir` names the place for messages.
///
/// # Errors
/// [`DatasetError`] for a file that cannot be read, splits that do not fit together, and fewer than
/// two classes.
pub fn collect(
    assigned: &Assigned,
    own: &OwnData,
    dir: &Path,
    with_md5: bool,
) -> Result<Source, DatasetError> {
    let mut opener = Opener::default();
    let mut options = own.options();
    let (mut train, mut test, mut open) = (Pieces::default(), Pieces::default(), Pieces::default());
    for (files, split) in [
        (&assigned.train, Some(SplitName::Train)),
        (&assigned.open, None),
        (&assigned.test, Some(SplitName::Test)),
    ] {
        let (images, others): (Vec<&FileRef>, Vec<&FileRef>) =
            files.iter().partition(|file| file.is_image());
        if split.is_none() && !images.is_empty() {
            return Err(lacks(assigned, dir, "train"));
        }
        let mut read = Vec::new();
        for file in others {
            for piece in opener.read(file, &options)? {
                // The labels of the test split are in the column of those of the train split.
                if let Some(at) = &piece.label_at {
                    options.label.get_or_insert(at.clone());
                }
                read.push((piece, file.path.clone()));
            }
        }
        if let Some(piece) = read_pictures(&images, &mut opener, &options)? {
            let path = images.first().and_then(|file| file.path.parent()?.parent());
            read.push((piece, path.unwrap_or(dir).to_owned()));
        }
        for (piece, path) in read {
            let pieces = match split.or(piece.split) {
                Some(SplitName::Train) => &mut train,
                Some(SplitName::Test) => &mut test,
                Some(SplitName::Validation) => continue,
                None => &mut open,
            };
            pieces.add(piece, path);
        }
    }
    let is_named = assigned.is_named;
    let (train, test) = match (train.join(dir, is_named)?, test.join(dir, is_named)?, open) {
        (train, test, open) if open.is_empty() => (train, test),
        (None, None, open) if open.whole.len() == 2 && is_named => {
            let mut both = open.whole.into_iter();
            (both.next(), both.next())
        }
        (None, None, open) => match open.join(dir, is_named)? {
            Some(both) => {
                let (train, test) = cut(both, own.test_rows)?;
                (Some(train), Some(test))
            }
            None => (None, None),
        },
        (None, test, open) => (open.join(dir, is_named)?, test),
        (train, None, open) => (train, open.join(dir, is_named)?),
        (Some(_), Some(_), open) => return Err(ambiguous(dir, open.describe())),
    };
    let train = train.ok_or_else(|| lacks(assigned, dir, "train"))?;
    let test = test.ok_or_else(|| lacks(assigned, dir, "test"))?;
    assemble(train, test, dir, with_md5)
}

fn lacks(assigned: &Assigned, dir: &Path, split: &'static str) -> DatasetError {
    DatasetError::NoSplit {
        place: dir.to_owned(),
        split,
        found: assigned.paths().len(),
        formats: super::read::formats(),
    }
}

fn read_pictures(
    images: &[&FileRef],
    opener: &mut Opener,
    options: &ReadOptions,
) -> Result<Option<Piece>, DatasetError> {
    let files = images.iter().map(|file| {
        let class = file.class().ok_or_else(|| {
            DatasetError::format(
                &file.path,
                "a picture in the folder of its class",
                "no folder",
            )
        })?;
        Ok((file.path.clone(), class, opener.bytes(file)?))
    });
    read_images(files, options)
}

impl Pieces {
    fn add(&mut self, piece: Piece, path: PathBuf) {
        match (piece.features, piece.labels) {
            (Some(block), Some(labels)) => self.whole.push(Part {
                block,
                labels,
                feature_names: piece.feature_names,
                paths: [path.clone(), path],
            }),
            (Some(block), None) => self.features.push((block, path)),
            (None, Some(labels)) => self.labels.push((labels, path)),
            (None, None) => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.whole.is_empty() && self.features.is_empty() && self.labels.is_empty()
    }

    fn describe(&self) -> Vec<Candidate> {
        let candidate = |path: &PathBuf, what: String| Candidate {
            paths: vec![path.clone()],
            content: Err(what),
        };
        let whole = self.whole.iter().map(|part| {
            let what = format!("{} rows of {}", part.labels.n_rows(), part.block.shape);
            candidate(&part.paths[0], what)
        });
        let features = self.features.iter().map(|(block, path)| {
            candidate(
                path,
                format!("{} rows of {} without labels", block.n_rows(), block.shape),
            )
        });
        let labels = self
            .labels
            .iter()
            .map(|(labels, path)| candidate(path, format!("{} labels", labels.n_rows())));
        whole.chain(features).chain(labels).collect()
    }

    /// Joins the pieces to one part; `None` if there are none.
    fn join(mut self, dir: &Path, is_named: bool) -> Result<Option<Part>, DatasetError> {
        if self.is_empty() {
            return Ok(None);
        }
        // The same under two names, as some archives have it, is one.
        self.features.dedup_by(|a, b| a.0 == b.0);
        self.labels.dedup_by(|a, b| a.0 == b.0);
        let described = self.describe();
        match (self.features.len(), self.labels.len()) {
            (0, 0) => {}
            (1, 1) => {
                let (block, path) = self.features.remove(0);
                let (labels, labels_path) = self.labels.remove(0);
                if block.n_rows() != labels.n_rows() {
                    return Err(DatasetError::format(
                        &labels_path,
                        format!(
                            "{} labels, one for each row of {}",
                            block.n_rows(),
                            path.display()
                        ),
                        labels.n_rows().to_string(),
                    ));
                }
                let part = Part {
                    block,
                    labels,
                    feature_names: Vec::new(),
                    paths: [path, labels_path],
                };
                self.whole.insert(0, part);
            }
            (1, 0) => {
                let (block, path) = &self.features[0];
                return Err(DatasetError::format(
                    path,
                    "labels beside it",
                    format!(
                        "{} rows without labels, which nothing can be trained on or scored by",
                        block.n_rows()
                    ),
                ));
            }
            (0, 1) => {
                let path = &self.labels[0].1;
                return Err(DatasetError::format(
                    path,
                    "images beside it",
                    "labels alone",
                ));
            }
            _ => return Err(ambiguous(dir, described)),
        }
        self.whole.dedup_by(|a, b| {
            let values = |part: &Part| -> Vec<String> {
                (0..part.labels.n_rows())
                    .map(|row| part.labels.value(row).to_owned())
                    .collect()
            };
            a.block.values == b.block.values && values(a) == values(b)
        });
        let is_part = |part: &Part| is_named || last_part(&part.paths[0]).contains("-of-");
        if self.whole.len() > 1 && !self.whole.iter().all(is_part) {
            return Err(ambiguous(dir, described));
        }
        let mut parts = self.whole.into_iter();
        let Some(mut first) = parts.next() else {
            return Ok(None);
        };
        for part in parts {
            first.append(part)?;
        }
        Ok(Some(first))
    }
}

impl Part {
    fn append(&mut self, other: Self) -> Result<(), DatasetError> {
        check_shape(&other, self.block.shape)?;
        self.labels.append(&other.labels, &other.paths[0])?;
        match (&mut self.block.values, other.block.values) {
            (Values::Bytes(bytes), Values::Bytes(more)) => bytes.extend(more),
            (values, more) => {
                let both = (0..values.len()).map(|place| values.at(place));
                let more = (0..more.len()).map(|place| more.at(place));
                *values = Values::Floats(both.chain(more).collect());
            }
        }
        Ok(())
    }
}

fn ambiguous(dir: &Path, candidates: Vec<Candidate>) -> DatasetError {
    DatasetError::Ambiguous {
        dir: dir.to_owned(),
        candidates,
    }
}

/// Cuts the rows of one file into both splits: the last ones are the test split.
fn cut(mut both: Part, test_rows: Option<usize>) -> Result<(Part, Part), DatasetError> {
    let n_rows = both.labels.n_rows();
    let by_custom = (n_rows == BOTH_SPLITS.0).then_some(BOTH_SPLITS.1);
    let path = both.paths[0].clone();
    let n_test = match test_rows.or(by_custom) {
        Some(n_test) if (1..n_rows).contains(&n_test) => n_test,
        Some(n_test) => {
            return Err(DatasetError::format(
                &path,
                format!("more than {n_test} rows, of which the last are the test split"),
                n_rows.to_string(),
            ));
        }
        None => {
            return Err(DatasetError::format(
                &path,
                "a train and a test split; name a file of each, or say how many of the last rows \
                 are the test split: `--test-rows N`",
                format!("{n_rows} rows of no split"),
            ));
        }
    };
    let n_train = n_rows - n_test;
    let labels = both.labels.split_off(n_train);
    let place = n_train * both.block.shape.n_features();
    let values = match &mut both.block.values {
        Values::Bytes(values) => Values::Bytes(values.split_off(place)),
        Values::Floats(values) => Values::Floats(values.split_off(place)),
    };
    let test = Part {
        block: Block {
            shape: both.block.shape,
            values,
        },
        labels,
        feature_names: both.feature_names.clone(),
        paths: both.paths.clone(),
    };
    Ok((both, test))
}

fn check_shape(part: &Part, shape: Shape) -> Result<(), DatasetError> {
    if part.block.shape == shape {
        return Ok(());
    }
    Err(DatasetError::format(
        &part.paths[0],
        format!("rows of {shape}, as before"),
        part.block.shape.to_string(),
    ))
}

fn check_names(train: &Part, test: &Part) -> Result<(), DatasetError> {
    if train.feature_names != test.feature_names {
        let differing = train
            .feature_names
            .iter()
            .zip(&test.feature_names)
            .find(|(a, b)| a != b);
        let (expected, found) = differing.map_or_else(
            || {
                (
                    "as many named columns as the train split".to_owned(),
                    "another number".to_owned(),
                )
            },
            |(a, b)| {
                (
                    format!("the column `{}` as in the train split", a.escape_debug()),
                    format!("`{}`", b.escape_debug()),
                )
            },
        );
        return Err(DatasetError::format(&test.paths[0], expected, found));
    }
    Ok(())
}

fn assemble(train: Part, test: Part, dir: &Path, with_md5: bool) -> Result<Source, DatasetError> {
    check_shape(&test, train.block.shape)?;
    check_names(&train, &test)?;
    let classes = order_classes([&train.labels, &test.labels], &train.paths[1])?;
    let is_one_file = train.paths == test.paths;
    let mut files = Vec::new();
    let mut splits = Vec::new();
    let feature_names = train.feature_names.clone();
    for (part, split_name) in [(train, "train"), (test, "test")] {
        let codes = classes.codes(&part.labels);
        let values = |row: usize| part.labels.value(row);
        let hashes = [
            features_sha256(&part.block),
            labels_sha256(part.labels.n_rows(), values),
        ];
        let has_both = part.paths[0] == part.paths[1];
        let features = if part.block.shape.is_image() {
            "images"
        } else {
            "features"
        };
        for ((path, sha256), what) in part.paths.iter().zip(hashes).zip([features, "labels"]) {
            let name = match (is_one_file, has_both) {
                (true, _) => format!("{} ({split_name} {what})", last_part(path)),
                (false, true) => format!("{} ({what})", last_part(path)),
                (false, false) => last_part(path),
            };
            let md5 = match with_md5 && path.is_file() {
                true => Some(digest::md5_of(path).map_err(DatasetError::io("read", path))?),
                false => None,
            };
            files.push(SourceFile {
                path: path.clone(),
                identity: FileIdentity { name, md5, sha256 },
            });
        }
        splits.push(RawSplit {
            shape: part.block.shape,
            values: part.block.values,
            labels: codes,
        });
    }
    let test = splits.pop();
    let train = splits.pop();
    let (Some(train), Some(test)) = (train, test) else {
        return Err(DatasetError::NoTrainRows);
    };
    Ok(Source {
        dir: dir.to_owned(),
        files,
        class_names: classes.names,
        labels: classes.labels,
        feature_names,
        train,
        test,
    })
}
