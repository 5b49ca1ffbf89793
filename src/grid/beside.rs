//! Jobs of another library beside ours, with the same explicit parameters.

use std::collections::HashSet;

use super::data_shapes::expected_shapes;
use super::job::{Job, Plan};
use super::plan::engine_job;
use crate::catalog::engine::{EngineModel, Launch};
use crate::catalog::{DataShape, Params, Profile};

/// Packages whose classifiers have the names and the parameters of ours.
pub const BESIDE: &[&str] = &["sklearn", "sklearnex"];

impl Plan {
    /// Adds, after each job of ours, the job of the same classifier of the package `engine`, one of
    /// [`BESIDE`]. Parameters that the config leaves out are left out there too, but for those whose
    /// defaults changed since the profile of the config.
    #[must_use]
    pub fn beside(mut self, engine: &str) -> Self {
        let mut seen: HashSet<_> = self.jobs.iter().map(|job| job.id.clone()).collect();
        let shapes = expected_shapes(&self.settings);
        let mut jobs = Vec::with_capacity(2 * self.jobs.len());
        for job in self.jobs {
            let twin = twin_of(&job, engine, self.settings.defaults, &shapes);
            jobs.push(job);
            jobs.extend(twin.filter(|twin| seen.insert(twin.id.clone())));
        }
        self.jobs = jobs;
        self
    }
}

/// The same job in the package `engine`; nothing for a classifier that is not scikit-learn's.
fn twin_of(job: &Job, engine: &str, profile: Profile, shapes: &[DataShape]) -> Option<Job> {
    let spec = job.classifier.spec()?;
    if spec.name.contains("::") {
        return None;
    }
    let model = EngineModel::new(engine, spec.name, Launch::package(engine));
    let mut written: Params = job.written.clone();
    for param in spec.params() {
        let is_old = profile != Profile::default() && param.default_2017.is_some();
        if is_old && !written.contains_key(param.name) {
            written.insert(param.name.to_owned(), param.default_value(profile));
        }
    }
    // Old spellings, which today's scikit-learn no longer knows.
    for (name, value) in &mut written {
        let param = spec.param(name);
        if let Some(text) = value.as_str()
            && let Some(canonical) = param.and_then(|param| param.canonical_value(value))
            && canonical != text
        {
            *value = canonical;
        }
    }
    Some(engine_job(model, written, shapes))
}
