//! Samples as points of the plane, placed by principal components or by t-SNE.

use std::str::FromStr;

use linfa::DatasetBase;
use linfa::traits::{Fit, Predict, Transformer};
use linfa_reduction::Pca;
use linfa_tsne::TSneParams;
use ndarray::{Array2, ArrayView2};

use super::error::EmbedError;
use crate::numeric::rng::stream;

/// The number of principal components that t-SNE starts from. Its cost grows with the number of
/// features, and the later components are mostly noise (van der Maaten & Hinton 2008 take 30 to
/// 50).
const TSNE_COMPONENTS: usize = 50;
/// The number of neighbours that t-SNE tries to keep around a sample; 5 to 50 give much the same
/// picture.
const PERPLEXITY: f64 = 30.0;
/// The number of steps of the descent.
const TSNE_STEPS: usize = 1000;

/// A way to place samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The first two principal components (linfa-reduction).
    Pca,
    /// Barnes-Hut t-SNE of the first 50 principal components (linfa-tsne).
    Tsne,
    /// Not available; see [`EmbedError::NoUmap`].
    Umap,
}

impl Method {
    /// Returns the name of the method that stands above a picture.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Pca => "principal components",
            Self::Tsne => "t-SNE",
            Self::Umap => "UMAP",
        }
    }
}

impl FromStr for Method {
    type Err = EmbedError;

    fn from_str(text: &str) -> Result<Self, EmbedError> {
        match text {
            "pca" => Ok(Self::Pca),
            "tsne" => Ok(Self::Tsne),
            "umap" => Ok(Self::Umap),
            _ => Err(EmbedError::Method {
                given: text.to_owned(),
            }),
        }
    }
}

/// The step that is under way, for those who wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Finding this many principal components.
    Components(usize),
    /// Arranging points by t-SNE.
    Arranging,
}

/// Points of the plane, and the names of its axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// One point per sample (n × 2).
    pub points: Array2<f64>,
    /// The text along each axis; absent where only distances have a meaning.
    pub axes: Option<[String; 2]>,
}

/// Places the samples `x` (n × features) in the plane and reports each step to `on_stage`.
///
/// The same seed gives the same points.
///
/// # Errors
/// Returns [`EmbedError`] for too few samples and for UMAP.
pub fn embed(
    x: ArrayView2<'_, f64>,
    method: Method,
    seed: u64,
    on_stage: &mut dyn FnMut(Stage),
) -> Result<Placed, EmbedError> {
    match method {
        Method::Pca => {
            require(x.nrows(), 3)?;
            on_stage(Stage::Components(2));
            let (points, shares) = components(x, 2)?;
            let axis =
                |i: usize| format!("component {}: {:.1} % of the variance", i + 1, shares[i]);
            Ok(Placed {
                points,
                axes: Some([axis(0), axis(1)]),
            })
        }
        Method::Tsne => {
            // linfa-tsne needs somewhat fewer; this leaves a margin.
            require(x.nrows(), 100)?;
            let n_components = TSNE_COMPONENTS.min(x.ncols());
            on_stage(Stage::Components(n_components));
            let (reduced, _) = components(x, n_components)?;
            on_stage(Stage::Arranging);
            let points = TSneParams::embedding_size_with_rng(2, stream(seed, &[]))
                .perplexity(PERPLEXITY)
                .max_iter(TSNE_STEPS)
                .transform(reduced)?;
            Ok(Placed { points, axes: None })
        }
        Method::Umap => Err(EmbedError::NoUmap),
    }
}

fn require(found: usize, least: usize) -> Result<(), EmbedError> {
    if found < least {
        return Err(EmbedError::TooFew { least, found });
    }
    Ok(())
}

/// Returns the samples in their first `n` principal components, largest first, and the share of the
/// variance that each component has, in percent.
fn components(x: ArrayView2<'_, f64>, n: usize) -> Result<(Array2<f64>, Vec<f64>), EmbedError> {
    let dataset = DatasetBase::from(x);
    let pca = Pca::params(n).fit(&dataset)?;
    let points: Array2<f64> = pca.predict(x.to_owned()).targets;
    // The share is of all the variance; linfa's own ratio is of that of the kept components only.
    let total: f64 = x.var_axis(ndarray::Axis(0), 0.0).sum() * x.nrows() as f64;
    let shares = pca.singular_values().iter();
    Ok((points, shares.map(|s| 100.0 * s * s / total).collect()))
}

#[cfg(test)]
mod tests {
    use ndarray::{Array, s};
    use rand::Rng;

    use super::*;

    /// Returns two clouds of 60 samples each, far apart along one of six directions.
    fn clouds() -> Array2<f64> {
        let mut rng = stream(1, &[]);
        Array::from_shape_fn((120, 6), |(sample, feature)| {
            let centre = if feature == 2 && sample >= 60 {
                20.0
            } else {
                0.0
            };
            centre + rng.r#gen::<f64>()
        })
    }

    fn distance(points: &Array2<f64>, a: usize, b: usize) -> f64 {
        let difference = &points.row(a) - &points.row(b);
        difference.dot(&difference).sqrt()
    }

    #[test]
    fn the_first_component_is_the_direction_of_most_variance() {
        let x = clouds();
        let placed = embed(x.view(), Method::Pca, 0, &mut |_| {}).unwrap();
        let first = placed.points.column(0);
        let (low, high) = (first.slice(s![..60]), first.slice(s![60..]));
        assert!((low.mean().unwrap() - high.mean().unwrap()).abs() > 19.0);
        let axes = placed.axes.unwrap();
        assert!(axes[0].starts_with("component 1: 99."), "{axes:?}");
        assert!(axes[1].starts_with("component 2: 0."), "{axes:?}");
    }

    #[test]
    fn neighbours_stay_together_and_the_same_seed_gives_the_same_points() {
        let x = clouds();
        let mut stages = Vec::new();
        let place =
            |stages: &mut Vec<_>| embed(x.view(), Method::Tsne, 7, &mut |stage| stages.push(stage));
        let placed = place(&mut stages).unwrap();
        assert_eq!(stages, [Stage::Components(6), Stage::Arranging]);
        let within = distance(&placed.points, 0, 1);
        let between = distance(&placed.points, 0, 90);
        assert!(between > 2.0 * within, "{between} and {within}");
        assert_eq!(placed, place(&mut Vec::new()).unwrap());
    }

    #[test]
    fn what_cannot_be_placed_is_refused() {
        let x = clouds();
        let place = |n: usize, method| {
            let error = embed(x.slice(s![..n, ..]), method, 0, &mut |_| {}).unwrap_err();
            error.to_string()
        };
        assert!(place(2, Method::Pca).contains("at least 3 samples"));
        assert!(place(99, Method::Tsne).contains("at least 100 samples"));
        let error = "pcs".parse::<Method>().unwrap_err().to_string();
        assert_eq!(error, "expected `pca`, `tsne` or `umap`, got `pcs`");
        assert!(place(120, Method::Umap).starts_with("UMAP is not available"));
    }
}
