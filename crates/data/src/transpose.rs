//! Images that lie on their side, as EMNIST's do: rows and columns exchanged.

use super::error::DatasetError;
use super::raw::{RawDataset, RawSplit};
use super::shape::Shape;

impl RawDataset {
    /// Exchanges rows and columns of all images.
    ///
    /// # Errors
    /// [`DatasetError::NoImages`] for a table.
    pub fn transposed(mut self) -> Result<Self, DatasetError> {
        self.train = transpose(&self.train)?;
        self.test = transpose(&self.test)?;
        self.identity.transposed = !self.identity.transposed;
        if let Some(shape) = &mut self.identity.shape {
            *shape = self.train.shape;
        }
        Ok(self)
    }

    /// Whether the images lie on their side by the name of the data: EMNIST's do as published.
    pub(super) fn lies_on_its_side(&self) -> bool {
        self.identity.name.starts_with("emnist") && !self.identity.transposed
    }
}

fn transpose(split: &RawSplit) -> Result<RawSplit, DatasetError> {
    let Shape::Image {
        height,
        width,
        channels,
    } = split.shape
    else {
        return Err(DatasetError::NoImages {
            what: "rows and columns can be exchanged of images alone",
        });
    };
    let n_features = split.n_features();
    let places = (0..split.n_samples()).flat_map(|row| {
        (0..n_features).map(move |place| {
            let (pixel, channel) = (place / channels, place % channels);
            let (new_row, new_column) = (pixel / height, pixel % height);
            row * n_features + (new_column * width + new_row) * channels + channel
        })
    });
    Ok(RawSplit {
        shape: Shape::Image {
            height: width,
            width: height,
            channels,
        },
        values: split.values.pick(places),
        labels: split.labels.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raw::Values;

    #[test]
    fn rows_become_columns_and_channels_stay_together() {
        let split = RawSplit {
            shape: Shape::of_dims(&[2, 3, 1]).unwrap(),
            values: Values::Bytes(vec![1, 2, 3, 4, 5, 6]),
            labels: vec![0],
        };
        let turned = transpose(&split).unwrap();
        assert_eq!(turned.values, Values::Bytes(vec![1, 4, 2, 5, 3, 6]));
        assert_eq!(transpose(&turned).unwrap(), split);
        let colour = RawSplit {
            shape: Shape::of_dims(&[2, 1, 3]).unwrap(),
            ..split.clone()
        };
        assert_eq!(transpose(&colour).unwrap().values, colour.values);
        let table = RawSplit {
            shape: Shape::Table { n_features: 6 },
            ..split
        };
        assert!(transpose(&table).is_err());
    }
}
