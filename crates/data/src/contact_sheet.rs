//! A picture of samples: a few rows of images per class, with numbers.

use std::io::{Cursor, Write};
use std::path::Path;

use image::{ImageFormat, Rgb, RgbImage};
use tempfile::NamedTempFile;

use super::classes::label_numbers;
use super::error::DatasetError;
use super::raw::RawDataset;
use super::shades::Shades;

/// Rows of images per class.
const ROWS: usize = 3;
/// Images in a row.
const COLUMNS: usize = 24;
/// Empty pixels around each image.
const GAP: usize = 1;
/// Width of the column of class numbers.
const MARGIN: usize = 24;
/// Empty pixels between classes.
const CLASS_GAP: usize = 6;
/// Grey of the paper.
const PAPER: u8 = 60;
/// Size of a dot of a digit in pixels.
const DOT: usize = 2;

/// The digits, 3 × 5 dots each: three bits per row.
const DIGITS: [[u8; 5]; 10] = [
    [0b111, 0b101, 0b101, 0b101, 0b111],
    [0b010, 0b110, 0b010, 0b010, 0b111],
    [0b111, 0b001, 0b111, 0b100, 0b111],
    [0b111, 0b001, 0b111, 0b001, 0b111],
    [0b101, 0b101, 0b111, 0b001, 0b001],
    [0b111, 0b100, 0b111, 0b001, 0b111],
    [0b111, 0b100, 0b111, 0b101, 0b111],
    [0b111, 0b001, 0b010, 0b010, 0b010],
    [0b111, 0b101, 0b111, 0b101, 0b111],
    [0b111, 0b101, 0b111, 0b001, 0b111],
];

/// Returns the number that stands for each class: its label where all labels are whole numbers from
/// 0, else its place.
fn numbers_of(labels: &[String]) -> Vec<i64> {
    let numbers = label_numbers(labels).filter(|numbers| numbers.iter().all(|&label| label >= 0));
    numbers.unwrap_or_else(|| (0_i64..).take(labels.len()).collect())
}

/// Draws the first train images of each class, three rows of 24 per class, in the order of the
/// labels; each class has its number at the left.
///
/// # Errors
/// [`DatasetError::NoImages`] for a table.
pub fn render_contact_sheet(raw: &RawDataset) -> Result<RgbImage, DatasetError> {
    let split = &raw.train;
    let Some([height, width, _]) = split.shape.image() else {
        return Err(DatasetError::NoImages {
            what: "there is no contact sheet of them",
        });
    };
    let n_classes = raw.class_names.len();
    let numbers = numbers_of(&raw.labels);
    let band = ROWS * (height + GAP) + CLASS_GAP;
    let sheet_width = MARGIN + COLUMNS * (width + GAP);
    let shades = Shades::of(split);
    let mut sheet = RgbImage::from_pixel(
        sheet_width as u32,
        (n_classes * band) as u32,
        Rgb([PAPER; 3]),
    );
    for (class, &number) in numbers.iter().enumerate() {
        let top = class * band + CLASS_GAP / 2;
        draw_number(&mut sheet, number, top);
        let samples = (0..split.n_samples()).filter(|&i| usize::from(split.labels[i]) == class);
        for (place, sample_idx) in samples.take(ROWS * COLUMNS).enumerate() {
            let left = MARGIN + place % COLUMNS * (width + GAP);
            let top = top + place / COLUMNS * (height + GAP);
            shades.draw(&mut sheet, split, sample_idx, (left, top));
        }
    }
    Ok(sheet)
}

/// Writes `sheet` as PNG to `path`, whole or not at all.
///
/// # Errors
/// [`DatasetError::Picture`] if it cannot be encoded, [`DatasetError::Io`] if it cannot be
/// written.
pub fn write_contact_sheet(sheet: &RgbImage, path: &Path) -> Result<(), DatasetError> {
    let mut png = Cursor::new(Vec::new());
    sheet
        .write_to(&mut png, ImageFormat::Png)
        .map_err(|source| DatasetError::Picture {
            path: path.to_owned(),
            source,
        })?;
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    let mut temp = NamedTempFile::new_in(dir).map_err(DatasetError::io("create a file in", dir))?;
    temp.write_all(png.get_ref())
        .map_err(DatasetError::io("write to", temp.path()))?;
    super::cache::publish(temp, path)
}

fn draw_number(sheet: &mut RgbImage, number: i64, top: usize) {
    for (place, digit) in number.to_string().bytes().enumerate() {
        let dots = DIGITS[usize::from(digit - b'0')];
        for (y, row) in dots.into_iter().enumerate() {
            for x in (0..3).filter(|x| row >> (2 - x) & 1 == 1) {
                let (left, top) = (4 + (place * 4 + x) * DOT, top + 4 + y * DOT);
                for dot in 0..DOT * DOT {
                    let (x, y) = (left + dot % DOT, top + dot / DOT);
                    if x < MARGIN && y < sheet.height() as usize {
                        sheet.put_pixel(x as u32, y as u32, Rgb([255; 3]));
                    }
                }
            }
        }
    }
}
