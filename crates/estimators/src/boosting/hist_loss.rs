//! The log loss as histogram boosting of scikit-learn has it: scores before the first stage, and
//! gradients and Hessians of `f32`, computed from `f64` step by step as there, so that equal splits
//! are the same ones.

use rayon::prelude::*;

/// How many rows a thread takes at a time.
const CHUNK: usize = 4096;

/// Gradient and Hessian of each row for one output.
pub(super) type Slope = Vec<[f32; 2]>;

/// Returns the gradients and Hessians of every output at these scores, times the weights of the
/// rows' classes.
pub(super) fn slopes(
    scores: &[Vec<f64>],
    codes: &[usize],
    class_weights: Option<&[f64]>,
) -> Vec<Slope> {
    let weight = |code: usize| class_weights.map_or(1.0, |weights| weights[code]);
    #[expect(clippy::cast_possible_truncation, reason = "scikit-learn's format")]
    let rounded = |[gradient, hessian]: [f64; 2], code: usize| {
        let weight = weight(code);
        [(gradient * weight) as f32, (hessian * weight) as f32]
    };
    if let [scores] = scores {
        let pairs = scores.iter().zip(codes);
        let pair = |(&score, &code): (&f64, &usize)| rounded(of_two(score, code), code);
        return vec![pairs.map(pair).collect()];
    }
    let normalisers = normalisers(scores);
    let of_class = |(class, scores): (usize, &Vec<f64>)| {
        let rows = scores.iter().zip(codes).zip(&normalisers);
        let pair = |((&score, &code), &[largest, sum]): ((&f64, &usize), &[f64; 2])| {
            let p = (score - largest).exp() / sum;
            let is_class = f64::from(u8::from(code == class));
            rounded([p - is_class, p * (1.0 - p)], code)
        };
        rows.map(pair).collect()
    };
    scores.par_iter().enumerate().map(of_class).collect()
}

/// Returns the gradient and the Hessian of two classes.
fn of_two(score: f64, code: usize) -> [f64; 2] {
    let y = f64::from(u8::from(code == 1));
    if score > -37.0 {
        let e = (-score).exp();
        [((1.0 - y) - y * e) / (1.0 + e), e / ((1.0 + e) * (1.0 + e))]
    } else {
        let p = score.exp();
        [p - y, p]
    }
}

/// Returns the largest score of each row, and the sum of the exponentials of what the scores are
/// below it.
fn normalisers(scores: &[Vec<f64>]) -> Vec<[f64; 2]> {
    let mut of_rows = vec![[0.0; 2]; scores[0].len()];
    let chunks = of_rows.par_chunks_mut(CHUNK).enumerate();
    chunks.for_each(|(chunk_idx, of_rows)| {
        for (offset, of_row) in of_rows.iter_mut().enumerate() {
            let row = chunk_idx * CHUNK + offset;
            let scores = || scores.iter().map(|scores| scores[row]);
            let largest = scores().fold(f64::NEG_INFINITY, f64::max);
            let sum = scores().map(|score| (score - largest).exp()).sum();
            *of_row = [largest, sum];
        }
    });
    of_rows
}

/// Returns the share of each class in rows of these codes, each with the weight of its class.
/// Weights are summed as NumPy sums them, since balanced classes are only told apart by rounding.
pub(super) fn class_shares(
    codes: &[usize],
    n_classes: usize,
    class_weights: Option<&[f64]>,
) -> Vec<f64> {
    let sum_where = |is_counted: &dyn Fn(usize) -> bool| {
        let weight = |&code: &usize| match class_weights {
            _ if !is_counted(code) => 0.0,
            Some(weights) => weights[code],
            None => 1.0,
        };
        pairwise_sum(&codes.iter().map(weight).collect::<Vec<f64>>())
    };
    let all = sum_where(&|_| true);
    (0..n_classes)
        .map(|class| sum_where(&|code| code == class) / all)
        .collect()
}

/// Returns a sum by halves, and of at most 128 values eight at a time.
fn pairwise_sum(values: &[f64]) -> f64 {
    const LANES: usize = 8;
    const BLOCK: usize = 128;
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (low, high) = values.split_at(half - half % LANES);
        return pairwise_sum(low) + pairwise_sum(high);
    }
    let (eights, rest) = values.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for eight in eights {
        for (lane, value) in lanes.iter_mut().zip(eight) {
            *lane += value;
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    let sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(sum, |sum, value| sum + value)
}

/// Returns the scores of a constant prediction of these class shares.
pub(super) fn prior_scores(shares: &[f64]) -> Vec<f64> {
    match shares {
        // A single class is the first of two.
        [_] => vec![logit(clipped(0.0, 10.0))],
        [_, share] => vec![logit(clipped(*share, 10.0))],
        _ => {
            let shares: Vec<f64> = shares.iter().map(|&share| clipped(share, 1.0)).collect();
            let logs: f64 = shares.iter().map(|share| share.ln()).sum();
            let mean = (logs / shares.len() as f64).exp();
            shares.iter().map(|share| (share / mean).ln()).collect()
        }
    }
}

/// Returns a share that is some epsilons away from 0 and 1, which keeps scores finite.
fn clipped(share: f64, n_epsilons: f64) -> f64 {
    let least = n_epsilons * f64::EPSILON;
    share.clamp(least, 1.0 - least)
}

/// Returns `ln(p / (1 - p))`, around a half from the distance to it, as SciPy does.
fn logit(p: f64) -> f64 {
    if (0.3..=0.65).contains(&p) {
        let distance = 2.0 * (p - 0.5);
        distance.ln_1p() - (-distance).ln_1p()
    } else {
        (p / (1.0 - p)).ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gradients_are_the_slopes_of_the_loss() {
        for (scores, code) in [(vec![0.3, -1.0, 2.0], 1), (vec![0.0; 3], 2)] {
            let columns: Vec<Vec<f64>> = scores.iter().map(|&score| vec![score]).collect();
            let slopes = slopes(&columns, &[code], Some(&[1.0, 2.0, 1.0]));
            let weight = if code == 1 { 2.0 } else { 1.0 };
            let sum: f64 = scores.iter().map(|score: &f64| score.exp()).sum();
            for class in 0..3 {
                let p = scores[class].exp() / sum;
                let gradient = weight * (p - f64::from(u8::from(class == code)));
                assert!((f64::from(slopes[class][0][0]) - gradient).abs() < 1e-6);
                assert!((f64::from(slopes[class][0][1]) - weight * p * (1.0 - p)).abs() < 1e-6);
            }
        }
        let two = slopes(&[vec![0.0, -50.0]], &[0, 1], None);
        assert_eq!(two, [vec![[0.5, 0.25], [-1.0, (-50.0f64).exp() as f32]]]);
    }

    #[test]
    fn shares_of_balanced_classes_are_rounded_as_by_numpy() {
        let code = |row: usize| match (row % 3, row % 7) {
            (0, _) => 1,
            (_, 1) => 2,
            _ => 0,
        };
        let codes: Vec<usize> = (0..300).map(code).collect();
        assert_eq!(
            class_shares(&codes, 3, Some(&[1.0; 3])),
            class_shares(&codes, 3, None)
        );
        let weights = [171, 100, 29].map(|count| 300.0 / f64::from(3 * count));
        let shares = class_shares(&codes, 3, Some(&weights));
        // numpy.average(codes == k, weights=weights[codes]) of NumPy 2.4.
        let third = 1.0 / 3.0_f64;
        assert_eq!(shares, [third.next_down(), third, third]);
    }

    #[test]
    fn priors_are_those_of_scikit_learn() {
        // HistGradientBoostingClassifier(...)._baseline_prediction of 1.5.2.
        assert_eq!(prior_scores(&[1.0]), [-33.741_068_296_123_11]);
        assert_eq!(prior_scores(&[0.6, 0.4]), [-0.405_465_108_108_164_3]);
        assert_eq!(prior_scores(&[0.5, 0.5]), [0.0]);
        let expected = [
            0.475_705_451_880_048_6,
            -0.035_120_171_885_942_03,
            -0.440_585_279_994_106_35,
        ];
        for (ours, theirs) in prior_scores(&[0.5, 0.3, 0.2]).iter().zip(expected) {
            assert!((ours - theirs).abs() < 1e-15);
        }
    }
}
