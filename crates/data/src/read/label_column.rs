//! A table read row by row, and the search for the column of its labels.
//!
//! Where neither the user nor the names of the columns say which column holds the labels, it is the
//! first or the last one. Both are kept until the end, and what they hold decides; where that does
//! not either, the user is asked.

use std::path::Path;

use super::columns::Columns;
use super::dialect::{LabelAt, label_by_name, row_numbers, shape_by_names};
use super::labels::Labels;
use super::number::{not_a_number, parse_bool, parse_decimal_comma, parse_number, quoted};
use super::piece::{Block, Piece};
use super::reader::ReadOptions;
use crate::error::DatasetError;
use crate::raw::Values;
use crate::shape::Shape;

/// Where the labels are.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Place {
    Known(usize),
    FirstOrLast,
}

/// A column that may hold the labels.
#[derive(Debug)]
struct Candidate {
    /// The values, as long as all are numbers.
    numbers: Option<Vec<f64>>,
    /// The labels, as long as they are not too many.
    labels: Option<Labels>,
}

/// A table that grows.
pub struct Table<'a> {
    path: &'a Path,
    names: Option<Vec<String>>,
    n_columns: usize,
    place: Place,
    values: Columns,
    labels: Labels,
    ends: [Candidate; 2],
    unit: &'static str,
    has_decimal_commas: bool,
}

impl<'a> Table<'a> {
    /// Begins a table of `n_columns` columns with these names, if they have any.
    ///
    /// # Errors
    /// [`DatasetError::Format`] if the column of the labels that `options` name is not there, or if
    /// a column numbers the rows.
    pub fn new(
        path: &'a Path,
        names: Option<Vec<String>>,
        n_columns: usize,
        options: &ReadOptions,
    ) -> Result<Self, DatasetError> {
        if n_columns < 2 {
            return Err(DatasetError::format(
                path,
                "a column of labels and at least one of features",
                format!("{n_columns} column"),
            ));
        }
        let place = match (&options.label, &names) {
            (Some(LabelAt::First), _) => Place::Known(0),
            (Some(LabelAt::Last), _) => Place::Known(n_columns - 1),
            (Some(LabelAt::Named(wanted)), names) => {
                let names = names.as_deref().unwrap_or_default();
                let place = names.iter().position(|name| name.trim() == wanted);
                Place::Known(place.ok_or_else(|| {
                    let shown: Vec<_> = names
                        .iter()
                        .take(6)
                        .map(|name| name.escape_debug().to_string())
                        .collect();
                    let found = match names.len() {
                        0 => "no header".to_owned(),
                        n if n > shown.len() => {
                            format!("the columns {}, … ({n} in all)", shown.join(", "))
                        }
                        _ => format!("the columns {}", shown.join(", ")),
                    };
                    DatasetError::format(path, format!("a column `{wanted}` of labels"), found)
                })?)
            }
            (None, Some(names)) => label_by_name(names).map_or(Place::FirstOrLast, Place::Known),
            (None, None) => Place::FirstOrLast,
        };
        if let Some(number) = names.as_deref().and_then(row_numbers)
            && place != Place::Known(number)
        {
            let name = &names.as_deref().unwrap_or_default()[number];
            return Err(DatasetError::format(
                path,
                "columns of features and labels",
                format!(
                    "column {} (`{}`), which numbers the rows and would be taken for a feature; \
                     remove it or rename it",
                    number + 1,
                    name.escape_debug()
                ),
            ));
        }
        let candidate = || Candidate {
            numbers: Some(Vec::new()),
            labels: Some(Labels::default()),
        };
        Ok(Self {
            path,
            names,
            n_columns,
            place,
            values: Columns::default(),
            labels: Labels::default(),
            ends: [candidate(), candidate()],
            unit: "line",
            has_decimal_commas: false,
        })
    }

    /// Names rows in errors as rows, not as lines of a text.
    #[cfg(feature = "parquet")]
    pub fn of_rows(self) -> Self {
        Self {
            unit: "row",
            ..self
        }
    }

    /// Takes a comma inside a number for its point.
    pub fn with_decimal_commas(self, has_decimal_commas: bool) -> Self {
        Self {
            has_decimal_commas,
            ..self
        }
    }

    /// Names a field for an error.
    fn spot(&self, line: u64, column: usize) -> String {
        let name = self.names.as_ref().map_or("", |names| names[column].trim());
        let name = match name.is_empty() {
            true => String::new(),
            false => format!(" (`{}`)", name.escape_debug()),
        };
        format!("{} {line}, column {}{name}", self.unit, column + 1)
    }

    /// Appends a row; `line` names it in errors.
    ///
    /// # Errors
    /// [`DatasetError::Format`] for a field that is no number or a row of another length.
    pub fn push<'f>(
        &mut self,
        fields: impl ExactSizeIterator<Item = &'f [u8]>,
        line: u64,
    ) -> Result<(), DatasetError> {
        if fields.len() != self.n_columns {
            return Err(DatasetError::format(
                self.path,
                format!("{} values in {} {line}", self.n_columns, self.unit),
                fields.len().to_string(),
            ));
        }
        let last = self.n_columns - 1;
        for (column, field) in fields.enumerate() {
            let number = match self.has_decimal_commas {
                true => parse_decimal_comma(field),
                false => parse_number(field),
            };
            match self.place {
                Place::Known(place) if column == place => {
                    let text = self.label_text(field, line, column)?;
                    self.labels.push(&text, self.path)?;
                }
                Place::FirstOrLast if column == 0 || column == last => {
                    let text = self.label_text(field, line, column)?;
                    self.ends[usize::from(column == last)].push(&text, number, self.path);
                }
                _ => {
                    let number = number.or_else(|| parse_bool(field)).ok_or_else(|| {
                        let expected = format!("a number in {}", self.spot(line, column));
                        DatasetError::format(self.path, expected, not_a_number(field))
                    })?;
                    self.values.push(number);
                }
            }
        }
        self.values.check_size(self.path)
    }

    fn label_text(&self, field: &[u8], line: u64, column: usize) -> Result<String, DatasetError> {
        let spot = || self.spot(line, column);
        let text = std::str::from_utf8(field).map_err(|_| {
            let found = format!("{}; save the file as UTF-8", quoted(field));
            DatasetError::format(self.path, format!("UTF-8 text in {}", spot()), found)
        })?;
        match text.trim() {
            "" => {
                let expected = format!("a label in {}", spot());
                Err(DatasetError::format(
                    self.path,
                    expected,
                    not_a_number(field),
                ))
            }
            text => Ok(text.to_owned()),
        }
    }

    /// Ends the table.
    ///
    /// # Errors
    /// [`DatasetError::Format`] for a table without rows, and if nobody can tell where the labels
    /// are.
    pub fn finish(self, options: &ReadOptions) -> Result<Piece, DatasetError> {
        let path = self.path;
        let is_first = match self.place {
            Place::Known(_) => None,
            Place::FirstOrLast => Some(first_holds_labels(&self.ends, path)?),
        };
        let mut names = self.names.unwrap_or_default();
        let (labels, values, label_at) = match (self.place, is_first) {
            (Place::Known(place), _) => {
                let at = match names.is_empty() {
                    true if place == 0 => LabelAt::First,
                    true => LabelAt::Last,
                    false => LabelAt::Named(names[place].trim().to_owned()),
                };
                if !names.is_empty() {
                    names.remove(place);
                }
                (self.labels, self.values.into_values(), at)
            }
            (Place::FirstOrLast, is_first) => {
                let is_first = is_first == Some(true);
                let [first, last] = self.ends;
                let (chosen, other) = if is_first {
                    (first, last)
                } else {
                    (last, first)
                };
                if !names.is_empty() {
                    names.remove(if is_first { 0 } else { names.len() - 1 });
                }
                let other = other.numbers.unwrap_or_default();
                let middle = self.values.into_values();
                let values = beside(&middle, &other, self.n_columns - 2, !is_first);
                let at = if is_first {
                    LabelAt::First
                } else {
                    LabelAt::Last
                };
                (chosen.labels.unwrap_or_default(), values, at)
            }
        };
        if labels.n_rows() == 0 {
            return Err(DatasetError::format(
                path,
                "at least one row of values",
                "none",
            ));
        }
        let n_features = self.n_columns - 1;
        let shape = shape_of(&names, &values, n_features, options, path)?;
        Ok(Piece {
            features: Some(Block { shape, values }),
            labels: Some(labels),
            feature_names: if shape.is_image() { Vec::new() } else { names },
            label_at: Some(label_at),
            split: None,
        })
    }
}

impl Candidate {
    fn push(&mut self, text: &str, number: Option<f64>, path: &Path) {
        match (number, &mut self.numbers) {
            (Some(number), Some(numbers)) => numbers.push(number),
            _ => self.numbers = None,
        }
        if let Some(labels) = &mut self.labels
            && labels.push(text, path).is_err()
        {
            self.labels = None;
        }
    }

    /// Returns the labels, if these values can be labels: at least two, and either names or whole
    /// numbers.
    fn as_labels(&self) -> Option<&Labels> {
        let labels = self
            .labels
            .as_ref()
            .filter(|labels| labels.values.len() > 1)?;
        let is_label = self.numbers.is_none()
            || labels
                .values
                .iter()
                .all(|value| value.parse::<i64>().is_ok());
        is_label.then_some(labels)
    }

    /// Whether the labels are 0, 1, 2, … or 1, 2, 3, … without a hole.
    fn is_counted(&self) -> bool {
        let Some(labels) = self.as_labels() else {
            return false;
        };
        let numbers: Option<Vec<i64>> = labels
            .values
            .iter()
            .map(|value| value.parse().ok())
            .collect();
        numbers.is_some_and(|mut numbers| {
            numbers.sort_unstable();
            matches!(numbers[0], 0 | 1) && numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
        })
    }
}

fn first_holds_labels(ends: &[Candidate; 2], path: &Path) -> Result<bool, DatasetError> {
    let [first, last] = ends;
    let unclear = |found: &str| {
        DatasetError::format(
            path,
            "a column of labels; say which one it is: `--label first`, `--label last`, or \
             `--label NAME`",
            found,
        )
    };
    match (first.numbers.is_none(), last.numbers.is_none()) {
        (true, true) => return Err(unclear("text in the first column and in the last")),
        (true, false) => return Ok(true),
        (false, true) => return Ok(false),
        (false, false) => {}
    }
    match (first.as_labels().is_some(), last.as_labels().is_some()) {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        (true, true) if first.is_counted() != last.is_counted() => Ok(first.is_counted()),
        (true, true) => Err(unclear("whole numbers in the first column and in the last")),
        (false, false) => Err(unclear("no labels in the first column or in the last")),
    }
}

/// Puts a column before or behind the columns of a table.
fn beside(middle: &Values, column: &[f64], n_middle: usize, is_before: bool) -> Values {
    let mut values = Columns::default();
    for (row, &number) in column.iter().enumerate() {
        if is_before {
            values.push(number);
        }
        for place in row * n_middle..(row + 1) * n_middle {
            values.push(middle.at(place));
        }
        if !is_before {
            values.push(number);
        }
    }
    values.into_values()
}

/// Returns the shape of the rows: what the user says, what the names of the columns say, or, without
/// names, that of the square image that bytes make.
fn shape_of(
    names: &[String],
    values: &Values,
    n_features: usize,
    options: &ReadOptions,
    path: &Path,
) -> Result<Shape, DatasetError> {
    if let Some(shape) = options.shape {
        if shape.n_features() == n_features {
            return Ok(shape);
        }
        return Err(DatasetError::format(
            path,
            format!("rows of {shape}, which are {} values", shape.n_features()),
            format!("{n_features} values beside the label"),
        ));
    }
    if let Some(shape) = Some(names)
        .filter(|names| !names.is_empty())
        .and_then(shape_by_names)
    {
        return Ok(shape);
    }
    let is_nameless = names.is_empty()
        || names
            .iter()
            .all(|name| name.trim().parse::<usize>().is_ok());
    Ok(match values {
        Values::Bytes(_) if is_nameless => Shape::of_pixels(n_features),
        _ => Shape::Table { n_features },
    })
}
