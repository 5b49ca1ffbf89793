//! The factors that tiles multiply vectors with.
//!
//! A tile reads one factor at a time, so that they may lie anywhere: a matrix is read where it is,
//! whether its rows or its columns are contiguous.

use std::marker::PhantomData;
use std::ops::Range;

use ndarray::{ArrayView2, Axis};

/// A matrix with any distances between its elements.
#[derive(Debug, Clone, Copy)]
pub(super) struct Factors<'a, F> {
    first: *const F,
    row_stride: isize,
    k_stride: isize,
    n_rows: usize,
    n_ks: usize,
    matrix: PhantomData<&'a [F]>,
}

impl<'a, F: Copy> Factors<'a, F> {
    /// Returns the elements of a matrix.
    pub(super) fn of(matrix: &'a ArrayView2<'_, F>) -> Self {
        Self {
            first: matrix.as_ptr(),
            row_stride: matrix.stride_of(Axis(0)),
            k_stride: matrix.stride_of(Axis(1)),
            n_rows: matrix.nrows(),
            n_ks: matrix.ncols(),
            matrix: PhantomData,
        }
    }

    /// Returns the numbers of rows and columns.
    #[inline(always)]
    pub(super) fn dim(&self) -> (usize, usize) {
        (self.n_rows, self.n_ks)
    }

    /// Returns columns `ks` of `n_rows` rows from `row` on.
    ///
    /// # Panics
    /// If they are not there.
    #[inline(always)]
    pub(super) fn part(&self, row: usize, n_rows: usize, ks: Range<usize>) -> Self {
        assert!(row < self.n_rows && n_rows <= self.n_rows - row);
        assert!(ks.start < ks.end && ks.end <= self.n_ks);
        let offset = row.cast_signed() * self.row_stride + ks.start.cast_signed() * self.k_stride;
        #[expect(unsafe_code, reason = "see the head of the module")]
        // SAFETY: row and column are those of an element.
        let first = unsafe { self.first.offset(offset) };
        Self {
            first,
            n_rows,
            n_ks: ks.len(),
            ..*self
        }
    }

    /// Returns an element without a look at the bounds.
    ///
    /// # Safety
    /// The element must be there.
    #[inline(always)]
    #[expect(unsafe_code, reason = "the innermost loop of all products")]
    pub(super) unsafe fn get(&self, row: usize, k: usize) -> F {
        let offset = row.cast_signed() * self.row_stride + k.cast_signed() * self.k_stride;
        // SAFETY: the caller says that the element is one of the matrix, which is borrowed.
        unsafe { *self.first.offset(offset) }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::*;

    #[test]
    fn factors_are_the_elements_of_any_view() {
        let whole = Array2::from_shape_fn((7, 9), |(i, j)| 10 * i + j);
        let view = whole.slice(s![..;-2, 2..;3]);
        let factors = Factors::of(&view).part(1, 2, 1..3);
        for row in 0..2 {
            for k in 0..2 {
                #[expect(unsafe_code, reason = "the function under test")]
                // SAFETY: the part has two rows and two columns.
                let found = unsafe { factors.get(row, k) };
                assert_eq!(found, view[[1 + row, 1 + k]]);
            }
        }
        assert_eq!(Factors::of(&whole.t()).part(2, 3, 4..6).dim(), (3, 2));
    }

    #[test]
    #[should_panic(expected = "n_rows <= self.n_rows - row")]
    fn factors_that_are_not_there_are_refused() {
        let matrix = Array2::<f32>::zeros((4, 3));
        let _ = Factors::of(&matrix.view()).part(2, 3, 0..3);
    }
}
