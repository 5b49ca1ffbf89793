//! Memory: what a process takes, and what the machine has.

use sysinfo::{MemoryRefreshKind, System};

/// Memory of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessMemory {
    /// Resident bytes now.
    pub rss_bytes: u64,
    /// The most resident bytes so far, as far as the system tells.
    pub peak_bytes: u64,
}

/// Returns the memory of the process `pid`; nothing if it is gone.
///
/// On Linux the peak is `VmHWM`, which starts afresh with the program. `getrusage`'s maximum
/// will not do, as a child inherits it from the process that started it.
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

/// Returns the memory of the process `pid`; nothing if it is gone. The peak is only the value of the moment.
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
    /// What is free now, without swapping.
    pub available_bytes: u64,
}

/// Returns the machine's memory.
#[must_use]
pub fn machine_memory() -> MachineMemory {
    let mut system = System::new();
    system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
    let (total, available) = (system.total_memory(), system.available_memory());
    match system.cgroup_limits() {
        // `rss` leaves the group's page cache out, which the system gives back on demand.
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
