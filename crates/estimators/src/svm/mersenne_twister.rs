//! The random numbers by which LIBSVM in scikit-learn shuffles: M. Matsumoto, T. Nishimura,
//! Mersenne Twister (1998), MT19937, with D. Lemire's bounds, Fast Random Integer Generation in an
//! Interval (2019).

const N: usize = 624;
const M: usize = 397;

/// The generator.
pub struct MersenneTwister {
    state: [u32; N],
    next: usize,
}

impl MersenneTwister {
    /// Starts from `seed`, as numpy's `RandomState` and C++'s `std::mt19937` do.
    pub fn new(seed: u32) -> Self {
        let mut state = [seed; N];
        for i in 1..N {
            let last = state[i - 1];
            let mixed = (last ^ (last >> 30)).wrapping_mul(1_812_433_253);
            state[i] = mixed.wrapping_add(u32::try_from(i).expect("a small number"));
        }
        Self { state, next: N }
    }

    /// Starts from the number that scikit-learn draws for LIBSVM from `random_state`.
    pub fn of_random_state(random_state: u32) -> Self {
        let mut numbers = Self::new(random_state);
        let largest = u32::MAX >> 1;
        loop {
            let drawn = numbers.draw() & largest;
            // numpy's `randint(2**31 - 1)`.
            if drawn < largest {
                return Self::new(drawn);
            }
        }
    }

    /// Returns the next 32 bits.
    pub fn draw(&mut self) -> u32 {
        if self.next == N {
            self.renew();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// Returns a number below `bound`, each as likely.
    pub fn below(&mut self, bound: u32) -> u32 {
        // How many of the low halves are one too many for some numbers.
        let excess = bound.wrapping_neg() % bound.max(1);
        loop {
            let product = u64::from(self.draw()) * u64::from(bound);
            let (high, low) = (product >> 32, product & u64::from(u32::MAX));
            if low >= u64::from(excess) {
                return u32::try_from(high).expect("below a bound of 32 bits");
            }
        }
    }

    fn renew(&mut self) {
        for i in 0..N {
            let y = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % N] & 0x7fff_ffff);
            let twist = if y & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + M) % N] ^ (y >> 1) ^ twist;
        }
        self.next = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_published_generator_and_of_numpy() {
        let mut numbers = MersenneTwister::new(5489);
        assert_eq!(numbers.draw(), 3_499_211_612);
        let last = (0..9_999).map(|_| numbers.draw()).last();
        // What the C++ standard asks of the 10,000th.
        assert_eq!(last, Some(4_123_659_995));
        // `np.random.RandomState(0).randint(2**31 - 1)` is 209652396.
        let mut expected = MersenneTwister::new(209_652_396);
        assert_eq!(MersenneTwister::of_random_state(0).draw(), expected.draw());
        let mut numbers = MersenneTwister::new(1);
        assert!((0..1000).all(|_| numbers.below(7) < 7));
        assert_eq!(numbers.below(1), 0);
    }
}
