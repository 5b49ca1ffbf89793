//! Forests of several sizes and depths.
//!
//! A forest of fewer trees is the beginning of one of more. A tree that ends above a limit of depth is
//! the same without the limit, as [`crate::tree`] says of single trees, so forests of a lower limit take
//! from those of a higher one what does not reach it, and grow the others themselves.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::algorithm::{Grown, Trainer};
use super::model::Voter;
use super::params::Recipe;
use crate::error::FitError;
use crate::path::{Ledger, PathData, predict};

/// Forests with one limit of depth.
struct Depth {
    limit: Option<usize>,
    /// The members of the path, of the fewest trees first.
    members: Vec<usize>,
    trees: Vec<Voter>,
    /// For each tree, how deep it is, and which of the limits it was grown with.
    origins: Vec<Origin>,
}

#[derive(Clone, Copy)]
struct Origin {
    depth: usize,
    place: usize,
}

/// Fits the forests of a path and lets them predict, those of the fewest trees first.
///
/// # Errors
/// [`FitError`] for what all of them ask of the data.
pub(super) fn fit_path(
    path: &[Recipe<'_>],
    data: PathData<'_>,
    ledger: &mut dyn Ledger,
) -> Result<(), FitError> {
    let Some(first) = path.first() else {
        return Ok(());
    };
    let trainer = first.trainer(data.x, data.codes, data.encoding)?;
    let mut depths = by_depth(path);
    let mut ends: Vec<usize> = path.iter().map(|own| own.n_estimators).collect();
    ends.sort_unstable();
    ends.dedup();
    for end in ends {
        grow_to(end, path, &mut depths, &trainer, ledger);
        for depth in &mut depths {
            while let Some(&member) = depth.members.first()
                && path[member].n_estimators == end
            {
                depth.members.remove(0);
                ledger.fit_for(&[member]);
                // The trees may be large: those of the last forest are not copied.
                let trees = if depth.members.is_empty() {
                    std::mem::take(&mut depth.trees)
                } else {
                    depth.trees.clone()
                };
                let forest = trainer.forest(data.x, data.codes, trees);
                predict(member, Ok(forest), data.x_test, ledger);
            }
        }
    }
    Ok(())
}

/// Returns the members by their limits of depth, the highest first.
fn by_depth(path: &[Recipe<'_>]) -> Vec<Depth> {
    let mut by_limit: BTreeMap<Reverse<usize>, Depth> = BTreeMap::new();
    for (member, own) in path.iter().enumerate() {
        let limit = own.shape.max_depth;
        let depth = by_limit
            .entry(Reverse(limit.unwrap_or(usize::MAX)))
            .or_insert_with(|| Depth {
                limit,
                members: Vec::new(),
                trees: Vec::new(),
                origins: Vec::new(),
            });
        depth.members.push(member);
    }
    let mut depths: Vec<Depth> = by_limit.into_values().collect();
    for depth in &mut depths {
        depth
            .members
            .sort_by_key(|&member| path[member].n_estimators);
    }
    depths
}

/// Gives all forests that are not done `end` trees.
fn grow_to(
    end: usize,
    path: &[Recipe<'_>],
    depths: &mut [Depth],
    trainer: &Trainer<'_>,
    ledger: &mut dyn Ledger,
) {
    let starts: Vec<usize> = depths.iter().map(|depth| depth.origins.len()).collect();
    let mut n_grown = vec![0_usize; depths.len()];
    for place in 0..depths.len() {
        let (higher, rest) = depths.split_at_mut(place);
        let depth = &mut rest[0];
        if depth.members.is_empty() {
            continue;
        }
        let higher = higher
            .iter()
            .rev()
            .find(|higher| !higher.members.is_empty());
        let start = starts[place];
        let ends_above = |&tree_idx: &usize| -> bool {
            let origin = higher.map(|higher| higher.origins[tree_idx]);
            origin.is_some_and(|origin| origin.depth < depth.limit.unwrap_or(usize::MAX))
        };
        let own: Vec<usize> = (start..end).filter(|idx| !ends_above(idx)).collect();
        ledger.put_aside(place);
        let limit = depth.limit;
        let grown: Vec<Grown> = own
            .par_iter()
            .map(|&tree_idx| trainer.tree(tree_idx as u64, limit))
            .collect();
        n_grown[place] = grown.len();
        ledger.fit_for(&depth.members);
        let mut grown = own.into_iter().zip(grown).peekable();
        for tree_idx in start..end {
            if let Some((_, tree)) = grown.next_if(|(own_idx, _)| *own_idx == tree_idx) {
                depth.origins.push(Origin {
                    depth: tree.depth,
                    place,
                });
                depth.trees.push(tree.voter);
            } else if let Some(higher) = higher {
                depth.origins.push(higher.origins[tree_idx]);
                depth.trees.push(higher.trees[tree_idx].clone());
            }
        }
    }
    // Each pays for the trees that it would have grown itself, as a part of those that were.
    for (place, &n_grown) in n_grown.iter().enumerate() {
        if n_grown == 0 {
            continue;
        }
        let mut shares = vec![0.0; path.len()];
        for (depth, &start) in depths.iter().zip(&starts) {
            let n_used = depth.origins[start..]
                .iter()
                .filter(|origin| origin.place == place)
                .count();
            for &member in &depth.members {
                shares[member] = n_used as f64 / n_grown as f64;
            }
        }
        ledger.pay_fits(place, &shares);
    }
}
