//! Which decisions in `f32` name a class beyond doubt.

use crate::multiclass::class_pairs;

/// How many times its typical size a rounding error may have.
const CAUTION: f64 = 8.0;

/// Returns how far from 0 a decision must lie for its sign to be beyond doubt, given the sum of
/// the squared rounding errors of its terms.
pub fn margin(squared_errors: f64) -> f64 {
    CAUTION * squared_errors.sqrt()
}

/// Whether `winner`, the class with most votes, has them whatever the signs of the decisions that
/// do not lie beyond their margin; both in the order of [`class_pairs`].
pub fn is_certain(decisions: &[f64], margins: &[f64], winner: usize, n_classes: usize) -> bool {
    let (mut sure, mut possible) = (vec![0_usize; n_classes], vec![0_usize; n_classes]);
    for (pair, (first, second)) in class_pairs(n_classes).enumerate() {
        let decision = decisions[pair];
        if decision.is_finite() && decision.abs() > margins[pair] {
            let class = if decision > 0.0 { first } else { second };
            sure[class] += 1;
            possible[class] += 1;
        } else {
            possible[first] += 1;
            possible[second] += 1;
        }
    }
    // Of equal votes the lowest class has it.
    (0..n_classes)
        .filter(|&class| class != winner)
        .all(|class| {
            possible[class] < sure[winner] || (possible[class] == sure[winner] && winner < class)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_decisions_that_could_change_the_winner_leave_a_doubt() {
        // Class 0 beats both others; which of them is second does not matter.
        let margins = [0.1; 3];
        assert!(is_certain(&[1.0, 1.0, 0.01], &margins, 0, 3));
        assert!(!is_certain(&[1.0, 0.01, -1.0], &margins, 0, 3));
        // A cycle goes to class 0, unless its own vote is in doubt.
        assert!(is_certain(&[1.0, -1.0, 1.0], &margins, 0, 3));
        assert!(!is_certain(&[0.01, -1.0, 1.0], &margins, 0, 3));
        assert!(!is_certain(&[f64::NAN], &[0.1], 1, 2));
        assert!(!is_certain(&[f64::INFINITY], &[0.1], 0, 2));
    }
}
