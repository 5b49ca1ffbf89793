//! Kernel rows of one two-class problem, computed in blocks when a working set needs them and kept
//! while room lasts.

use ndarray::{Array2, ArrayView2};

use super::kernel::Kernel;
use super::products::{BLOCK_ROWS, Products};
use fashion_bench_numeric::dot::sum_of_squares;

/// The kernel rows that were used last, as many as fit.
pub struct KernelCache<'a> {
    kernel: Kernel,
    products: &'a mut dyn Products,
    norms: Vec<f32>,
    /// For each sample, where its row is kept.
    slot_of: Vec<Option<u32>>,
    slots: Vec<Slot>,
    max_slots: usize,
    /// Counts calls of [`Self::ensure`].
    clock: u64,
    n_computed: usize,
}

#[derive(Debug)]
struct Slot {
    sample: usize,
    used: u64,
    values: Box<[f32]>,
}

impl<'a> KernelCache<'a> {
    /// Makes a cache for the kernel matrix of `x` (`n_samples` × `n_features`, row-major), whose
    /// `products` are given. It keeps at most `budget_bytes` of the rows, but always as many as one
    /// call of [`Self::ensure`] needs.
    #[must_use]
    pub fn new(
        kernel: Kernel,
        x: ArrayView2<'_, f32>,
        budget_bytes: usize,
        products: &'a mut dyn Products,
    ) -> Self {
        let n = x.nrows();
        let norms = x
            .rows()
            .into_iter()
            .map(|row| match row.as_slice() {
                Some(row) => sum_of_squares(row),
                None => row.dot(&row),
            })
            .collect();
        Self {
            kernel,
            products,
            norms,
            slot_of: vec![None; n],
            slots: Vec::new(),
            max_slots: (budget_bytes / (n * size_of::<f32>()).max(1)).min(n),
            clock: 0,
            n_computed: 0,
        }
    }

    /// Returns the number of samples.
    #[must_use]
    pub fn n_samples(&self) -> usize {
        self.norms.len()
    }

    /// Returns the kernel of a sample with itself.
    #[must_use]
    pub fn diagonal(&self, sample: usize) -> f32 {
        self.kernel.diagonal(self.norms[sample])
    }

    /// Returns the number of rows computed so far, those computed again included.
    #[must_use]
    pub fn n_computed(&self) -> usize {
        self.n_computed
    }

    /// Makes the rows of `samples` (distinct) available until the next call.
    pub fn ensure(&mut self, samples: &[usize]) {
        self.clock += 1;
        let mut missing = Vec::new();
        for &sample in samples {
            match self.slot_of[sample] {
                Some(slot) => self.slots[slot as usize].used = self.clock,
                None => missing.push(sample),
            }
        }
        let mut reusable = self.reusable_slots(missing.len());
        self.products.announce(&missing);
        for block in missing.chunks(BLOCK_ROWS) {
            let values = self.compute(block);
            for (&sample, row) in block.iter().zip(values.rows()) {
                let row = row.to_slice().expect("a fresh matrix is row-major");
                self.store(sample, row, reusable.pop());
            }
        }
        self.n_computed += missing.len();
    }

    /// Returns the row of `sample`, `n_samples` values.
    ///
    /// # Panics
    /// If the last call of [`Self::ensure`] did not name it and its row has been dropped.
    #[must_use]
    pub fn row(&self, sample: usize) -> &[f32] {
        let slot = self.slot_of[sample].expect("the row was made available");
        &self.slots[slot as usize].values
    }

    fn compute(&mut self, samples: &[usize]) -> Array2<f32> {
        let mut values = Array2::zeros((samples.len(), self.n_samples()));
        self.products.write(samples, &mut values.view_mut());
        for (mut row, &sample) in values.rows_mut().into_iter().zip(samples) {
            let row = row.as_slice_mut().expect("a fresh matrix is row-major");
            self.kernel.apply(row, self.norms[sample], &self.norms);
            // What a variable gains from a step on itself must not depend on rounding.
            row[sample] = self.diagonal(sample);
        }
        values
    }

    /// Returns the slots to overwrite by `n_new` rows, the longest unused ones; the first to use
    /// comes last.
    fn reusable_slots(&self, n_new: usize) -> Vec<u32> {
        let n_over = (self.slots.len() + n_new).saturating_sub(self.max_slots);
        if n_over == 0 {
            return Vec::new();
        }
        let mut idle: Vec<u32> = (0..self.slots.len())
            .filter(|&slot| self.slots[slot].used < self.clock)
            .map(|slot| u32::try_from(slot).expect("fewer slots than samples of a class pair"))
            .collect();
        idle.sort_by_key(|&slot| self.slots[slot as usize].used);
        idle.truncate(n_over);
        idle.reverse();
        idle
    }

    fn store(&mut self, sample: usize, row: &[f32], slot: Option<u32>) {
        let used = self.clock;
        let slot = match slot {
            Some(slot) => {
                let kept = &mut self.slots[slot as usize];
                self.slot_of[kept.sample] = None;
                kept.sample = sample;
                kept.used = used;
                kept.values.copy_from_slice(row);
                slot
            }
            None => {
                self.slots.push(Slot {
                    sample,
                    used,
                    values: row.into(),
                });
                u32::try_from(self.slots.len() - 1).expect("at most one slot per sample")
            }
        };
        self.slot_of[sample] = Some(slot);
    }
}
