//! Whether the kernel ended a process because memory ran out: it leaves no word but a count.

use std::fs;

/// Files that count the processes which the kernel ended for lack of memory, the most telling first:
/// the control group's of either version, as a container sees it, then the whole machine's.
const COUNTERS: [&str; 3] = [
    "/sys/fs/cgroup/memory.events",
    "/sys/fs/cgroup/memory/memory.oom_control",
    "/proc/vmstat",
];

/// Processes that the kernel has ended so far for lack of memory, in this control group if it has
/// one of its own, else on this machine; nothing where the system does not count them.
pub(super) fn n_oom_kills() -> Option<u64> {
    let count = |file: &&str| parse_count(&fs::read_to_string(file).ok()?);
    COUNTERS.iter().find_map(count)
}

/// The number behind `oom_kill` in lines of a name and a number.
fn parse_count(text: &str) -> Option<u64> {
    let number = |line: &str| line.strip_prefix("oom_kill ")?.trim().parse().ok();
    text.lines().find_map(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_count_is_read_from_files_of_either_version() {
        let second = "low 0\nhigh 0\nmax 812\noom 3\noom_kill 2\noom_group_kill 0\n";
        assert_eq!(parse_count(second), Some(2));
        assert_eq!(
            parse_count("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"),
            Some(7)
        );
        assert_eq!(parse_count("oom_kill_disable 0\nunder_oom 0\n"), None);
    }
}
