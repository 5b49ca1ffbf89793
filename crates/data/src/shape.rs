//! What a row of a data set is: an image, or a line of a table.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Largest width or height of an image.
pub const MAX_SIDE: usize = 1024;

/// The shape of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(into = "String", try_from = "String")]
#[cfg_attr(feature = "schema", schemars(with = "String"))]
pub enum Shape {
    /// An image, row by row, the channels of a pixel side by side.
    Image {
        /// Pixel rows.
        height: usize,
        /// Pixel columns.
        width: usize,
        /// Values of a pixel: 1 (grey) or 3 (red, green, blue).
        channels: usize,
    },
    /// A line of a table.
    Table {
        /// Columns without the label.
        n_features: usize,
    },
}

/// A text that is no shape.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "a shape must be HEIGHTxWIDTH or HEIGHTxWIDTHx3 with sides of 1 to {MAX_SIDE}, or the number \
     of columns of a table, got \"{given}\""
)]
pub struct UnknownShape {
    /// The text.
    pub given: String,
}

impl Shape {
    /// Returns the shape of grey images.
    #[must_use]
    pub const fn grey(height: usize, width: usize) -> Self {
        Self::Image {
            height,
            width,
            channels: 1,
        }
    }

    /// Returns the number of values of a row.
    #[must_use]
    pub const fn n_features(self) -> usize {
        match self {
            Self::Image {
                height,
                width,
                channels,
            } => height * width * channels,
            Self::Table { n_features } => n_features,
        }
    }

    /// Whether a row is an image.
    #[must_use]
    pub const fn is_image(self) -> bool {
        matches!(self, Self::Image { .. })
    }

    /// Returns height, width and channels of an image.
    #[must_use]
    pub const fn image(self) -> Option<[usize; 3]> {
        match self {
            Self::Image {
                height,
                width,
                channels,
            } => Some([height, width, channels]),
            Self::Table { .. } => None,
        }
    }

    /// Returns the dimensions of `n_samples` rows, as IDX writes them; grey images have no
    /// dimension of channels.
    #[must_use]
    pub fn dims(self, n_samples: usize) -> Vec<usize> {
        match self {
            Self::Image {
                height,
                width,
                channels: 1,
            } => vec![n_samples, height, width],
            Self::Image {
                height,
                width,
                channels,
            } => vec![n_samples, height, width, channels],
            Self::Table { n_features } => vec![n_samples, n_features],
        }
    }

    /// Returns the shape after the dimension of the rows, if it is one.
    #[must_use]
    pub fn of_dims(dims: &[usize]) -> Option<Self> {
        let is_side = |side: usize| (1..=MAX_SIDE).contains(&side);
        match *dims {
            [n_features] if n_features > 0 => Some(Self::Table { n_features }),
            [height, width] if is_side(height) && is_side(width) => Some(Self::grey(height, width)),
            [height, width, channels]
                if is_side(height) && is_side(width) && matches!(channels, 1 | 3) =>
            {
                Some(Self::Image {
                    height,
                    width,
                    channels,
                })
            }
            _ => None,
        }
    }

    /// Returns the shape of a square grey image of `n_features` pixels, or of a table if there is no
    /// such image.
    #[must_use]
    pub fn square(n_features: usize) -> Self {
        let side = n_features.isqrt();
        if side * side == n_features && (1..=MAX_SIDE).contains(&side) {
            return Self::grey(side, side);
        }
        Self::Table { n_features }
    }

    /// Returns the shape of `n_features` bytes that are the pixels of an image by all appearances:
    /// those of a square grey image, of 8 × 8 pixels at least, else of a table.
    #[must_use]
    pub fn of_pixels(n_features: usize) -> Self {
        if n_features < 64 {
            return Self::Table { n_features };
        }
        Self::square(n_features)
    }
}

/// Prints `28 x 28`, `28 x 28 x 3` or `4 columns`.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image {
                height,
                width,
                channels: 1,
            } => write!(f, "{height} x {width}"),
            Self::Image {
                height,
                width,
                channels,
            } => write!(f, "{height} x {width} x {channels}"),
            Self::Table { n_features } => write!(f, "{n_features} columns"),
        }
    }
}

impl FromStr for Shape {
    type Err = UnknownShape;

    fn from_str(text: &str) -> Result<Self, UnknownShape> {
        let dims: Option<Vec<usize>> = text.split('x').map(|part| part.parse().ok()).collect();
        dims.and_then(|dims| Self::of_dims(&dims))
            .ok_or_else(|| UnknownShape {
                given: text.to_owned(),
            })
    }
}

impl From<Shape> for String {
    fn from(shape: Shape) -> Self {
        let dims = shape.dims(0).split_off(1);
        let dims: Vec<_> = dims.iter().map(usize::to_string).collect();
        dims.join("x")
    }
}

impl TryFrom<String> for Shape {
    type Error = UnknownShape;

    fn try_from(text: String) -> Result<Self, UnknownShape> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_survive_printing_and_parsing() {
        for text in ["28x28", "28x14", "1x1024", "28x28x3", "4"] {
            let shape: Shape = text.parse().unwrap();
            assert_eq!(String::from(shape), text);
        }
        for text in [
            "", "0", "28x0", "28x28x2", "28x1025", "axb", "1x2x3x4", "-1",
        ] {
            assert!(text.parse::<Shape>().is_err(), "{text}");
        }
    }

    #[test]
    fn pixels_are_those_of_a_square_and_anything_else_is_a_table() {
        assert_eq!(Shape::of_pixels(784), Shape::grey(28, 28));
        assert_eq!(Shape::of_pixels(64), Shape::grey(8, 8));
        assert_eq!(Shape::of_pixels(4), Shape::Table { n_features: 4 });
        assert_eq!(Shape::of_pixels(783), Shape::Table { n_features: 783 });
    }
}
