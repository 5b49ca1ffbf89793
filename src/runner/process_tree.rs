//! A process and everything that it started: which processes those are, what they take, their end.
//!
//! An engine may start others, and these may leave its process group. Ends of the branches whose
//! parent is gone are counted as long as the root adopts them (see [`adopt_orphans`]).

use super::memory::{ProcessMemory, process_memory};

/// Ticks per second of the times in `/proc`, the same on every architecture of Linux.
const TICKS_PER_S: f64 = 100.0;

/// A running process, told from a later one of the same number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Process {
    pid: u32,
    started: u64,
}

/// What `/proc/<pid>/stat` says.
#[derive(Debug, Clone, Copy)]
struct Stat {
    process: Process,
    parent: u32,
    is_zombie: bool,
    /// CPU ticks of the process, and of children it has waited for.
    own_ticks: u64,
    reaped_ticks: u64,
}

/// Makes this process the parent of descendants that lose theirs, so that they stay in its tree.
pub fn adopt_orphans() {
    // Without it only those are missed that no longer have a parent.
    #[cfg(target_os = "linux")]
    let _ = nix::sys::prctl::set_child_subreaper(true);
}

/// Returns what the process `root` started, and what those started, without `root` itself; nothing
/// where the system does not tell.
#[must_use]
pub fn descendants(root: u32) -> Vec<Process> {
    stats_below(root).iter().map(|stat| stat.process).collect()
}

/// Returns how many processes that `root` started, or those started, still run.
#[must_use]
pub fn n_alive_below(root: u32) -> usize {
    let is_alive = |stat: &&Stat| !stat.is_zombie;
    stats_below(root).iter().filter(is_alive).count()
}

/// Returns the memory of these processes: resident bytes of all, and as peak the larger of these and
/// of the largest peak of one of them; nothing if all are gone.
#[must_use]
pub fn memory_of(processes: &[Process]) -> Option<ProcessMemory> {
    let each = processes
        .iter()
        .filter_map(|process| process_memory(process.pid));
    each.fold(None, |sum: Option<ProcessMemory>, one| {
        let sum = sum.unwrap_or(ProcessMemory {
            rss_bytes: 0,
            peak_bytes: 0,
        });
        let rss_bytes = sum.rss_bytes + one.rss_bytes;
        Some(ProcessMemory {
            rss_bytes,
            peak_bytes: sum.peak_bytes.max(one.peak_bytes).max(rss_bytes),
        })
    })
}

/// Returns the CPU seconds that everything below `root` has taken so far, children that were waited
/// for included; nothing where the system does not tell.
#[must_use]
pub fn cpu_s_below(root: u32) -> Option<f64> {
    let stats = stats_below(root);
    let seconds = |stat: &Stat| {
        let own = exact_cpu_s(stat.process.pid);
        let own = own.unwrap_or(stat.own_ticks as f64 / TICKS_PER_S);
        own + stat.reaped_ticks as f64 / TICKS_PER_S
    };
    (!stats.is_empty()).then(|| stats.iter().map(seconds).sum())
}

/// Ends everything below `root`.
pub fn kill_below(root: u32) {
    // Once more for what was started meanwhile; nothing starts others faster than this for long.
    for _ in 0..20 {
        let alive: Vec<_> = stats_below(root)
            .into_iter()
            .filter(|stat| !stat.is_zombie)
            .map(|stat| stat.process)
            .collect();
        if alive.is_empty() {
            return;
        }
        kill(&alive);
    }
}

/// Ends these processes, as far as they still run.
pub fn kill(processes: &[Process]) {
    for process in processes {
        let is_same = read_stat(process.pid).is_some_and(|stat| stat.process == *process);
        if is_same && let Ok(pid) = i32::try_from(process.pid) {
            // Fails only if it has just ended by itself.
            let pid = nix::unistd::Pid::from_raw(pid);
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
        }
    }
}

fn stats_below(root: u32) -> Vec<Stat> {
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let all: Vec<Stat> = pids.filter_map(read_stat).collect();
    let mut found: Vec<Stat> = Vec::new();
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        for stat in all.iter().filter(|stat| stat.parent == parent) {
            found.push(*stat);
            parents.push(stat.process.pid);
        }
    }
    found
}

fn read_stat(pid: u32) -> Option<Stat> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    parse_stat(pid, &text)
}

fn parse_stat(pid: u32, text: &str) -> Option<Stat> {
    // The name stands in parentheses and may hold anything, further parentheses included.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<_> = rest.split_whitespace().collect();
    let number = |idx: usize| fields.get(idx)?.parse::<u64>().ok();
    Some(Stat {
        process: Process {
            pid,
            started: number(19)?,
        },
        parent: u32::try_from(number(1)?).ok()?,
        is_zombie: *fields.first()? == "Z",
        own_ticks: number(11)? + number(12)?,
        reaped_ticks: number(13)? + number(14)?,
    })
}

/// CPU seconds of a process to the nanosecond, where `/proc` counts hundredths.
#[cfg(target_os = "linux")]
fn exact_cpu_s(pid: u32) -> Option<f64> {
    let pid = nix::unistd::Pid::from_raw(i32::try_from(pid).ok()?);
    let time = nix::time::clock_getcpuclockid(pid).ok()?.now().ok()?;
    Some(time.tv_sec() as f64 + time.tv_nsec() as f64 * 1e-9)
}

#[cfg(not(target_os = "linux"))]
fn exact_cpu_s(_: u32) -> Option<f64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_name_with_parentheses_does_not_hide_the_fields() {
        let text = "7 (a) b) S 3 1 1 0 -1 4194304 1 2 0 0 40 2 9 1 20 0 1 0 555 1 1";
        let stat = parse_stat(7, text).unwrap();
        assert_eq!((stat.parent, stat.process.started), (3, 555));
        assert_eq!((stat.own_ticks, stat.reaped_ticks), (42, 10));
    }

    #[test]
    fn grandchildren_are_found_measured_and_ended() {
        let script =
            "sh -c 'i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; sleep 600' & echo; wait";
        let mut child = Command::new("sh")
            .args(["-c", script])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let started = std::time::Instant::now();
        let sleeps = || descendants(child.id()).len() >= 2;
        while !sleeps() {
            assert!(started.elapsed().as_secs() < 60);
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        assert!(cpu_s_below(child.id()).unwrap() > 0.001);
        assert!(memory_of(&descendants(child.id())).unwrap().rss_bytes > 100_000);
        kill_below(child.id());
        child.wait().unwrap();
        assert_eq!(cpu_s_below(child.id()), None);
    }
}
