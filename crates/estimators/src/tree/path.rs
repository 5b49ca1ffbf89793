//! Trees on the same binned rows, and those whose limits of depth do not matter.
//!
//! A limit of depth is not a cut of a deeper tree: the nodes below it draw random numbers, and those
//! that come after them get others. But a tree that ends above the limit is the same without it, so
//! of several limits the largest comes first, and its tree serves all that it does not reach.

use super::algorithm::{Ground, Recipe};
use super::nodes::Tree;
use crate::error::FitError;
use crate::path::{Ledger, PathData, predict};

/// The ledger's purse of the tree that is grown.
const TREE: usize = 0;

/// Whether a tree is the same with this limit of its depth. Nodes at the limit are leaves without a
/// search, so there must be none.
fn ends_above(tree: &Tree, max_depth: usize) -> bool {
    tree.depth() < max_depth
}

/// Fits the trees of all recipes and lets them predict.
///
/// # Errors
/// [`FitError`] for rows that no tree can be grown on.
pub(super) fn fit_path(
    recipes: &[Recipe<'_>],
    data: PathData<'_>,
    ledger: &mut dyn Ledger,
) -> Result<(), FitError> {
    let ground = Ground::new(data.x, data.codes, data.encoding)?;
    let mut left: Vec<usize> = (0..recipes.len()).collect();
    // The deepest first; those of equal depth in their order.
    left.sort_by_key(|&member| std::cmp::Reverse(recipes[member].max_depth()));
    while let Some(&first) = left.first() {
        let recipe = &recipes[first];
        ledger.put_aside(TREE);
        let grown = recipe.grow(&ground);
        let mut shares = vec![0.0; recipes.len()];
        left.retain(|&member| {
            let own = &recipes[member];
            let is_served = own.is_same_but_for_depth(recipe)
                && match &grown {
                    Ok(tree) => {
                        own.max_depth() == recipe.max_depth() || ends_above(tree, own.max_depth())
                    }
                    Err(_) => true,
                };
            shares[member] = f64::from(u8::from(is_served));
            !is_served
        });
        ledger.pay_fits(TREE, &shares);
        let served = (0..recipes.len()).filter(|&member| shares[member] > 0.0);
        let served: Vec<usize> = served.collect();
        for member in served {
            ledger.fit_for(&[member]);
            let own = &recipes[member];
            let tree = match &grown {
                Ok(tree) => Ok(tree.clone()),
                // The same error for each: it does not depend on what they differ in.
                Err(_) => own.grow(&ground),
            };
            let fitted = tree.map(|tree| own.model(tree, &ground));
            predict(member, fitted, data.x_test, ledger);
        }
    }
    Ok(())
}
