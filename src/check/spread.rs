//! How far a mean accuracy may lie from the recorded one by the luck of its seeds alone.

use statrs::distribution::{ContinuousCDF, StudentsT};

/// Mean and deviation of the accuracies recorded under several seeds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Seeds recorded, at least 2.
    pub n: usize,
    /// Their mean accuracy.
    pub mean: f64,
    /// Their sample standard deviation.
    pub sd: f64,
}

impl Spread {
    /// The spread of these accuracies; nothing of fewer than two.
    #[must_use]
    pub fn of(accuracies: &[f64]) -> Option<Self> {
        let n = accuracies.len();
        if n < 2 {
            return None;
        }
        let mean = accuracies.iter().sum::<f64>() / n as f64;
        let squares: f64 = accuracies.iter().map(|a| (a - mean).powi(2)).sum();
        Some(Self {
            n,
            mean,
            sd: (squares / (n - 1) as f64).sqrt(),
        })
    }

    /// Half the width of the prediction interval for the mean of `n_new` further seeds.
    ///
    /// If accuracies are normal over seeds, it is missed with probability `alpha`:
    /// t(1 − α/2, n − 1) · s · √(1/n + 1/`n_new`). A deviation below `floor`, one test image, is
    /// taken for that: a few seeds that happened to agree do not prove that all will.
    ///
    /// # Panics
    /// If `alpha` does not lie in (0, 1) or `n_new` is 0.
    #[must_use]
    pub fn reach(&self, n_new: usize, alpha: f64, floor: f64) -> f64 {
        assert!(alpha > 0.0 && alpha < 1.0 && n_new > 0);
        let t = StudentsT::new(0.0, 1.0, (self.n - 1) as f64).expect("n is at least 2");
        let quantile = t.inverse_cdf(1.0 - alpha / 2.0);
        quantile * self.sd.max(floor) * (1.0 / self.n as f64 + 1.0 / n_new as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng, SeedableRng};

    use super::*;

    #[test]
    fn the_spread_is_the_sample_deviation() {
        let spread = Spread::of(&[0.5, 0.6, 0.7]).unwrap();
        assert!((spread.mean - 0.6).abs() < 1e-12 && (spread.sd - 0.1).abs() < 1e-12);
        assert_eq!(Spread::of(&[0.5]), None);
    }

    #[test]
    fn the_reach_is_the_tabled_quantile() {
        // Student's t with 4 degrees of freedom, two-sided 5 %: 2.776.
        let spread = Spread {
            n: 5,
            mean: 0.8,
            sd: 0.01,
        };
        let expected = 2.776_445 * 0.01 * 1.2_f64.sqrt();
        assert!((spread.reach(1, 0.05, 0.0) - expected).abs() < 1e-7);
        let floored = Spread { sd: 0.0, ..spread };
        assert!((floored.reach(1, 0.05, 0.01) - expected).abs() < 1e-7);
    }

    #[test]
    fn it_is_missed_as_often_as_it_says() {
        let mut rng = StdRng::seed_from_u64(7);
        // A sum of twelve uniform numbers is close to normal.
        let mut draw = || (0..12).map(|_| rng.r#gen::<f64>()).sum::<f64>() - 6.0;
        let n_trials = 20_000;
        let n_missed = (0..n_trials)
            .filter(|_| {
                let recorded: Vec<f64> = (0..8).map(|_| draw()).collect();
                let found = (draw() + draw()) / 2.0;
                let spread = Spread::of(&recorded).unwrap();
                (found - spread.mean).abs() > spread.reach(2, 0.05, 0.0)
            })
            .count();
        let share = n_missed as f64 / f64::from(n_trials);
        assert!((0.045..0.055).contains(&share), "missed {share}");
    }
}
