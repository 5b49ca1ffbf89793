//! Setting rows aside for early stopping.

use rand::seq::SliceRandom as _;

use crate::multiclass::class_counts;
use fashion_bench_numeric::rng::Rng;

/// Splits the rows into training rows and `n_validation` validation rows, both ascending, each
/// class in proportion. What rounding leaves over goes to the classes with the largest remainders.
pub(super) fn stratified_split(
    codes: &[usize],
    n_classes: usize,
    n_validation: usize,
    rng: &mut Rng,
) -> (Vec<u32>, Vec<u32>) {
    let counts = class_counts(codes, n_classes);
    let share = n_validation as f64 / codes.len() as f64;
    let mut quota: Vec<usize> = counts
        .iter()
        .map(|&n| (n as f64 * share) as usize)
        .collect();
    let mut by_remainder: Vec<usize> = (0..n_classes).collect();
    let remainder = |&class: &usize| (counts[class] as f64 * share).fract();
    by_remainder.sort_by(|a, b| remainder(b).total_cmp(&remainder(a)));
    let left_over = n_validation - quota.iter().sum::<usize>().min(n_validation);
    for &class in by_remainder.iter().cycle().take(left_over) {
        quota[class] = (quota[class] + 1).min(counts[class]);
    }
    let mut rows: Vec<u32> = (0..codes.len() as u32).collect();
    rows.shuffle(rng);
    let (mut train, mut validation) = (Vec::new(), Vec::new());
    for row in rows {
        let quota = &mut quota[codes[row as usize]];
        if *quota > 0 {
            *quota -= 1;
            validation.push(row);
        } else {
            train.push(row);
        }
    }
    train.sort_unstable();
    validation.sort_unstable();
    (train, validation)
}
