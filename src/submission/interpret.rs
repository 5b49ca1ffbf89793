//! What the columns of a table of numbers mean: an index, labels, probabilities.

use ndarray::{Array2, ArrayView1, Axis, s};

use super::Predictions;
use super::error::ContentError;

/// Numbers in rows, as a file has them.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) values: Array2<f64>,
    /// Whether the first column may number the images.
    pub(super) may_have_index: bool,
    pub(super) notes: Vec<String>,
}

/// Takes the rows of a table for predictions of `n_test` images.
pub(super) fn interpret(
    table: Table,
    n_test: usize,
    n_classes: usize,
) -> Result<Predictions, ContentError> {
    let Table {
        mut values,
        may_have_index,
        mut notes,
    } = table;
    if values.nrows() != n_test {
        return Err(ContentError::Length {
            expected: n_test,
            found: values.nrows(),
        });
    }
    if let Some((row, found)) = not_finite(&values) {
        return Err(ContentError::NotFinite { row, found });
    }
    let n_columns = values.ncols();
    if may_have_index
        && (n_columns == 2 || n_columns == n_classes + 1)
        && let Some(order) = places(values.column(0))
    {
        if order.iter().enumerate().any(|(row, &place)| row != place) {
            notes.push("the rows were put in the order of their index".to_owned());
        }
        let mut sorted = Array2::zeros((n_test, n_columns - 1));
        for (row, place) in order.into_iter().enumerate() {
            sorted.row_mut(place).assign(&values.slice(s![row, 1..]));
        }
        values = sorted;
    }
    let labels = match values.ncols() {
        1 => labels(values.column(0), n_classes)?,
        n if n == n_classes => {
            notes.push("the label of an image is its most probable class".to_owned());
            values.axis_iter(Axis(0)).map(most_probable).collect()
        }
        _ => {
            return Err(ContentError::Columns {
                n_classes,
                found: n_columns,
            });
        }
    };
    Ok(Predictions { labels, notes })
}

fn not_finite(values: &Array2<f64>) -> Option<(usize, f64)> {
    let mut all = values.indexed_iter();
    let ((row, _), &found) = all.find(|(_, value)| !value.is_finite())?;
    Some((row + 1, found))
}

/// The place of each row, if a column numbers the rows from 0 or from 1.
fn places(column: ArrayView1<'_, f64>) -> Option<Vec<usize>> {
    let n = column.len();
    let first = column.iter().copied().fold(f64::INFINITY, f64::min);
    if first != 0.0 && first != 1.0 {
        return None;
    }
    let mut is_taken = vec![false; n];
    let mut places = Vec::with_capacity(n);
    for number in column {
        let place = number - first;
        if place.fract() != 0.0 || place < 0.0 || place >= n as f64 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a whole number below n"
        )]
        let place = place as usize;
        if std::mem::replace(&mut is_taken[place], true) {
            return None;
        }
        places.push(place);
    }
    Some(places)
}

fn labels(column: ArrayView1<'_, f64>, n_classes: usize) -> Result<Vec<u16>, ContentError> {
    let is_label = |label: f64| label.fract() == 0.0 && label >= 0.0 && label < n_classes as f64;
    let Some(row) = column.iter().position(|&label| !is_label(label)) else {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "labels of at most 1,000 classes"
        )]
        let labels = column.iter().map(|&label| label as u16);
        return Ok(labels.collect());
    };
    let range = |fold: fn(f64, f64) -> f64, start| column.iter().copied().fold(start, fold);
    let (least, most) = (
        range(f64::min, f64::INFINITY),
        range(f64::max, f64::NEG_INFINITY),
    );
    let hint = if least == 1.0 && most == n_classes as f64 {
        "; they seem to count from 1: subtract 1"
    } else if column[row].fract() != 0.0 {
        "; labels are whole numbers"
    } else {
        ""
    };
    Err(ContentError::Label {
        row: row + 1,
        found: column[row],
        last: n_classes - 1,
        hint,
    })
}

/// The class with the largest value; of several the first.
fn most_probable(row: ArrayView1<'_, f64>) -> u16 {
    let mut best = 0;
    for (class, &value) in row.iter().enumerate() {
        if value > row[best] {
            best = class;
        }
    }
    u16::try_from(best).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn text(values: Array2<f64>) -> Table {
        Table {
            values,
            may_have_index: true,
            notes: Vec::new(),
        }
    }

    fn found(values: Array2<f64>) -> Vec<u16> {
        interpret(text(values), 3, 4).unwrap().labels
    }

    fn error(values: Array2<f64>) -> String {
        interpret(text(values), 3, 4).unwrap_err().to_string()
    }

    #[test]
    fn labels_stand_with_and_without_an_index() {
        assert_eq!(found(array![[3.0], [0.0], [1.0]]), [3, 0, 1]);
        assert_eq!(found(array![[0.0, 3.0], [1.0, 0.0], [2.0, 1.0]]), [3, 0, 1]);
        let sorted = interpret(text(array![[2.0, 3.0], [3.0, 0.0], [1.0, 1.0]]), 3, 4).unwrap();
        assert_eq!(sorted.labels, [1, 3, 0]);
        assert_eq!(
            sorted.notes,
            ["the rows were put in the order of their index"]
        );
    }

    #[test]
    fn the_most_probable_class_is_the_label_and_the_first_of_equals() {
        let rows = array![
            [0.1, 0.2, 0.7, 0.0],
            [0.5, 0.5, 0.0, 0.0],
            [-3.0, -1.0, -2.0, -1.0]
        ];
        assert_eq!(found(rows), [2, 0, 1]);
        let with_index = array![
            [1.0, 0.0, 0.0, 0.0, 1.0],
            [0.0, 1.0, 0.0, 0.0, 0.0],
            [2.0, 0.0, 1.0, 0.0, 0.0]
        ];
        assert_eq!(found(with_index), [0, 3, 1]);
    }

    #[test]
    fn what_is_no_prediction_is_named_with_its_row() {
        assert_eq!(
            error(array![[0.0]]),
            "expected 3 rows, one per test image, got 1"
        );
        assert_eq!(
            error(array![[0.0], [f64::NAN], [1.0]]),
            "expected finite numbers, got NaN in row 2"
        );
        assert_eq!(
            error(array![[0.0], [7.0], [1.0]]),
            "expected labels from 0 to 3, got 7 in row 2"
        );
        assert_eq!(
            error(array![[0.0], [1.5], [1.0]]),
            "expected labels from 0 to 3, got 1.5 in row 2; labels are whole numbers"
        );
        assert_eq!(
            error(array![[1.0], [4.0], [2.0]]),
            "expected labels from 0 to 3, got 4 in row 2; they seem to count from 1: subtract 1"
        );
        assert!(error(array![[5.0, 1.0], [6.0, 1.0], [7.0, 1.0]]).contains("got 2 columns"));
        assert!(error(Array2::zeros((3, 3))).contains("got 3 columns"));
    }
}
