//! Small copies of the samples' images on a few large sheets, for the page.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage, imageops};

use super::error::EmbedError;
use super::panel::Panel;
use super::sample::split_of;
use crate::dataset::Shades;

/// Images in a row of a sheet, and rows.
const ACROSS: usize = 96;
/// Pixels that all images together may have; larger images are shrunk by a whole number.
const MOST_PIXELS: usize = 14_000_000;
/// Quality of the sheets, of 100.
const QUALITY: u8 = 60;

/// The sheets of a panel.
#[derive(Debug)]
pub(super) struct Sprites {
    /// JPEG files.
    pub sheets: Vec<Vec<u8>>,
    /// Width and height of an image on them.
    pub size: [usize; 2],
    /// Images in a row of a sheet, and rows.
    pub across: usize,
}

impl Sprites {
    /// Draws the images of a panel, or nothing of a table's rows.
    pub fn draw(panel: &Panel) -> Result<Option<Self>, EmbedError> {
        let Some([height, width, channels]) = panel.raw.train.shape.image() else {
            return Ok(None);
        };
        let origins = &panel.sample.origins;
        let size_by = |factor: usize| [width.div_ceil(factor), height.div_ceil(factor)];
        let fits = |factor: &usize| {
            let [width, height] = size_by(*factor);
            origins.len() * width * height <= MOST_PIXELS
        };
        let factor = (1..width.max(height))
            .find(fits)
            .unwrap_or(width.max(height));
        let [small_width, small_height] = size_by(factor);
        let shades = [Shades::of(&panel.raw.train), Shades::of(&panel.raw.test)];
        let mut image = RgbImage::new(width as u32, height as u32);
        let mut sheets = Vec::new();
        for origins in origins.chunks(ACROSS * ACROSS) {
            let n_rows = origins.len().div_ceil(ACROSS);
            let size = (ACROSS * small_width, n_rows * small_height);
            let mut sheet = RgbImage::from_pixel(size.0 as u32, size.1 as u32, Rgb([0; 3]));
            for (idx, origin) in origins.iter().enumerate() {
                let shades = shades[usize::from(origin.is_test)];
                shades.draw(
                    &mut image,
                    split_of(&panel.raw, *origin),
                    origin.row,
                    (0, 0),
                );
                let small = (small_width as u32, small_height as u32);
                let shrunk = match factor {
                    1 => image.clone(),
                    _ => imageops::thumbnail(&image, small.0, small.1),
                };
                let (x, y) = (idx % ACROSS * small_width, idx / ACROSS * small_height);
                imageops::replace(&mut sheet, &shrunk, x as i64, y as i64);
            }
            sheets.push(encode(sheet, channels == 1)?);
        }
        Ok(Some(Self {
            sheets,
            size: [small_width, small_height],
            across: ACROSS,
        }))
    }
}

fn encode(sheet: RgbImage, is_grey: bool) -> Result<Vec<u8>, EmbedError> {
    let mut jpeg = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    let sheet = image::DynamicImage::ImageRgb8(sheet);
    let done = match is_grey {
        true => sheet.to_luma8().write_with_encoder(encoder),
        false => sheet.write_with_encoder(encoder),
    };
    done.map_err(|error| EmbedError::Draw(error.to_string()))?;
    Ok(jpeg.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::embed::panel::fixture::demo;

    #[test]
    fn sheets_hold_all_images_in_their_order() {
        let panel = demo(100);
        let sprites = Sprites::draw(&panel).unwrap().unwrap();
        assert_eq!((sprites.sheets.len(), sprites.size), (1, [28, 28]));
        let sheet = image::load_from_memory(&sprites.sheets[0])
            .unwrap()
            .to_luma8();
        assert_eq!(sheet.dimensions(), (96 * 28, 2 * 28));
        // The 98th is the second of the second row.
        let expected = panel
            .sample
            .x
            .row(97)
            .iter()
            .map(|v| f64::from(*v) * 255.0)
            .sum::<f64>();
        let found: f64 = (0..784_u32)
            .map(|i| f64::from(sheet.get_pixel(28 + i % 28, 28 + i / 28).0[0]))
            .sum();
        assert!(
            (found - expected).abs() < 0.05 * expected + 784.0,
            "{found} {expected}"
        );
    }
}
