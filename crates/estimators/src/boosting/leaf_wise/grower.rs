//! Growing a tree leaf by leaf.

use rand::seq::index;

use super::cells::{Cell, CellStarts, Pair, subtract};
use super::constraints::{Allowed, Constraints};
use super::frontier::{Frontier, Ranked};
use super::search::{LeftBins, MIN_HESSIAN, NodeSums, Split, SplitRules};
use crate::boosting::booster::Grown;
use crate::boosting::categories::CategorySet;
use crate::hist::{Binned, EdgeBins, LEAST_TOGETHER};
use crate::tree::{Node, NodeStats, Tree};
use fashion_bench_numeric::rng::Rng;

/// The columns of the training rows. Those of categories come first.
#[derive(Debug)]
pub struct Columns {
    binned: Binned<EdgeBins>,
    starts: CellStarts,
    /// The bin of each category, of the columns of categories; none where no row has it.
    category_bins: Vec<Vec<Option<u8>>>,
}

impl Columns {
    /// Returns columns whose first ones are categories with these bins.
    pub fn new(binned: Binned<EdgeBins>, category_bins: Vec<Vec<Option<u8>>>) -> Self {
        Self {
            starts: CellStarts::new(&binned.features),
            binned,
            category_bins,
        }
    }

    /// Returns the histogram of all rows for each of `outputs`, their gradients and Hessians; nothing
    /// for each where they are too few to be filled together.
    pub fn root_cells(&self, outputs: &[Vec<Pair>]) -> Vec<Option<Vec<Cell>>> {
        if outputs.len() < LEAST_TOGETHER {
            return vec![None; outputs.len()];
        }
        let cells = self.starts.fill_all(&self.binned.matrix, outputs);
        cells.into_iter().map(Some).collect()
    }
}

/// How far a tree grows, and what constrains it.
#[derive(Debug)]
pub struct LeafWise<'a> {
    pub max_leaf_nodes: Option<usize>,
    pub max_depth: Option<usize>,
    /// Share of the features that each node is searched for.
    pub max_features: f64,
    pub rules: SplitRules,
    pub constraints: &'a Constraints,
}

/// A node on its way into the tree.
struct Open {
    start: usize,
    end: usize,
    depth: usize,
    node_idx: usize,
    sums: NodeSums,
    allowed: Option<Allowed>,
    cells: Vec<Cell>,
    split: Option<Split>,
}

impl Ranked for Open {
    fn gain(&self) -> f64 {
        self.split.map_or(0.0, |split| split.gain)
    }
}

impl LeafWise<'_> {
    /// Grows a tree on all rows of `columns`, whose gradients and Hessians are `pairs`. Their
    /// histogram may be known ([`Columns::root_cells`]).
    pub fn grow(
        &self,
        columns: &Columns,
        pairs: Vec<Pair>,
        cells: Option<Vec<Cell>>,
        rng: &mut Rng,
    ) -> Grown {
        let n_samples = pairs.len();
        let mut grower = Grower {
            plan: self,
            columns,
            rules: self.rules,
            samples: (0..n_samples as u32).collect(),
            pairs,
            right: (Vec::new(), Vec::new()),
            spare: Vec::new(),
            grown: Grown {
                tree: Tree::default(),
                values: Vec::new(),
                category_sets: Vec::new(),
                leaf_of_row: vec![0; n_samples],
            },
            rng,
            frontier: Frontier::new(),
            n_leaves: 0,
        };
        grower.grow(cells);
        grower.grown
    }
}

struct Grower<'g> {
    plan: &'g LeafWise<'g>,
    columns: &'g Columns,
    rules: SplitRules,
    /// Rows, and what belongs to them; each node owns a range.
    samples: Vec<u32>,
    pairs: Vec<Pair>,
    /// What goes right, while a node is parted.
    right: (Vec<u32>, Vec<Pair>),
    /// Histograms that are not needed any more.
    spare: Vec<Vec<Cell>>,
    grown: Grown,
    rng: &'g mut Rng,
    frontier: Frontier<Open>,
    n_leaves: usize,
}

impl Grower<'_> {
    fn grow(&mut self, cells: Option<Vec<Cell>>) {
        let mut root = self.root();
        let may_split = root.sums.all.n_samples >= 2 * self.rules.min_samples
            && root.sums.all.sums[1] >= MIN_HESSIAN;
        if may_split {
            match cells {
                Some(cells) => root.cells = cells,
                None => root = self.with_cells(root),
            }
            self.search_and_push(root);
        } else {
            self.finish(root);
        }
        while let Some(node) = self.frontier.pop() {
            self.split(node);
        }
    }

    /// Returns the root. Its value is 0, also if it stays a leaf.
    fn root(&mut self) -> Open {
        let mut all = Cell {
            n_samples: self.pairs.len() as u64,
            ..Cell::default()
        };
        for [gradient, hessian] in &self.pairs {
            all.sums[0] += f64::from(*gradient);
            all.sums[1] += f64::from(*hessian);
        }
        let sums = NodeSums {
            all,
            value: 0.0,
            bounds: [f64::NEG_INFINITY, f64::INFINITY],
        };
        let allowed = self.plan.constraints.of_root();
        self.open((0, self.pairs.len()), 0, sums, allowed)
    }

    /// Adds a node to the tree, a leaf for now.
    fn open(
        &mut self,
        (start, end): (usize, usize),
        depth: usize,
        sums: NodeSums,
        allowed: Option<Allowed>,
    ) -> Open {
        let tree = &mut self.grown.tree;
        let node_idx = tree.nodes.len();
        tree.nodes.push(Node::LEAF);
        tree.stats.push(NodeStats {
            impurity: 0.0,
            weight: (end - start) as f64,
            n_samples: end - start,
            depth,
            improvement: 0.0,
        });
        self.grown.values.push(sums.value);
        Open {
            start,
            end,
            depth,
            node_idx,
            sums,
            allowed,
            cells: Vec::new(),
            split: None,
        }
    }

    fn with_cells(&mut self, mut node: Open) -> Open {
        let mut cells = self.spare.pop().unwrap_or_default();
        let range = node.start..node.end;
        let (samples, pairs) = (&self.samples[range.clone()], &self.pairs[range]);
        let matrix = &self.columns.binned.matrix;
        self.columns.starts.fill(matrix, samples, pairs, &mut cells);
        node.cells = cells;
        node
    }

    fn search_and_push(&mut self, mut node: Open) {
        node.split = self.search(&node);
        if node.split.is_some() {
            self.frontier.push(node);
        } else {
            self.finish(node);
        }
    }

    /// Returns the best split of a node, over the features that it may be split by and that are
    /// drawn for it.
    fn search(&mut self, node: &Open) -> Option<Split> {
        let n_features = self.columns.binned.features.len();
        let n_allowed = node
            .allowed
            .as_ref()
            .map_or(n_features, |allowed| allowed.features.len());
        let feature = |place: usize| match &node.allowed {
            Some(allowed) => allowed.features[place],
            None => place as u32,
        };
        let mut best = None;
        if self.plan.max_features < 1.0 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a share of a count"
            )]
            let n_drawn = (self.plan.max_features * n_allowed as f64).ceil() as usize;
            let mut drawn = index::sample(self.rng, n_allowed, n_drawn.max(1)).into_vec();
            drawn.sort_unstable();
            for place in drawn {
                self.search_feature(node, feature(place), &mut best);
            }
        } else {
            for place in 0..n_allowed {
                self.search_feature(node, feature(place), &mut best);
            }
        }
        best
    }

    fn search_feature(&self, node: &Open, feature: u32, best: &mut Option<Split>) {
        let constraints = self.plan.constraints;
        let cells = self.columns.starts.of(feature as usize, &node.cells);
        let by = (feature, constraints.sign(feature));
        if (feature as usize) < constraints.n_categorical {
            node.sums.search_categories(by, cells, &self.rules, best);
        } else {
            node.sums.search_ordered(by, cells, &self.rules, best);
        }
    }

    /// Splits a node and sees whether its children may be split.
    fn split(&mut self, node: Open) {
        let split = node.split.expect("a node of the frontier has a split");
        let middle = node.start + self.part(&node, &split);
        let constraints = self.plan.constraints;
        let sides = [split.left, node.sums.rest(&split.left)];
        let values = sides.map(|side| self.rules.value(side.sums, node.sums.bounds));
        let bounds = constraints.bounds_of_children(split.feature, node.sums.bounds, values);
        let allowed = constraints.of_children(node.allowed.as_ref(), split.feature);
        let ranges = [(node.start, middle), (middle, node.end)];
        let [left, right] = [0, 1].map(|side| {
            let sums = NodeSums {
                all: sides[side],
                value: values[side],
                bounds: bounds[side],
            };
            self.open(ranges[side], node.depth + 1, sums, allowed.clone())
        });
        self.make_inner(&node, &split, [&left, &right]);
        let n_leaves = self.n_leaves + self.frontier.len() + 2;
        if Some(n_leaves) == self.plan.max_leaf_nodes {
            let rest: Vec<Open> = self.frontier.drain().collect();
            for leaf in [left, right].into_iter().chain(rest) {
                self.finish(leaf);
            }
            return;
        }
        let is_deep = Some(left.depth) == self.plan.max_depth;
        let may_split =
            |child: &Open| !is_deep && child.sums.all.n_samples >= 2 * self.rules.min_samples;
        let may = [may_split(&left), may_split(&right)];
        if may == [false, false] {
            self.spare.push(node.cells);
            self.finish(left);
            self.finish(right);
            return;
        }
        for (child, may) in self
            .with_shared_cells(left, right, node.cells)
            .into_iter()
            .zip(may)
        {
            if may {
                self.search_and_push(child);
            } else {
                self.finish(child);
            }
        }
    }

    /// Gives the children histograms: that of the smaller one is filled, that of the larger one is
    /// what then is left of the parent's.
    fn with_shared_cells(&mut self, left: Open, right: Open, mut cells: Vec<Cell>) -> [Open; 2] {
        if left.sums.all.n_samples < right.sums.all.n_samples {
            let left = self.with_cells(left);
            subtract(&mut cells, &left.cells);
            [left, Open { cells, ..right }]
        } else {
            let right = self.with_cells(right);
            subtract(&mut cells, &right.cells);
            [Open { cells, ..left }, right]
        }
    }

    /// Moves the samples of a node that go left to the front of its range and keeps the order on
    /// both sides. Returns how many go left.
    fn part(&mut self, node: &Open, split: &Split) -> usize {
        let column = self.columns.binned.matrix.column(split.feature as usize);
        let samples = &mut self.samples[node.start..node.end];
        let pairs = &mut self.pairs[node.start..node.end];
        let (right_samples, right_pairs) = &mut self.right;
        right_samples.clear();
        right_pairs.clear();
        let mut n_left = 0;
        for at in 0..samples.len() {
            let (sample, pair) = (samples[at], pairs[at]);
            if split.left_bins.contains(column.of(sample)) {
                samples[n_left] = sample;
                pairs[n_left] = pair;
                n_left += 1;
            } else {
                right_samples.push(sample);
                right_pairs.push(pair);
            }
        }
        samples[n_left..].copy_from_slice(right_samples);
        pairs[n_left..].copy_from_slice(right_pairs);
        n_left
    }

    fn make_inner(&mut self, node: &Open, split: &Split, [left, right]: [&Open; 2]) {
        let child =
            |child: &Open| u32::try_from(child.node_idx).expect("nodes are counted in 32 bits");
        let feature = split.feature as usize;
        let threshold = match split.left_bins {
            LeftBins::UpTo(bin) => self.columns.binned.features[feature].edge(usize::from(bin)),
            LeftBins::Set(_) => {
                let is_left =
                    |bin: &Option<u8>| bin.is_some_and(|bin| split.left_bins.contains(bin));
                let bins = &self.columns.category_bins[feature];
                let sets = &mut self.grown.category_sets;
                sets.resize(sets.len().max(node.node_idx + 1), None);
                sets[node.node_idx] = Some(CategorySet::new(
                    bins.iter().map(is_left),
                    left.sums.all.n_samples > right.sums.all.n_samples,
                ));
                0.0
            }
        };
        self.grown.tree.stats[node.node_idx].improvement = split.gain;
        self.grown.tree.nodes[node.node_idx] = Node {
            threshold,
            feature: split.feature,
            left: child(left),
            right: child(right),
        };
    }

    /// Leaves a node a leaf.
    fn finish(&mut self, node: Open) {
        self.n_leaves += 1;
        let leaf = u32::try_from(node.node_idx).expect("nodes are counted in 32 bits");
        for &sample in &self.samples[node.start..node.end] {
            self.grown.leaf_of_row[sample as usize] = leaf;
        }
        if !node.cells.is_empty() {
            self.spare.push(node.cells);
        }
    }
}
