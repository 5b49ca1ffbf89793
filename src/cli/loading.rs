//! Progress of looking for a data set: a progress bar, lines and warnings.

use std::io::Write;

use fashion_bench::dataset::Event;
use indicatif::{ProgressBar, ProgressStyle};

/// A display of events on standard error; pass [`Self::show`] to the functions of `dataset`.
#[derive(Debug, Default)]
pub struct Loading {
    // The file being downloaded and its bar.
    download: Option<(String, ProgressBar)>,
}

impl Loading {
    pub fn show(&mut self, event: Event) {
        match event {
            Event::Progress {
                file_name,
                n_bytes,
                total,
            } => self.show_progress(file_name, n_bytes, total),
            Event::FellBackToDemo { .. } => {
                self.finish_download();
                let rule = "=".repeat(78);
                print_line(&format!("{rule}\nWARNING: {event}\n{rule}"));
            }
            event => {
                self.finish_download();
                let prefix = if event.is_warning() { "warning: " } else { "" };
                print_line(&format!("{prefix}{event}"));
            }
        }
    }

    fn show_progress(&mut self, file_name: String, n_bytes: u64, total: Option<u64>) {
        // A retry from another mirror starts at zero again.
        let is_new = n_bytes == 0
            || self
                .download
                .as_ref()
                .is_none_or(|(name, _)| *name != file_name);
        if is_new {
            self.finish_download();
            let bar = ProgressBar::new(total.unwrap_or(0));
            if bar.is_hidden() {
                print_line(&format!("downloading {file_name}"));
            }
            let style = "{msg:30} {bar:30} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
            if let Ok(style) = ProgressStyle::with_template(style) {
                bar.set_style(style);
            }
            bar.set_message(file_name.clone());
            self.download = Some((file_name, bar));
        }
        if let Some((_, bar)) = &self.download {
            bar.set_position(n_bytes);
        }
    }

    fn finish_download(&mut self) {
        if let Some((_, bar)) = self.download.take() {
            bar.finish_and_clear();
        }
    }
}

/// Prints a line to standard error.
pub fn print_line(text: &str) {
    // Nothing can be done if standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}
