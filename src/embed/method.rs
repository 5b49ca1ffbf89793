//! The methods by name, with the options that each takes.

use std::str::FromStr;

use ndarray::ArrayView2;

use super::error::EmbedError;
use crate::embedding::{
    Constraint, Mde, MdeParams, Neighbors, Pca, Placed, Progress, Stage, Start, Tsne, TsneParams,
    Umap, UmapParams, Watch,
};

/// A way to place samples.
#[derive(Debug, Clone, PartialEq)]
pub enum Method {
    /// The first two principal components.
    Pca,
    /// t-SNE.
    Tsne(TsneParams),
    /// UMAP.
    Umap(UmapParams),
    /// Minimum-distortion embedding that preserves neighbours.
    Mde(MdeParams),
}

/// Parameters as they were asked for; absent ones have their defaults.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Options {
    /// Neighbours of a sample, for UMAP and MDE.
    pub n_neighbors: Option<usize>,
    /// For UMAP.
    pub min_dist: Option<f64>,
    /// For UMAP.
    pub spread: Option<f64>,
    /// For UMAP.
    pub n_epochs: Option<usize>,
    /// For UMAP: `spectral` or `pca`.
    pub start: Option<String>,
    /// For t-SNE.
    pub perplexity: Option<f64>,
    /// For t-SNE.
    pub early_exaggeration: Option<f64>,
    /// For t-SNE.
    pub n_iter: Option<usize>,
    /// For MDE: `centred` or `standardised`.
    pub constraint: Option<String>,
    /// For MDE.
    pub max_iter: Option<usize>,
}

impl FromStr for Method {
    type Err = EmbedError;

    fn from_str(text: &str) -> Result<Self, EmbedError> {
        match text {
            "pca" => Ok(Self::Pca),
            "tsne" => Ok(Self::Tsne(Tsne::params())),
            "umap" => Ok(Self::Umap(Umap::params())),
            "mde" => Ok(Self::Mde(Mde::params())),
            _ => Err(EmbedError::Word {
                expected: "`pca`, `tsne`, `umap` or `mde`",
                given: text.to_owned(),
            }),
        }
    }
}

impl Method {
    /// Returns the name by which the method is asked for.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Pca => "pca",
            Self::Tsne(_) => "tsne",
            Self::Umap(_) => "umap",
            Self::Mde(_) => "mde",
        }
    }

    /// Returns the name of the method that stands above a picture.
    #[must_use]
    pub fn title(&self) -> &'static str {
        match self {
            Self::Pca => "principal components",
            Self::Tsne(_) => "t-SNE",
            Self::Umap(_) => "UMAP",
            Self::Mde(_) => "minimum-distortion embedding",
        }
    }

    /// Returns the method with the options and the seed.
    ///
    /// # Errors
    /// If an option is for another method, or is no word that it knows.
    pub fn with(self, options: &Options, seed: u64) -> Result<Self, EmbedError> {
        options.check(self.name())?;
        Ok(match self {
            Self::Pca => Self::Pca,
            Self::Tsne(mut params) => {
                params = given(params, options.perplexity, TsneParams::perplexity);
                let factor = options.early_exaggeration;
                params = given(params, factor, TsneParams::early_exaggeration);
                Self::Tsne(given(params, options.n_iter, TsneParams::n_iter))
            }
            Self::Umap(mut params) => {
                params = given(params, options.n_neighbors, UmapParams::n_neighbors);
                params = given(params, options.min_dist, UmapParams::min_dist);
                params = given(params, options.spread, UmapParams::spread);
                params = given(params, options.n_epochs, UmapParams::n_epochs);
                params = given(params, options.start()?, UmapParams::start);
                Self::Umap(params.seed(seed))
            }
            Self::Mde(mut params) => {
                params = given(params, options.n_neighbors, MdeParams::n_neighbors);
                params = given(params, options.constraint()?, MdeParams::constraint);
                params = given(params, options.max_iter, MdeParams::max_iter);
                Self::Mde(params.seed(seed))
            }
        })
    }

    /// Checks the parameters for `n` samples.
    ///
    /// # Errors
    /// If one is out of range, or there are too few samples.
    pub fn check(&self, n: usize) -> Result<(), EmbedError> {
        match self {
            Self::Pca => {}
            Self::Tsne(params) => params.check(n)?,
            Self::Umap(params) => params.check(n)?,
            Self::Mde(params) => params.check(n)?,
        }
        Ok(())
    }

    /// Returns the number of neighbours that the graph must hold for each sample; without a graph 0.
    #[must_use]
    pub fn needed_neighbors(&self) -> usize {
        match self {
            Self::Pca => 0,
            Self::Tsne(params) => params.needed_neighbors(),
            Self::Umap(params) => params.needed_neighbors(),
            Self::Mde(params) => params.needed_neighbors(),
        }
    }

    /// Places the samples `x` (n × features) and names the axes where these have a meaning.
    ///
    /// # Errors
    /// If parameters are out of range, or the graph, which PCA does without, is not theirs.
    pub fn place(
        &self,
        x: ArrayView2<'_, f32>,
        graph: Option<&Neighbors>,
        watch: &mut Watch<'_>,
    ) -> Result<(Placed, Option<[String; 2]>), EmbedError> {
        let (Some(graph), false) = (graph, *self == Self::Pca) else {
            return principal_components(x, watch);
        };
        let placed = match self {
            Self::Pca => return principal_components(x, watch),
            Self::Tsne(params) => params.place(x, graph, watch)?,
            Self::Umap(params) => params.place(x, graph, watch)?,
            Self::Mde(params) => params.place(x, graph, watch)?,
        };
        Ok((placed, None))
    }
}

fn principal_components(
    x: ArrayView2<'_, f32>,
    watch: &mut Watch<'_>,
) -> Result<(Placed, Option<[String; 2]>), EmbedError> {
    // There is nothing in between that could be drawn.
    let _ = watch(Progress {
        stage: Stage::Start,
        n_done: 0,
        n_total: 1,
        objective: None,
    });
    let pca = Pca::fit(x, 2)?;
    let found = pca.transform(x);
    let mut points = ndarray::Array2::zeros((x.nrows(), 2));
    for (axis, column) in found.columns().into_iter().enumerate() {
        points.column_mut(axis).assign(&column);
    }
    let name = |axis: usize| {
        let share = 100.0 * pca.shares().get(axis).copied().unwrap_or_default();
        format!("component {}: {share:.1} % of the variance", axis + 1)
    };
    let placed = Placed {
        points,
        objective: None,
        n_steps: 1,
        is_cut_short: false,
    };
    Ok((placed, Some([name(0), name(1)])))
}

fn given<P, V>(params: P, value: Option<V>, set: impl FnOnce(P, V) -> P) -> P {
    match value {
        Some(value) => set(params, value),
        None => params,
    }
}

impl Options {
    /// Refuses options of other methods than `method`.
    fn check(&self, method: &'static str) -> Result<(), EmbedError> {
        let options: [(&'static str, bool, &'static str); 10] = [
            ("n-neighbors", self.n_neighbors.is_some(), "umap and mde"),
            ("min-dist", self.min_dist.is_some(), "umap"),
            ("spread", self.spread.is_some(), "umap"),
            ("n-epochs", self.n_epochs.is_some(), "umap"),
            ("start", self.start.is_some(), "umap"),
            ("perplexity", self.perplexity.is_some(), "tsne"),
            (
                "early-exaggeration",
                self.early_exaggeration.is_some(),
                "tsne",
            ),
            ("n-iter", self.n_iter.is_some(), "tsne"),
            ("constraint", self.constraint.is_some(), "mde"),
            ("max-iter", self.max_iter.is_some(), "mde"),
        ];
        for (option, is_given, methods) in options {
            if is_given && !methods.split(" and ").any(|name| name == method) {
                return Err(EmbedError::Option {
                    option,
                    methods,
                    given: method,
                });
            }
        }
        Ok(())
    }

    fn start(&self) -> Result<Option<Start>, EmbedError> {
        let Some(start) = &self.start else {
            return Ok(None);
        };
        match start.as_str() {
            "spectral" => Ok(Some(Start::Spectral)),
            "pca" => Ok(Some(Start::Pca)),
            _ => Err(EmbedError::Word {
                expected: "`spectral` or `pca`",
                given: start.clone(),
            }),
        }
    }

    fn constraint(&self) -> Result<Option<Constraint>, EmbedError> {
        let Some(constraint) = &self.constraint else {
            return Ok(None);
        };
        match constraint.as_str() {
            "centred" => Ok(Some(Constraint::Centred)),
            "standardised" => Ok(Some(Constraint::Standardised)),
            _ => Err(EmbedError::Word {
                expected: "`centred` or `standardised`",
                given: constraint.clone(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_and_words_have_names_and_others_are_refused() {
        for name in ["pca", "tsne", "umap", "mde"] {
            assert_eq!(name.parse::<Method>().unwrap().name(), name);
        }
        let error = "pcs".parse::<Method>().unwrap_err().to_string();
        assert_eq!(error, "expected `pca`, `tsne`, `umap` or `mde`, got `pcs`");
        let options = Options {
            start: Some("random".to_owned()),
            ..Options::default()
        };
        let umap: Method = "umap".parse().unwrap();
        let error = umap.clone().with(&options, 0).unwrap_err().to_string();
        assert_eq!(error, "expected `spectral` or `pca`, got `random`");
        let options = Options {
            perplexity: Some(3.0),
            ..Options::default()
        };
        let error = umap.with(&options, 0).unwrap_err().to_string();
        assert_eq!(error, "`--perplexity` is for tsne, not for umap");
        let tsne = "tsne".parse::<Method>().unwrap().with(&options, 0).unwrap();
        assert_eq!(tsne.needed_neighbors(), 9);
        assert!(
            tsne.check(9)
                .unwrap_err()
                .to_string()
                .contains("`perplexity`")
        );
    }
}
