//! What the first line of a table says: whether it is a header, and which column holds the labels.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::number::{parse_bool, parse_decimal_comma};
use crate::shape::{MAX_SIDE, Shape};

/// The column of the labels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(into = "String", from = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub enum LabelAt {
    /// The first column.
    First,
    /// The last column.
    Last,
    /// The column of this name.
    Named(String),
}

impl fmt::Display for LabelAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::First => "first",
            Self::Last => "last",
            Self::Named(name) => name,
        })
    }
}

impl From<String> for LabelAt {
    fn from(text: String) -> Self {
        match text.as_str() {
            "first" => Self::First,
            "last" => Self::Last,
            _ => Self::Named(text),
        }
    }
}

impl From<LabelAt> for String {
    fn from(label: LabelAt) -> Self {
        label.to_string()
    }
}

impl FromStr for LabelAt {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.to_owned().into())
    }
}

/// Whether the fields of the first line are names of columns; the text says what else they are if
/// nobody can tell.
pub fn is_header(fields: &[&[u8]]) -> Result<bool, String> {
    let numbers: Vec<Option<f64>> = fields
        .iter()
        .map(|field| parse_decimal_comma(field).or_else(|| parse_bool(field)))
        .collect();
    let n_numbers = numbers.iter().flatten().count();
    let is_text = |place: usize| numbers[place].is_none();
    if n_numbers == 0 {
        return Ok(true);
    }
    // Columns that are named by their number: `label,0,1,2` or `0,1,2,class`.
    let counted: Vec<f64> = numbers.iter().flatten().copied().collect();
    let is_counted = counted.len() > 1
        && matches!(counted[0], 0.0 | 1.0)
        && counted.windows(2).all(|pair| pair[1] == pair[0] + 1.0);
    let n_texts = fields.len() - n_numbers;
    let is_at_end = n_texts == 1 && (is_text(0) || is_text(fields.len() - 1));
    if n_texts == 0 || (is_at_end && !is_counted) {
        return Ok(false);
    }
    if is_at_end {
        return Ok(true);
    }
    let place = numbers.iter().position(Option::is_none).unwrap_or(0);
    Err(format!(
        "numbers beside \"{}\" in column {}",
        fields[place].escape_ascii(),
        place + 1
    ))
}

/// Names that a column of labels has.
const LABEL_NAMES: [&str; 7] = [
    "label",
    "labels",
    "class",
    "classes",
    "target",
    "y",
    "fine_label",
];
/// Names of columns that number the rows.
const ROW_NAMES: [&str; 5] = ["id", "index", "", "unnamed: 0", "row"];

/// Returns the place of the labels among columns with these names, if the names tell it.
pub fn label_by_name(names: &[String]) -> Option<usize> {
    let is_label = |name: &String| LABEL_NAMES.contains(&name.trim().to_ascii_lowercase().as_str());
    let mut places = (0..names.len()).filter(|&place| is_label(&names[place]));
    match (places.next(), places.next()) {
        (Some(place), None) => Some(place),
        _ => None,
    }
}

/// Returns the place of a column that only numbers the rows.
pub fn row_numbers(names: &[String]) -> Option<usize> {
    let is_number = |name: &String| ROW_NAMES.contains(&name.trim().to_ascii_lowercase().as_str());
    names.iter().position(is_number)
}

/// Returns the shape of the images whose pixels the columns are by their names: `1x1` to `28x28`,
/// or `pixel0` to `pixel783`.
pub fn shape_by_names(names: &[String]) -> Option<Shape> {
    let place = |name: &String| -> Option<(usize, usize)> {
        let (row, column) = name.trim().split_once('x')?;
        Some((row.parse().ok()?, column.parse().ok()?))
    };
    if let (Some(first), Some(last)) = (names.first().and_then(place), names.last().and_then(place))
    {
        let (height, width) = (
            last.0 + 1 - first.0.min(last.0),
            last.1 + 1 - first.1.min(last.1),
        );
        let is_place = |(idx, name): (usize, &String)| {
            place(name) == Some((first.0 + idx / width.max(1), first.1 + idx % width.max(1)))
        };
        let is_whole = height.checked_mul(width) == Some(names.len());
        if is_whole && height.max(width) <= MAX_SIDE && names.iter().enumerate().all(is_place) {
            return Some(Shape::grey(height, width));
        }
    }
    let is_pixel = |name: &String| {
        let name = name.trim().to_ascii_lowercase();
        let digits = ["pixel", "px", "p"]
            .iter()
            .find_map(|prefix| name.strip_prefix(prefix));
        digits.is_some_and(|digits| digits.trim_start_matches('_').parse::<usize>().is_ok())
    };
    names
        .iter()
        .all(is_pixel)
        .then(|| Shape::square(names.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(line: &str) -> Result<bool, String> {
        let fields: Vec<&[u8]> = line.split(',').map(str::as_bytes).collect();
        is_header(&fields)
    }

    fn names(line: &str) -> Vec<String> {
        line.split(',').map(str::to_owned).collect()
    }

    #[test]
    fn a_header_is_told_from_a_row() {
        for line in [
            "label,pixel1,pixel2",
            "1x1,1x2,label",
            "label,0,1,2",
            "1,2,3,class",
            "a,b",
        ] {
            assert_eq!(header(line), Ok(true), "{line}");
        }
        for line in [
            "5,0,0,255",
            "5.1,3.5,1.4,setosa",
            "setosa,5.1,3.5",
            "0.0,1.0",
            "7,0,1,2",
        ] {
            assert_eq!(header(line), Ok(false), "{line}");
        }
        assert!(header("1,red,2").is_err());
        assert!(header("1,red,blue").is_err());
    }

    #[test]
    fn names_of_columns_tell_labels_and_shapes() {
        assert_eq!(label_by_name(&names("a,b,Class")), Some(2));
        assert_eq!(label_by_name(&names("label,class,a")), None);
        assert_eq!(row_numbers(&names("Id,a,label")), Some(0));
        assert_eq!(
            shape_by_names(&names("1x1,1x2,1x3,2x1,2x2,2x3")),
            Some(Shape::grey(2, 3))
        );
        assert_eq!(shape_by_names(&names("1x1,2x2,1x2,2x1")), None);
        let pixels: Vec<String> = (0..64).map(|i| format!("pixel{i}")).collect();
        assert_eq!(shape_by_names(&pixels), Some(Shape::grey(8, 8)));
        assert_eq!(shape_by_names(&names("sepal,petal")), None);
    }
}
