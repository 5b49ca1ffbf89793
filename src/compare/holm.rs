//! Holm's correction for many tests at once.

/// The adjusted p-values of `p`, in its order (Holm 1979).
///
/// Rows called different where the adjusted value is below α are all truly so but with
/// probability α, whatever the dependence between the tests. The smallest of m is multiplied by m,
/// the next by m − 1, …, and none may be smaller than one before it.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&a, &b| p[a].total_cmp(&p[b]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest = 0.0_f64;
    for (rank, idx) in order.into_iter().enumerate() {
        let n_left = (p.len() - rank) as f64;
        largest = largest.max((p[idx] * n_left).min(1.0));
        adjusted[idx] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_r() {
        // p.adjust(c(0.01, 0.04, 0.03, 0.005, 0.6), method = "holm")
        let expected = [0.04, 0.09, 0.09, 0.025, 0.6];
        let found = holm(&[0.01, 0.04, 0.03, 0.005, 0.6]);
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
        assert_eq!(holm(&[]), Vec::<f64>::new());
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
