//! The tree itself: nodes in a flat list, its measures, and cost-complexity pruning.

/// One node.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Node {
    /// A sample goes left if its value of `feature` is at most this.
    pub threshold: f64,
    /// Feature that decides.
    pub feature: u32,
    /// Left child; 0 marks a leaf, since no child is the root.
    pub left: u32,
    /// Right child.
    pub right: u32,
}

impl Node {
    /// A node without children.
    pub const LEAF: Self = Self {
        threshold: 0.0,
        feature: 0,
        left: 0,
        right: 0,
    };

    /// Whether it has no children.
    #[must_use]
    pub fn is_leaf(&self) -> bool {
        self.left == 0
    }
}

/// What is known of a node from training.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NodeStats {
    /// Impurity of its samples.
    pub impurity: f64,
    /// Weight of its samples.
    pub weight: f64,
    /// Number of its samples.
    pub n_samples: usize,
    /// Distance from the root.
    pub depth: usize,
    /// Improvement by its split, 0 for a leaf.
    pub improvement: f64,
}

/// A grown tree.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Tree {
    /// Nodes, the root first, parents before children.
    pub nodes: Vec<Node>,
    /// Training statistics of each node.
    pub stats: Vec<NodeStats>,
    /// Predicted values of each node, equally many for each; empty where the caller sets them.
    pub values: Vec<f64>,
}

impl Tree {
    /// Returns the number of leaves.
    #[must_use]
    pub fn n_leaves(&self) -> usize {
        self.nodes.iter().filter(|node| node.is_leaf()).count()
    }

    /// Returns the depth of the deepest leaf.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.stats
            .iter()
            .map(|stats| stats.depth)
            .max()
            .unwrap_or(0)
    }

    /// Adds to `importances` (`n_features`) the decrease of weighted impurity by each feature's
    /// splits, divided by the weight of the root.
    pub fn add_importances(&self, importances: &mut [f64]) {
        let part = |idx: usize| self.stats[idx].weight * self.stats[idx].impurity;
        let root_weight = self.stats.first().map_or(1.0, |root| root.weight);
        for (node_idx, node) in self.nodes.iter().enumerate() {
            if !node.is_leaf() {
                let decrease =
                    part(node_idx) - part(node.left as usize) - part(node.right as usize);
                importances[node.feature as usize] += decrease / root_weight;
            }
        }
    }

    /// Prunes by minimal cost complexity: collapses, weakest link first, the subtrees whose
    /// decrease of impurity per leaf is at most `ccp_alpha` (Breiman et al. 1984, section 3.3).
    ///
    /// The links are searched anew after each collapse, as the costs of the ancestors change:
    /// O(nodes × collapses).
    pub fn prune(&mut self, ccp_alpha: f64) {
        if ccp_alpha <= 0.0 || self.nodes.len() < 3 {
            return;
        }
        let root_weight = self.stats[0].weight;
        let cost = |stats: &NodeStats| stats.weight * stats.impurity / root_weight;
        loop {
            let mut branch: Vec<(f64, usize)> =
                self.stats.iter().map(|stats| (cost(stats), 1)).collect();
            // Children come after parents, so backwards every child is done before its parent.
            for (node_idx, node) in self.nodes.iter().enumerate().rev() {
                if !node.is_leaf() {
                    let (left, right) = (branch[node.left as usize], branch[node.right as usize]);
                    branch[node_idx] = (left.0 + right.0, left.1 + right.1);
                }
            }
            let weakest = self
                .reachable()
                .into_iter()
                .filter(|&idx| !self.nodes[idx].is_leaf())
                .map(|idx| {
                    let (branch_cost, n_leaves) = branch[idx];
                    let alpha = (cost(&self.stats[idx]) - branch_cost) / (n_leaves as f64 - 1.0);
                    (idx, alpha)
                })
                .min_by(|a, b| a.1.total_cmp(&b.1).then(a.0.cmp(&b.0)));
            match weakest {
                Some((idx, alpha)) if alpha <= ccp_alpha => self.nodes[idx] = Node::LEAF,
                _ => break,
            }
        }
        self.drop_unreachable();
    }

    /// Returns the indices of the nodes that hang on the root, ascending.
    fn reachable(&self) -> Vec<usize> {
        let mut is_reachable = vec![false; self.nodes.len()];
        is_reachable[0] = true;
        for (node_idx, node) in self.nodes.iter().enumerate() {
            if is_reachable[node_idx] && !node.is_leaf() {
                is_reachable[node.left as usize] = true;
                is_reachable[node.right as usize] = true;
            }
        }
        (0..self.nodes.len())
            .filter(|&idx| is_reachable[idx])
            .collect()
    }

    fn drop_unreachable(&mut self) {
        let kept = self.reachable();
        let n_values = self.values.len() / self.nodes.len();
        let mut new_idx = vec![0u32; self.nodes.len()];
        for (new, &old) in (0..).zip(&kept) {
            new_idx[old] = new;
        }
        let renumber = |&old: &usize| {
            let node = self.nodes[old];
            if node.is_leaf() {
                return node;
            }
            Node {
                left: new_idx[node.left as usize],
                right: new_idx[node.right as usize],
                ..node
            }
        };
        *self = Self {
            nodes: kept.iter().map(renumber).collect(),
            stats: kept.iter().map(|&old| self.stats[old]).collect(),
            values: kept
                .iter()
                .flat_map(|&old| &self.values[old * n_values..][..n_values])
                .copied()
                .collect(),
        };
    }
}

/// Returns the importances scaled to sum to 1, unless they are all 0.
#[must_use]
pub fn normalised(importances: &[f64]) -> Vec<f32> {
    let sum: f64 = importances.iter().sum();
    let scale = if sum > 0.0 { 1.0 / sum } else { 0.0 };
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a share; f32 is its format"
    )]
    importances
        .iter()
        .map(|&value| (value * scale) as f32)
        .collect()
}
