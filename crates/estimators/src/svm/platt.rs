//! Probabilities from decisions: a logistic function for each pair of classes, and one distribution
//! that fits all pairs best.
//!
//! J. Platt, Probabilistic Outputs for Support Vector Machines (1999), as improved by H.-T. Lin,
//! C.-J. Lin, R. Weng, A Note on Platt's Probabilistic Outputs for Support Vector Machines (2007,
//! algorithm 1); pairs are coupled by the second method of T.-F. Wu, C.-J. Lin, R. Weng, Probability
//! Estimates for Multi-class Classification by Pairwise Coupling (JMLR 5, 2004, algorithm 2). The
//! constants and the five folds of the decisions are LIBSVM's.

use super::mersenne_twister::MersenneTwister;
use crate::error::FitError;
use crate::multiclass::class_pairs;

/// Parts of the cross-validation.
const N_FOLDS: usize = 5;
/// Largest number of Newton steps.
const MAX_STEPS: usize = 100;
/// Shortest step that the line search tries.
const MIN_STEP: f64 = 1e-10;
/// Added to the diagonal of the second derivatives.
const RIDGE: f64 = 1e-12;
/// Largest gradient that counts as none.
const TOL: f64 = 1e-5;
/// Smallest probability of a pair.
const MIN_PROBABILITY: f64 = 1e-7;

/// P(first class) = 1 / (1 + exp(slope·decision + offset)).
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Sigmoid {
    pub slope: f64,
    pub offset: f64,
}

/// Returns the decision of each row of a pair by machines that have not seen it. `decide` trains on
/// rows (in the order given) and returns the decisions of others, positive for the first class; it
/// is called with rows of both classes only.
///
/// # Errors
/// That of `decide`.
pub fn cross_validated(
    is_first: &[bool],
    random_state: u32,
    decide: impl Fn(&[usize], &[usize]) -> Result<Vec<f64>, FitError>,
) -> Result<Vec<f64>, FitError> {
    let n = is_first.len();
    let mut numbers = MersenneTwister::of_random_state(random_state);
    let mut order: Vec<usize> = (0..n).collect();
    for i in 0..n {
        let n_left = u32::try_from(n - i).expect("rows are counted in 32 bits");
        order.swap(i, i + numbers.below(n_left) as usize);
    }
    let mut decisions = vec![0.0; n];
    for fold in 0..N_FOLDS {
        let (begin, end) = (fold * n / N_FOLDS, (fold + 1) * n / N_FOLDS);
        let held_back = &order[begin..end];
        let train: Vec<usize> = order[..begin]
            .iter()
            .chain(&order[end..])
            .copied()
            .collect();
        let n_first = train.iter().filter(|&&row| is_first[row]).count();
        let found = match (n_first > 0, n_first < train.len()) {
            (true, true) => decide(&train, held_back)?,
            (true, false) => vec![1.0; held_back.len()],
            (false, true) => vec![-1.0; held_back.len()],
            (false, false) => vec![0.0; held_back.len()],
        };
        for (&row, decision) in held_back.iter().zip(found) {
            decisions[row] = decision;
        }
    }
    Ok(decisions)
}

impl Sigmoid {
    /// Fits the function to decisions by maximum likelihood, with the targets of the rows drawn in
    /// from 0 and 1.
    pub fn fit(decisions: &[f64], is_first: &[bool]) -> Self {
        let (n_first, n_second) = counts(is_first);
        let rows = with_targets(decisions, is_first);
        let mut sigmoid = Self {
            slope: 0.0,
            offset: ((n_second + 1.0) / (n_first + 1.0)).ln(),
        };
        let mut loss = sigmoid.loss(&rows);
        for _ in 0..MAX_STEPS {
            let Some((direction, gain)) = sigmoid.newton_direction(&rows) else {
                break;
            };
            let mut length = 1.0;
            let found = loop {
                if length < MIN_STEP {
                    break None;
                }
                let next = Self {
                    slope: sigmoid.slope + length * direction.0,
                    offset: sigmoid.offset + length * direction.1,
                };
                let next_loss = next.loss(&rows);
                if next_loss < loss + 0.0001 * length * gain {
                    break Some((next, next_loss));
                }
                length /= 2.0;
            };
            let Some(next) = found else { break };
            (sigmoid, loss) = next;
        }
        sigmoid
    }

    /// Returns minus the log-likelihood of `rows`, pairs of decision and target.
    fn loss(self, rows: &[(f64, f64)]) -> f64 {
        rows.iter().fold(0.0, |sum, &(decision, target)| {
            let z = decision * self.slope + self.offset;
            sum + if z >= 0.0 {
                target * z + (1.0 + (-z).exp()).ln()
            } else {
                (target - 1.0) * z + (1.0 + z.exp()).ln()
            }
        })
    }

    /// Returns Newton's direction and the derivative along it, or nothing at the optimum.
    fn newton_direction(self, rows: &[(f64, f64)]) -> Option<((f64, f64), f64)> {
        let (mut h11, mut h22, mut h21) = (RIDGE, RIDGE, 0.0);
        let (mut g1, mut g2) = (0.0, 0.0);
        for &(decision, target) in rows {
            let z = decision * self.slope + self.offset;
            let (p, q) = if z >= 0.0 {
                let e = (-z).exp();
                (e / (1.0 + e), 1.0 / (1.0 + e))
            } else {
                let e = z.exp();
                (1.0 / (1.0 + e), e / (1.0 + e))
            };
            let curvature = p * q;
            h11 += decision * decision * curvature;
            h22 += curvature;
            h21 += decision * curvature;
            g1 += decision * (target - p);
            g2 += target - p;
        }
        if g1.abs() < TOL && g2.abs() < TOL {
            return None;
        }
        let determinant = h11 * h22 - h21 * h21;
        let slope = -(h22 * g1 - h21 * g2) / determinant;
        let offset = -(-h21 * g1 + h11 * g2) / determinant;
        Some(((slope, offset), g1 * slope + g2 * offset))
    }

    /// Returns the probability of the first class at `decision`.
    fn probability(self, decision: f64) -> f64 {
        let z = decision * self.slope + self.offset;
        if z >= 0.0 {
            (-z).exp() / (1.0 + (-z).exp())
        } else {
            1.0 / (1.0 + z.exp())
        }
    }
}

/// Returns the rows of either class.
fn counts(is_first: &[bool]) -> (f64, f64) {
    let n_first = is_first.iter().filter(|&&is| is).count() as f64;
    (n_first, is_first.len() as f64 - n_first)
}

/// Returns each decision with what its probability should be.
fn with_targets(decisions: &[f64], is_first: &[bool]) -> Vec<(f64, f64)> {
    let (n_first, n_second) = counts(is_first);
    let (high, low) = ((n_first + 1.0) / (n_first + 2.0), 1.0 / (n_second + 2.0));
    let target = |&is_first: &bool| if is_first { high } else { low };
    let targets = is_first.iter().map(target);
    decisions.iter().copied().zip(targets).collect()
}

/// Returns the probability of each class, given the decision and the function of each pair in the
/// order of [`class_pairs`].
pub fn couple(decisions: &[f64], sigmoids: &[Sigmoid], n_classes: usize) -> Vec<f64> {
    let k = n_classes;
    let mut r = vec![vec![0.0; k]; k];
    let pairs = class_pairs(k).zip(decisions.iter().zip(sigmoids));
    for ((first, second), (&decision, sigmoid)) in pairs {
        let p = sigmoid.probability(decision);
        // A NaN takes the bound, as with LIBSVM's `min` and `max`.
        let p = if p > MIN_PROBABILITY {
            p
        } else {
            MIN_PROBABILITY
        };
        let p = p.min(1.0 - MIN_PROBABILITY);
        r[first][second] = p;
        r[second][first] = 1.0 - p;
    }
    let mut q = vec![vec![0.0; k]; k];
    for t in 0..k {
        for j in (0..k).filter(|&j| j != t) {
            q[t][t] += r[j][t] * r[j][t];
            q[t][j] = -r[j][t] * r[t][j];
        }
    }
    let mut p = vec![1.0 / k as f64; k];
    for _ in 0..k.max(100) {
        let mut qp: Vec<f64> = q
            .iter()
            .map(|row| row.iter().zip(&p).map(|(q, p)| q * p).sum())
            .collect();
        let mut pqp: f64 = p.iter().zip(&qp).map(|(p, qp)| p * qp).sum();
        let error = qp.iter().map(|qp| (qp - pqp).abs()).fold(0.0, f64::max);
        if error < 0.005 / k as f64 {
            break;
        }
        for t in 0..k {
            let change = (pqp - qp[t]) / q[t][t];
            p[t] += change;
            let scale = 1.0 + change;
            pqp = (pqp + change * (change * q[t][t] + 2.0 * qp[t])) / scale / scale;
            for j in 0..k {
                qp[j] = (qp[j] + change * q[t][j]) / scale;
                p[j] /= scale;
            }
        }
    }
    p
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fitted_sigmoid_is_stationary() {
        let decisions: Vec<f64> = (0..40).map(|i| f64::from(i) / 10.0 - 2.0).collect();
        let is_first: Vec<bool> = (0..40).map(|i| (i * 7) % 40 < i).collect();
        let sigmoid = Sigmoid::fit(&decisions, &is_first);
        assert!(sigmoid.slope < 0.0);
        assert!(sigmoid.probability(2.0) > 0.5 && sigmoid.probability(-2.0) < 0.5);
        let rows = with_targets(&decisions, &is_first);
        assert!(sigmoid.newton_direction(&rows).is_none());
    }

    #[test]
    fn coupled_pairs_that_agree_give_their_distribution() {
        // r = p_i / (p_i + p_j) for p = (0.5, 0.3, 0.2), by sigmoids of slope -1.
        let p = [0.5, 0.3, 0.2_f64];
        let sigmoid = Sigmoid {
            slope: -1.0,
            offset: 0.0,
        };
        let decisions: Vec<f64> = class_pairs(3).map(|(i, j)| (p[i] / p[j]).ln()).collect();
        let found = couple(&decisions, &[sigmoid; 3], 3);
        for (found, expected) in found.iter().zip(p) {
            assert!((found - expected).abs() < 5e-3, "{found} {expected}");
        }
        assert!((found.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn every_row_is_held_back_once() {
        let is_first: Vec<bool> = (0..23).map(|i| i % 3 == 0).collect();
        let decisions = cross_validated(&is_first, 7, |train, held_back| {
            assert_eq!(train.len() + held_back.len(), 23);
            assert!(held_back.iter().all(|row| !train.contains(row)));
            Ok(held_back.iter().map(|&row| row as f64).collect())
        });
        let expected: Vec<f64> = (0..23).map(f64::from).collect();
        assert_eq!(decisions.unwrap(), expected);
    }
}
