//! Sparse symmetric matrices of a graph of neighbours.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::graph::narrow;

/// A sparse square matrix, row by row, columns ascending.
#[derive(Debug, Clone, PartialEq)]
pub struct Sparse {
    starts: Vec<usize>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl Sparse {
    /// Makes the matrix whose rows are given as pairs of column and value, ascending in the column.
    pub fn from_rows(rows: &[Vec<(u32, f32)>]) -> Self {
        let n: usize = rows.iter().map(Vec::len).sum();
        let mut matrix = Self {
            starts: Vec::with_capacity(rows.len() + 1),
            columns: Vec::with_capacity(n),
            values: Vec::with_capacity(n),
        };
        matrix.starts.push(0);
        for row in rows {
            matrix.columns.extend(row.iter().map(|(column, _)| column));
            matrix.values.extend(row.iter().map(|(_, value)| value));
            matrix.starts.push(matrix.columns.len());
        }
        matrix
    }

    /// Returns the number of rows.
    pub fn n_rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// Returns the columns and the values of a row.
    pub fn row(&self, row: usize) -> (&[u32], &[f32]) {
        let span = self.starts[row]..self.starts[row + 1];
        (&self.columns[span.clone()], &self.values[span])
    }

    /// Returns all values, row by row.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    fn transposed(&self) -> Self {
        let n_rows = self.n_rows();
        let mut starts = vec![0; n_rows + 1];
        for &column in &self.columns {
            starts[column as usize + 1] += 1;
        }
        for row in 0..n_rows {
            starts[row + 1] += starts[row];
        }
        let mut next = starts.clone();
        let (mut columns, mut values) = (vec![0; self.columns.len()], vec![0.0; self.values.len()]);
        for row in 0..n_rows {
            let (row_columns, row_values) = self.row(row);
            for (&column, &value) in row_columns.iter().zip(row_values) {
                let place = &mut next[column as usize];
                columns[*place] = narrow(row);
                values[*place] = value;
                *place += 1;
            }
        }
        Self {
            starts,
            columns,
            values,
        }
    }

    /// Returns the matrix of `combine(a, b)`, with `a` an element of this matrix and `b` that of its
    /// transpose, wherever one of them is stored. Elements that become 0 are left out.
    pub fn symmetrised(&self, combine: impl Fn(f32, f32) -> f32 + Sync) -> Self {
        let transposed = self.transposed();
        let rows: Vec<Vec<(u32, f32)>> = (0..self.n_rows())
            .into_par_iter()
            .map(|row| {
                let (ours, theirs) = (self.row(row), transposed.row(row));
                let (mut i, mut j) = (0, 0);
                let mut merged = Vec::with_capacity(ours.0.len() + theirs.0.len());
                while i < ours.0.len() || j < theirs.0.len() {
                    let our_column = ours.0.get(i).copied().unwrap_or(u32::MAX);
                    let their_column = theirs.0.get(j).copied().unwrap_or(u32::MAX);
                    let column = our_column.min(their_column);
                    let (mut a, mut b) = (0.0, 0.0);
                    if our_column == column {
                        a = ours.1[i];
                        i += 1;
                    }
                    if their_column == column {
                        b = theirs.1[j];
                        j += 1;
                    }
                    let value = combine(a, b);
                    if value != 0.0 {
                        merged.push((column, value));
                    }
                }
                merged
            })
            .collect();
        Self::from_rows(&rows)
    }

    /// Returns the number of parts that no stored element connects.
    pub fn n_components(&self) -> usize {
        let n_rows = self.n_rows();
        let mut is_seen = vec![false; n_rows];
        let mut waiting = Vec::new();
        let mut n_components = 0;
        for first in 0..n_rows {
            if is_seen[first] {
                continue;
            }
            n_components += 1;
            is_seen[first] = true;
            waiting.push(first);
            while let Some(row) = waiting.pop() {
                for &column in self.row(row).0 {
                    if !std::mem::replace(&mut is_seen[column as usize], true) {
                        waiting.push(column as usize);
                    }
                }
            }
        }
        n_components
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symmetric_matrix_combines_both_directions() {
        let matrix = Sparse::from_rows(&[
            vec![(1, 2.0), (2, 3.0)],
            vec![(0, 5.0)],
            vec![],
            vec![(3, 1.0)],
        ]);
        let sum = matrix.symmetrised(|a, b| a + 10.0 * b);
        assert_eq!(sum.row(0), (&[1, 2][..], &[52.0, 3.0][..]));
        assert_eq!(sum.row(1), (&[0][..], &[25.0][..]));
        assert_eq!(sum.row(2), (&[0][..], &[30.0][..]));
        assert_eq!(sum.row(3), (&[3][..], &[11.0][..]));
        assert_eq!(sum.n_components(), 2);
        assert_eq!(matrix.symmetrised(|a, b| a * b).row(2).0.len(), 0);
        assert_eq!(Sparse::from_rows(&[]).n_components(), 0);
    }
}
