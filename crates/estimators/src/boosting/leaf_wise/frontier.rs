//! The nodes that may still be split, the best first.
//!
//! A binary heap that moves its nodes as Python's `heapq` does, since it decides which of equal
//! nodes is split first, and the last ones of a tree that may have no more leaves are not split.

/// A node's place in the order.
pub trait Ranked {
    /// Returns what its split gains.
    fn gain(&self) -> f64;
}

/// The nodes that may still be split.
#[derive(Debug)]
pub struct Frontier<N>(Vec<N>);

impl<N: Ranked> Frontier<N> {
    /// Returns a frontier without nodes.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Returns the number of nodes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Adds a node.
    pub fn push(&mut self, node: N) {
        self.0.push(node);
        self.move_up(self.0.len() - 1);
    }

    /// Takes the node of the largest gain.
    pub fn pop(&mut self) -> Option<N> {
        let last = self.0.pop()?;
        let Some(first) = self.0.first_mut() else {
            return Some(last);
        };
        let best = std::mem::replace(first, last);
        self.move_down();
        Some(best)
    }

    /// Takes all nodes, the last one first.
    pub fn drain(&mut self) -> impl Iterator<Item = N> {
        std::mem::take(&mut self.0).into_iter().rev()
    }

    fn is_before(&self, a: usize, b: usize) -> bool {
        self.0[a].gain() > self.0[b].gain()
    }

    fn move_up(&mut self, mut at: usize) {
        while at > 0 {
            let parent = (at - 1) / 2;
            if !self.is_before(at, parent) {
                break;
            }
            self.0.swap(at, parent);
            at = parent;
        }
    }

    /// Moves the first node to a leaf of the heap, past the better child each time, and up again.
    fn move_down(&mut self) {
        let mut at = 0;
        loop {
            let mut child = 2 * at + 1;
            if child >= self.0.len() {
                break;
            }
            if child + 1 < self.0.len() && !self.is_before(child, child + 1) {
                child += 1;
            }
            self.0.swap(at, child);
            at = child;
        }
        self.move_up(at);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Ranked for (u32, char) {
        fn gain(&self) -> f64 {
            self.0.into()
        }
    }

    #[test]
    fn equal_nodes_come_in_the_order_of_pythons_heapq() {
        let mut frontier = Frontier::new();
        for node in [
            (3, 'a'),
            (5, 'b'),
            (5, 'c'),
            (3, 'd'),
            (5, 'e'),
            (3, 'f'),
            (1, 'g'),
        ] {
            frontier.push(node);
        }
        let order: String = std::iter::from_fn(|| frontier.pop())
            .map(|(_, name)| name)
            .collect();
        // heapq.heappush and heappop of nodes whose __lt__ is gain > other.gain.
        assert_eq!(order, "bcefadg");
    }
}
