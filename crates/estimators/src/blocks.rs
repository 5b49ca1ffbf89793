//! Prediction of rows in blocks, in parallel.

use ndarray::{Array1, Array2, ArrayView2, ArrayViewMut2, Axis};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use crate::multiclass::ClassEncoding;

/// Writes the label of each row of `x` to `labels`; `classify` returns the class code of each row
/// of a block of `block_rows` rows (the last one may have fewer).
pub fn predict_in_blocks(
    x: ArrayView2<'_, f32>,
    labels: &mut Array1<usize>,
    encoding: &ClassEncoding,
    block_rows: usize,
    classify: impl Fn(ArrayView2<'_, f32>) -> Vec<usize> + Sync,
) {
    let blocks: Vec<_> = x.axis_chunks_iter(Axis(0), block_rows).collect();
    let targets: Vec<_> = labels.axis_chunks_iter_mut(Axis(0), block_rows).collect();
    blocks
        .into_par_iter()
        .zip(targets)
        .for_each(|(block, mut labels)| {
            for (label, code) in labels.iter_mut().zip(classify(block)) {
                *label = encoding.label(code);
            }
        });
}

/// Returns a row of `n_columns` numbers for each row of `x`; `score` fills in those of a block of
/// `block_rows` rows (the last one may have fewer), which are zeros before.
pub fn scores_in_blocks(
    x: ArrayView2<'_, f32>,
    n_columns: usize,
    block_rows: usize,
    score: impl Fn(ArrayView2<'_, f32>, ArrayViewMut2<'_, f64>) + Sync,
) -> Array2<f64> {
    let mut scores = Array2::zeros((x.nrows(), n_columns));
    let blocks: Vec<_> = x.axis_chunks_iter(Axis(0), block_rows).collect();
    let targets: Vec<_> = scores.axis_chunks_iter_mut(Axis(0), block_rows).collect();
    blocks
        .into_par_iter()
        .zip(targets)
        .for_each(|(block, target)| score(block, target));
    scores
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn every_row_gets_its_own_label_whatever_the_blocks() {
        let (encoding, _) = ClassEncoding::new([30_usize, 40, 50]);
        let x = Array2::from_shape_fn((17, 1), |(row, _)| (row % 3) as f32);
        for block_rows in [1, 4, 17, 100] {
            let mut labels = Array1::zeros(17);
            predict_in_blocks(x.view(), &mut labels, &encoding, block_rows, |block| {
                assert!(block.nrows() <= block_rows);
                block.iter().map(|&value| value as usize).collect()
            });
            let expected: Array1<usize> = (0..17).map(|row| 30 + 10 * (row % 3)).collect();
            assert_eq!(labels, expected);
        }
    }
}
