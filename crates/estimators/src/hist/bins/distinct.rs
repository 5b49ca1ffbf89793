//! A table of the distinct values of one feature.

use super::{MAX_BINS, SAME_VALUE};

/// The distinct values of one feature, each in a slot of its own, which is its code.
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
    /// Whether all values but those behind a full table were finite.
    pub(super) is_finite: bool,
}

impl Distinct {
    /// A table for values like those of `sample`.
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

    /// The code of `value`, a new one if it has none; anything once there are too many.
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

/// The distinct ones of `values`, more than [`MAX_BINS`] of them at most to the next one.
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

/// Where a value is looked for first: the nearest whole number, modulo 256.
#[inline(always)]
pub(super) fn first_slot(value: f32, scale: f32, offset: f32) -> u8 {
    // Beyond 2²³ floats are whole numbers, which their lowest bits count.
    const WHOLE: f32 = 12_582_912.0;
    (value * scale + offset + WHOLE).to_bits() as u8
}
