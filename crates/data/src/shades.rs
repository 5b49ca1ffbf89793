//! Values as colours.

use image::{Rgb, RgbImage};

use super::raw::{RawSplit, Values};

/// How the values of images are shown: bytes as they are, numbers between their smallest and their
/// largest.
#[derive(Debug, Clone, Copy)]
pub struct Shades {
    low: f64,
    scale: f64,
}

impl Shades {
    /// Returns the shades of a split.
    #[must_use]
    pub fn of(split: &RawSplit) -> Self {
        let Values::Floats(values) = &split.values else {
            return Self {
                low: 0.0,
                scale: 1.0,
            };
        };
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let scale = if high > low {
            255.0 / (high - low)
        } else {
            0.0
        };
        Self { low, scale }
    }

    /// Draws an image of `split` with its upper left corner at `corner` (x, y). A table's row is
    /// not drawn.
    ///
    /// # Panics
    /// If there is no such image or it does not fit.
    pub fn draw(
        self,
        sheet: &mut RgbImage,
        split: &RawSplit,
        image_idx: usize,
        corner: (usize, usize),
    ) {
        let Some([_, width, channels]) = split.shape.image() else {
            return;
        };
        let values: Vec<u8> = split
            .row(image_idx)
            .map(|value| self.shade(value))
            .collect();
        for (pixel_idx, pixel) in values.chunks(channels).enumerate() {
            let (x, y) = (corner.0 + pixel_idx % width, corner.1 + pixel_idx / width);
            let colour = match *pixel {
                [red, green, blue] => [red, green, blue],
                _ => [pixel[0]; 3],
            };
            sheet.put_pixel(x as u32, y as u32, Rgb(colour));
        }
    }

    fn shade(self, value: f64) -> u8 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float cast saturates"
        )]
        let shade = ((value - self.low) * self.scale).round() as u8;
        shade
    }
}
