//! `fashion-bench embed`: a data set, or two side by side, as points of the plane.

mod neighbors;
mod waiting;

use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, bail, ensure};
use clap::Args;
use fashion_bench::dataset::{self, DatasetName, DatasetRequest};
use fashion_bench::embed::{
    Method, Options, Panel, Sample, Scatter, SplitChoice, render_csv, render_npy, render_page,
};
use fashion_bench::results::publish;

use self::neighbors::find_graph;
use self::waiting::{Interruption, Waiting};
use super::data_files::{DataFiles, DataPart};
use super::loading::Loading;
use super::output::{print, warn};

/// Exit code of a picture that was drawn before its time.
const INTERRUPTED: u8 = 130;

/// Places images in the plane and draws them coloured by class.
#[derive(Debug, Args)]
pub struct EmbedArgs {
    /// pca: the first two principal components; tsne: t-SNE; umap: UMAP; mde: minimum-distortion
    /// embedding that preserves neighbours
    #[arg(long, value_name = "METHOD")]
    method: Method,
    /// Images drawn by chance, or `all`
    #[arg(long, value_name = "N|all", default_value = "5000")]
    samples: Samples,
    /// The splits that images are drawn from: train, test or both
    #[arg(long, value_name = "SPLIT", default_value = "train")]
    split: SplitChoice,
    /// The picture (.svg, .png), the page to explore (.html) or the points (.csv, .npy)
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A data set by name, or two with a comma between them for a picture of both; `data list` shows
    /// them
    #[arg(
        long,
        value_name = "NAME[,NAME]",
        value_delimiter = ',',
        default_value = "fashion-mnist"
    )]
    dataset: Vec<DatasetName>,
    /// Directory of the files [default: FASHION_MNIST_DIR or MNIST_DIR, else data/<DATASET>, which
    /// is downloaded if need be]
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    files: DataFiles,
    #[command(flatten)]
    part: DataPart,
    /// Seed of the draw and of the random numbers of umap and mde
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    options: OptionArgs,
}

/// Parameters of the methods.
#[derive(Debug, Args)]
#[command(next_help_heading = "Parameters of the methods")]
struct OptionArgs {
    /// umap, mde: neighbours of an image [default: 15]
    #[arg(long, value_name = "K")]
    n_neighbors: Option<usize>,
    /// umap: distance up to which points are as near as can be [default: 0.1]
    #[arg(long, value_name = "D")]
    min_dist: Option<f64>,
    /// umap: distance over which nearness fades [default: 1]
    #[arg(long, value_name = "D")]
    spread: Option<f64>,
    /// umap: steps [default: 200 above 10,000 images, else 500]
    #[arg(long, value_name = "N")]
    n_epochs: Option<usize>,
    /// umap: what the points start from, spectral or pca [default: spectral]
    #[arg(long, value_name = "START")]
    start: Option<String>,
    /// tsne: effective number of neighbours of an image [default: 30]
    #[arg(long, value_name = "P")]
    perplexity: Option<f64>,
    /// tsne: factor of the attraction in the first 250 steps [default: 12]
    #[arg(long, value_name = "F")]
    early_exaggeration: Option<f64>,
    /// tsne: steps after the first 250 [default: 500]
    #[arg(long, value_name = "N")]
    n_iter: Option<usize>,
    /// mde: centred or standardised [default: centred]
    #[arg(long, value_name = "CONSTRAINT")]
    constraint: Option<String>,
    /// mde: most steps [default: 300]
    #[arg(long, value_name = "N")]
    max_iter: Option<usize>,
}

impl OptionArgs {
    fn options(&self) -> Options {
        Options {
            n_neighbors: self.n_neighbors,
            min_dist: self.min_dist,
            spread: self.spread,
            n_epochs: self.n_epochs,
            start: self.start.clone(),
            perplexity: self.perplexity,
            early_exaggeration: self.early_exaggeration,
            n_iter: self.n_iter,
            constraint: self.constraint.clone(),
            max_iter: self.max_iter,
        }
    }
}

/// A number of samples, or all.
#[derive(Debug, Clone, Copy)]
struct Samples(Option<usize>);

impl FromStr for Samples {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse() {
            _ if text == "all" => Ok(Self(None)),
            Ok(n) => Ok(Self(Some(n))),
            Err(_) => Err(format!("expected a whole number or `all`, got `{text}`")),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Svg,
    Png,
    Html,
    Csv,
    Npy,
}

pub fn run(args: &EmbedArgs) -> anyhow::Result<ExitCode> {
    // Everything that can be refused is refused before anything slow starts.
    let format = format_of(args)?;
    let method = args
        .method
        .clone()
        .with(&args.options.options(), args.seed)?;
    let n_sets = args.dataset.len();
    ensure!(
        n_sets <= 2,
        "`--dataset` takes one name or two, got {n_sets}"
    );
    if n_sets == 2 {
        ensure!(
            args.data_dir.is_none() && args.files.own().is_none(),
            "`--data-dir` and `--data` are for one data set; with two in `--dataset`, name their \
             folders by FASHION_MNIST_DIR and MNIST_DIR"
        );
        ensure!(
            format != Format::Npy,
            "an .npy file holds the points of one data set; write two to a .csv file"
        );
    }
    let interruption = Interruption::watch()?;
    let mut panels = Vec::new();
    let mut is_cut_short = false;
    for &name in &args.dataset {
        let Some((panel, is_whole)) = place(args, &method, name, &interruption)? else {
            warn("interrupted before there was anything to draw");
            return Ok(ExitCode::from(INTERRUPTED));
        };
        panels.push(panel);
        is_cut_short |= !is_whole;
    }
    let bytes = match format {
        Format::Svg => Scatter { panels: &panels }.render_svg()?.into_bytes(),
        Format::Png => Scatter { panels: &panels }.render_png()?,
        Format::Html => render_page(&panels)?.into_bytes(),
        Format::Csv => render_csv(&panels)?,
        Format::Npy => render_npy(&panels[0]),
    };
    let path = args.out.display();
    publish(&bytes, &args.out).with_context(|| format!("cannot write {path}"))?;
    let titles: Vec<&str> = panels.iter().map(|panel| panel.title.as_str()).collect();
    print(&format!("wrote {path}: {}\n", titles.join("; ")))?;
    if is_cut_short {
        warn("interrupted: these are the points of that moment");
        return Ok(ExitCode::from(INTERRUPTED));
    }
    Ok(ExitCode::SUCCESS)
}

fn format_of(args: &EmbedArgs) -> anyhow::Result<Format> {
    let ending = args.out.extension().unwrap_or_default();
    match ending.to_ascii_lowercase().to_str() {
        Some("svg") => Ok(Format::Svg),
        Some("png") => Ok(Format::Png),
        Some("html") => Ok(Format::Html),
        Some("csv") => Ok(Format::Csv),
        Some("npy") => Ok(Format::Npy),
        _ => bail!(
            "`--out` must end in .svg, .png, .html, .csv or .npy, got {}",
            args.out.display()
        ),
    }
}

/// Loads a data set and places its samples. Returns with the panel whether the work came to its end,
/// and nothing if it was ended before there were any points.
fn place(
    args: &EmbedArgs,
    method: &Method,
    name: DatasetName,
    interruption: &Interruption,
) -> anyhow::Result<Option<(Panel, bool)>> {
    let request = DatasetRequest {
        data_dir: args.data_dir.clone(),
        own: args.files.own(),
        transpose: args.files.transpose,
        subset: args.part.subset(),
        ..DatasetRequest::new(name)
    };
    let mut loading = Loading::default();
    let raw = dataset::load(&request, &mut |event| loading.show(event))
        .context("failed to load the data")?;
    let sample = Sample::draw(&raw, args.split, args.samples.0, args.seed);
    let n = sample.labels.len();
    method.check(n)?;
    let mut waiting = Waiting::new(method.title(), &raw.identity.name, interruption);
    let graph = match method.needed_neighbors() {
        0 => None,
        k => match find_graph(sample.x.view(), k, &mut waiting)? {
            Some(graph) => Some(graph),
            None => return Ok(None),
        },
    };
    let mut watch = |progress| waiting.show(progress);
    let (placed, axes) = method.place(sample.x.view(), graph.as_ref(), &mut watch)?;
    waiting.finish();
    let kind = if raw.train.shape.is_image() {
        "images"
    } else {
        "rows"
    };
    let split = match args.split {
        SplitChoice::Train => "train ",
        SplitChoice::Test => "test ",
        SplitChoice::Both => "",
    };
    let name = &raw.identity.name;
    let ending = match placed.is_cut_short {
        true => format!(", after {} steps", placed.n_steps),
        false => String::new(),
    };
    let title = format!("{n} {split}{kind} of {name}: {}{ending}", method.title());
    let is_whole = !placed.is_cut_short;
    let panel = Panel {
        title,
        raw,
        sample,
        points: placed.points,
        axes,
    };
    Ok(Some((panel, is_whole)))
}
