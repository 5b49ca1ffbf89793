//! Growing a tree: which nodes are split, in which order, on which representation of the data.
//!
//! A search for the best split over all features fills the histograms of every column in one pass
//! over a node's samples; the larger child's are had by subtraction. Whenever a node is much
//! smaller than the data it lies in, its subtree is grown on a copy of its rows ([`Local`]).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::cell_map::CellMap;
use super::growth::Growth;
use super::local::{Local, occupied_cells};
use super::nodes::{Node, NodeStats, Tree};
use super::search::{NodeView, Search};
use super::space::Space;
use super::split::Split;
use super::splitter::Splitter;
use super::target::Target;
use crate::hist::Binned;
use fashion_bench_numeric::pages::Bytes;
use fashion_bench_numeric::rng::Rng;

/// A subtree is grown on a copy if its root is this many times smaller than the data it lies in.
const LOCAL_RATIO: usize = 8;

/// The same where few features are drawn for each node.
const DRAWN_LOCAL_RATIO: usize = 32;

/// Searches over all features go by samples in nodes of at most this many.
const FEW_SAMPLES: usize = 1024;

/// Nodes of fewer samples are not copied.
const LOCAL_LEAST: usize = 32;

/// Best-first growth keeps the histograms of nodes of more samples until they are split.
const KEPT_SAMPLES: usize = 2048;

/// Below this impurity a node counts as pure.
const PURE: f64 = f64::EPSILON;

/// The samples a tree is grown on.
#[derive(Debug, Clone)]
pub struct Samples<P> {
    /// Rows of the matrix, ascending.
    pub rows: Vec<u32>,
    /// What travels with each.
    pub payloads: Vec<P>,
}

/// Grows a tree. If `leaf_of_row` is given (one place a row of the matrix), the leaf of each
/// sample is noted there.
pub fn grow<T: Target>(
    target: &T,
    binned: &Binned,
    samples: Samples<T::Payload>,
    growth: &Growth,
    rng: &mut Rng,
    leaf_of_row: Option<&mut [u32]>,
) -> Tree {
    let n_features = binned.features.len();
    let totals = target.totals(&samples.payloads);
    let uses_histograms = growth.max_features >= n_features && growth.splitter == Splitter::Best;
    let is_constant = |&column: &u32| binned.features[column as usize].n_bins() == 1;
    let columns: Vec<u32> = (0..n_features as u32).collect();
    let mut order = columns.clone();
    order.sort_by_key(|column| !is_constant(column));
    let cells = match uses_histograms {
        true => CellMap::of_all(&binned.features),
        false => CellMap::default(),
    };
    let mut space = Space {
        matrix: &binned.matrix,
        columns: &columns,
        cells: &cells,
        constants: order.clone(),
        order,
        samples: samples.rows,
        payloads: samples.payloads,
    };
    let mut grower = Grower {
        target,
        search: Search::new(
            target,
            &binned.features,
            growth.splitter,
            growth.max_features,
            growth.limits,
        ),
        growth,
        root_weight: target.weight(&totals),
        uses_histograms,
        tree: Tree::default(),
        leaf_of_row,
        rng,
        spare: Vec::new(),
        spare_bins: Vec::new(),
        right_part: (Vec::new(), Vec::new()),
    };
    let root = Frame {
        start: 0,
        end: space.samples.len(),
        depth: 0,
        impurity: target.impurity(&totals),
        totals,
        n_constant: columns.iter().filter(|&column| is_constant(column)).count(),
        histograms: None,
        parent: None,
    };
    match growth.max_leaf_nodes {
        None => grower.grow_depth_first(&mut space, root, None),
        Some(max_leaf_nodes) => grower.grow_best_first(&mut space, root, max_leaf_nodes),
    }
    grower.tree
}

/// A node to be looked at.
struct Frame<T: Target> {
    start: usize,
    end: usize,
    depth: usize,
    totals: T::Totals,
    impurity: f64,
    n_constant: usize,
    histograms: Option<Vec<T::Unit>>,
    /// Parent and whether this is its left child.
    parent: Option<(usize, bool)>,
}

/// A split that was made: the samples lie parted already.
struct Made<T: Target> {
    split: Split,
    middle: usize,
    n_constant: usize,
    children: [T::Totals; 2],
    improvement: f64,
}

struct Grower<'g, 'a, T: Target> {
    target: &'a T,
    search: Search<'a, T>,
    growth: &'a Growth,
    root_weight: f64,
    /// Whether all columns are searched by histograms.
    uses_histograms: bool,
    tree: Tree,
    leaf_of_row: Option<&'g mut [u32]>,
    rng: &'g mut Rng,
    /// Histograms to be used again.
    spare: Vec<Vec<T::Unit>>,
    /// Bins of local copies, to be used again.
    spare_bins: Vec<Bytes>,
    /// Buffer of the partition.
    right_part: (Vec<u32>, Vec<T::Payload>),
}

impl<T: Target> Grower<'_, '_, T> {
    /// `origin` is the row of the whole matrix that each row of the space's is.
    fn grow_depth_first(
        &mut self,
        space: &mut Space<'_, T>,
        root: Frame<T>,
        origin: Option<&[u32]>,
    ) {
        let mut stack = vec![root];
        while let Some(mut frame) = stack.pop() {
            if self.may_split(&frame) && self.is_local(space, &frame) {
                self.grow_local(space, frame, origin);
                continue;
            }
            let node_idx = self.push_node(&frame);
            match self.make_split(space, &mut frame) {
                Some(made) => {
                    let [left, right] = self.children(space, frame, made, node_idx);
                    stack.extend([right, left]);
                }
                None => self.finish_leaf(space, &mut frame, node_idx, origin),
            }
        }
    }

    fn grow_best_first(&mut self, space: &mut Space<'_, T>, root: Frame<T>, max_leaf_nodes: usize) {
        let mut frontier = BinaryHeap::new();
        let mut splits_left = max_leaf_nodes.saturating_sub(1);
        let candidate = self.candidate(space, root);
        frontier.push(candidate);
        while let Some(Candidate {
            mut frame,
            made,
            node_idx,
        }) = frontier.pop()
        {
            match made {
                Some(made) if splits_left > 0 => {
                    splits_left -= 1;
                    let children = self.children(space, frame, made, node_idx);
                    for mut child in children {
                        child.n_constant = 0;
                        let candidate = self.candidate(space, child);
                        frontier.push(candidate);
                    }
                }
                _ => self.finish_leaf(space, &mut frame, node_idx, None),
            }
        }
    }

    fn candidate(&mut self, space: &mut Space<'_, T>, mut frame: Frame<T>) -> Candidate<T> {
        let node_idx = self.push_node(&frame);
        let made = self.make_split(space, &mut frame);
        if frame.end - frame.start <= KEPT_SAMPLES {
            self.spare.extend(frame.histograms.take());
        }
        Candidate {
            frame,
            made,
            node_idx,
        }
    }

    fn may_split(&self, frame: &Frame<T>) -> bool {
        let (growth, n_samples) = (self.growth, frame.end - frame.start);
        frame.depth < growth.max_depth
            && n_samples >= growth.min_samples_split.max(2)
            && n_samples >= 2 * growth.limits.min_samples
            && self.target.weight(&frame.totals) >= 2.0 * growth.limits.min_weight
            && frame.impurity > PURE
    }

    fn push_node(&mut self, frame: &Frame<T>) -> usize {
        let node_idx = self.tree.nodes.len();
        self.tree.nodes.push(Node::LEAF);
        self.tree.stats.push(NodeStats {
            impurity: frame.impurity,
            weight: self.target.weight(&frame.totals),
            n_samples: frame.end - frame.start,
            depth: frame.depth,
            improvement: 0.0,
        });
        self.target.push_value(&frame.totals, &mut self.tree.values);
        if let Some((parent, is_left)) = frame.parent {
            let parent = &mut self.tree.nodes[parent];
            let child = u32::try_from(node_idx).expect("nodes are counted in 32 bits");
            *(if is_left {
                &mut parent.left
            } else {
                &mut parent.right
            }) = child;
        }
        node_idx
    }

    fn finish_leaf(
        &mut self,
        space: &Space<'_, T>,
        frame: &mut Frame<T>,
        node_idx: usize,
        origin: Option<&[u32]>,
    ) {
        self.spare.extend(frame.histograms.take());
        // In best-first growth the frontier still holds splits that are not to be.
        if let Some(leaf_of_row) = &mut self.leaf_of_row {
            let leaf = u32::try_from(node_idx).expect("nodes are counted in 32 bits");
            for &sample in &space.samples[frame.start..frame.end] {
                let row = origin.map_or(sample, |origin| origin[sample as usize]);
                leaf_of_row[row as usize] = leaf;
            }
        }
    }

    /// Finds the split of a node and parts its samples, or finds that it stays a leaf.
    fn make_split(&mut self, space: &mut Space<'_, T>, frame: &mut Frame<T>) -> Option<Made<T>> {
        if !self.may_split(frame) {
            return None;
        }
        if self.fills_histograms(frame) && frame.histograms.is_none() {
            frame.histograms = Some(self.fill_histograms(space, frame));
        }
        let view = NodeView {
            start: frame.start,
            end: frame.end,
            n_constant: frame.n_constant,
            totals: &frame.totals,
            histograms: frame.histograms.as_deref(),
        };
        let (split, n_constant) = self.search.best(space, &view, self.rng);
        let split = split?;
        let middle = frame.start + self.part(space, frame.start..frame.end, &split);
        let children = [
            self.target.totals(&space.payloads[frame.start..middle]),
            self.target.totals(&space.payloads[middle..frame.end]),
        ];
        let [left, right] = &children;
        let improvement = self
            .target
            .improvement(&frame.totals, [left, right], self.root_weight);
        if improvement + PURE < self.growth.min_impurity_decrease {
            return None;
        }
        Some(Made {
            split,
            middle,
            n_constant,
            children,
            improvement,
        })
    }

    /// Moves the samples that go left to the front, keeping the order on both sides; returns how
    /// many they are.
    fn part(
        &mut self,
        space: &mut Space<'_, T>,
        range: std::ops::Range<usize>,
        split: &Split,
    ) -> usize {
        let column = space.matrix.column(split.column as usize);
        let samples = &mut space.samples[range.clone()];
        let payloads = &mut space.payloads[range];
        let (right_samples, right_payloads) = &mut self.right_part;
        right_samples.clear();
        right_payloads.clear();
        let mut n_left = 0;
        for at in 0..samples.len() {
            let (sample, payload) = (samples[at], payloads[at]);
            if column.of(sample) <= split.left {
                samples[n_left] = sample;
                payloads[n_left] = payload;
                n_left += 1;
            } else {
                right_samples.push(sample);
                right_payloads.push(payload);
            }
        }
        samples[n_left..].copy_from_slice(right_samples);
        payloads[n_left..].copy_from_slice(right_payloads);
        n_left
    }

    /// Makes the node an inner one and its children frames, with histograms where they pay.
    fn children(
        &mut self,
        space: &Space<'_, T>,
        frame: Frame<T>,
        made: Made<T>,
        node_idx: usize,
    ) -> [Frame<T>; 2] {
        let node = &mut self.tree.nodes[node_idx];
        node.feature = space.columns[made.split.column as usize];
        node.threshold = made.split.threshold;
        self.tree.stats[node_idx].improvement = made.improvement;
        let child = |is_left: bool, totals: T::Totals| Frame {
            start: if is_left { frame.start } else { made.middle },
            end: if is_left { made.middle } else { frame.end },
            depth: frame.depth + 1,
            impurity: self.target.impurity(&totals),
            totals,
            n_constant: made.n_constant,
            histograms: None,
            parent: Some((node_idx, is_left)),
        };
        let [left, right] = made.children;
        let mut children = [child(true, left), child(false, right)];
        if let Some(histograms) = frame.histograms {
            self.inherit(space, &mut children, histograms);
        }
        children
    }

    /// Histograms of the children from the parent's: the smaller child's are filled, the larger
    /// one's are the rest.
    fn inherit(
        &mut self,
        space: &Space<'_, T>,
        children: &mut [Frame<T>; 2],
        mut histograms: Vec<T::Unit>,
    ) {
        let [left, right] = children;
        let (small, large) = match left.end - left.start <= right.end - right.start {
            true => (left, right),
            false => (right, left),
        };
        let pays = |frame: &Frame<T>| self.fills_histograms(frame) && self.may_split(frame);
        let (small_pays, large_pays) = (pays(small), pays(large));
        if !large_pays && !small_pays {
            self.spare.push(histograms);
            return;
        }
        let of_small = self.fill_histograms(space, small);
        if large_pays {
            for (unit, &taken) in histograms.iter_mut().zip(&of_small) {
                *unit -= taken;
            }
            large.histograms = Some(histograms);
        } else {
            self.spare.push(histograms);
        }
        if small_pays {
            small.histograms = Some(of_small);
        } else {
            self.spare.push(of_small);
        }
    }

    fn fills_histograms(&self, frame: &Frame<T>) -> bool {
        let is_small = frame.end - frame.start <= FEW_SAMPLES;
        self.uses_histograms && !(is_small && self.target.searches_samples(&frame.totals))
    }

    fn fill_histograms(&mut self, space: &Space<'_, T>, frame: &Frame<T>) -> Vec<T::Unit> {
        let mut histograms = self.spare_histograms(space.n_units(self.target.stride()));
        space.fill(self.target, frame.start..frame.end, &mut histograms);
        histograms
    }

    /// Memory for a histogram: the smallest spare one that is large enough, since fresh memory of
    /// this size costs as much as filling it.
    fn spare_histograms(&mut self, n_units: usize) -> Vec<T::Unit> {
        let spare = self.spare.iter().enumerate();
        let fitting = spare.filter(|(_, memory)| memory.capacity() >= n_units);
        let smallest = fitting.min_by_key(|(_, memory)| memory.capacity());
        match smallest.map(|(at, _)| at) {
            Some(at) => self.spare.swap_remove(at),
            None => Vec::with_capacity(n_units),
        }
    }

    fn is_local(&self, space: &Space<'_, T>, frame: &Frame<T>) -> bool {
        let n_samples = frame.end - frame.start;
        let is_full_search = self.growth.max_features >= space.columns.len();
        let ratio = match is_full_search || self.uses_histograms {
            true => LOCAL_RATIO,
            false => DRAWN_LOCAL_RATIO,
        };
        n_samples >= LOCAL_LEAST && n_samples * ratio <= space.matrix.n_samples()
    }

    /// Grows the subtree of `frame` on a copy of its rows, all columns.
    fn grow_on_rows(&mut self, space: &mut Space<'_, T>, frame: Frame<T>, origin: &[u32]) {
        let range = frame.start..frame.end;
        let memory = self.spare_bins.pop().unwrap_or_default();
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
        self.spare_bins.push(matrix.into_bins());
    }

    /// Grows the subtree of `frame` on a copy of its rows.
    fn grow_local(
        &mut self,
        space: &mut Space<'_, T>,
        mut frame: Frame<T>,
        origin: Option<&[u32]>,
    ) {
        let range = frame.start..frame.end;
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
            let mut memory = self.spare_histograms(n_occupied * stride);
            space.compact(&histograms, &is_occupied, stride, &mut memory);
            self.spare.push(histograms);
            memory
        });
        let memory = self.spare_bins.pop().unwrap_or_default();
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
        self.spare_bins.push(local.matrix.into_bins());
    }
}

/// A node at the frontier of best-first growth.
struct Candidate<T: Target> {
    frame: Frame<T>,
    made: Option<Made<T>>,
    node_idx: usize,
}

impl<T: Target> Candidate<T> {
    fn improvement(&self) -> f64 {
        self.made.as_ref().map_or(0.0, |made| made.improvement)
    }
}

impl<T: Target> Ord for Candidate<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_improvement = self.improvement().total_cmp(&other.improvement());
        by_improvement.then(other.node_idx.cmp(&self.node_idx))
    }
}

impl<T: Target> PartialOrd for Candidate<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T: Target> PartialEq for Candidate<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T: Target> Eq for Candidate<T> {}
