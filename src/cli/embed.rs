//! `fashion-bench embed`: a data set as points of the plane.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use fashion_bench::dataset::{self, DatasetName, DatasetRequest, RawDataset, Values};
use fashion_bench::embed::{EmbedError, Method, Scatter, Stage, embed};
use fashion_bench::numeric::rng::stream;
use fashion_bench::results::publish;
use indicatif::ProgressBar;
use ndarray::{Array2, Axis};

use super::data_files::{DataFiles, DataPart};
use super::loading::Loading;
use super::output::print;

/// Places train images in the plane and draws them coloured by class.
#[derive(Debug, Args)]
pub struct EmbedArgs {
    /// pca: the first two principal components; tsne: t-SNE of the first 50; umap: not available
    #[arg(long, value_name = "METHOD")]
    method: Method,
    /// Images drawn by chance from the train split
    #[arg(long, value_name = "N", default_value_t = 5000)]
    samples: usize,
    /// The picture; its ending says whether it is SVG or PNG
    #[arg(long, value_name = "FILE.svg|FILE.png")]
    out: PathBuf,
    /// A data set by name; `data list` shows them
    #[arg(long, value_name = "NAME", default_value = "fashion-mnist")]
    dataset: DatasetName,
    /// Directory of the files [default: FASHION_MNIST_DIR or MNIST_DIR, else data/<DATASET>, which
    /// is downloaded if need be]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    files: DataFiles,
    #[command(flatten)]
    part: DataPart,
    /// Seed of the draw and of t-SNE's start
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
}

#[derive(Debug, Clone, Copy)]
enum Format {
    Svg,
    Png,
}

pub fn run(args: &EmbedArgs) -> anyhow::Result<ExitCode> {
    // Everything that can be refused is refused before anything slow starts.
    let format = format_of(args)?;
    if args.method == Method::Umap {
        return Err(EmbedError::NoUmap.into());
    }
    let request = DatasetRequest {
        data_dir: args.data_dir.clone(),
        own: args.files.own(),
        transpose: args.files.transpose,
        subset: args.part.subset(),
        ..DatasetRequest::new(args.dataset)
    };
    let mut loading = Loading::default();
    let raw = dataset::load(&request, &mut |event| loading.show(event))
        .context("failed to load the data")?;
    let (x, labels) = draw_samples(&raw, args.samples, args.seed);
    let mut waiting = Waiting::default();
    let placed = embed(x.view(), args.method, args.seed, &mut |stage| {
        waiting.show(stage, labels.len());
    })?;
    waiting.finish();
    let title = format!(
        "{} train {} of {}: {}",
        labels.len(),
        if raw.train.shape.is_image() {
            "images"
        } else {
            "rows"
        },
        raw.identity.name,
        args.method.title()
    );
    let scatter = Scatter {
        title: &title,
        points: placed.points.view(),
        labels: &labels,
        class_names: &raw.class_names,
        axes: placed.axes.as_ref(),
    };
    let bytes = match format {
        Format::Svg => scatter.render_svg()?.into_bytes(),
        Format::Png => scatter.render_png()?,
    };
    let path = args.out.display();
    publish(&bytes, &args.out).with_context(|| format!("cannot write {path}"))?;
    print(&format!("wrote {path}: {title}\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn format_of(args: &EmbedArgs) -> anyhow::Result<Format> {
    let ending = args.out.extension().unwrap_or_default();
    match ending.to_ascii_lowercase().to_str() {
        Some("svg") => Ok(Format::Svg),
        Some("png") => Ok(Format::Png),
        _ => bail!(
            "`--out` must end in .svg or .png, got {}",
            args.out.display()
        ),
    }
}

/// Returns the values and the classes of `n` random samples of the train split, or of all samples if
/// there are fewer. Bytes are brought to [0, 1]; other numbers, each feature of which has a unit of
/// its own, to zero mean and unit deviation.
fn draw_samples(raw: &RawDataset, n: usize, seed: u64) -> (Array2<f64>, Vec<u16>) {
    let train = &raw.train;
    let n_all = train.n_samples();
    let chosen = rand::seq::index::sample(&mut stream(seed, &[]), n_all, n.min(n_all));
    let mut x = Array2::zeros((chosen.len(), train.n_features()));
    let mut labels = Vec::with_capacity(chosen.len());
    for (mut row, sample_idx) in x.outer_iter_mut().zip(&chosen.into_vec()) {
        for (value, number) in row.iter_mut().zip(train.row(*sample_idx)) {
            *value = number;
        }
        labels.push(train.labels[*sample_idx]);
    }
    match &train.values {
        Values::Bytes(_) => x /= 255.0,
        Values::Floats(_) => {
            for mut column in x.axis_iter_mut(Axis(1)) {
                let (mean, deviation) = (column.mean().unwrap_or_default(), column.std(0.0));
                let scale = if deviation > f64::EPSILON {
                    1.0 / deviation
                } else {
                    1.0
                };
                column.mapv_inplace(|value| (value - mean) * scale);
            }
        }
    }
    (x, labels)
}

/// A spinner that names the current stage; the libraries do not report how far they are.
#[derive(Debug, Default)]
struct Waiting {
    spinner: Option<ProgressBar>,
}

impl Waiting {
    fn show(&mut self, stage: Stage, n_samples: usize) {
        self.finish();
        let text = match stage {
            Stage::Components(n) => format!("{n} principal components of {n_samples} samples"),
            Stage::Arranging => format!("t-SNE of {n_samples} samples"),
        };
        let spinner = ProgressBar::new_spinner().with_message(text.clone());
        if spinner.is_hidden() {
            super::loading::print_line(&text);
        }
        spinner.enable_steady_tick(Duration::from_millis(200));
        self.spinner = Some(spinner);
    }

    fn finish(&mut self) {
        if let Some(spinner) = self.spinner.take() {
            spinner.finish_and_clear();
        }
    }
}
