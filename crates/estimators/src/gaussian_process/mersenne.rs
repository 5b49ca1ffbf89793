//! The Mersenne Twister as NumPy's `RandomState` seeds and reads it, so that random starts are
//! scikit-learn's (Matsumoto and Nishimura 1998).

const N: usize = 624;
const M: usize = 397;

#[derive(Debug)]
pub(super) struct MersenneTwister {
    state: [u32; N],
    next: usize,
}

impl MersenneTwister {
    /// Seeds as `numpy.random.RandomState(seed)` does; NumPy takes no more than 32 bits, of larger
    /// seeds the upper half is mixed in.
    pub fn new(seed: u64) -> Self {
        let mut state = [0; N];
        let mut word = (seed ^ (seed >> 32)) as u32;
        for (place, slot) in (1_u32..).zip(&mut state) {
            *slot = word;
            word = (word ^ (word >> 30))
                .wrapping_mul(1_812_433_253)
                .wrapping_add(place);
        }
        Self { state, next: N }
    }

    fn word(&mut self) -> u32 {
        if self.next == N {
            for i in 0..N {
                let joined =
                    (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
                let twist = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[i] = self.state[(i + M) % N] ^ (joined >> 1) ^ twist;
            }
            self.next = 0;
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// Returns a number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_numpy() {
        for (seed, expected) in [
            (0, [0.548_813_503_927_324_7, 0.715_189_366_372_419_5]),
            (
                4_294_967_295,
                [0.097_632_028_994_013_8, 0.912_382_845_302_621_8],
            ),
        ] {
            let mut random = MersenneTwister::new(seed);
            assert_eq!([random.unit(), random.unit()], expected, "{seed}");
        }
        let mut random = MersenneTwister::new(7);
        let last = (0..1000).map(|_| random.unit()).last();
        assert_eq!(last, Some(0.016_448_753_231_374_513));
    }
}
