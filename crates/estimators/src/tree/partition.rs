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
        let column = space.matrix.column(split.column as usize);
        let samples = &mut space.samples[range.clone()];
        let payloads = &mut space.payloads[range];
        self.right_samples.clear();
        self.right_payloads.clear();
        let mut n_left = 0;
        for at in 0..samples.len() {
            let (sample, payload) = (samples[at], payloads[at]);
            if column.of(sample) <= split.left {
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
