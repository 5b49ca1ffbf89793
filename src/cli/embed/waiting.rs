//! A progress bar for those who wait, and their Ctrl-C.

use std::ops::ControlFlow;
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context;
use fashion_bench::embedding::{Progress, Stage};
use indicatif::{ProgressBar, ProgressStyle};

use super::super::loading::print_line;
use super::super::output::warn;
use super::INTERRUPTED;

/// Whether Ctrl-C was pressed.
#[derive(Debug, Clone)]
pub struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// Installs a signal handler: the first signal ends the work early, the second the program at
    /// once.
    pub fn watch() -> anyhow::Result<Self> {
        let interruption = Self(Arc::new(AtomicBool::new(false)));
        let flag = Arc::clone(&interruption.0);
        ctrlc::set_handler(move || {
            if flag.swap(true, Ordering::SeqCst) {
                process::exit(i32::from(INTERRUPTED));
            }
            warn("interrupted: drawing what there is; once more ends the program at once");
        })
        .context("cannot handle Ctrl-C")?;
        Ok(interruption)
    }

    fn is_asked_for(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A bar for the current stage, on terminals; elsewhere a line when a stage begins.
#[derive(Debug)]
pub struct Waiting<'a> {
    method: &'static str,
    dataset: String,
    interruption: &'a Interruption,
    bar: Option<(Stage, ProgressBar)>,
}

impl<'a> Waiting<'a> {
    pub fn new(method: &'static str, dataset: &str, interruption: &'a Interruption) -> Self {
        Self {
            method,
            dataset: dataset.to_owned(),
            interruption,
            bar: None,
        }
    }

    /// Shows how far the work is; breaks if it is to end early.
    pub fn show(&mut self, progress: Progress) -> ControlFlow<()> {
        let is_new = self
            .bar
            .as_ref()
            .is_none_or(|(stage, _)| *stage != progress.stage);
        if is_new {
            self.start(progress);
        }
        if let Some((_, bar)) = &self.bar {
            if let Some(objective) = progress.objective {
                bar.set_message(format!("{}, objective {objective:.4}", self.method));
            }
            bar.set_position(progress.n_done as u64);
        }
        match self.interruption.is_asked_for() {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn start(&mut self, progress: Progress) {
        self.finish();
        let what = match progress.stage {
            Stage::Neighbors => "nearest neighbours",
            Stage::Start => "start",
            Stage::Layout => self.method,
        };
        let bar = ProgressBar::new(progress.n_total as u64);
        if bar.is_hidden() {
            print_line(&format!("{}: {what}", self.dataset));
        }
        let template = "{prefix}: {msg:44} {bar:24} {pos}/{len} {eta}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(self.dataset.clone());
        bar.set_message(what);
        self.bar = Some((progress.stage, bar));
    }

    /// Takes the bar away.
    pub fn finish(&mut self) {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
