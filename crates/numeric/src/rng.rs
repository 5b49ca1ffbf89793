//! Seeded random streams: one independent generator per purpose, whatever the number of threads.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sha2::{Digest, Sha256};

/// The generator of the whole workspace: portable, seekable, and fast enough for every use here.
pub type Rng = ChaCha8Rng;

/// Returns a generator for the stream named by `path` under `seed`.
///
/// Streams of different paths are independent, so that tree 7 of a forest draws the same numbers
/// whichever thread grows it: `stream(seed, &[tree_idx])`.
///
/// ```
/// use fashion_bench_numeric::rng::stream;
/// use rand::Rng;
/// let (a, b): (u64, u64) = (stream(1, &[0]).r#gen(), stream(1, &[1]).r#gen());
/// assert_ne!(a, b);
/// assert_eq!(a, stream(1, &[0]).r#gen::<u64>());
/// ```
#[must_use]
pub fn stream(seed: u64, path: &[u64]) -> Rng {
    let mut hasher = Sha256::new();
    hasher.update(seed.to_le_bytes());
    for part in path {
        hasher.update(part.to_le_bytes());
    }
    Rng::from_seed(hasher.finalize().into())
}

/// Returns a 64-bit seed derived from `seed` and `path`, for APIs that take a number.
#[must_use]
pub fn derive(seed: u64, path: &[u64]) -> u64 {
    rand::RngCore::next_u64(&mut stream(seed, path))
}
