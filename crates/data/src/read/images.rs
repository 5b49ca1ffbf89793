//! Pictures in files: PNG and JPEG, by class.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageReader, Limits};

use super::columns::Columns;
use super::labels::Labels;
use super::piece::{Block, Piece};
use super::reader::ReadOptions;
use crate::error::DatasetError;
use crate::shape::{MAX_SIDE, Shape};

/// The most bytes that a picture may take while it is decoded.
const MAX_DECODED: u64 = 64 << 20;

/// Whether a file is a picture by its name.
#[must_use]
pub fn is_image_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [".png", ".jpg", ".jpeg"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

/// Pictures that are gathered one by one.
#[derive(Debug, Default)]
pub struct Pictures {
    shape: Option<Shape>,
    values: Columns,
    labels: Labels,
}

impl Pictures {
    /// Appends the picture in `bytes`.
    ///
    /// # Errors
    /// [`DatasetError::Format`] if it cannot be decoded or has another size than those before.
    pub fn push(&mut self, bytes: &[u8], class: &str, path: &Path) -> Result<(), DatasetError> {
        let (shape, pixels) = decode(bytes, path)?;
        match self.shape {
            Some(first) if first != shape => {
                return Err(DatasetError::format(
                    path,
                    format!(
                        "a picture of {first} pixels, as those before it; resize or convert the \
                         pictures to one form"
                    ),
                    shape.to_string(),
                ));
            }
            _ => self.shape = Some(shape),
        }
        self.values.extend(&pixels);
        self.values.check_size(path)?;
        self.labels.push(class, path)
    }

    /// Names labels: `("7", "Sneaker")`.
    #[cfg(feature = "parquet")]
    pub fn name_labels(&mut self, titles: Vec<(String, String)>) {
        self.labels.titles = titles;
    }

    /// Returns the pictures; `None` if there are none.
    pub fn finish(self, options: &ReadOptions) -> Option<Piece> {
        let shape = self.shape?;
        let shape = options
            .shape
            .filter(|wanted| wanted.n_features() == shape.n_features())
            .unwrap_or(shape);
        let values = self.values.into_values();
        Some(Piece {
            features: Some(Block { shape, values }),
            labels: Some(self.labels),
            ..Piece::default()
        })
    }
}

/// Decodes a PNG or a JPEG to its shape and its pixels.
fn decode(bytes: &[u8], path: &Path) -> Result<(Shape, Vec<u8>), DatasetError> {
    let bad = |found: String| DatasetError::format(path, "a PNG or JPEG picture", found);
    let reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format();
    let mut reader = reader.map_err(|error| bad(error.to_string()))?;
    if reader.format().is_none() {
        return Err(bad(super::reader::describe_start(bytes)));
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE as u32);
    limits.max_image_height = Some(MAX_SIDE as u32);
    limits.max_alloc = Some(MAX_DECODED);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| bad(error.to_string()))?;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let is_opaque = |alphas: Vec<u8>| alphas.iter().all(|&alpha| alpha == u8::MAX);
    let (channels, pixels) = match picture {
        DynamicImage::ImageLuma8(picture) => (1, picture.into_raw()),
        DynamicImage::ImageRgb8(picture) => (3, picture.into_raw()),
        DynamicImage::ImageLumaA8(picture)
            if is_opaque(picture.pixels().map(|pixel| pixel.0[1]).collect()) =>
        {
            (1, picture.pixels().map(|pixel| pixel.0[0]).collect())
        }
        DynamicImage::ImageRgba8(picture)
            if is_opaque(picture.pixels().map(|pixel| pixel.0[3]).collect()) =>
        {
            (
                3,
                picture
                    .pixels()
                    .flat_map(|pixel| [pixel.0[0], pixel.0[1], pixel.0[2]])
                    .collect(),
            )
        }
        other => {
            let expected = "grey or red, green and blue of 8 bits, nothing transparent; convert the \
                            picture";
            return Err(DatasetError::format(
                path,
                expected,
                format!("{:?}", other.color()),
            ));
        }
    };
    let dims = if channels == 1 {
        vec![height, width]
    } else {
        vec![height, width, channels]
    };
    let shape = Shape::of_dims(&dims).ok_or_else(|| bad(format!("{height} x {width} pixels")))?;
    Ok((shape, pixels))
}

/// Reads pictures, each with its class.
///
/// # Errors
/// As [`Pictures::push`], and those of opening the files.
pub fn read_images(
    files: impl Iterator<Item = Result<(PathBuf, String, Vec<u8>), DatasetError>>,
    options: &ReadOptions,
) -> Result<Option<Piece>, DatasetError> {
    let mut pictures = Pictures::default();
    for file in files {
        let (path, class, bytes) = file?;
        pictures.push(&bytes, &class, &path)?;
    }
    Ok(pictures.finish(options))
}
