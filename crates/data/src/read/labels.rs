//! Labels as files write them: numbers or names, each distinct one once.

use std::collections::HashMap;
use std::path::Path;

use crate::error::DatasetError;

/// The most classes that a data set may have.
pub const MAX_CLASSES: usize = 1000;

/// Labels of some rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    /// Each row's place in `values`.
    pub codes: Vec<u16>,
    /// The distinct labels, in the order in which they first come.
    pub values: Vec<String>,
    /// Names that the file gives to labels: `("7", "Sneaker")`.
    pub titles: Vec<(String, String)>,
    places: HashMap<String, u16>,
}

impl Labels {
    /// Makes labels of whole numbers.
    pub fn of_numbers(
        numbers: impl Iterator<Item = i64>,
        path: &Path,
    ) -> Result<Self, DatasetError> {
        let mut labels = Self::default();
        let mut known: HashMap<i64, u16> = HashMap::new();
        for number in numbers {
            let code = match known.get(&number) {
                Some(&code) => code,
                None => {
                    let code = labels.code_of(&number.to_string(), path)?;
                    known.insert(number, code);
                    code
                }
            };
            labels.codes.push(code);
        }
        Ok(labels)
    }

    /// Appends the label of a row. `3`, `3.0` and `03` are one label.
    ///
    /// # Errors
    /// [`DatasetError::Format`] for more than [`MAX_CLASSES`] labels.
    pub fn push(&mut self, text: &str, path: &Path) -> Result<(), DatasetError> {
        let code = match self.places.get(text) {
            Some(&code) => code,
            None => self.code_of(&normal(text), path)?,
        };
        self.codes.push(code);
        Ok(())
    }

    fn code_of(&mut self, value: &str, path: &Path) -> Result<u16, DatasetError> {
        if let Some(&code) = self.places.get(value) {
            return Ok(code);
        }
        if self.values.len() == MAX_CLASSES {
            return Err(DatasetError::format(
                path,
                format!("at most {MAX_CLASSES} different labels"),
                format!(
                    "one more, \"{}\", in row {}",
                    value.escape_debug(),
                    self.codes.len() + 1
                ),
            ));
        }
        let code = u16::try_from(self.values.len()).unwrap_or(u16::MAX);
        self.values.push(value.to_owned());
        self.places.insert(value.to_owned(), code);
        Ok(code)
    }

    /// Returns the number of rows.
    pub fn n_rows(&self) -> usize {
        self.codes.len()
    }

    /// Returns the label of a row as the file writes it.
    pub fn value(&self, row: usize) -> &str {
        &self.values[usize::from(self.codes[row])]
    }

    /// Appends the labels of further rows.
    pub fn append(&mut self, other: &Self, path: &Path) -> Result<(), DatasetError> {
        let codes: Vec<u16> = other
            .values
            .iter()
            .map(|value| self.code_of(value, path))
            .collect::<Result<_, _>>()?;
        self.codes
            .extend(other.codes.iter().map(|&code| codes[usize::from(code)]));
        for title in &other.titles {
            if !self.titles.contains(title) {
                self.titles.push(title.clone());
            }
        }
        Ok(())
    }

    /// Splits off the labels from row `row` on.
    pub fn split_off(&mut self, row: usize) -> Self {
        Self {
            codes: self.codes.split_off(row),
            ..self.clone()
        }
    }
}

/// Returns a label without what does not tell labels apart: blanks around it, and of a whole number
/// leading zeros and a fraction of zeros.
fn normal(text: &str) -> String {
    let text = text.trim();
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_number_are_one_label() {
        let mut labels = Labels::default();
        for text in ["3", "3.0", " 3 ", "03", "3e0", "shirt", "3.5", "-1"] {
            labels.push(text, Path::new("x")).unwrap();
        }
        assert_eq!(labels.values, ["3", "shirt", "3.5", "-1"]);
        assert_eq!(labels.codes, [0, 0, 0, 0, 0, 1, 2, 3]);
    }

    #[test]
    fn too_many_labels_are_refused() {
        let labels = Labels::of_numbers(0..1000, Path::new("x")).unwrap();
        assert_eq!(labels.values.len(), 1000);
        let error = Labels::of_numbers(0..1001, Path::new("x")).unwrap_err();
        let text =
            "x: expected at most 1000 different labels, found one more, \"1000\", in row 1001";
        assert_eq!(error.to_string(), text);
    }
}
