//! Clocks: what a piece of work took.

use std::ops::{AddAssign, Mul};
use std::time::Instant;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;

/// What a piece of work took.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Timing {
    /// Wall seconds.
    pub wall_s: f64,
    /// CPU seconds of this process, user and system, over all threads.
    pub cpu_s: f64,
}

impl AddAssign for Timing {
    fn add_assign(&mut self, other: Self) {
        self.wall_s += other.wall_s;
        self.cpu_s += other.cpu_s;
    }
}

impl Mul<f64> for Timing {
    type Output = Self;

    fn mul(self, share: f64) -> Self {
        Self {
            wall_s: share * self.wall_s,
            cpu_s: share * self.cpu_s,
        }
    }
}

/// Tells what pieces of work take that follow each other.
#[derive(Debug)]
pub struct Stopwatch {
    since: Instant,
    cpu_s: f64,
}

impl Stopwatch {
    /// A watch that starts now.
    pub fn start() -> Self {
        Self {
            since: Instant::now(),
            cpu_s: process_cpu_s(),
        }
    }

    /// Returns what was taken since the start or the last lap.
    pub fn lap(&mut self) -> Timing {
        let now = Self::start();
        let timing = Timing {
            wall_s: now.since.duration_since(self.since).as_secs_f64(),
            cpu_s: now.cpu_s - self.cpu_s,
        };
        *self = now;
        timing
    }
}

/// Does `work`, and returns its result with what it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Timing) {
    let mut watch = Stopwatch::start();
    let result = work();
    (result, watch.lap())
}

fn process_cpu_s() -> f64 {
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 * 1e-6;
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |usage| {
        seconds(usage.user_time()) + seconds(usage.system_time())
    })
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;
    use std::time::Duration;

    use super::*;

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
}
