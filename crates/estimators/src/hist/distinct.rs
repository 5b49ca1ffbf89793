//! A table of the distinct values of one feature.
//!
//! Worked example: a sample of the values 0, 0.5, 1.5 and 2 has 0.5 as its smallest gap, so that
//! `scale` is 2 and `offset` 0. The values are first looked for in slots 0, 1, 3 and 4, which are
//! free for each: these are their codes, slot 2 stays NaN, and codes ascend with values. A value of
//! 0.6 that turns up later is first looked for in slot 1, where 0.5 is, then in slot 2, and gets
//! that code. Codes still distinguish all values; only if they do not ascend are they replaced by
//! bins afterwards.

use super::bins::{MAX_BINS, SAME_VALUE};

/// The distinct values of one feature, each in a slot of its own, whose number is its code.
///
/// A hash table whose hash is affine: values on a lattice (bytes, standardised or not) all lie
/// where they are looked for first, and their codes ascend with them.
#[derive(Clone)]
pub(super) struct Distinct {
    pub(super) scale: f32,
    pub(super) offset: f32,
    /// Free slots are NaN, which equals no value.
    pub(super) keys: [f32; MAX_BINS],
    pub(super) n_values: usize,
    pub(super) is_full: bool,
    /// Whether all values that came before the table was full were finite.
    pub(super) is_finite: bool,
}

impl Distinct {
    /// Returns an empty table for values like those of `sample`.
    pub(super) fn new(sample: impl Iterator<Item = f32>) -> Self {
        let mut values = some_distinct(sample);
        values.sort_unstable_by(f32::total_cmp);
        let gaps = values.windows(2).map(|pair| pair[1] - pair[0]);
        let least = gaps
            .filter(|&gap| gap > SAME_VALUE)
            .fold(f32::INFINITY, f32::min);
        let scale = if least.is_finite() {
            least.recip()
        } else {
            1.0
        };
        Self {
            scale,
            offset: -scale * values[0],
            keys: [f32::NAN; MAX_BINS],
            n_values: 0,
            is_full: false,
            is_finite: true,
        }
    }

    pub(super) fn values(&self) -> impl Iterator<Item = f32> {
        self.keys.iter().copied().filter(|key| !key.is_nan())
    }

    /// Returns the code of `value`, a new one if it has none; any code once there are too many
    /// values.
    #[cold]
    pub(super) fn code(&mut self, value: f32) -> u8 {
        if !value.is_finite() {
            self.is_finite = false;
            return 0;
        }
        let mut slot = first_slot(value, self.scale, self.offset);
        for _ in 0..MAX_BINS {
            let key = &mut self.keys[usize::from(slot)];
            if key.is_nan() {
                *key = value;
                self.n_values += 1;
            }
            if *key == value {
                return slot;
            }
            slot = slot.wrapping_add(1);
        }
        self.is_full = true;
        0
    }
}

/// Returns the distinct ones of `values`; it stops after `MAX_BINS + 1` of them.
fn some_distinct(values: impl Iterator<Item = f32>) -> Vec<f32> {
    const SLOTS: usize = 4 * MAX_BINS;
    let mut table = [f32::NAN; SLOTS];
    let mut distinct = Vec::with_capacity(MAX_BINS + 1);
    for value in values {
        let mut slot = (value.to_bits().wrapping_mul(0x9E37_79B9) >> 22) as usize;
        while table[slot] != value {
            if table[slot].is_nan() {
                table[slot] = value;
                distinct.push(value);
                break;
            }
            slot = (slot + 1) % SLOTS;
        }
        if distinct.len() > MAX_BINS {
            break;
        }
    }
    distinct
}

/// Returns the slot in which a value is looked for first: the nearest whole number, modulo 256.
#[inline(always)]
pub(super) fn first_slot(value: f32, scale: f32, offset: f32) -> u8 {
    // Floats beyond 2²³ are whole numbers, and their lowest bits count them.
    const WHOLE: f32 = 12_582_912.0;
    (value * scale + offset + WHOLE).to_bits() as u8
}
