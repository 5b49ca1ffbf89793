//! A classifier of a job, wherever it lives.

use super::cost::{Cost, DataShape};
use super::engine::EngineModel;
use super::family::Family;
use super::params::Params;
use super::spec::EstimatorSpec;

/// A classifier of this program, or of an engine.
#[derive(Debug, Clone)]
pub enum Classifier {
    /// One of this program's.
    Ours(&'static EstimatorSpec),
    /// One in another process.
    Engine(Box<EngineModel>),
}

impl Classifier {
    /// Name in a config and in rows.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Ours(spec) => spec.name,
            Self::Engine(model) => &model.name,
        }
    }

    /// Family in reports.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Ours(spec) => spec.family,
            Self::Engine(model) => model.family(),
        }
    }

    /// Returns the entry of the catalog; nothing for a classifier of an engine.
    #[must_use]
    pub fn spec(&self) -> Option<&'static EstimatorSpec> {
        match self {
            Self::Ours(spec) => Some(spec),
            Self::Engine(_) => None,
        }
    }

    /// Returns the engine's classifier, if it is one.
    #[must_use]
    pub fn engine(&self) -> Option<&EngineModel> {
        match self {
            Self::Ours(_) => None,
            Self::Engine(model) => Some(model),
        }
    }

    /// Estimated cost of one repeat with these parameters on data of this shape.
    #[must_use]
    pub fn cost(&self, params: &Params, shape: &DataShape) -> Cost {
        match self {
            Self::Ours(spec) => spec.cost(params, shape),
            Self::Engine(model) => model.cost(params, shape),
        }
    }
}
