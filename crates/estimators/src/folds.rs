//! Folds of cross-validation, scikit-learn's `StratifiedKFold` without a shuffle: of each class the
//! first rows are the first fold's, and so on.

use crate::ParamError;
use crate::multiclass::{ClassEncoding, class_counts};

/// Folds where none are asked for.
pub const DEFAULT_FOLDS: usize = 5;

/// Returns the fold of each row.
///
/// # Errors
/// [`ParamError`] for the `cv` of `estimator` if no class has as many rows as there are folds.
pub fn stratified_folds(
    estimator: &'static str,
    codes: &[usize],
    encoding: &ClassEncoding,
    n_folds: usize,
) -> Result<Vec<usize>, ParamError> {
    let n_classes = encoding.n_classes();
    let counts = class_counts(codes, n_classes);
    if counts.iter().all(|&count| count < n_folds) {
        let most = counts.iter().max().copied().unwrap_or(0);
        let expected = format!("at most {most}, the rows of the most frequent class");
        return Err(ParamError::value(estimator, "cv", expected, n_folds));
    }
    // Classes are numbered as they appear, which decides to whom the rows left over go.
    let mut numbers = vec![None; n_classes];
    let mut n_seen = 0;
    for &code in codes {
        if numbers[code].is_none() {
            numbers[code] = Some(n_seen);
            n_seen += 1;
        }
    }
    let number = |code: usize| numbers[code].unwrap_or(0);
    let mut sorted: Vec<usize> = codes.iter().map(|&code| number(code)).collect();
    sorted.sort_unstable();
    // How many rows of each class are left for each fold.
    let mut left = vec![vec![0_usize; n_folds]; n_classes];
    for (place, number) in sorted.into_iter().enumerate() {
        left[number][place % n_folds] += 1;
    }
    let mut fold_of = |&code: &usize| {
        let left = &mut left[number(code)];
        let fold = left.iter().position(|&n| n > 0).unwrap_or(0);
        left[fold] = left[fold].saturating_sub(1);
        fold
    };
    Ok(codes.iter().map(&mut fold_of).collect())
}

/// Returns the rows that are trained on and those that are held back for `fold`.
pub fn split(folds: &[usize], fold: usize) -> (Vec<usize>, Vec<usize>) {
    (0..folds.len()).partition(|&row| folds[row] != fold)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_equal_those_of_scikit_learn() {
        // scikit-learn 1.5.2: `StratifiedKFold(3)`, the test fold of each row.
        let y = [2, 0, 0, 1, 2, 2, 0, 1, 0, 2, 2, 1, 0, 0, 2, 1, 1, 2];
        let (encoding, codes) = ClassEncoding::new(y);
        let found = stratified_folds("Test", &codes, &encoding, 3).unwrap();
        assert_eq!(found, EXPECTED);
        let (train, test) = split(&found, 0);
        assert_eq!((train.len(), test.len()), (12, 6));
        assert!(stratified_folds("Test", &codes, &encoding, 8).is_err());
    }

    const EXPECTED: [usize; 18] = [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2];
}
