//! Clocks and memory: what a job took, and what the machine has.

use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use sysinfo::{MemoryRefreshKind, System};

/// What a piece of work took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timing {
    /// Wall seconds.
    pub wall_s: f64,
    /// CPU seconds of this process, user and system, over all threads.
    pub cpu_s: f64,
}

/// Does `work` and takes its time.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Timing) {
    let (cpu_before, started) = (process_cpu_s(), Instant::now());
    let result = work();
    let timing = Timing {
        wall_s: started.elapsed().as_secs_f64(),
        cpu_s: process_cpu_s() - cpu_before,
    };
    (result, timing)
}

fn process_cpu_s() -> f64 {
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |usage| {
        seconds(usage.user_time()) + seconds(usage.system_time())
    })
}

/// Memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessMemory {
    /// Resident bytes now.
    pub rss_bytes: u64,
    /// The most resident bytes so far, as far as the system tells.
    pub peak_bytes: u64,
}

/// Memory of the process `pid`; nothing if it is gone.
///
/// On Linux the peak is `VmHWM`, which starts afresh with the program. `getrusage`'s maximum does
/// not do: it is inherited from the process that started this one.
#[cfg(target_os = "linux")]
#[must_use]
pub fn process_memory(pid: u32) -> Option<ProcessMemory> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let bytes = |field: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(field))?;
        let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kib * 1024)
    };
    Some(ProcessMemory {
        rss_bytes: bytes("VmRSS:")?,
        peak_bytes: bytes("VmHWM:")?,
    })
}

/// Memory of the process `pid`; nothing if it is gone. The peak is only the value of the moment.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn process_memory(pid: u32) -> Option<ProcessMemory> {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate};
    let pid = Pid::from_u32(pid);
    let mut system = System::new();
    let what = ProcessRefreshKind::nothing().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, what);
    let rss_bytes = system.process(pid)?.memory();
    Some(ProcessMemory {
        rss_bytes,
        peak_bytes: rss_bytes,
    })
}

/// Memory of the machine, or of the control group the program is confined to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MachineMemory {
    /// All there is.
    pub total_bytes: u64,
    /// What can be had now without swapping.
    pub available_bytes: u64,
}

/// What the machine has.
#[must_use]
pub fn machine_memory() -> MachineMemory {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let (total, available) = (system.total_memory(), system.available_memory());
    match system.cgroup_limits() {
        // `rss` leaves the group's page cache out, which is given back on demand.
        Some(group) if group.total_memory > 0 && group.total_memory < total => MachineMemory {
            total_bytes: group.total_memory,
            available_bytes: available.min(group.total_memory.saturating_sub(group.rss)),
        },
        _ => MachineMemory {
            total_bytes: total,
            available_bytes: available,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;
    use std::time::Duration;

    #[test]
    fn sleeping_takes_wall_time_but_no_cpu_time() {
        let ((), timing) = timed(|| std::thread::sleep(Duration::from_millis(50)));
        assert!(timing.wall_s >= 0.05, "{timing:?}");
    }

    #[test]
    fn computing_takes_cpu_time() {
        let ((), timing) = timed(|| {
            let started = Instant::now();
            while started.elapsed() < Duration::from_millis(60) {
                black_box((0..1000).sum::<u64>());
            }
        });
        assert!(timing.wall_s >= 0.06 && timing.cpu_s > 0.0, "{timing:?}");
    }

    #[test]
    fn this_process_has_memory_and_a_missing_one_has_none() {
        let memory = process_memory(std::process::id()).unwrap();
        assert!(memory.rss_bytes > 100_000 && memory.peak_bytes >= memory.rss_bytes);
        assert_eq!(process_memory(u32::MAX / 2), None);
    }

    #[test]
    fn the_machine_has_memory() {
        let memory = machine_memory();
        assert!(memory.total_bytes > 100_000_000, "{memory:?}");
        assert!(memory.available_bytes <= memory.total_bytes, "{memory:?}");
    }
}
