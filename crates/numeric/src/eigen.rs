//! Eigenvalues and eigenvectors of symmetric matrices.
//!
//! Householder reflections make the matrix tridiagonal and implicit QL steps make that diagonal
//! (Golub and Van Loan, Matrix Computations, algorithms 8.3.1 and 8.3.3). All sums run in one fixed
//! order, so that the result does not depend on the machine. It takes some 5·n³ operations.

/// QL steps per eigenvalue; two or three are usual.
const MAX_STEPS: usize = 60;

/// Steps after which elements that are small against the whole matrix count as 0. Where rows depend
/// on each other, what should be 0 is rounding, next to which other rounding never gets small.
const PATIENT_STEPS: usize = 30;

/// The decomposition of a symmetric matrix.
#[derive(Debug, Clone)]
pub struct SymmetricEigen {
    values: Vec<f64>,
    /// One eigenvector per row, in the order of the values.
    vectors: Vec<f64>,
}

impl SymmetricEigen {
    /// Decomposes the symmetric matrix `a`: `n` × `n` elements, row by row. Returns nothing if an
    /// element is not finite.
    ///
    /// # Panics
    /// If `a` does not have `n`² elements.
    #[must_use]
    pub fn new(mut a: Vec<f64>, n: usize) -> Option<Self> {
        assert_eq!(a.len(), n * n, "a square matrix");
        if a.iter().any(|value| !value.is_finite()) {
            return None;
        }
        let (mut off_diagonal, vectors) = tridiagonalise(&mut a, n);
        let mut eigen = Self {
            values: (0..n).map(|i| a[i * n + i]).collect(),
            vectors,
        };
        (0..n)
            .all(|first| eigen.isolate(first, &mut off_diagonal))
            .then_some(eigen)
    }

    /// Decomposes a symmetric matrix without negative eigenvalues, such as a sum of squares, of which
    /// many may be 0: all are good to rounding of the largest. [`Self::new`] tries to tell small ones
    /// from each other, and does not come to an end where they are rounding.
    ///
    /// # Panics
    /// If `a` does not have `n`² elements.
    #[must_use]
    pub fn of_scatter(mut a: Vec<f64>, n: usize) -> Option<Self> {
        assert_eq!(a.len(), n * n, "a square matrix");
        let diagonal = || a.iter().step_by(n + 1);
        let shift = diagonal().fold(0.0_f64, |most, value| most.max(*value));
        for value in a.iter_mut().step_by(n + 1) {
            *value += shift;
        }
        let mut eigen = Self::new(a, n)?;
        eigen.values.iter_mut().for_each(|value| *value -= shift);
        Some(eigen)
    }

    /// Pairs of an eigenvalue and its vector, which has length 1, in no particular order.
    pub fn pairs(&self) -> impl Iterator<Item = (f64, &[f64])> {
        // An empty matrix has no rows to cut into chunks.
        let n = self.values.len().max(1);
        self.values.iter().copied().zip(self.vectors.chunks(n))
    }

    /// Takes QL steps until the value at `first` stands alone. Returns whether it came to that.
    fn isolate(&mut self, first: usize, off: &mut [f64]) -> bool {
        for step in 0..MAX_STEPS {
            let floor = match step < PATIENT_STEPS {
                true => 0.0,
                false => f64::EPSILON * self.size(off),
            };
            let last = self.end_of_block(first, off, floor);
            if last == first {
                return true;
            }
            self.ql_step(first, last, off);
        }
        false
    }

    /// The last row of the block that begins at `first` and is not yet diagonal.
    fn end_of_block(&self, first: usize, off: &[f64], floor: f64) -> usize {
        let is_negligible = |i: usize| {
            let scale = self.values[i].abs() + self.values[i + 1].abs();
            off[i].abs() <= (f64::EPSILON * scale).max(floor) || off[i] == 0.0
        };
        let last = self.values.len() - 1;
        (first..last).find(|&i| is_negligible(i)).unwrap_or(last)
    }

    /// The largest element of the tridiagonal matrix.
    fn size(&self, off: &[f64]) -> f64 {
        let elements = self.values.iter().chain(off);
        elements.fold(0.0, |size, value| size.max(value.abs()))
    }

    /// One implicit QL step with Wilkinson's shift on rows `first` to `last`.
    fn ql_step(&mut self, first: usize, last: usize, off: &mut [f64]) {
        let d = &mut self.values;
        let half = (d[first + 1] - d[first]) / (2.0 * off[first]);
        let root = length(half, 1.0).copysign(half);
        let mut g = d[last] - d[first] + off[first] / (half + root);
        let (mut sine, mut cosine, mut shift) = (1.0, 1.0, 0.0);
        for i in (first..last).rev() {
            let (f, b) = (sine * off[i], cosine * off[i]);
            let r = length(f, g);
            off[i + 1] = r;
            if r == 0.0 {
                // The block has fallen apart.
                d[i + 1] -= shift;
                off[last] = 0.0;
                return;
            }
            (sine, cosine) = (f / r, g / r);
            g = d[i + 1] - shift;
            let r = (d[i] - g) * sine + 2.0 * cosine * b;
            shift = sine * r;
            d[i + 1] = g + shift;
            g = cosine * r - b;
            let n = d.len();
            let (upper, lower) = self.vectors[i * n..(i + 2) * n].split_at_mut(n);
            for (u, l) in upper.iter_mut().zip(lower) {
                (*u, *l) = (cosine * *u - sine * *l, sine * *u + cosine * *l);
            }
        }
        d[first] -= shift;
        off[first] = g;
        off[last] = 0.0;
    }
}

/// Makes `a` tridiagonal. Returns its off-diagonal, with a place to spare at the end, and the
/// transposed product of the reflections, row by row.
fn tridiagonalise(a: &mut [f64], n: usize) -> (Vec<f64>, Vec<f64>) {
    let mut off = vec![0.0; n];
    let mut basis = vec![0.0; n * n];
    for i in 0..n {
        basis[i * n + i] = 1.0;
    }
    for k in 0..n.saturating_sub(1) {
        let rest = k + 1;
        let mut v: Vec<f64> = (rest..n).map(|i| a[i * n + k]).collect();
        if v[1..].iter().all(|&value| value == 0.0) {
            off[k] = v[0];
            continue;
        }
        // Scaled, so that squares neither overflow nor vanish.
        let scale = v.iter().fold(0.0_f64, |m, value| m.max(value.abs()));
        v.iter_mut().for_each(|value| *value /= scale);
        let head = -dot(&v, &v).sqrt().copysign(v[0]);
        off[k] = head * scale;
        v[0] -= head;
        let beta = 2.0 / dot(&v, &v);
        let mut w: Vec<f64> = (rest..n)
            .map(|i| beta * dot(&a[i * n + rest..(i + 1) * n], &v))
            .collect();
        let along = 0.5 * beta * dot(&w, &v);
        w.iter_mut().zip(&v).for_each(|(w, v)| *w -= along * v);
        for i in 0..v.len() {
            let row = &mut a[(rest + i) * n + rest..(rest + i + 1) * n];
            for (j, value) in row.iter_mut().enumerate() {
                *value -= v[i] * w[j] + w[i] * v[j];
            }
        }
        reflect_rows(&mut basis[rest * n..], n, &v, beta);
    }
    (off, basis)
}

/// Applies the reflection `1 - beta·v·vᵀ` to the rows of `matrix`.
fn reflect_rows(matrix: &mut [f64], n: usize, v: &[f64], beta: f64) {
    let mut sums = vec![0.0; n];
    for (row, v) in matrix.chunks(n).zip(v) {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += v * value;
        }
    }
    for (row, v) in matrix.chunks_mut(n).zip(v) {
        let factor = beta * v;
        for (value, sum) in row.iter_mut().zip(&sums) {
            *value -= factor * sum;
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The length of (a, b), without overflow.
fn length(a: f64, b: f64) -> f64 {
    let scale = a.abs().max(b.abs());
    if scale == 0.0 {
        return 0.0;
    }
    let (a, b) = (a / scale, b / scale);
    scale * (a * a + b * b).sqrt()
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    /// A symmetric matrix of the given rank.
    fn random(n: usize, rank: usize) -> Vec<f64> {
        let mut rng = stream(3, &[n as u64, rank as u64]);
        let factor: Vec<f64> = (0..n * rank).map(|_| rng.gen_range(-1.0..1.0)).collect();
        let row = |i: usize| &factor[i * rank..(i + 1) * rank];
        (0..n * n).map(|k| dot(row(k / n), row(k % n))).collect()
    }

    fn assert_decomposed(a: &[f64], n: usize) {
        let eigen = SymmetricEigen::new(a.to_vec(), n).unwrap();
        let mut rebuilt = vec![0.0; n * n];
        let scale = a.iter().fold(1e-300_f64, |m, value| m.max(value.abs()));
        for (value, vector) in eigen.pairs() {
            assert!((dot(vector, vector) - 1.0).abs() < 1e-12, "n = {n}");
            for i in 0..n {
                for j in 0..n {
                    rebuilt[i * n + j] += value * vector[i] * vector[j];
                }
            }
        }
        for (found, expected) in rebuilt.iter().zip(a) {
            let error = (found - expected).abs() / scale;
            assert!(error < 1e-12, "n = {n}: {found} for {expected}");
        }
    }

    #[test]
    fn a_scatter_of_low_rank_is_decomposed() {
        // Fifteen rows of sixty features.
        let mut rng = stream(9, &[]);
        let (n, n_rows) = (60, 15);
        let rows: Vec<f64> = (0..n * n_rows).map(|_| rng.gen_range(-1.0..1.0)).collect();
        let mut a = vec![0.0; n * n];
        for row in rows.chunks_exact(n) {
            for (i, x) in row.iter().enumerate() {
                for (j, y) in row.iter().enumerate() {
                    a[i * n + j] += x * y;
                }
            }
        }
        let eigen = SymmetricEigen::of_scatter(a.clone(), n).unwrap();
        let n_large = eigen.pairs().filter(|(value, _)| *value > 1e-9).count();
        assert_eq!(n_large, n_rows);
        for (value, vector) in eigen.pairs() {
            for (row, u) in a.chunks_exact(n).zip(vector) {
                let product: f64 = row.iter().zip(vector).map(|(a, v)| a * v).sum();
                assert!((product - value * u).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn values_and_vectors_rebuild_matrices_of_all_sizes_and_ranks() {
        for n in [0, 1, 2, 3, 7, 40] {
            for rank in [0, 1, n / 2, n] {
                assert_decomposed(&random(n, rank), n);
            }
        }
    }

    #[test]
    fn diagonal_repeated_huge_and_tiny_values_are_kept() {
        assert_decomposed(&[3.0, 0.0, 0.0, 3.0], 2);
        assert_decomposed(&[1e200, 2e199, 2e199, 1e-200], 2);
        let scaled: Vec<f64> = random(9, 9).iter().map(|value| value * 1e180).collect();
        assert_decomposed(&scaled, 9);
    }

    #[test]
    fn covariances_of_images_with_empty_and_nearly_empty_pixels_are_decomposed() {
        // Values over many orders of magnitude, rows of zeros between them, and dependent rows.
        for (n, rank, orders) in [(90, 60, 4), (120, 40, 9), (120, 120, 14)] {
            let mut a = random(n, rank);
            let scale = |i: usize| match i % 3 {
                0 => 0.0,
                _ => 10.0_f64.powi(-((i * 7 % orders) as i32)),
            };
            for (k, value) in a.iter_mut().enumerate() {
                *value *= scale(k / n) * scale(k % n);
            }
            assert_decomposed(&a, n);
        }
    }

    #[test]
    fn a_matrix_that_is_not_finite_has_no_decomposition() {
        assert!(SymmetricEigen::new(vec![f64::NAN], 1).is_none());
        assert!(SymmetricEigen::new(vec![1.0, f64::INFINITY, f64::INFINITY, 1.0], 2).is_none());
    }
}
