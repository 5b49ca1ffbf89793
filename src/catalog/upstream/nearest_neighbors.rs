//! `linfa::NearestNeighbors`: linfa-nn's indices, with a majority vote, in `f32`.
//!
//! linfa-nn finds neighbours and leaves the vote to its user: here one vote each, ties to the
//! lowest class. `fit` copies the data and builds the index; `predict` asks one query after
//! another, as upstream has no batch query.

use linfa_nn::distance::{L1Dist, L2Dist, LInfDist, LpDist};
use linfa_nn::{BuildError, CommonNearestNeighbour, NearestNeighbour, NearestNeighbourIndex};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use self_cell::self_cell;

use super::guard::{fit_guarded, reported};
use crate::catalog::{Cost, DataShape, Entry, Family, Params};
use crate::estimators::classifier::{Classifier, FittedClassifier};
use crate::estimators::erased::{Estimator, Model};
use crate::estimators::finite::NotFinite;
use crate::estimators::multiclass::{ClassEncoding, argmax};
use crate::estimators::parameters::Interval;
use crate::estimators::{FitError, choices, parameters};

const CRATE: &str = "linfa-nn";

choices! {
    /// The index: linfa's `CommonNearestNeighbour`.
    pub enum Index {
        /// None.
        Linear = "linear" | "LinearSearch",
        /// A k-d tree.
        KdTree = "kd_tree" | "KdTree",
        /// A ball tree.
        BallTree = "ball_tree" | "BallTree",
    }
}

choices! {
    /// The distance.
    pub enum DistFn {
        /// Sum of absolute differences.
        L1 = "L1Dist",
        /// Euclidean.
        L2 = "L2Dist",
        /// Largest difference.
        LInf = "LInfDist",
        /// Minkowski's with power `p`.
        Lp = "LpDist",
    }
}

parameters! {
    /// Parameters of a vote over linfa-nn's neighbours.
    pub struct LinfaNearestNeighborsParams => LinfaNearestNeighborsValidParams: "linfa::NearestNeighbors" {
        /// neighbours that vote; linfa has no default, this is scikit-learn's
        k: usize = 5, in Interval::at_least(1);
        /// index; linfa's CommonNearestNeighbour, the default is that of its other crates
        algorithm: Index = Index::KdTree;
        /// points in a leaf of a tree
        leaf_size: usize = 16, in Interval::at_least(1);
        /// distance
        dist_fn: DistFn = DistFn::L2;
        /// power of LpDist
        p: f64 = 2.0, in Interval::at_least(1);
    }
}

impl Entry for LinfaNearestNeighborsParams {
    const FAMILY: Family = Family::Linfa;
    const SUMMARY: &'static str = "majority vote over linfa-nn's nearest neighbours";

    /// Removes what the index and the distance leave without effect.
    fn canonicalise(params: &mut Params) -> Vec<String> {
        let is = |name: &str, value: &str| params.get(name).is_some_and(|given| given == value);
        let (is_linear, has_power) = (is("algorithm", "linear"), is("dist_fn", "LpDist"));
        params.retain(|name, _| match name.as_str() {
            "leaf_size" => !is_linear,
            "p" => has_power,
            _ => true,
        });
        Vec::new()
    }

    /// Fitted to queries of 60,000 × 784 rows (25 ms linear, 36 ms kd-tree, which prunes nothing
    /// there and takes 1.9 s to build) and to ball trees of 1,000 to 4,000 rows (1.1 to 24 s to
    /// build).
    fn cost(params: &LinfaNearestNeighborsValidParams, shape: &DataShape) -> Cost {
        let cells = (shape.n_train * shape.n_features) as f64;
        let n_queries = shape.n_test as f64;
        let (build_s, query_s) = match params.algorithm {
            Index::Linear => (0.0, 5.5e-10 * cells),
            Index::BallTree => (2.0e-9 * cells * shape.n_train as f64, 1.6e-9 * cells),
            Index::KdTree => (4.0e-8 * cells, 8.0e-10 * cells),
        };
        Cost {
            cpu_s: build_s + n_queries * query_s,
            memory_bytes: (8.0 * cells) as u64,
        }
    }
}

type LinfaIndex<'a> = Box<dyn 'a + Send + Sync + NearestNeighbourIndex<f32>>;

self_cell!(
    /// Training rows with the index that borrows them.
    struct IndexedRows {
        owner: Array2<f32>,

        #[covariant]
        dependent: LinfaIndex,
    }
);

impl Estimator for LinfaNearestNeighborsValidParams {
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        y: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError> {
        fit_guarded(CRATE, &Subject(self.clone()), x, y)
    }
}

struct Subject(LinfaNearestNeighborsValidParams);

struct FittedSubject {
    rows: IndexedRows,
    codes: Vec<usize>,
    encoding: ClassEncoding,
    k: usize,
}

impl Subject {
    fn build_index<'a>(&self, rows: &'a Array2<f32>) -> Result<LinfaIndex<'a>, BuildError> {
        let kind = match self.0.algorithm {
            Index::Linear => CommonNearestNeighbour::LinearSearch,
            Index::KdTree => CommonNearestNeighbour::KdTree,
            Index::BallTree => CommonNearestNeighbour::BallTree,
        };
        let leaf_size = self.0.leaf_size;
        match self.0.dist_fn {
            DistFn::L1 => kind.from_batch_with_leaf_size(rows, leaf_size, L1Dist),
            DistFn::L2 => kind.from_batch_with_leaf_size(rows, leaf_size, L2Dist),
            DistFn::LInf => kind.from_batch_with_leaf_size(rows, leaf_size, LInfDist),
            DistFn::Lp => {
                kind.from_batch_with_leaf_size(rows, leaf_size, LpDist::new(self.0.p as f32))
            }
        }
    }
}

impl Classifier for Subject {
    type Model = FittedSubject;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<FittedSubject, FitError> {
        // Row-major, which the kd-tree insists on.
        let owned = x.as_standard_layout().into_owned();
        let rows = IndexedRows::try_new(owned, |owned| self.build_index(owned))
            .map_err(|error| reported(CRATE, error))?;
        Ok(FittedSubject {
            rows,
            codes: codes.to_vec(),
            encoding,
            k: self.0.k,
        })
    }
}

impl FittedClassifier for FittedSubject {
    /// Upstream does not show its state.
    fn not_finite(&self) -> Option<NotFinite> {
        None
    }

    fn n_features(&self) -> usize {
        self.rows.borrow_owner().ncols()
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        let index = self.rows.borrow_dependent();
        let queries = x.as_standard_layout();
        let mut votes = vec![0_usize; self.encoding.n_classes()];
        for (query, label) in queries.rows().into_iter().zip(labels.iter_mut()) {
            votes.fill(0);
            let neighbours = index
                .k_nearest(query, self.k)
                .expect("the width was checked before");
            for (_, row) in neighbours {
                votes[self.codes[row]] += 1;
            }
            *label = self.encoding.label(argmax(&votes));
        }
    }
}
