//! Where and with what a run takes place.

use std::env::consts::{ARCH, OS};
use std::thread;

use sysinfo::{CpuRefreshKind, System};

use super::processor;
use crate::results::Environment;

/// Ends a git revision whose sources had local changes.
pub const DIRTY: &str = "-dirty";

/// The environment of a run of `n_slots` jobs side by side with `threads` threads each.
#[must_use]
pub fn current(threads: usize, n_slots: usize, in_process: bool) -> Environment {
    let mut system = System::new();
    system.refresh_cpu_list(CpuRefreshKind::nothing());
    let cpu = system
        .cpus()
        .first()
        .map(|cpu| cpu.brand().trim().to_owned());
    Environment {
        host: gethostname::gethostname().to_string_lossy().into_owned(),
        cpu: cpu.unwrap_or_default(),
        processor: processor::current(),
        boot_id: processor::boot_id(),
        cores: system.cpus().len().max(1),
        threads,
        jobs: n_slots,
        os: format!("{OS} {ARCH}"),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        git_revision: option_env!("FASHION_BENCH_GIT_REVISION").map(str::to_owned),
        in_process,
    }
}

/// Jobs that run side by side unless the user says otherwise: as many as the cores this process may
/// use hold with `threads` threads each.
#[must_use]
pub fn default_slots(threads: usize) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (cores / threads.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_is_filled_in() {
        let environment = current(3, 2, true);
        assert!(!environment.host.is_empty());
        assert!(environment.cores >= 1);
        assert_eq!((environment.threads, environment.jobs), (3, 2));
        assert!(environment.in_process);
    }

    #[test]
    fn there_is_always_a_slot() {
        assert_eq!(default_slots(100_000), 1);
        assert!(default_slots(0) >= 1);
    }
}
