//! Loading the data of a row, and the progress of looking for a data set: a progress bar, lines and
//! warnings.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, ensure};
use fashion_bench::dataset::{self, DatasetName, DatasetRequest, Event, RawDataset};
use fashion_bench::results::Record;
use indicatif::{ProgressBar, ProgressStyle};

use super::data_files::DataFiles;

/// Loads the data that a row is of, from its name, or from the user's own files.
pub fn load_data_of(
    record: &Record,
    data_dir: Option<&Path>,
    files: &DataFiles,
) -> anyhow::Result<RawDataset> {
    let own = files.own();
    let name = match &own {
        Some(_) => DatasetName::FashionMnist,
        None => record.dataset.name.parse().with_context(|| {
            format!(
                "the row is of the data set `{}`, whose labels cannot be had by name; name its files \
                 with --data",
                record.dataset.name
            )
        })?,
    };
    let request = DatasetRequest {
        data_dir: data_dir.map(Path::to_owned),
        allow_custom: true,
        own,
        transpose: record.dataset.transposed,
        subset: record.dataset.subset.unwrap_or_default(),
        scaling: record.dataset.scaling,
        ..DatasetRequest::new(name)
    };
    let mut loading = Loading::default();
    let raw = dataset::load(&request, &mut |event| loading.show(event))?;
    ensure!(
        raw.identity.is_same_data(&record.dataset),
        "the data are not those that the row is of; name theirs with --data-dir or --data"
    );
    Ok(raw)
}

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
