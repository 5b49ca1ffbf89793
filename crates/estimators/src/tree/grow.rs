//! Growing a tree: which nodes are split, in which order, on which representation of the data.
//!
//! A search for the best split over all features fills the histograms of every column in one pass
//! over a node's samples. Those of the smaller child are filled as well; those of the larger one
//! are the parent's minus them. The subtree of a node that is much smaller than the data it lies in
//! is grown on a copy of its rows (`on_copies`).

mod on_copies;

use std::collections::BinaryHeap;

use super::cell_map::CellMap;
use super::frame::{Candidate, Frame, Made};
use super::growth::Growth;
use super::nodes::{Node, NodeStats, Tree};
use super::partition::Partition;
use super::search::{NodeView, Search};
use super::space::Space;
use super::spare_memory::SpareMemory;
use super::splitter::Splitter;
use super::target::Target;
use crate::hist::{Binned, LEAST_TOGETHER, fill_together};
use fashion_bench_numeric::rng::Rng;

/// Searches over all features read samples, not histograms, in nodes of at most this many samples.
const FEW_SAMPLES: usize = 1024;

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

/// Returns the histograms of the roots of trees on the same rows, one tree for each of `payloads`;
/// nothing for each of them if they search without histograms, or are too few to be filled together.
pub fn root_histograms(
    binned: &Binned,
    growth: &Growth,
    rows: &[u32],
    payloads: &[&[i64]],
) -> Vec<Option<Vec<i64>>> {
    if payloads.len() < LEAST_TOGETHER || !uses_histograms(binned, growth) {
        return vec![None; payloads.len()];
    }
    let cells = CellMap::of_all(&binned.features);
    let histograms = fill_together(&binned.matrix, cells.starts(), rows, payloads);
    histograms.into_iter().map(Some).collect()
}

/// Returns whether a tree finds its splits in histograms of all columns.
fn uses_histograms(binned: &Binned, growth: &Growth) -> bool {
    growth.max_features >= binned.features.len()
        && growth.splitter == Splitter::Best
        && !binned.matrix.has_ranks()
}

/// Grows a tree on `samples` of `binned`, whose `histograms` may be known ([`root_histograms`]).
/// Writes the index of each sample's leaf to `leaf_of_row`, if that is given: one place per row of
/// the matrix, of which those of other rows stay as they are.
pub fn grow<T: Target>(
    target: &T,
    binned: &Binned,
    (samples, histograms): (Samples<T::Payload>, Option<Vec<T::Unit>>),
    growth: &Growth,
    rng: &mut Rng,
    leaf_of_row: Option<&mut [u32]>,
) -> Tree {
    let n_features = binned.features.len();
    let totals = target.totals(&samples.payloads);
    let uses_histograms = uses_histograms(binned, growth);
    let is_constant = |&column: &u32| binned.features[column as usize].n_bins() == 1;
    let columns: Vec<u32> = (0..n_features as u32).collect();
    let mut order = columns.clone();
    order.sort_by_key(|column| !is_constant(column));
    let cells = if uses_histograms {
        CellMap::of_all(&binned.features)
    } else {
        CellMap::default()
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
        spare: SpareMemory::new(),
        partition: Partition::new(),
    };
    let root = Frame {
        start: 0,
        end: space.samples.len(),
        depth: 0,
        impurity: target.impurity(&totals),
        bounds: [f64::NEG_INFINITY, f64::INFINITY],
        totals,
        n_constant: columns.iter().filter(|&column| is_constant(column)).count(),
        histograms,
        parent: None,
    };
    match growth.max_leaf_nodes {
        None => grower.grow_depth_first(&mut space, root, None),
        Some(max_leaf_nodes) => grower.grow_best_first(&mut space, root, max_leaf_nodes),
    }
    grower.tree
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
    spare: SpareMemory<T::Unit>,
    partition: Partition<T::Payload>,
}

impl<T: Target> Grower<'_, '_, T> {
    /// Grows the subtree of `root`, left children first. `origin` names the row of the whole matrix
    /// that each row of the space's is.
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

    /// Grows the tree by splitting the node of the best improvement next, until it has
    /// `max_leaf_nodes` leaves.
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
        if frame.n_samples() <= KEPT_SAMPLES {
            self.spare.keep_histogram(frame.histograms.take());
        }
        Candidate {
            frame,
            made,
            node_idx,
        }
    }

    fn may_split(&self, frame: &Frame<T>) -> bool {
        let (growth, n_samples) = (self.growth, frame.n_samples());
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
            n_samples: frame.n_samples(),
            depth: frame.depth,
            improvement: 0.0,
        });
        self.target
            .push_value(&frame.totals, frame.bounds, &mut self.tree.values);
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

    /// Leaves `node_idx` a leaf; in best-first growth `frame` may have a split that is not to be.
    fn finish_leaf(
        &mut self,
        space: &Space<'_, T>,
        frame: &mut Frame<T>,
        node_idx: usize,
        origin: Option<&[u32]>,
    ) {
        self.spare.keep_histogram(frame.histograms.take());
        if let Some(leaf_of_row) = &mut self.leaf_of_row {
            let leaf = u32::try_from(node_idx).expect("nodes are counted in 32 bits");
            for &sample in &space.samples[frame.range()] {
                let row = origin.map_or(sample, |origin| origin[sample as usize]);
                leaf_of_row[row as usize] = leaf;
            }
        }
    }

    /// Finds the split of a node and partitions its samples; returns `None` if it is to be a leaf.
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
            bounds: frame.bounds,
            totals: &frame.totals,
            histograms: frame.histograms.as_deref(),
        };
        let (split, n_constant) = self.search.best(space, &view, self.rng);
        let split = split?;
        let middle = frame.start + self.partition.part(space, frame.range(), &split);
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

    /// Makes an inner node of `node_idx`. Returns its children, with histograms where they pay.
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
        let feature = node.feature;
        let [left, right] = &made.children;
        let bounds = self
            .target
            .bounds_of_children(feature, frame.bounds, [left, right]);
        let child = |is_left: bool, totals: T::Totals| Frame {
            start: if is_left { frame.start } else { made.middle },
            end: if is_left { made.middle } else { frame.end },
            depth: frame.depth + 1,
            impurity: self.target.impurity(&totals),
            bounds: bounds[usize::from(!is_left)],
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

    /// Gives the children histograms: those of the smaller one are filled, those of the larger one
    /// are what then is left of the parent's.
    fn inherit(
        &mut self,
        space: &Space<'_, T>,
        children: &mut [Frame<T>; 2],
        mut histograms: Vec<T::Unit>,
    ) {
        let [left, right] = children;
        let (small, large) = if left.n_samples() <= right.n_samples() {
            (left, right)
        } else {
            (right, left)
        };
        let pays = |frame: &Frame<T>| self.fills_histograms(frame) && self.may_split(frame);
        let (small_pays, large_pays) = (pays(small), pays(large));
        if !large_pays && !small_pays {
            self.spare.keep_histogram(histograms);
            return;
        }
        let of_small = self.fill_histograms(space, small);
        if large_pays {
            for (unit, &taken) in histograms.iter_mut().zip(&of_small) {
                *unit -= taken;
            }
            large.histograms = Some(histograms);
        } else {
            self.spare.keep_histogram(histograms);
        }
        if small_pays {
            small.histograms = Some(of_small);
        } else {
            self.spare.keep_histogram(of_small);
        }
    }

    fn fills_histograms(&self, frame: &Frame<T>) -> bool {
        let is_small = frame.n_samples() <= FEW_SAMPLES;
        self.uses_histograms && !(is_small && self.target.searches_samples(&frame.totals))
    }

    fn fill_histograms(&mut self, space: &Space<'_, T>, frame: &Frame<T>) -> Vec<T::Unit> {
        let mut histograms = self
            .spare
            .take_histogram(space.n_units(self.target.stride()));
        space.fill(self.target, frame.range(), &mut histograms);
        histograms
    }
}
