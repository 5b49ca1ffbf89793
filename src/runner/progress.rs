//! How far a run is: one bar overall and one line per running job, or plain log lines.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressState, ProgressStyle};
use jiff::Timestamp;

use super::forecast::Forecast;
use super::planned::Planned;
use crate::results::duration::render_duration;
use crate::results::mutex::lock;
use crate::results::{Record, Repeat, escape};

/// How often a bar is drawn.
const TICK: Duration = Duration::from_millis(250);

/// Is told what happens in a run; called from several threads.
pub trait Progress: Sync {
    /// These jobs are to be done; called once, before any of them starts.
    fn planned(&self, jobs: &[Planned<'_>]);
    /// The jobs of a path, or a single one, started.
    fn started(&self, path: &[usize]);
    /// `n_done` of `n_asked` repeats of a job are done.
    fn repeated(&self, job_idx: usize, n_done: usize, n_asked: usize);
    /// A job has a row: its own, or one that was there already.
    fn finished(&self, job_idx: usize, record: &Record, is_earlier: bool);
    /// A job was stopped and has no row.
    fn abandoned(&self, job_idx: usize);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn planned(&self, _: &[Planned<'_>]) {}
    fn started(&self, _: &[usize]) {}
    fn repeated(&self, _: usize, _: usize, _: usize) {}
    fn finished(&self, _: usize, _: &Record, _: bool) {}
    fn abandoned(&self, _: usize) {}
}

/// Returns one line that says what became of a job.
fn verdict(record: &Record) -> String {
    let mut text = format!("{} {}", record.status.label(), record.label());
    if let Some(accuracy) = record.mean_accuracy {
        text.push_str(&format!(": {accuracy:.4}"));
    }
    let seconds: f64 = record.repeats.iter().filter_map(Repeat::wall_s).sum();
    if record.num_repeat > 0 {
        text.push_str(&format!(" in {}", render_duration(seconds)));
    }
    if record.num_repeat > 1 {
        text.push_str(&format!(" ({} repeats)", record.num_repeat));
    }
    if let Some(reason) = &record.reason {
        text.push_str(&format!(": {}", escape::line(reason)));
    }
    text
}

/// Log lines with time stamps, for output that is no terminal.
#[derive(Debug)]
pub struct LogLines<W> {
    state: Mutex<(W, Forecast)>,
}

impl<W: Write + Send> LogLines<W> {
    /// Lines into `out` about a run with `n_slots` jobs side by side.
    pub fn new(out: W, n_slots: usize) -> Self {
        Self {
            state: Mutex::new((out, Forecast::new(n_slots))),
        }
    }

    /// Writes a line; a log that cannot be written is no reason to stop.
    fn write(out: &mut W, text: &str) {
        let now = Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
        let _ = writeln!(out, "{now} {text}");
    }
}

impl<W: Write + Send> Progress for LogLines<W> {
    fn planned(&self, jobs: &[Planned<'_>]) {
        let (out, forecast) = &mut *lock(&self.state);
        forecast.plan(jobs);
        let left = render_duration(forecast.seconds_left(Instant::now()));
        Self::write(out, &format!("{} jobs to do, about {left}", jobs.len()));
    }

    fn started(&self, path: &[usize]) {
        let (out, forecast) = &mut *lock(&self.state);
        let mut names = Vec::with_capacity(path.len());
        for &job_idx in path {
            forecast.start(job_idx, Instant::now());
            names.extend(forecast.name(job_idx).map(str::to_owned));
        }
        if !names.is_empty() {
            let together = if names.len() > 1 {
                " in one training"
            } else {
                ""
            };
            Self::write(out, &format!("started {}{together}", names.join(", ")));
        }
    }

    fn repeated(&self, _: usize, _: usize, _: usize) {}

    fn finished(&self, job_idx: usize, record: &Record, is_earlier: bool) {
        let (out, forecast) = &mut *lock(&self.state);
        if forecast.name(job_idx).is_none() {
            return;
        }
        let now = Instant::now();
        forecast.finish(job_idx, now);
        let earlier = if is_earlier {
            " (done by another run)"
        } else {
            ""
        };
        let left = match forecast.seconds_left(now) {
            seconds if seconds < 1.0 => String::new(),
            seconds => format!(", about {} left", render_duration(seconds)),
        };
        let text = format!(
            "{}{earlier}; {} of {} done{left}",
            verdict(record),
            forecast.n_done(),
            forecast.n_jobs(),
        );
        Self::write(out, &text);
    }

    fn abandoned(&self, job_idx: usize) {
        let (out, forecast) = &mut *lock(&self.state);
        if let Some(name) = forecast.name(job_idx) {
            Self::write(out, &format!("abandoned {name}"));
        }
    }
}

/// Bars on a terminal.
#[derive(Debug)]
pub struct Bars {
    screen: MultiProgress,
    overall: ProgressBar,
    running: Mutex<HashMap<usize, ProgressBar>>,
    forecast: Arc<Mutex<Forecast>>,
}

impl Bars {
    /// Bars on standard error about a run with `n_slots` jobs side by side.
    ///
    /// # Panics
    /// Never: the templates are constant, and a test draws them.
    #[must_use]
    pub fn new(n_slots: usize) -> Self {
        let forecast = Arc::new(Mutex::new(Forecast::new(n_slots)));
        let shared = Arc::clone(&forecast);
        let left = move |_: &ProgressState, out: &mut dyn std::fmt::Write| {
            let seconds = lock(&shared).seconds_left(Instant::now());
            let _ = write!(out, "{}", render_duration(seconds));
        };
        let style = ProgressStyle::with_template(
            "{wide_bar} {pos} of {len} jobs, {elapsed} gone, about {left} left",
        )
        .expect("the template is constant")
        .with_key("left", left);
        let screen = MultiProgress::new();
        let overall = screen.add(ProgressBar::new(0).with_style(style));
        Self {
            screen,
            overall,
            running: Mutex::default(),
            forecast,
        }
    }

    /// Takes the bars off the screen.
    pub fn clear(&self) {
        for bar in lock(&self.running).values() {
            bar.finish_and_clear();
        }
        self.overall.finish_and_clear();
    }

    fn end_line(&self, job_idx: usize) {
        if let Some(bar) = lock(&self.running).remove(&job_idx) {
            bar.finish_and_clear();
            self.screen.remove(&bar);
        }
    }
}

impl Progress for Bars {
    fn planned(&self, jobs: &[Planned<'_>]) {
        lock(&self.forecast).plan(jobs);
        self.overall.set_length(jobs.len() as u64);
        self.overall.enable_steady_tick(TICK);
    }

    fn started(&self, path: &[usize]) {
        let style = ProgressStyle::with_template("  {spinner} {prefix} {msg} {elapsed}")
            .expect("the template is constant");
        for (place, &job_idx) in path.iter().enumerate() {
            let mut name = {
                let mut forecast = lock(&self.forecast);
                forecast.start(job_idx, Instant::now());
                forecast.name(job_idx).unwrap_or_default().to_owned()
            };
            if place > 0 {
                name = format!("  with it: {name}");
            }
            let bar = self.screen.insert_before(
                &self.overall,
                ProgressBar::new_spinner()
                    .with_style(style.clone())
                    .with_prefix(name),
            );
            bar.enable_steady_tick(TICK);
            lock(&self.running).insert(job_idx, bar);
        }
    }

    fn repeated(&self, job_idx: usize, n_done: usize, n_asked: usize) {
        if let Some(bar) = lock(&self.running).get(&job_idx) {
            bar.set_message(format!("{n_done}/{n_asked}"));
        }
    }

    fn finished(&self, job_idx: usize, record: &Record, _: bool) {
        self.end_line(job_idx);
        let is_planned = {
            let mut forecast = lock(&self.forecast);
            let is_planned = forecast.name(job_idx).is_some();
            forecast.finish(job_idx, Instant::now());
            is_planned
        };
        if is_planned {
            self.overall.inc(1);
            // Above the bars; nothing to be done if the terminal is gone.
            let _ = self.screen.println(verdict(record));
        }
    }

    fn abandoned(&self, job_idx: usize) {
        self.end_line(job_idx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::fixture::record;
    use crate::runner::fixture;

    #[test]
    fn log_lines_tell_start_end_and_time_left() {
        let jobs = [1, 2].map(fixture::job);
        let log = LogLines::new(Vec::new(), 1);
        let plan: Vec<_> = jobs
            .iter()
            .enumerate()
            .map(|(job_idx, job)| Planned {
                job_idx,
                job,
                seconds: 60.0,
            })
            .collect();
        log.finished(7, &record("Skipped", &[0.5]), true);
        log.planned(&plan);
        log.started(&[0]);
        log.finished(0, &record("Fake", &[0.5, 0.75]), false);
        log.abandoned(1);
        let text = String::from_utf8(lock(&log.state).0.clone()).unwrap();
        let lines: Vec<_> = text
            .lines()
            .map(|line| line.split_once("Z ").unwrap().1)
            .collect();
        assert_eq!(lines.len(), 4);
        assert_eq!(lines[0], "2 jobs to do, about 2 min 00 s");
        assert_eq!(lines[1], "started Fake(kind=1)");
        assert_eq!(
            lines[2],
            "ok Fake(): 0.6250 in 4.0 s (2 repeats); 1 of 2 done"
        );
        assert_eq!(lines[3], "abandoned Fake(kind=2)");
    }

    #[test]
    fn bars_survive_a_whole_run() {
        let jobs = [1, 2].map(fixture::job);
        let bars = Bars::new(2);
        let plan: Vec<_> = jobs
            .iter()
            .enumerate()
            .map(|(job_idx, job)| Planned {
                job_idx,
                job,
                seconds: 1.0,
            })
            .collect();
        bars.planned(&plan);
        bars.started(&[0]);
        bars.repeated(0, 1, 2);
        bars.finished(0, &record("Fake", &[0.5]), false);
        bars.started(&[1]);
        bars.abandoned(1);
        assert_eq!(bars.overall.position(), 1);
        bars.clear();
        assert!(bars.overall.is_finished());
    }
}
