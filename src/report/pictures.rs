//! The most confused test images of each row, as pictures in one sprite.
//!
//! A row shows its most frequent confusions and a few images of each. The images are those that
//! most repeats of the row, and then most rows, take for the same wrong class. Rows therefore share
//! pictures, which keeps the page small; the shared ones are hard or wrongly labelled.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::io::Cursor;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use image::{DynamicImage, ImageFormat, RgbImage};
use serde::Serialize;

use super::error::ReportError;
use super::sheet::Sheet;
use crate::dataset::{RawDataset, Shades};
use crate::results::outcomes::unpack;
use crate::results::{Record, outcomes::Outcomes};

/// The number of confusions shown per row.
const CONFUSIONS: usize = 6;
/// The number of images shown per confusion.
const IMAGES: usize = 4;
/// The largest number of pictures in a sprite: about 300 kB of the page.
const SPRITE: usize = 500;
/// The number of pictures in a row of the sprite.
const COLUMNS: usize = 25;

/// A confusion of a row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Confusion {
    /// The true class.
    pub truth: usize,
    /// The class that the images were taken for.
    pub predicted: usize,
    /// The number of such mistakes over all repeats.
    pub n: u32,
    /// Some of the images.
    pub images: Vec<Picture>,
}

/// An image of a confusion.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Picture {
    /// The index in the test split.
    pub image: usize,
    /// The place in the sprite; absent if the sprite was full or there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<usize>,
    /// The number of rows that take it for the same class.
    pub n_rows: usize,
}

/// The pictures of a sheet.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Sprite {
    /// A PNG as base64.
    pub png: String,
    pub columns: usize,
    pub rows: usize,
    /// Width and height of a picture in pixels.
    pub width: usize,
    pub height: usize,
}

/// The mistakes of a row: `(image, predicted class)` to the number of repeats that make it.
type Mistakes = HashMap<(usize, u16), usize>;

/// Reads the mistakes of a row from its repeats; the result is empty for a row without labels.
pub(super) fn mistakes(record: &Record) -> Result<Mistakes, ReportError> {
    let mut found = Mistakes::new();
    // A row without predictions confuses nothing that is known.
    for repeat in record
        .repeats
        .iter()
        .filter(|repeat| repeat.correct.is_some())
    {
        let outcomes = unpack(repeat, record.dataset.n_test);
        let Outcomes { wrong, labels } = outcomes.map_err(|source| ReportError::Row {
            id: record.id.to_string(),
            name: record.name.clone(),
            source,
        })?;
        for mistake in wrong.into_iter().zip(labels.unwrap_or_default()) {
            *found.entry(mistake).or_insert(0) += 1;
        }
    }
    Ok(found)
}

/// Returns the confusions of every row of `sheet`, in the order of its rows, and the sprite of
/// their pictures taken from `raw`, which must be the sheet's data.
pub(super) fn confusions(
    sheet: &Sheet<'_>,
    raw: Option<&RawDataset>,
) -> Result<(Vec<Vec<Confusion>>, Option<Sprite>), ReportError> {
    let of_rows: Vec<Mistakes> = sheet
        .rows
        .iter()
        .map(|record| mistakes(record))
        .collect::<Result<_, _>>()?;
    let mut n_rows: HashMap<(usize, u16), usize> = HashMap::new();
    for (record, mistakes) in sheet.rows.iter().zip(&of_rows) {
        let by_most = mistakes
            .iter()
            .filter(|(_, n)| **n * 2 > record.repeats.len());
        for (&mistake, _) in by_most {
            *n_rows.entry(mistake).or_insert(0) += 1;
        }
    }
    let truth = raw.map(|raw| &*raw.test.labels);
    let rows = sheet.rows.iter().zip(&of_rows);
    let mut rows: Vec<Vec<Confusion>> = rows
        .map(|(record, mistakes)| row_confusions(record, mistakes, &n_rows, truth))
        .collect();
    let pictures = raw.filter(|raw| raw.test.shape.is_image());
    let sprite = pictures
        .map(|raw| draw_sprite(&mut rows, raw))
        .transpose()?;
    Ok((rows, sprite))
}

/// Returns the most frequent confusions of a row; their images are found only if `truth` is given.
fn row_confusions(
    record: &Record,
    mistakes: &Mistakes,
    n_rows: &HashMap<(usize, u16), usize>,
    truth: Option<&[u16]>,
) -> Vec<Confusion> {
    let matrix = sum_confusion(record);
    let mut found = Vec::new();
    for (truth, row) in matrix.iter().enumerate() {
        let cells = row.iter().enumerate();
        let wrong = cells.filter(|&(predicted, &n)| predicted != truth && n > 0);
        found.extend(wrong.map(|(predicted, &n)| Confusion {
            truth,
            predicted,
            n,
            images: Vec::new(),
        }));
    }
    // The sort is stable: equal confusions stay in the order of the classes.
    found.sort_by_key(|confusion| Reverse(confusion.n));
    found.truncate(CONFUSIONS);
    let Some(truth) = truth else { return found };
    for confusion in &mut found {
        let mut images: Vec<(usize, usize, usize)> = mistakes
            .iter()
            .filter(|((image, predicted), _)| {
                usize::from(*predicted) == confusion.predicted
                    && truth.get(*image).map(|&label| usize::from(label)) == Some(confusion.truth)
            })
            .map(|(mistake, &n_repeats)| {
                let n_rows = n_rows.get(mistake).copied().unwrap_or(0);
                (n_repeats, n_rows, mistake.0)
            })
            .collect();
        images.sort_by_key(|&(n_repeats, n_rows, image)| {
            (Reverse(n_repeats), Reverse(n_rows), image)
        });
        let shown = images.into_iter().take(IMAGES);
        confusion.images = shown
            .map(|(_, n_rows, image)| Picture {
                image,
                place: None,
                n_rows,
            })
            .collect();
    }
    found
}

/// Returns the confusion matrix over all repeats.
pub(super) fn sum_confusion(record: &Record) -> Vec<Vec<u32>> {
    let mut repeats = record.repeats.iter().map(|repeat| &repeat.confusion);
    let mut sum = repeats.next().cloned().unwrap_or_default();
    for matrix in repeats {
        let cells = sum.iter_mut().flatten().zip(matrix.iter().flatten());
        for (cell, n) in cells {
            *cell += n;
        }
    }
    sum
}

/// Draws each picture once and records its place.
fn draw_sprite(rows: &mut [Vec<Confusion>], raw: &RawDataset) -> Result<Sprite, ReportError> {
    let mut places = HashMap::new();
    let mut order = Vec::new();
    let pictures = rows.iter_mut().flatten();
    for picture in pictures.flat_map(|confusion| &mut confusion.images) {
        if order.len() < SPRITE || places.contains_key(&picture.image) {
            picture.place = Some(*places.entry(picture.image).or_insert_with(|| {
                order.push(picture.image);
                order.len() - 1
            }));
        }
    }
    let [height, width, _] = raw.test.shape.image().unwrap_or([1, 1, 1]);
    let shades = Shades::of(&raw.test);
    let n_rows = order.len().div_ceil(COLUMNS);
    let mut sheet = RgbImage::new((COLUMNS * width) as u32, (n_rows * height).max(1) as u32);
    for (place, &image) in order.iter().enumerate() {
        let (left, top) = (place % COLUMNS * width, place / COLUMNS * height);
        shades.draw(&mut sheet, &raw.test, image, (left, top));
    }
    let mut png = Cursor::new(Vec::new());
    // Grey pictures take a third of the bytes as such.
    if sheet
        .pixels()
        .all(|pixel| pixel.0[0] == pixel.0[1] && pixel.0[1] == pixel.0[2])
    {
        DynamicImage::from(sheet)
            .to_luma8()
            .write_to(&mut png, ImageFormat::Png)?;
    } else {
        sheet.write_to(&mut png, ImageFormat::Png)?;
    }
    Ok(Sprite {
        png: BASE64_STANDARD.encode(png.into_inner()),
        columns: COLUMNS,
        rows: n_rows,
        width,
        height,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::{DatasetIdentity, RawSplit};
    use crate::results::fixture::{dataset, record};

    fn raw(identity: DatasetIdentity) -> RawDataset {
        // As in the fixture's confusion matrix, all images are of the first class.
        let split = RawSplit::grey(1, 2, (0..16).collect(), vec![0; 8]);
        RawDataset {
            identity,
            class_names: vec!["zero".to_owned(), "one".to_owned()],
            labels: vec!["0".to_owned(), "1".to_owned()],
            feature_names: Vec::new(),
            train: split.clone(),
            test: split,
        }
    }

    #[test]
    fn rows_share_pictures_of_what_they_all_get_wrong() {
        // The first row gets image 7 wrong, the second images 4 to 7.
        let records = [record("A", &[0.875]), record("B", &[0.5])];
        let sheet = Sheet {
            dataset: &records[0].dataset,
            rows: records.iter().collect(),
        };
        let (rows, sprite) = confusions(&sheet, Some(&raw(dataset()))).unwrap();
        let shown = |row: &[Confusion]| -> Vec<(usize, Option<usize>, usize)> {
            let images = row.iter().flat_map(|confusion| &confusion.images);
            images.map(|p| (p.image, p.place, p.n_rows)).collect()
        };
        assert_eq!(shown(&rows[0]), [(7, Some(0), 2)]);
        let second = [
            (7, Some(0), 2),
            (4, Some(1), 1),
            (5, Some(2), 1),
            (6, Some(3), 1),
        ];
        assert_eq!(shown(&rows[1]), second);
        assert_eq!(
            (rows[1][0].truth, rows[1][0].predicted, rows[1][0].n),
            (0, 1, 4)
        );
        let png = BASE64_STANDARD.decode(sprite.unwrap().png).unwrap();
        let sheet = image::load_from_memory(&png).unwrap().to_luma8();
        let pixels: Vec<u8> = sheet.as_raw()[..8].to_vec();
        assert_eq!(pixels, [14, 15, 8, 9, 10, 11, 12, 13]);
    }

    #[test]
    fn without_the_data_confusions_have_no_images() {
        let records = [record("A", &[0.875])];
        let sheet = Sheet {
            dataset: &records[0].dataset,
            rows: records.iter().collect(),
        };
        let (rows, sprite) = confusions(&sheet, None).unwrap();
        assert_eq!(
            (rows[0][0].n, rows[0][0].images.len(), sprite),
            (1, 0, None)
        );
    }

    #[test]
    fn the_matrix_is_summed_over_the_repeats() {
        let row = record("A", &[0.875, 0.5]);
        assert_eq!(sum_confusion(&row), [[11, 5], [0, 0]]);
        assert_eq!(sum_confusion(&record("A", &[])), Vec::<Vec<u32>>::new());
    }
}
