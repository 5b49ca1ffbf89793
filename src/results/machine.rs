//! Where a row was computed, and on which machine, as far as its times depend on it.
//!
//! A host name is no identity: each container has a random one, and two machines may share one. A
//! processor's name is none either, as a whole line of generations calls itself "AMD EPYC".

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a processor is: seconds on two of one kind may be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Processor {
    /// Who made it, e.g. `AuthenticAMD`.
    pub vendor: String,
    /// Its family, as the vendor counts.
    pub family: String,
    /// Its model within the family.
    pub model: String,
    /// Its revision.
    pub stepping: String,
    /// The widest vectors that it offers: `avx512`, `avx2`, `sse2`, `neon`, ….
    pub vectors: String,
}

impl Processor {
    /// `AuthenticAMD family 25 model 17 stepping 1, avx512`.
    #[must_use]
    pub fn label(&self) -> String {
        super::escape::line(&format!(
            "{} family {} model {} stepping {}, {}",
            self.vendor, self.family, self.model, self.stepping, self.vectors
        ))
    }
}

/// Where and with what a row was computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Host name.
    pub host: String,
    /// CPU model.
    pub cpu: String,
    /// What the processor is; absent in rows of schema 2 and where the system does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor: Option<Processor>,
    /// Identity of the system's start; absent likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_id: Option<String>,
    /// Logical cores of the machine.
    pub cores: usize,
    /// Rayon threads of the job.
    pub threads: usize,
    /// Jobs that could run side by side.
    pub jobs: usize,
    /// Operating system and architecture.
    pub os: String,
    /// Version of this crate.
    pub version: String,
    /// Git revision the binary was built from; absent outside a checkout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_revision: Option<String>,
    /// Whether the job ran in the runner's own process.
    pub in_process: bool,
}

impl Environment {
    /// Whether both are one machine between two starts of it.
    ///
    /// Rows that tell processor and boot are compared by these and the number of cores. Rows of
    /// earlier versions tell neither and are compared by host name and model name. One of each kind
    /// cannot be compared and counts as two machines.
    #[must_use]
    pub fn is_same_machine(&self, other: &Self) -> bool {
        let identity = |environment: &Self| {
            let known = environment
                .processor
                .clone()
                .zip(environment.boot_id.clone());
            known.map(|known| (known, environment.cores))
        };
        match (identity(self), identity(other)) {
            (Some(this), Some(other)) => this == other,
            (None, None) => (&self.host, &self.cpu) == (&other.host, &other.cpu),
            _ => false,
        }
    }

    /// The processor in words: what is known of it.
    #[must_use]
    pub fn processor_label(&self) -> String {
        processor_label(&self.cpu, self.processor.as_ref())
    }
}

/// A processor in words: its name, and what else is known of it.
#[must_use]
pub fn processor_label(name: &str, processor: Option<&Processor>) -> String {
    let name = super::escape::line(name);
    match processor {
        Some(processor) => format!("{name}, {}", processor.label()),
        None => format!("{name} of an unknown generation"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;

    fn environment(change: impl FnOnce(&mut Environment)) -> Environment {
        let mut environment = record("A", &[]).environment.unwrap();
        change(&mut environment);
        environment
    }

    #[test]
    fn a_container_has_another_host_name_on_the_same_machine() {
        let container = environment(|e| e.host = "3f2a9c".to_owned());
        assert!(environment(|_| {}).is_same_machine(&container));
    }

    #[test]
    fn generation_width_cores_and_boot_make_another_machine() {
        let changes: [fn(&mut Environment); 4] = [
            |e| e.processor.as_mut().unwrap().model = "1".to_owned(),
            |e| e.processor.as_mut().unwrap().vectors = "avx2".to_owned(),
            |e| e.cores += 1,
            |e| e.boot_id = Some("another".to_owned()),
        ];
        for change in changes {
            assert!(!environment(|_| {}).is_same_machine(&environment(change)));
        }
    }

    #[test]
    fn rows_of_earlier_versions_are_compared_by_their_names_and_with_no_others() {
        let old = |host: &str| {
            environment(|e| {
                (e.processor, e.boot_id) = (None, None);
                host.clone_into(&mut e.host);
            })
        };
        assert!(old("host").is_same_machine(&old("host")));
        assert!(!old("host").is_same_machine(&old("other")));
        assert!(!old("host").is_same_machine(&environment(|_| {})));
    }
}
