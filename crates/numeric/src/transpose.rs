//! Blocks of bytes with rows and columns exchanged.

/// Rows and columns of a block.
pub const SIDE: usize = 16;

/// Returns the block whose rows are the columns of `rows`.
#[must_use]
#[inline]
pub fn transposed(rows: &[[u8; SIDE]; SIDE]) -> [[u8; SIDE]; SIDE] {
    #[cfg(target_arch = "x86_64")]
    {
        #[expect(unsafe_code, reason = "a function of vector instructions")]
        // SAFETY: every processor of this architecture has SSE2.
        unsafe {
            by_interleaving(rows)
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    one_by_one(rows)
}

/// Interleaves each row with the one half a block below it, four times.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "sse2")]
#[inline]
fn by_interleaving(rows: &[[u8; SIDE]; SIDE]) -> [[u8; SIDE]; SIDE] {
    use core::arch::x86_64::{
        __m128i, _mm_cvtsi128_si64, _mm_set_epi64x, _mm_unpackhi_epi8, _mm_unpackhi_epi64,
        _mm_unpacklo_epi8,
    };
    let load = |row: &[u8; SIDE]| -> __m128i {
        let (halves, _) = row.as_chunks::<8>();
        let [low, high] = [halves[0], halves[1]].map(i64::from_le_bytes);
        _mm_set_epi64x(high, low)
    };
    let mut vectors = rows.each_ref().map(load);
    for _ in 0..4 {
        let mut next = vectors;
        for pair in 0..SIDE / 2 {
            let (a, b) = (vectors[pair], vectors[pair + SIDE / 2]);
            next[2 * pair] = _mm_unpacklo_epi8(a, b);
            next[2 * pair + 1] = _mm_unpackhi_epi8(a, b);
        }
        vectors = next;
    }
    vectors.map(|vector| {
        let high = _mm_unpackhi_epi64(vector, vector);
        let halves = [vector, high].map(|half| _mm_cvtsi128_si64(half).to_le_bytes());
        let mut row = [0; SIDE];
        row[..8].copy_from_slice(&halves[0]);
        row[8..].copy_from_slice(&halves[1]);
        row
    })
}

/// Transposes byte by byte: the portable way, and the twin in tests.
#[cfg(any(test, not(target_arch = "x86_64")))]
fn one_by_one(rows: &[[u8; SIDE]; SIDE]) -> [[u8; SIDE]; SIDE] {
    std::array::from_fn(|column| std::array::from_fn(|row| rows[row][column]))
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use crate::rng::stream;

    #[test]
    fn blocks_are_transposed_as_byte_by_byte() {
        let mut rng = stream(5, &[]);
        for _ in 0..20 {
            let rows: [[u8; SIDE]; SIDE] = rng.r#gen();
            assert_eq!(transposed(&rows), one_by_one(&rows));
            assert_eq!(transposed(&transposed(&rows)), rows);
        }
    }
}
