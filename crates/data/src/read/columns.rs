//! Values gathered row by row: bytes as long as all are, else numbers.

use std::path::Path;

use super::input::MAX_VALUES;
use crate::error::DatasetError;
use crate::raw::Values;

/// Values that grow.
#[derive(Debug)]
pub struct Columns {
    values: Values,
}

impl Default for Columns {
    fn default() -> Self {
        Self {
            values: Values::Bytes(Vec::new()),
        }
    }
}

impl Columns {
    /// Appends a value, which must be finite.
    pub fn push(&mut self, value: f64) {
        if let Values::Bytes(bytes) = &mut self.values {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "what is no byte differs from it"
            )]
            let byte = value as u8;
            if f64::from(byte) == value {
                bytes.push(byte);
                return;
            }
            self.values = Values::Floats(bytes.iter().map(|&byte| f64::from(byte)).collect());
        }
        if let Values::Floats(floats) = &mut self.values {
            floats.push(value);
        }
    }

    /// Appends bytes.
    pub fn extend(&mut self, new: &[u8]) {
        match &mut self.values {
            Values::Bytes(bytes) => bytes.extend(new),
            Values::Floats(floats) => floats.extend(new.iter().map(|&byte| f64::from(byte))),
        }
    }

    /// Checks that the values so far are not more than can be kept.
    ///
    /// # Errors
    /// [`DatasetError::Format`] if they are.
    pub fn check_size(&self, path: &Path) -> Result<(), DatasetError> {
        if self.values.len() <= MAX_VALUES {
            return Ok(());
        }
        let expected = format!("at most {MAX_VALUES} values");
        Err(DatasetError::format(path, expected, "more"))
    }

    /// Returns the values.
    pub fn into_values(self) -> Values {
        self.values
    }
}
