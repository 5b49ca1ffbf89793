//! A trained network.

use linfa::traits::PredictInplace;
use ndarray::{Array1, ArrayBase, Axis, Data, Ix2};
use rayon::iter::{IndexedParallelIterator, IntoParallelIterator, ParallelIterator};

use super::network::Network;
use crate::info::{FitInfo, Fitted};
use crate::multiclass::ClassEncoding;

/// Rows classified together.
pub(super) const BLOCK_ROWS: usize = 512;

/// A fitted `MLPClassifier`.
///
/// # Structure
/// Fully connected layers in `f32`; one output a class, or a single one for two classes.
///
/// # Prediction
/// The class of the largest output, of equals the lowest.
///
/// # Example
/// ```
/// use fashion_bench_estimators::mlp::MlpParams;
/// use linfa::prelude::*;
/// use ndarray::array;
/// let data = DatasetBase::new(
///     array![[-1.0_f32, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]],
///     array![0_usize, 1, 1, 0],
/// );
/// let params = MlpParams::default().hidden_layer_sizes(vec![20]).learning_rate_init(0.1);
/// let model = params.check()?.fit(&data)?;
/// assert_eq!(model.predict(data.records()), array![0, 1, 1, 0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mlp {
    encoding: ClassEncoding,
    network: Network,
    info: FitInfo,
}

impl Mlp {
    pub(super) fn new(encoding: ClassEncoding, network: Network, info: FitInfo) -> Self {
        Self {
            encoding,
            network,
            info,
        }
    }
}

impl<D: Data<Elem = f32>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for Mlp {
    fn predict_inplace(&self, x: &ArrayBase<D, Ix2>, y: &mut Array1<usize>) {
        let blocks: Vec<_> = x.axis_chunks_iter(Axis(0), BLOCK_ROWS).collect();
        let targets: Vec<_> = y.axis_chunks_iter_mut(Axis(0), BLOCK_ROWS).collect();
        blocks
            .into_par_iter()
            .zip(targets)
            .for_each(|(block, mut targets)| {
                for (target, code) in targets.iter_mut().zip(self.network.classify(block)) {
                    *target = self.encoding.label(code);
                }
            });
    }

    fn default_target(&self, x: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(x.nrows())
    }
}

impl Fitted for Mlp {
    fn n_features(&self) -> usize {
        self.network.n_inputs()
    }

    fn fit_info(&self) -> FitInfo {
        self.info.clone()
    }
}
