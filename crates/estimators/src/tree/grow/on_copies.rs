//! Growing a subtree on a copy of its rows.

use super::super::frame::Frame;
use super::super::local::{Local, occupied_cells};
use super::super::space::Space;
use super::super::target::Target;
use super::Grower;

/// A subtree is grown on a copy if its root is this many times smaller than the data it lies in.
const LOCAL_RATIO: usize = 8;

/// The same ratio where few features are drawn for each node.
const DRAWN_LOCAL_RATIO: usize = 32;

/// Nodes of fewer samples are not copied.
const LOCAL_LEAST: usize = 32;

impl<T: Target> Grower<'_, '_, T> {
    /// Whether a node is so much smaller than the data it lies in that a copy of its rows pays.
    pub(super) fn is_local(&self, space: &Space<'_, T>, frame: &Frame<T>) -> bool {
        let n_samples = frame.n_samples();
        let is_full_search = self.growth.max_features >= space.columns.len();
        let ratio = if is_full_search || self.uses_histograms {
            LOCAL_RATIO
        } else {
            DRAWN_LOCAL_RATIO
        };
        // Ranks are not copied.
        !space.matrix.has_ranks()
            && n_samples >= LOCAL_LEAST
            && n_samples * ratio <= space.matrix.n_samples()
    }

    /// Grows the subtree of `frame` on a copy of its rows as they are.
    fn grow_on_rows(&mut self, space: &mut Space<'_, T>, frame: Frame<T>, origin: &[u32]) {
        let range = frame.range();
        let memory = self.spare.take_bins();
        let matrix = space.copied_rows(range.clone(), memory);
        let mut inner = Space {
            matrix: &matrix,
            columns: space.columns,
            cells: space.cells,
            constants: std::mem::take(&mut space.constants),
            order: std::mem::take(&mut space.order),
            samples: (0..range.len() as u32).collect(),
            payloads: space.payloads[range].to_vec(),
        };
        let root = Frame {
            start: 0,
            end: inner.samples.len(),
            ..frame
        };
        self.grow_depth_first(&mut inner, root, Some(origin));
        space.constants = inner.constants;
        space.order = inner.order;
        self.spare.keep_bins(matrix.into_bins());
    }

    /// Grows the subtree of `frame` on a copy of its rows, with dense bins if histograms are used.
    pub(super) fn grow_local(
        &mut self,
        space: &mut Space<'_, T>,
        mut frame: Frame<T>,
        origin: Option<&[u32]>,
    ) {
        let range = frame.range();
        let samples = &space.samples[range.clone()];
        let origin: Vec<u32> = samples
            .iter()
            .map(|&sample| origin.map_or(sample, |origin| origin[sample as usize]))
            .collect();
        if !self.uses_histograms {
            self.grow_on_rows(space, frame, &origin);
            return;
        }
        let histograms = frame.histograms.take();
        let stride = self.target.stride();
        let is_occupied = match &histograms {
            Some(histograms) => occupied_cells(histograms, stride),
            None => space.occupied_by_samples(range.clone()),
        };
        let local_histograms = histograms.map(|histograms| {
            let n_occupied = is_occupied.iter().filter(|&&is| is).count();
            let mut memory = self.spare.take_histogram(n_occupied * stride);
            space.compact(&histograms, &is_occupied, stride, &mut memory);
            self.spare.keep_histogram(histograms);
            memory
        });
        let memory = self.spare.take_bins();
        let local = Local::new(space, range.clone(), &is_occupied, memory);
        let mut inner = Space {
            matrix: &local.matrix,
            columns: &local.columns,
            cells: &local.cells,
            constants: Vec::new(),
            order: Vec::new(),
            samples: (0..range.len() as u32).collect(),
            payloads: space.payloads[range].to_vec(),
        };
        let root = Frame {
            start: 0,
            end: origin.len(),
            histograms: local_histograms,
            ..frame
        };
        self.grow_depth_first(&mut inner, root, Some(&origin));
        self.spare.keep_bins(local.matrix.into_bins());
    }
}
