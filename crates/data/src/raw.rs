//! Data sets as they come: grey bytes and labels.

use super::identity::DatasetIdentity;

/// Images and labels of one split.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawSplit {
    /// Pixel rows of an image.
    pub height: usize,
    /// Pixel columns of an image.
    pub width: usize,
    /// Grey values: image by image, row by row (`n_samples` × `height` × `width`).
    pub pixels: Vec<u8>,
    /// Class of each image (`n_samples`).
    pub labels: Vec<u8>,
}

impl RawSplit {
    /// Returns the number of images.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.labels.len()
    }

    /// Returns the number of pixels of an image.
    #[must_use]
    pub fn n_features(&self) -> usize {
        self.height * self.width
    }

    /// Returns the pixels of image `sample_idx`, row by row.
    ///
    /// # Panics
    /// If there is no such image.
    #[must_use]
    pub fn image(&self, sample_idx: usize) -> &[u8] {
        let start = sample_idx * self.n_features();
        &self.pixels[start..start + self.n_features()]
    }

    /// Returns the number of images of each class, for classes 0 to `n_classes` − 1.
    ///
    /// # Panics
    /// If a label is `n_classes` or more.
    #[must_use]
    pub fn class_counts(&self, n_classes: usize) -> Vec<usize> {
        let mut counts = vec![0; n_classes];
        for &label in &self.labels {
            counts[usize::from(label)] += 1;
        }
        counts
    }

    /// Returns the mean and the (population) standard deviation of all grey values.
    #[must_use]
    pub fn mean_std(&self) -> (f64, f64) {
        // The sums are whole numbers, exact up to 2^64 / 255² = 2.8e14 pixels.
        let (mut sum, mut sum_of_squares) = (0_u64, 0_u64);
        for &pixel in &self.pixels {
            let pixel = u64::from(pixel);
            sum += pixel;
            sum_of_squares += pixel * pixel;
        }
        let n = self.pixels.len() as f64;
        let mean = sum as f64 / n;
        let variance = sum_of_squares as f64 / n - mean * mean;
        (mean, variance.max(0.0).sqrt())
    }
}

/// A data set before preparation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawDataset {
    /// Which data this is.
    pub identity: DatasetIdentity,
    /// Name of each class; a label is an index into it.
    pub class_names: Vec<String>,
    /// Train split.
    pub train: RawSplit,
    /// Test split; images of the same size as in the train split.
    pub test: RawSplit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_mean_and_deviation_are_those_done_by_hand() {
        let split = RawSplit {
            height: 1,
            width: 2,
            pixels: vec![0, 10, 20, 30, 255, 255],
            labels: vec![2, 0, 2],
        };
        assert_eq!(split.class_counts(4), [1, 0, 2, 0]);
        assert_eq!(split.image(1), [20, 30]);
        let (mean, std) = split.mean_std();
        let values = [0.0, 10.0, 20.0, 30.0, 255.0, 255.0_f64];
        let variance = values.iter().map(|v| (v - 95.0).powi(2)).sum::<f64>() / 6.0;
        assert!((mean - 95.0).abs() < 1e-12);
        assert!((std - variance.sqrt()).abs() < 1e-9);
    }
}
