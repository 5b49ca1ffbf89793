//! How long a run will still take.

use std::collections::HashMap;
use std::time::Instant;

use super::planned::Planned;
use crate::grid::Job;
use crate::results::label::label;

/// What is left to do, in time.
///
/// Each job counts with its estimated seconds, corrected by how long the jobs that are done took
/// against their estimates.
#[derive(Debug)]
pub(super) struct Forecast {
    n_slots: usize,
    jobs: HashMap<usize, Expected>,
    n_done: usize,
    estimated_s: f64,
    actual_s: f64,
}

#[derive(Debug)]
struct Expected {
    name: String,
    seconds: f64,
    started: Option<Instant>,
}

impl Forecast {
    /// Weight of the estimates against what was measured, in seconds.
    const TRUST_S: f64 = 1.0;

    pub(super) fn new(n_slots: usize) -> Self {
        Self {
            n_slots: n_slots.max(1),
            jobs: HashMap::new(),
            n_done: 0,
            estimated_s: Self::TRUST_S,
            actual_s: Self::TRUST_S,
        }
    }

    pub(super) fn plan(&mut self, jobs: &[Planned<'_>]) {
        let expected = |planned: &Planned<'_>| Expected {
            name: name_of(planned.job),
            seconds: planned.seconds,
            started: None,
        };
        self.jobs = jobs
            .iter()
            .map(|planned| (planned.job_idx, expected(planned)))
            .collect();
    }

    pub(super) fn start(&mut self, job_idx: usize, now: Instant) {
        if let Some(job) = self.jobs.get_mut(&job_idx) {
            job.started = Some(now);
        }
    }

    pub(super) fn finish(&mut self, job_idx: usize, now: Instant) {
        if let Some(job) = self.jobs.remove(&job_idx) {
            self.n_done += 1;
            // Jobs that come with another one of their path are estimated to take nothing.
            if let Some(started) = job.started.filter(|_| job.seconds > 0.0) {
                self.estimated_s += job.seconds;
                self.actual_s += now.duration_since(started).as_secs_f64();
            }
        }
    }

    /// The name of a job that was planned and is not done.
    pub(super) fn name(&self, job_idx: usize) -> Option<&str> {
        self.jobs.get(&job_idx).map(|job| job.name.as_str())
    }

    pub(super) fn n_done(&self) -> usize {
        self.n_done
    }

    pub(super) fn n_jobs(&self) -> usize {
        self.n_done + self.jobs.len()
    }

    pub(super) fn seconds_left(&self, now: Instant) -> f64 {
        let correction = self.actual_s / self.estimated_s;
        let left = |job: &Expected| {
            let elapsed = job
                .started
                .map_or(0.0, |started| now.duration_since(started).as_secs_f64());
            (job.seconds * correction - elapsed).max(0.0)
        };
        let (mut sum, mut longest) = (0.0, 0.0_f64);
        for job in self.jobs.values() {
            sum += left(job);
            longest = longest.max(left(job));
        }
        // No slot can help another with its job.
        (sum / self.n_slots as f64).max(longest)
    }
}

fn name_of(job: &Job) -> String {
    label(job.name(), &job.written)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::runner::fixture;

    fn planned(jobs: &[Job], seconds: &[f64]) -> Forecast {
        let planned: Vec<_> = jobs
            .iter()
            .zip(seconds)
            .enumerate()
            .map(|(job_idx, (job, &seconds))| Planned {
                job_idx,
                job,
                seconds,
            })
            .collect();
        let mut forecast = Forecast::new(2);
        forecast.plan(&planned);
        forecast
    }

    #[test]
    fn time_left_is_shared_by_the_slots_but_not_below_the_longest_job() {
        let jobs = [1, 2, 3].map(fixture::job);
        let now = Instant::now();
        assert!((planned(&jobs, &[10.0, 10.0, 10.0]).seconds_left(now) - 15.0).abs() < 1e-9);
        assert!((planned(&jobs, &[30.0, 1.0, 1.0]).seconds_left(now) - 30.0).abs() < 1e-9);
    }

    #[test]
    fn time_left_is_corrected_by_what_is_done_and_shrinks_while_jobs_run() {
        let jobs = [1, 2, 3].map(fixture::job);
        let mut forecast = planned(&jobs, &[100.0, 50.0, 50.0]);
        let start = Instant::now();
        let after = |seconds| start + Duration::from_secs(seconds);
        forecast.start(0, start);
        forecast.finish(0, after(200));
        // Twice as long as estimated, so about 100 s each for two jobs on two slots.
        let left = forecast.seconds_left(after(200));
        assert!((95.0..=100.0).contains(&left), "{left}");
        forecast.start(1, after(200));
        forecast.start(2, after(200));
        assert!((forecast.seconds_left(after(250)) - (left - 50.0)).abs() < 1e-6);
        assert!(forecast.seconds_left(after(900)).abs() < 1e-9);
    }
}
