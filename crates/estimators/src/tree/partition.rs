//! Parting the samples of a node.

use std::ops::Range;

use super::space::Space;
use super::split::Split;
use super::target::Target;

/// Parts the samples of nodes, in a buffer that it owns.
pub struct Partition<P> {
    right_samples: Vec<u32>,
    right_payloads: Vec<P>,
}

impl<P: Copy> Partition<P> {
    /// Returns a partition whose buffer is empty.
    pub fn new() -> Self {
        Self {
            right_samples: Vec::new(),
            right_payloads: Vec::new(),
        }
    }

    /// Moves the samples of `range` that go left to its front and keeps the order on both sides.
    /// Returns how many go left.
    pub fn part<T: Target<Payload = P>>(
        &mut self,
        space: &mut Space<'_, T>,
        range: Range<usize>,
        split: &Split,
    ) -> usize {
        let column = split.column as usize;
        let samples = &mut space.samples[range.clone()];
        let payloads = &mut space.payloads[range];
        if let Some(ranks) = space.matrix.ranks(column) {
            return self.part_by(samples, payloads, |sample| {
                ranks[sample as usize] <= split.left
            });
        }
        let column = space.matrix.column(column);
        let left = split.left as u8;
        self.part_by(samples, payloads, |sample| column.of(sample) <= left)
    }

    #[inline(always)]
    fn part_by(
        &mut self,
        samples: &mut [u32],
        payloads: &mut [P],
        goes_left: impl Fn(u32) -> bool,
    ) -> usize {
        self.right_samples.clear();
        self.right_payloads.clear();
        let mut n_left = 0;
        for at in 0..samples.len() {
            let (sample, payload) = (samples[at], payloads[at]);
            if goes_left(sample) {
                samples[n_left] = sample;
                payloads[n_left] = payload;
                n_left += 1;
            } else {
                self.right_samples.push(sample);
                self.right_payloads.push(payload);
            }
        }
        samples[n_left..].copy_from_slice(&self.right_samples);
        payloads[n_left..].copy_from_slice(&self.right_payloads);
        n_left
    }
}
