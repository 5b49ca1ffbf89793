//! The curve 1/(1 + a·d^(2b)) that says how near points at distance d are.
//!
//! As in umap-learn it is fitted by least squares to one that is 1 up to `min_dist` and fades like
//! exp(-(d − min_dist)/spread) beyond, at 300 distances up to three times the spread.

/// Distances at which the curves are compared.
const N_POINTS: usize = 300;

/// Most steps of the fit; ten are usual.
const MAX_STEPS: usize = 200;

/// The parameters of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Curve {
    pub a: f64,
    pub b: f64,
}

impl Curve {
    /// Fits the curve by the method of Levenberg and Marquardt.
    pub fn fit(min_dist: f64, spread: f64) -> Self {
        let points: Vec<(f64, f64)> = (0..N_POINTS)
            .map(|i| {
                let d = 3.0 * spread * i as f64 / (N_POINTS - 1) as f64;
                let near = if d < min_dist {
                    1.0
                } else {
                    (-(d - min_dist) / spread).exp()
                };
                (d, near)
            })
            .collect();
        let error = |curve: Self| -> f64 {
            points
                .iter()
                .map(|&(d, near)| (curve.at(d) - near).powi(2))
                .sum()
        };
        let mut curve = Self { a: 1.0, b: 1.0 };
        let (mut damping, mut current) = (1e-3, error(curve));
        for _ in 0..MAX_STEPS {
            // The sums of products of the derivatives by ln a and b, and with the residuals.
            let (mut aa, mut ab, mut bb, mut ra, mut rb) = (0.0, 0.0, 0.0, 0.0, 0.0);
            for &(d, near) in points.iter().filter(|(d, _)| *d > 0.0) {
                let value = curve.at(d);
                let slope = -value * (1.0 - value);
                let (by_a, by_b) = (slope, slope * 2.0 * d.ln());
                let residual = value - near;
                aa += by_a * by_a;
                ab += by_a * by_b;
                bb += by_b * by_b;
                ra += by_a * residual;
                rb += by_b * residual;
            }
            let (aa_damped, bb_damped) = (aa * (1.0 + damping), bb * (1.0 + damping));
            let determinant = aa_damped * bb_damped - ab * ab;
            let step_a = (bb_damped * ra - ab * rb) / determinant;
            let step_b = (aa_damped * rb - ab * ra) / determinant;
            let next = Self {
                a: curve.a * (-step_a).exp(),
                b: curve.b - step_b,
            };
            let found = error(next);
            if found.is_finite() && found <= current {
                let is_settled = step_a.abs() + step_b.abs() < 1e-12;
                (curve, current) = (next, found);
                damping *= 0.1;
                if is_settled {
                    break;
                }
            } else {
                damping *= 10.0;
                if damping > 1e12 {
                    break;
                }
            }
        }
        curve
    }

    fn at(self, d: f64) -> f64 {
        1.0 / (1.0 + self.a * d.powf(2.0 * self.b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_that_of_umap_learn() {
        // find_ab_params of umap-learn 0.5.7; benchmark/oracle/embedding.py.
        for (min_dist, spread, a, b) in [
            (0.1, 1.0, 1.576_943_460_3, 0.895_060_877_9),
            (0.0, 1.0, 1.932_808_397_3, 0.790_494_973_2),
            (0.5, 1.0, 0.583_030_020_3, 1.334_166_992_4),
            (0.99, 1.0, 0.119_305_299_9, 1.916_390_416_9),
            (0.25, 2.0, 0.416_273_496_7, 0.921_855_132_4),
        ] {
            let curve = Curve::fit(min_dist, spread);
            assert!((curve.a - a).abs() < 1e-5, "{min_dist} {spread} {curve:?}");
            assert!((curve.b - b).abs() < 1e-5, "{min_dist} {spread} {curve:?}");
        }
    }
}
