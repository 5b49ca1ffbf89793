//! What constrains the splits of a tree.

use std::sync::Arc;

/// The constraints of a fit.
#[derive(Debug, Clone, Default)]
pub struct Constraints {
    /// For each feature whether values may only rise (1) or fall (-1) with it; none without any
    /// constraint.
    pub signs: Option<Vec<i8>>,
    /// The features that may meet in a branch, each group ascending; none if any may.
    pub groups: Option<Vec<Vec<u32>>>,
    /// The first features are categories, this many.
    pub n_categorical: usize,
}

/// What a node may split by.
#[derive(Debug, Clone)]
pub struct Allowed {
    /// The groups that all features on the way from the root are in.
    groups: Arc<[u32]>,
    /// The features of these groups, ascending.
    pub features: Arc<[u32]>,
}

impl Constraints {
    /// Returns the direction in which values go with a feature.
    #[inline]
    pub fn sign(&self, feature: u32) -> i8 {
        self.signs
            .as_ref()
            .map_or(0, |signs| signs[feature as usize])
    }

    /// Returns what the root may split by, if not everything.
    pub fn of_root(&self) -> Option<Allowed> {
        let groups = self.groups.as_ref()?;
        Some(allowed(groups, (0..groups.len() as u32).collect()))
    }

    /// Returns what the children of a node may split by, which was split by `feature`.
    pub fn of_children(&self, node: Option<&Allowed>, feature: u32) -> Option<Allowed> {
        let groups = self.groups.as_ref()?;
        let has_feature = |group: &&u32| groups[**group as usize].binary_search(&feature).is_ok();
        let kept = node?.groups.iter().filter(has_feature).copied().collect();
        Some(allowed(groups, kept))
    }

    /// Returns the bounds of the values of a node's children's children, given those of the
    /// children's values and these.
    pub fn bounds_of_children(
        &self,
        feature: u32,
        [lower, upper]: [f64; 2],
        [left, right]: [f64; 2],
    ) -> [[f64; 2]; 2] {
        let middle = f64::midpoint(left, right);
        match self.sign(feature) {
            0 => [[lower, upper]; 2],
            1 => [[lower, middle], [middle, upper]],
            _ => [[middle, upper], [lower, middle]],
        }
    }
}

fn allowed(groups: &[Vec<u32>], kept: Vec<u32>) -> Allowed {
    let features = || kept.iter().flat_map(|&group| &groups[group as usize]);
    let end = features().max().map_or(0, |&feature| feature + 1);
    let mut is_allowed = vec![false; end as usize];
    for &feature in features() {
        is_allowed[feature as usize] = true;
    }
    let features = (0..end).filter(|&feature| is_allowed[feature as usize]);
    Allowed {
        features: features.collect(),
        groups: kept.into(),
    }
}

/// Returns the groups, ascending and with the features that are in none as a group of their own.
pub fn feature_groups(mut groups: Vec<Vec<u32>>, n_features: u32) -> Vec<Vec<u32>> {
    let mut is_rest = vec![true; n_features as usize];
    for group in &mut groups {
        group.sort_unstable();
        group.dedup();
        for &feature in group.iter() {
            is_rest[feature as usize] = false;
        }
    }
    let rest: Vec<u32> = (0..n_features)
        .filter(|&feature| is_rest[feature as usize])
        .collect();
    if !rest.is_empty() {
        groups.push(rest);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn children_keep_the_groups_that_their_parents_feature_is_in() {
        let groups = feature_groups(vec![vec![1, 0], vec![2, 1]], 4);
        assert_eq!(groups, [vec![0, 1], vec![1, 2], vec![3]]);
        let constraints = Constraints {
            groups: Some(groups),
            ..Constraints::default()
        };
        let root = constraints.of_root();
        let of = |node: &Option<Allowed>, feature| {
            let allowed = constraints.of_children(node.as_ref(), feature);
            allowed.map(|allowed| allowed.features.to_vec())
        };
        assert_eq!(of(&root, 1), Some(vec![0, 1, 2]));
        assert_eq!(of(&root, 2), Some(vec![1, 2]));
        assert_eq!(of(&root, 3), Some(vec![3]));
        let below = constraints.of_children(root.as_ref(), 1);
        assert_eq!(of(&below, 0), Some(vec![0, 1]));
        assert!(Constraints::default().of_root().is_none());
    }

    #[test]
    fn values_rise_with_a_feature_of_sign_1() {
        let constraints = Constraints {
            signs: Some(vec![0, 1, -1]),
            ..Constraints::default()
        };
        let bounds = |feature, values| constraints.bounds_of_children(feature, [-9.0, 9.0], values);
        assert_eq!(bounds(0, [1.0, 2.0]), [[-9.0, 9.0]; 2]);
        assert_eq!(bounds(1, [1.0, 2.0]), [[-9.0, 1.5], [1.5, 9.0]]);
        assert_eq!(bounds(2, [2.0, 1.0]), [[1.5, 9.0], [-9.0, 1.5]]);
    }
}
