//! Squared lengths of rows under a linear map, as products of blocks.

use ndarray::{Array2, ArrayView2, s};

use fashion_bench_numeric::gemm::gemm_nt;

/// Rows of the map that are multiplied together.
const BAND: usize = 128;

/// Returns |M·x|² for each row x of `rows` (rows × features), where `map` is coordinates × features; a
/// map that `is_triangular` has nothing right of its diagonal.
pub fn squares(
    rows: ArrayView2<'_, f64>,
    map: ArrayView2<'_, f64>,
    is_triangular: bool,
) -> Vec<f64> {
    let mut squares = vec![0.0; rows.nrows()];
    let mut room = Array2::zeros((rows.nrows(), BAND));
    for first in (0..map.nrows()).step_by(BAND) {
        let end = map.nrows().min(first + BAND);
        let n_columns = if is_triangular { end } else { map.ncols() };
        let band = map.slice(s![first..end, ..n_columns]);
        let mut found = room.slice_mut(s![.., ..end - first]);
        gemm_nt(1.0, rows.slice(s![.., ..n_columns]), band, 0.0, &mut found);
        for (square, found) in squares.iter_mut().zip(found.rows()) {
            *square += found.iter().map(|value| value * value).sum::<f64>();
        }
    }
    squares
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;

    #[test]
    fn squares_of_all_sizes_equal_the_definition() {
        for n in [1, 2, 127, 128, 129, 200] {
            let map = Array2::from_shape_fn((n, n), |(i, j)| {
                if j <= i {
                    ((i * 7 + j * 3) % 11) as f64 - 5.0
                } else {
                    0.0
                }
            });
            let rows = Array2::from_shape_fn((3, n), |(i, j)| ((i + j) % 5) as f64 - 2.0);
            let expected: Vec<f64> = rows
                .dot(&map.t())
                .rows()
                .into_iter()
                .map(|row| row.dot(&row))
                .collect();
            for is_triangular in [true, false] {
                let found = squares(rows.view(), map.view(), is_triangular);
                for (found, expected) in found.iter().zip(&expected) {
                    assert!((found - expected).abs() <= 1e-9 * expected.max(1.0), "{n}");
                }
            }
        }
    }
}
