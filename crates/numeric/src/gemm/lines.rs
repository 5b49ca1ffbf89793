//! The contiguous lines of a matrix.
//!
//! ndarray finds a row's slice with as many instructions as a tile needs for a tenth of its work.

use std::marker::PhantomData;

use ndarray::{ArrayView2, ArrayViewMut2, Axis};

/// The rows of a matrix whose rows are contiguous.
#[derive(Debug, Clone, Copy)]
pub struct Lines<'a, F> {
    first: *const F,
    stride: isize,
    n_lines: usize,
    len: usize,
    matrix: PhantomData<&'a [F]>,
}

impl<'a, F> Lines<'a, F> {
    /// Returns the rows of `matrix` if they are contiguous.
    pub(super) fn of(matrix: &'a ArrayView2<'_, F>) -> Option<Self> {
        is_contiguous(matrix).then(|| Self {
            first: matrix.as_ptr(),
            stride: matrix.stride_of(Axis(0)),
            n_lines: matrix.nrows(),
            len: matrix.ncols(),
            matrix: PhantomData,
        })
    }

    /// Returns the columns of `matrix` if they are contiguous.
    pub(super) fn of_columns(matrix: &'a ArrayView2<'_, F>) -> Option<Self> {
        is_contiguous(&matrix.t()).then(|| Self {
            first: matrix.as_ptr(),
            stride: matrix.stride_of(Axis(1)),
            n_lines: matrix.ncols(),
            len: matrix.nrows(),
            matrix: PhantomData,
        })
    }

    /// Returns the number of elements of a line.
    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Returns `len` elements of a line from `start` on.
    ///
    /// # Panics
    /// If they are not there.
    #[inline(always)]
    pub(super) fn part(&self, line: usize, start: usize, len: usize) -> &'a [F] {
        assert!(line < self.n_lines && start <= self.len && len <= self.len - start);
        #[expect(unsafe_code, reason = "see the head of the module")]
        // SAFETY: the line is one of the matrix, its elements are neighbours in memory, and those
        // of the range are among them; the result borrows the matrix.
        unsafe {
            let line = self.first.offset(line.cast_signed() * self.stride);
            std::slice::from_raw_parts(line.add(start), len)
        }
    }
}

/// The rows of a matrix whose rows are contiguous, to be written.
#[derive(Debug)]
pub(super) struct LinesMut<'a, F> {
    first: *mut F,
    stride: isize,
    n_lines: usize,
    len: usize,
    matrix: PhantomData<&'a mut [F]>,
}

impl<'a, F> LinesMut<'a, F> {
    /// Returns the rows of `matrix` if they are contiguous.
    pub(super) fn of(matrix: &'a mut ArrayViewMut2<'_, F>) -> Option<Self> {
        is_contiguous(&matrix.view()).then(|| Self {
            first: matrix.as_mut_ptr(),
            stride: matrix.stride_of(Axis(0)),
            n_lines: matrix.nrows(),
            len: matrix.ncols(),
            matrix: PhantomData,
        })
    }

    /// Returns `len` elements from `start` on of each of `M` lines from `line` on.
    ///
    /// # Panics
    /// If they are not there.
    #[inline(always)]
    pub(super) fn parts<const M: usize>(
        &mut self,
        line: usize,
        start: usize,
        len: usize,
    ) -> [&mut [F]; M] {
        assert!(line <= self.n_lines && M <= self.n_lines - line);
        assert!(start <= self.len && len <= self.len - start);
        let mut parts: [&mut [F]; M] = std::array::from_fn(|_| Default::default());
        for (i, part) in parts.iter_mut().enumerate() {
            #[expect(unsafe_code, reason = "see the head of the module")]
            // SAFETY: as in `Lines::part`; lines of a mutable view have no element in common, and
            // the results borrow this value, which has the only access to the matrix.
            unsafe {
                let line = self.first.offset((line + i).cast_signed() * self.stride);
                *part = std::slice::from_raw_parts_mut(line.add(start), len);
            }
        }
        parts
    }
}

/// Whether the elements of each row are neighbours.
fn is_contiguous<F>(matrix: &ArrayView2<'_, F>) -> bool {
    matrix.stride_of(Axis(1)) == 1 || matrix.ncols() <= 1
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, s};

    use super::*;

    #[test]
    fn lines_are_the_rows_of_any_view_with_contiguous_rows() {
        let mut whole = Array2::from_shape_fn((7, 9), |(i, j)| 10 * i + j);
        let view = whole.slice(s![..;-2, 2..7]);
        let lines = Lines::of(&view).unwrap();
        assert_eq!(lines.len(), 5);
        assert_eq!(lines.part(0, 1, 3), [63, 64, 65]);
        assert_eq!(lines.part(3, 5, 0), [0; 0]);
        assert!(Lines::of(&whole.t()).is_none());
        let mut view = whole.slice_mut(s![1.., 3..]);
        let mut lines = LinesMut::of(&mut view).unwrap();
        let [first, second] = lines.parts(4, 4, 2);
        first.copy_from_slice(second);
        assert_eq!(whole[[5, 8]], 68);
    }

    #[test]
    #[should_panic(expected = "line < self.n_lines")]
    fn parts_that_are_not_there_are_refused() {
        let matrix = Array2::<f32>::zeros((2, 3));
        let _ = Lines::of(&matrix.view()).unwrap().part(1, 2, 2);
    }
}
