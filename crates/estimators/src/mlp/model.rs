//! A trained network.

use ndarray::{Array1, Array2, ArrayView2};

use super::network::Network;
use super::params::{MlpParams, MlpValidParams};
use crate::blocks::{predict_in_blocks, scores_in_blocks};
use crate::class_probabilities::{logistic, of_second, softmax_rows};
use crate::classifier::FittedClassifier;
use crate::finite::{NotFinite, first_not_finite};
use crate::info::FitInfo;
use crate::multiclass::ClassEncoding;

/// Rows classified together.
pub(super) const BLOCK_ROWS: usize = 512;

/// A fitted `MLPClassifier`.
///
/// # Structure
/// Fully connected layers in `f32`; one output per class, or a single one for two classes.
///
/// # Prediction
/// The class of the largest output, of equal ones the lowest.
///
/// # Example
/// ```
/// use fashion_bench_estimators::mlp::Mlp;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = DatasetBase::new(
///     array![[-1.0_f32, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]],
///     array![0_usize, 1, 1, 0],
/// );
/// let params = Mlp::params().hidden_layer_sizes(vec![20]).learning_rate_init(0.1);
/// let model = params.fit(&data)?;
/// assert_eq!(model.predict(data.records()), array![0, 1, 1, 0]);
/// # Ok::<(), fashion_bench_estimators::FitError>(())
/// ```
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Mlp {
    pub(super) encoding: ClassEncoding,
    pub(super) network: Network,
    pub(super) info: FitInfo,
}

linfa_traits! { MlpValidParams => Mlp; }

impl Mlp {
    /// Returns the parameters at scikit-learn's defaults.
    #[must_use]
    pub fn params() -> MlpParams {
        MlpParams::default()
    }
}

impl FittedClassifier for Mlp {
    fn n_features(&self) -> usize {
        self.network.n_inputs()
    }

    fn predict_rows(&self, x: ArrayView2<'_, f32>, labels: &mut Array1<usize>) {
        if let [class] = self.encoding.labels() {
            labels.fill(*class);
            return;
        }
        let classify = |block: ArrayView2<'_, f32>| self.network.classify(block);
        predict_in_blocks(x, labels, &self.encoding, BLOCK_ROWS, classify);
    }

    fn probabilities(&self, x: ArrayView2<'_, f32>) -> Option<Array2<f64>> {
        if self.encoding.n_classes() == 1 {
            return Some(Array2::ones((x.nrows(), 1)));
        }
        let n_outputs = self
            .network
            .layers
            .last()
            .map_or(0, |layer| layer.bias.len());
        let mut outputs = scores_in_blocks(x, n_outputs, BLOCK_ROWS, |block, mut target| {
            target.assign(&self.network.outputs(block).mapv(f64::from));
        });
        if n_outputs == 1 {
            return Some(of_second(outputs.iter().map(|&output| logistic(output))));
        }
        softmax_rows(&mut outputs);
        Some(outputs)
    }

    fn not_finite(&self) -> Option<NotFinite> {
        let layers = || self.network.layers.iter();
        first_not_finite("a weight", layers().flat_map(|layer| &layer.weights))
            .or_else(|| first_not_finite("a bias", layers().flat_map(|layer| &layer.bias)))
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}
