//! Losses of a score `p` for a target `y` of ±1, with scikit-learn's definitions.

/// Which loss; the last four are made for regression on the targets ±1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum ScoreLoss {
    /// `max(0, 1 - y·p)`.
    Hinge,
    /// `max(0, 1 - y·p)²`.
    SquaredHinge,
    /// `max(0, -y·p)`.
    Perceptron,
    /// `log(1 + exp(-y·p))`.
    Log,
    /// `max(0, 1 - y·p)²` for `y·p ≥ -1`, else `-4·y·p`.
    ModifiedHuber,
    /// `½(p - y)²`.
    SquaredError,
    /// Squared within epsilon, linear outside.
    Huber {
        /// Its width.
        epsilon: f64,
    },
    /// `max(0, |p - y| - epsilon)`.
    EpsilonInsensitive {
        /// Its width.
        epsilon: f64,
    },
    /// `max(0, |p - y| - epsilon)²`.
    SquaredEpsilonInsensitive {
        /// Its width.
        epsilon: f64,
    },
}

impl ScoreLoss {
    /// Returns the loss at score `p` for target `y`.
    #[inline]
    pub fn value(self, y: f64, p: f64) -> f64 {
        let margin = y * p;
        match self {
            // scikit-learn counts the kink itself as an error: the value is the same.
            Self::Hinge => (1.0 - margin).max(0.0),
            Self::Perceptron => (-margin).max(0.0),
            Self::SquaredHinge => (1.0 - margin).max(0.0).powi(2),
            Self::Log => (-margin.abs()).exp().ln_1p() + (-margin).max(0.0),
            Self::ModifiedHuber => {
                if margin >= -1.0 {
                    (1.0 - margin).max(0.0).powi(2)
                } else {
                    -4.0 * margin
                }
            }
            Self::SquaredError => 0.5 * (p - y) * (p - y),
            Self::Huber { epsilon } => {
                let distance = (p - y).abs();
                if distance <= epsilon {
                    0.5 * distance * distance
                } else {
                    epsilon * distance - 0.5 * epsilon * epsilon
                }
            }
            Self::EpsilonInsensitive { epsilon } => ((p - y).abs() - epsilon).max(0.0),
            Self::SquaredEpsilonInsensitive { epsilon } => {
                ((p - y).abs() - epsilon).max(0.0).powi(2)
            }
        }
    }

    /// Returns the derivative with respect to the score. At the kink of the hinges it is that of an
    /// error.
    #[inline]
    pub fn slope(self, y: f64, p: f64) -> f64 {
        let margin = y * p;
        match self {
            Self::Hinge => {
                if margin <= 1.0 {
                    -y
                } else {
                    0.0
                }
            }
            Self::Perceptron => {
                if margin <= 0.0 {
                    -y
                } else {
                    0.0
                }
            }
            Self::SquaredHinge => -2.0 * y * (1.0 - margin).max(0.0),
            Self::Log => -y / (margin.exp() + 1.0),
            Self::ModifiedHuber => {
                if margin >= -1.0 {
                    -2.0 * y * (1.0 - margin).max(0.0)
                } else {
                    -4.0 * y
                }
            }
            Self::SquaredError => p - y,
            Self::Huber { epsilon } => (p - y).clamp(-epsilon, epsilon),
            Self::EpsilonInsensitive { epsilon } => {
                if (p - y).abs() > epsilon {
                    (p - y).signum()
                } else {
                    0.0
                }
            }
            Self::SquaredEpsilonInsensitive { epsilon } => {
                let distance = p - y;
                2.0 * (distance - distance.clamp(-epsilon, epsilon))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_the_derivatives_of_the_values() {
        let losses = [
            ScoreLoss::Hinge,
            ScoreLoss::SquaredHinge,
            ScoreLoss::Perceptron,
            ScoreLoss::Log,
            ScoreLoss::ModifiedHuber,
            ScoreLoss::SquaredError,
            ScoreLoss::Huber { epsilon: 0.1 },
            ScoreLoss::EpsilonInsensitive { epsilon: 0.1 },
            ScoreLoss::SquaredEpsilonInsensitive { epsilon: 0.1 },
        ];
        for loss in losses {
            for y in [-1.0, 1.0] {
                for p in [-30.3, -2.0, -1.07, -0.96, -0.3, 0.31, 0.97, 1.04, 5.5, 40.0] {
                    let numeric = (loss.value(y, p + 1e-5) - loss.value(y, p - 1e-5)) / 2e-5;
                    let slope = loss.slope(y, p);
                    let tolerance = 1e-4 * (1.0 + slope.abs());
                    assert!(
                        (numeric - slope).abs() < tolerance,
                        "{loss:?} at {p}: {numeric}, {slope}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_kink_counts_as_an_error() {
        assert_eq!(ScoreLoss::Hinge.slope(1.0, 1.0), -1.0);
        assert_eq!(ScoreLoss::Perceptron.slope(-1.0, 0.0), 1.0);
    }
}
