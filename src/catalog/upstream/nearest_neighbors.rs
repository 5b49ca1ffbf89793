//! `linfa::NearestNeighbors`: linfa-nn's indices, with a majority vote, in `f32`.
//!
//! linfa-nn finds neighbours and leaves the vote to its user: here one vote each, ties to the
//! lowest class. `fit` copies the data and builds the index; `predict` asks one query after
//! another, as upstream has no batch query.

use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use linfa_nn::distance::{L1Dist, L2Dist, LInfDist, LpDist};
use linfa_nn::{BuildError, CommonNearestNeighbour, NearestNeighbour, NearestNeighbourIndex};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2};
use self_cell::self_cell;

use super::guard::{guarded, reported};
use super::ranges::{at_least_one, float_where};
use crate::estimators::FitError;
use crate::estimators::erased::erase;
use crate::estimators::info::Fitted;
use crate::estimators::multiclass::{ClassEncoding, argmax};
use crate::catalog::spec::{
    Args, Cost, DataShape, EstimatorSpec, Family, Kind, ParamSpec, Params,
};

const CRATE: &str = "linfa-nn";

/// The subject as the registry lists it.
pub static NEAREST_NEIGHBORS: EstimatorSpec = EstimatorSpec {
    name: "linfa::NearestNeighbors",
    family: Family::Linfa,
    summary: "majority vote over linfa-nn's nearest neighbours",
    params: &[
        ParamSpec::new(
            "k",
            &[Kind::Int],
            "5",
            "neighbours that vote; linfa has no default, this is scikit-learn's",
        ),
        ParamSpec::new(
            "algorithm",
            &[Kind::Choice(&["linear", "kd_tree", "ball_tree"])],
            "\"kd_tree\"",
            "index; linfa's CommonNearestNeighbour, the default is that of its other crates",
        )
        .with_synonyms(&[
            ("LinearSearch", "linear"),
            ("KdTree", "kd_tree"),
            ("BallTree", "ball_tree"),
        ]),
        ParamSpec::new(
            "leaf_size",
            &[Kind::Int],
            "16",
            "points in a leaf of a tree",
        ),
        ParamSpec::new(
            "dist_fn",
            &[Kind::Choice(&["L1Dist", "L2Dist", "LInfDist", "LpDist"])],
            "\"L2Dist\"",
            "distance",
        ),
        ParamSpec::new("p", &[Kind::Float], "2.0", "power of LpDist"),
    ],
    canonicalise,
    build: |args| {
        let params = Subject {
            k: at_least_one(args, "k")?,
            algorithm: match args.choice("algorithm") {
                Some("linear") => CommonNearestNeighbour::LinearSearch,
                Some("ball_tree") => CommonNearestNeighbour::BallTree,
                _ => CommonNearestNeighbour::KdTree,
            },
            // Removed for the linear search, which has no leaves but refuses 0.
            leaf_size: match args.opt_count("leaf_size")? {
                None => 1,
                Some(_) => at_least_one(args, "leaf_size")?,
            },
            metric: match args.choice("dist_fn") {
                Some("L1Dist") => Metric::L1,
                Some("LInfDist") => Metric::LInf,
                Some("LpDist") => {
                    let is_metric = |p| p >= 1.0;
                    Metric::Lp(float_where(args, "p", "a number in [1, inf)", is_metric)? as f32)
                }
                _ => Metric::L2,
            },
        };
        Ok(guarded(CRATE, erase(params)))
    },
    cost,
};

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

/// Fitted to queries of 60,000 × 784 rows (25 ms linear, 36 ms kd-tree, which prunes nothing there
/// and takes 1.9 s to build) and to ball trees of 1,000 to 4,000 rows (1.1 to 24 s to build).
fn cost(args: &Args<'_>, shape: &DataShape) -> Cost {
    let cells = (shape.n_train * shape.n_features) as f64;
    let n_queries = shape.n_test as f64;
    let (build_s, query_s) = match args.choice("algorithm") {
        Some("linear") => (0.0, 5.5e-10 * cells),
        Some("ball_tree") => (2.0e-9 * cells * shape.n_train as f64, 1.6e-9 * cells),
        _ => (4.0e-8 * cells, 8.0e-10 * cells),
    };
    Cost {
        cpu_s: build_s + n_queries * query_s,
        memory_bytes: (8.0 * cells) as u64,
    }
}

#[derive(Debug, Clone, Copy)]
enum Metric {
    L1,
    L2,
    LInf,
    Lp(f32),
}

type Index<'a> = Box<dyn 'a + Send + Sync + NearestNeighbourIndex<f32>>;

self_cell!(
    /// Training rows with the index that borrows them.
    struct IndexedRows {
        owner: Array2<f32>,

        #[covariant]
        dependent: Index,
    }
);

struct Subject {
    k: usize,
    algorithm: CommonNearestNeighbour,
    leaf_size: usize,
    metric: Metric,
}

struct FittedSubject {
    rows: IndexedRows,
    codes: Vec<usize>,
    classes: ClassEncoding,
    k: usize,
}

impl Subject {
    fn build_index<'a>(&self, rows: &'a Array2<f32>) -> Result<Index<'a>, BuildError> {
        let (kind, leaf_size) = (&self.algorithm, self.leaf_size);
        match self.metric {
            Metric::L1 => kind.from_batch_with_leaf_size(rows, leaf_size, L1Dist),
            Metric::L2 => kind.from_batch_with_leaf_size(rows, leaf_size, L2Dist),
            Metric::LInf => kind.from_batch_with_leaf_size(rows, leaf_size, LInfDist),
            Metric::Lp(p) => kind.from_batch_with_leaf_size(rows, leaf_size, LpDist::new(p)),
        }
    }
}

impl<'x> Fit<ArrayView2<'x, f32>, ArrayView1<'_, usize>, FitError> for Subject {
    type Object = FittedSubject;

    fn fit(
        &self,
        data: &DatasetBase<ArrayView2<'x, f32>, ArrayView1<'_, usize>>,
    ) -> Result<FittedSubject, FitError> {
        let (classes, codes) = ClassEncoding::new(data.targets());
        // Row-major, which the kd-tree insists on.
        let owned = data.records().as_standard_layout().into_owned();
        let rows = IndexedRows::try_new(owned, |owned| self.build_index(owned))
            .map_err(|error| reported(CRATE, error))?;
        Ok(FittedSubject {
            rows,
            codes,
            classes,
            k: self.k,
        })
    }
}

impl<'x> PredictInplace<ArrayView2<'x, f32>, Array1<usize>> for FittedSubject {
    fn predict_inplace(&self, x: &ArrayView2<'x, f32>, y: &mut Array1<usize>) {
        let index = self.rows.borrow_dependent();
        let queries = x.as_standard_layout();
        let mut votes = vec![0_usize; self.classes.n_classes()];
        for (query, label) in queries.rows().into_iter().zip(y.iter_mut()) {
            votes.fill(0);
            let neighbours = index
                .k_nearest(query, self.k)
                .expect("the width was checked before");
            for (_, row) in neighbours {
                votes[self.codes[row]] += 1;
            }
            *label = self.classes.label(argmax(&votes));
        }
    }

    fn default_target(&self, x: &ArrayView2<'x, f32>) -> Array1<usize> {
        Array1::default(x.nrows())
    }
}

impl Fitted for FittedSubject {
    fn n_features(&self) -> usize {
        self.rows.borrow_owner().ncols()
    }
}
