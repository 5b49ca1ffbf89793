//! Sums in numpy's order, so that they are rounded alike.

/// Values that are summed in eight running sums.
const BLOCK: usize = 128;

/// Returns the sum of `values`: halves are summed apart, down to blocks of 128 values, and these in
/// eight running sums.
pub(super) fn pairwise_sum(values: &[f64]) -> f64 {
    if values.len() > BLOCK {
        let half = values.len() / 2;
        let (low, high) = values.split_at(half - half % 8);
        return pairwise_sum(low) + pairwise_sum(high);
    }
    let (chunks, tail) = values.as_chunks::<8>();
    let Some((first, rest)) = chunks.split_first() else {
        return tail.iter().sum();
    };
    let mut r = *first;
    for chunk in rest {
        for (sum, value) in r.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    let sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    tail.iter().fold(sum, |sum, value| sum + value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_equal_those_of_numpy_to_the_bit() {
        // numpy 2.4.6: `v = 1 / (np.arange(n) % 7 + 3)`, the bits of `v.sum()`.
        for (n, expected) in [
            (5, 0x3ff1_7c57_c57c_57c5),
            (100, 0x4033_305b_05b0_5b05),
            (784, 0x4062_9b05_b05b_05b0),
            (1001, 0x4067_c15b_d5bd_5bd6),
        ] {
            let values: Vec<f64> = (0..n).map(|i| 1.0 / f64::from(i % 7 + 3)).collect();
            assert_eq!(pairwise_sum(&values).to_bits(), expected, "{n}");
        }
        assert_eq!(pairwise_sum(&[]), 0.0);
    }
}
