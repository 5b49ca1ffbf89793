//! The constraints that keep points from drifting or from collapsing.

/// Points, one per row.
pub(super) type Points = Vec<[f64; 2]>;

/// A condition that the points of an embedding must meet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Constraint {
    /// Their mean is 0. The default where random pairs repel.
    #[default]
    Centred,
    /// Their mean is 0, their covariance matrix the identity.
    Standardised,
}

impl Constraint {
    /// Moves `points` to the nearest ones that fulfil the constraint.
    pub(super) fn project(self, points: &mut Points) {
        match self {
            Self::Centred => centre(points),
            Self::Standardised => self.standardise(points),
        }
    }

    /// Gives `points` mean 0 and the identity as covariance matrix, with the least movement: the
    /// orthogonal factor of the polar decomposition. Points on a line stay on one.
    pub(super) fn standardise(self, points: &mut Points) {
        centre(points);
        let n = points.len() as f64;
        let [a, b, c] = second_moments(points).map(|sum| sum / n);
        // The inverse square root of [[a, b], [b, c]], by the formula for two dimensions.
        let determinant = a * c - b * b;
        if determinant <= 1e-12 * (a + c).powi(2) {
            // No square root: each axis alone.
            for (axis, variance) in [a, c].into_iter().enumerate() {
                if variance > 0.0 {
                    let scale = variance.sqrt().recip();
                    points.iter_mut().for_each(|point| point[axis] *= scale);
                }
            }
            return;
        }
        let root = determinant.sqrt();
        let trace = (a + c + 2.0 * root).sqrt();
        let scale = (root * trace).recip();
        let [p, q, r] = [(c + root) * scale, -b * scale, (a + root) * scale];
        for point in points {
            *point = [p * point[0] + q * point[1], q * point[0] + r * point[1]];
        }
    }

    /// Takes from `gradient` what leads away from the points that fulfil the constraint.
    pub(super) fn project_gradient(self, points: &Points, gradient: &mut Points) {
        if self == Self::Centred {
            return;
        }
        let n = points.len() as f64;
        let mut products = [[0.0; 2]; 2];
        for (g, x) in gradient.iter().zip(points) {
            for i in 0..2 {
                for j in 0..2 {
                    products[i][j] += g[i] * x[j];
                }
            }
        }
        for (g, x) in gradient.iter_mut().zip(points) {
            for j in 0..2 {
                g[j] -= (x[0] * products[0][j] + x[1] * products[1][j]) / n;
            }
        }
    }
}

fn centre(points: &mut Points) {
    let n = points.len() as f64;
    let sum = points
        .iter()
        .fold([0.0; 2], |s, p| [s[0] + p[0], s[1] + p[1]]);
    for point in points {
        *point = [point[0] - sum[0] / n, point[1] - sum[1] / n];
    }
}

fn second_moments(points: &Points) -> [f64; 3] {
    points.iter().fold([0.0; 3], |s, p| {
        [s[0] + p[0] * p[0], s[1] + p[0] * p[1], s[2] + p[1] * p[1]]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standardised_points_have_mean_zero_and_covariance_one() {
        let mut points: Points = (0..50)
            .map(|i| {
                let t = f64::from(i);
                [t.sin() * 3.0 + 1.0, t.cos() + 2.0 * t.sin() - 4.0]
            })
            .collect();
        let before = points.clone();
        Constraint::Standardised.project(&mut points);
        let moments = second_moments(&points).map(|sum| sum / 50.0);
        for (found, expected) in moments.into_iter().zip([1.0, 0.0, 1.0]) {
            assert!((found - expected).abs() < 1e-12);
        }
        let mean = points.iter().fold(0.0, |s, p| s + p[0]);
        assert!(mean.abs() < 1e-10);
        // Least movement: the points that were right stay.
        let mut again = points.clone();
        Constraint::Standardised.project(&mut again);
        let most = points
            .iter()
            .zip(&again)
            .map(|(a, b)| (a[0] - b[0]).abs() + (a[1] - b[1]).abs());
        assert!(most.fold(0.0, f64::max) < 1e-12);
        // The tangent: no change of the second moments to first order.
        let mut gradient = before;
        Constraint::Standardised.project_gradient(&points, &mut gradient);
        let change = gradient
            .iter()
            .zip(&points)
            .fold(0.0, |s, (g, x)| s + g[0] * x[0]);
        assert!(change.abs() < 1e-9, "{change}");
    }

    #[test]
    fn points_on_a_line_stay_finite() {
        let mut points: Points = (0..5).map(|i| [f64::from(i), 0.0]).collect();
        Constraint::Standardised.project(&mut points);
        assert!(points.iter().flatten().all(|value| value.is_finite()));
        let mut points: Points = vec![[1.0, 2.0]; 4];
        Constraint::Centred.project(&mut points);
        assert_eq!(points, vec![[0.0, 0.0]; 4]);
    }
}
