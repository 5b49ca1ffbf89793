//! For tests: a small data set and an estimator that misbehaves on demand.

use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use ndarray::{Array1, ArrayView1, ArrayView2};
use rand::Rng;
use serde_json::Value;

use super::protocol::JobSettings;
use crate::catalog::{Classifier, Cost, DataShape, Entry, EstimatorSpec, Family, Params, Profile};
use crate::dataset::{DatasetName, DatasetRequest, DemoShape, Prepared, RawDataset, Scaling, load};
use crate::estimators::FitError;
use crate::estimators::FitInfo;
use crate::estimators::erased::{Estimator, Model};
use crate::estimators::parameters;
use crate::estimators::parameters::ParamValue;
use crate::grid::{Job, JobId, Limits, Scores, Settings, SubsetGrid};
use crate::numeric::rng::stream;

pub const CONSTANT: usize = 100;
pub const RANDOM: usize = 101;
pub const FAILING: usize = 102;
pub const OUT_OF_RANGE: usize = 103;
pub const NEEDS_100_SAMPLES: usize = 104;
pub const PANICKING: usize = 105;
pub const SLEEPING: usize = 106;

parameters! {
    /// Parameters of a classifier that misbehaves on demand.
    pub struct FakeParams => Fake: "Fake" {
        /// what it does
        kind: usize = CONSTANT;
    }
    seed ParamValue::Null;
}

impl Entry for FakeParams {
    const FAMILY: Family = Family::Linfa;
    const SUMMARY: &'static str = "misbehaves on demand";

    fn cost(_: &Fake, _: &DataShape) -> Cost {
        Cost {
            cpu_s: 1.0,
            memory_bytes: 1_000_000,
        }
    }
}

pub static FAKE: EstimatorSpec = EstimatorSpec::of::<FakeParams>();

/// A job of [`FAKE`].
pub fn job(kind: usize) -> Job {
    let mut params = Params::new();
    params.insert("kind".to_owned(), Value::from(kind));
    Job {
        id: JobId::new(FAKE.name, &params),
        classifier: Classifier::Ours(&FAKE),
        written: params.clone(),
        resolved: params,
        aliases: Vec::new(),
        notes: Vec::new(),
        cost: Cost {
            cpu_s: 1.0,
            memory_bytes: 1_000_000,
        },
    }
}

pub fn job_settings() -> JobSettings {
    JobSettings::from(&settings())
}

pub fn settings() -> Settings {
    Settings {
        dataset: "demo".into(),
        subset: SubsetGrid::default(),
        scaling: Scaling::default(),
        repeats: 2,
        seed: 1,
        limits: Limits::default(),
        scores: Scores::default(),
        threads_per_job: 1,
        defaults: Profile::Sklearn15,
    }
}

pub fn raw() -> &'static RawDataset {
    static RAW: OnceLock<RawDataset> = OnceLock::new();
    RAW.get_or_init(|| {
        let mut request = DatasetRequest::new(DatasetName::Demo);
        request.demo = DemoShape {
            n_train: 400,
            n_test: 100,
            ..DemoShape::default()
        };
        load(&request, &mut |_| {}).expect("the demo set needs nothing")
    })
}

pub fn data() -> Prepared {
    Prepared::in_memory(raw()).expect("the demo set is not empty")
}

impl Estimator for Fake {
    fn fit(
        &self,
        x: ArrayView2<'_, f32>,
        _: ArrayView1<'_, usize>,
    ) -> Result<Box<dyn Model>, FitError> {
        let diverged = FitError::Diverged {
            what: "the training loss",
            value: f64::INFINITY,
            n_iter: 3,
            fix: "scale the data",
        };
        match self.kind {
            FAILING => return Err(diverged),
            NEEDS_100_SAMPLES if x.nrows() < 100 => return Err(diverged),
            PANICKING if x.nrows() > 300 => panic!("not my day"),
            SLEEPING if x.nrows() > 300 => thread::sleep(Duration::from_secs(60)),
            _ => {}
        }
        Ok(Box::new(FittedFake(self.clone())))
    }
}

struct FittedFake(Fake);

impl Model for FittedFake {
    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Array1<usize>, FitError> {
        let mut rng = stream(self.0.seed, &[]);
        Ok(match self.0.kind {
            RANDOM => (0..x.nrows()).map(|_| rng.gen_range(0..10)).collect(),
            OUT_OF_RANGE => Array1::from_elem(x.nrows(), 99),
            _ => Array1::from_elem(x.nrows(), 3),
        })
    }

    fn fit_info(&self) -> FitInfo {
        FitInfo::default()
    }
}
