//! Figures of several repeats in one: mean, spread, median.

/// Returns the mean of the scores; nothing without a score.
#[must_use]
pub fn mean_accuracy(score: &[f64]) -> Option<f64> {
    (!score.is_empty()).then(|| score.iter().sum::<f64>() / score.len() as f64)
}

/// Returns the median; nothing without values.
#[must_use]
pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => None,
        _ if n % 2 == 1 => Some(values[n / 2]),
        _ => Some(f64::midpoint(values[n / 2 - 1], values[n / 2])),
    }
}

/// Returns twice the population standard deviation of the scores, as the original does; nothing
/// without a score.
#[must_use]
pub fn std_accuracy(score: &[f64]) -> Option<f64> {
    let mean = mean_accuracy(score)?;
    let squares: f64 = score.iter().map(|value| (value - mean).powi(2)).sum();
    Some(2.0 * (squares / score.len() as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(vec![4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median(vec![9.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(Vec::new()), None);
    }
}
