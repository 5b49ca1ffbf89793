//! The kernel with its numbers, and distances of rows.

use ndarray::ArrayView2;

/// `c·exp(-‖a - b‖²/(2l²))`.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Rbf {
    /// c, the variance of the process.
    pub constant: f64,
    /// l, in units of the features.
    pub length_scale: f64,
}

impl Rbf {
    /// Returns the covariance of rows whose squared distance is `d2`.
    pub fn value(self, d2: f64) -> f64 {
        self.constant * (-self.exponent(d2)).exp()
    }

    /// Returns `d2/(2l²)`.
    pub fn exponent(self, d2: f64) -> f64 {
        d2 / (2.0 * self.length_scale * self.length_scale)
    }

    /// Returns the squared distance beyond which a row's covariances are left out, among `n` rows:
    /// there they are below `c·2⁻⁵³/n`.
    pub fn cutoff(self, n: usize) -> f64 {
        let digits = f64::from(f64::MANTISSA_DIGITS) * std::f64::consts::LN_2;
        2.0 * self.length_scale * self.length_scale * (digits + (n as f64).ln())
    }
}

/// Returns ‖a - b‖² in `f64`.
pub fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    const LANES: usize = 8;
    let mut sums = [0.0; LANES];
    for (a, b) in a.chunks(LANES).zip(b.chunks(LANES)) {
        for (sum, (a, b)) in sums.iter_mut().zip(a.iter().zip(b)) {
            let difference = f64::from(*a) - f64::from(*b);
            *sum += difference * difference;
        }
    }
    sums.iter().sum()
}

/// Returns the squared norms of rows, in `f32`.
pub fn squared_norms(x: ArrayView2<'_, f32>) -> Vec<f32> {
    x.rows().into_iter().map(|row| row.dot(&row)).collect()
}

/// Returns how far a squared distance computed from `f32` inner products may be off.
pub fn distance_slack(norm_a: f32, norm_b: f32) -> f32 {
    1e-5 * (norm_a + norm_b) + 1e-3
}
