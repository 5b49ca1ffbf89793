//! Training by L-BFGS on all samples at once, for `solver = lbfgs`.
//!
//! Minimises mean cross entropy + alpha/(2·n)·‖W‖² from the network's initial weights, with
//! SciPy's rules as scikit-learn sets them: `tol` is the largest element of the gradient, the
//! relative decrease is SciPy's default of 2.2e-9, `max_iter` and `max_fun` are limits. Unlike with
//! the mini-batch solvers all is in `f64`: decreases that small drown in rounding to `f32`. The
//! network is rounded at the end. Samples go forward and backward in blocks, whose sums are added
//! in order.

use ndarray::{Array2, ArrayView2, ArrayViewMut2, Axis};

use super::network::{MAX_LOSS, Network};
use super::params::{Activation, MlpValidParams};
use crate::info::FitInfo;
use crate::lbfgs_b::{Settings, minimise as minimise_smooth};
use fashion_bench_numeric::gemm::{gemm, gemm_nt, gemm_tn};

/// Samples that go forward and backward together.
const BLOCK: usize = 1024;

/// Trains `network` on the rows of `x`, of classes `codes`.
pub(super) fn minimise(
    params: &MlpValidParams,
    mut network: Network,
    x: &ArrayView2<'_, f32>,
    codes: &[usize],
) -> (Network, FitInfo) {
    let objective = Objective {
        units: units_of(&network),
        activation: params.activation,
        alpha: params.alpha,
        x: x.view(),
        codes,
    };
    let settings = Settings {
        gtol: params.tol,
        max_iter: params.max_iter,
        max_evaluations: params.max_fun,
        ..Settings::default()
    };
    let found = minimise_smooth(pack(&network), None, &settings, |w, gradient| {
        objective.value(w, gradient)
    });
    unpack(&found.x, &mut network);
    let info = FitInfo {
        n_iter: Some(found.n_iter as u64),
        converged: Some(found.stop.is_converged()),
        objective: Some(found.value),
        ..FitInfo::default()
    };
    (network, info)
}

fn units_of(network: &Network) -> Vec<usize> {
    let outputs = network.layers.iter().map(|layer| layer.bias.len());
    std::iter::once(network.n_inputs()).chain(outputs).collect()
}

/// Returns the weights and the bias of each layer, one after the other.
fn pack(network: &Network) -> Vec<f64> {
    let layers = network.layers.iter();
    let values = layers.flat_map(|layer| layer.weights.iter().chain(&layer.bias));
    values.map(|&value| f64::from(value)).collect()
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "networks are in single precision"
)]
fn unpack(values: &[f64], network: &mut Network) {
    let mut values = values.iter();
    for layer in &mut network.layers {
        for value in layer.weights.iter_mut().chain(&mut layer.bias) {
            *value = *values.next().expect("one for each weight") as f32;
        }
    }
}

struct Objective<'a> {
    /// Features, units of each hidden layer, outputs.
    units: Vec<usize>,
    activation: Activation,
    alpha: f64,
    x: ArrayView2<'a, f32>,
    codes: &'a [usize],
}

/// Weights and bias of a layer within all values.
struct LayerView<'a> {
    weights: ArrayView2<'a, f64>,
    bias: &'a [f64],
}

impl Objective<'_> {
    fn layers<'w>(&self, mut values: &'w [f64]) -> Vec<LayerView<'w>> {
        let mut layers = Vec::with_capacity(self.units.len());
        for pair in self.units.windows(2) {
            let (weights, rest) = values.split_at(pair[0] * pair[1]);
            let (bias, rest) = rest.split_at(pair[1]);
            let weights = ArrayView2::from_shape((pair[0], pair[1]), weights);
            let weights = weights.expect("as many as the shape has");
            layers.push(LayerView { weights, bias });
            values = rest;
        }
        layers
    }

    /// Returns the objective at the weights `w` and writes its gradient.
    fn value(&self, w: &[f64], gradient: &mut [f64]) -> f64 {
        let n_samples = self.codes.len() as f64;
        let layers = self.layers(w);
        gradient.fill(0.0);
        let mut loss = 0.0;
        let blocks = self.x.axis_chunks_iter(Axis(0), BLOCK);
        for (x, codes) in blocks.zip(self.codes.chunks(BLOCK)) {
            loss += self.backpropagate(&layers, x.mapv(f64::from), codes, gradient);
        }
        let mut square = 0.0;
        let mut rest = gradient;
        for layer in &layers {
            let (of_weights, after) = rest.split_at_mut(layer.weights.len());
            let (of_bias, after) = after.split_at_mut(layer.bias.len());
            for (g, &w) in of_weights.iter_mut().zip(layer.weights) {
                square += w * w;
                *g = (*g + self.alpha * w) / n_samples;
            }
            of_bias.iter_mut().for_each(|g| *g /= n_samples);
            rest = after;
        }
        (loss + 0.5 * self.alpha * square) / n_samples
    }

    /// Adds the gradient of the summed loss of a block to `gradient`; returns the loss.
    fn backpropagate(
        &self,
        layers: &[LayerView<'_>],
        x: Array2<f64>,
        codes: &[usize],
        gradient: &mut [f64],
    ) -> f64 {
        let mut outputs = vec![x];
        for (idx, layer) in layers.iter().enumerate() {
            let input = &outputs[idx];
            let mut output = Array2::zeros((input.nrows(), layer.bias.len()));
            for mut row in output.rows_mut() {
                row.iter_mut().zip(layer.bias).for_each(|(o, b)| *o = *b);
            }
            gemm(
                1.0,
                input.view(),
                layer.weights,
                1.0,
                &mut output.view_mut(),
            );
            if idx + 1 < layers.len() {
                output.mapv_inplace(|value| activate(self.activation, value));
            }
            outputs.push(output);
        }
        let mut delta = outputs.pop().expect("there is a last layer");
        let loss = output_loss(&mut delta, codes);
        let mut end = gradient.len();
        for (idx, layer) in layers.iter().enumerate().rev() {
            let input = &outputs[idx];
            let start = end - layer.weights.len() - layer.bias.len();
            let (of_weights, of_bias) = gradient[start..end].split_at_mut(layer.weights.len());
            let of_weights = ArrayViewMut2::from_shape(layer.weights.dim(), of_weights);
            let mut of_weights = of_weights.expect("as many as the shape has");
            gemm_tn(1.0, input.view(), delta.view(), 1.0, &mut of_weights);
            for row in delta.rows() {
                of_bias.iter_mut().zip(row).for_each(|(g, d)| *g += d);
            }
            end = start;
            if idx > 0 {
                let mut below = Array2::zeros(input.dim());
                gemm_nt(1.0, delta.view(), layer.weights, 0.0, &mut below.view_mut());
                below.zip_mut_with(input, |d, &a| *d *= slope(self.activation, a));
                delta = below;
            }
        }
        loss
    }
}

fn activate(activation: Activation, value: f64) -> f64 {
    match activation {
        Activation::Identity => value,
        Activation::Logistic => logistic(value),
        Activation::Tanh => value.tanh(),
        Activation::Relu => value.max(0.0),
    }
}

/// Returns the derivative of the activation where its value is `output`.
fn slope(activation: Activation, output: f64) -> f64 {
    match activation {
        Activation::Identity => 1.0,
        Activation::Logistic => output * (1.0 - output),
        Activation::Tanh => 1.0 - output * output,
        Activation::Relu => f64::from(u8::from(output > 0.0)),
    }
}

fn logistic(value: f64) -> f64 {
    1.0 / (1.0 + (-value).exp())
}

/// Returns the summed cross entropy of `scores`, which become probabilities minus the truth.
fn output_loss(scores: &mut Array2<f64>, codes: &[usize]) -> f64 {
    let mut loss = 0.0;
    for (mut row, &code) in scores.rows_mut().into_iter().zip(codes) {
        let of_row = if row.len() == 1 {
            let score = row[0];
            row[0] = logistic(score) - code as f64;
            let against = if code == 1 { -score } else { score };
            against.max(0.0) + (-against.abs()).exp().ln_1p()
        } else {
            let top = row.fold(f64::NEG_INFINITY, |top, &score| top.max(score));
            let own = row[code] - top;
            row.mapv_inplace(|score| (score - top).exp());
            let sum = row.sum();
            row /= sum;
            row[code] -= 1.0;
            sum.ln() - own
        };
        // `min` would hide a NaN, which means divergence.
        loss += if of_row > MAX_LOSS { MAX_LOSS } else { of_row };
    }
    loss
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;
    use fashion_bench_numeric::rng::stream;

    #[test]
    fn gradients_are_the_derivatives_of_the_objective() {
        let mut rng = stream(5, &[]);
        for n_outputs in [1, 3] {
            let n_classes = n_outputs.max(2);
            let x = Array2::from_shape_fn((BLOCK + 7, 4), |_| rng.gen_range(-1.0_f32..1.0));
            let codes: Vec<usize> = (0..x.nrows()).map(|row| row % n_classes).collect();
            for activation in [
                Activation::Identity,
                Activation::Logistic,
                Activation::Tanh,
                Activation::Relu,
            ] {
                let network = Network::new(&[4, 5, 3, n_outputs], activation, &mut rng);
                let objective = Objective {
                    units: units_of(&network),
                    activation,
                    alpha: 0.7,
                    x: x.view(),
                    codes: &codes,
                };
                let w = pack(&network);
                let mut gradient = vec![0.0; w.len()];
                objective.value(&w, &mut gradient);
                for j in 0..w.len() {
                    let at = |shift: f64| {
                        let mut w = w.clone();
                        w[j] += shift;
                        objective.value(&w, &mut vec![0.0; w.len()])
                    };
                    let numeric = (at(1e-6) - at(-1e-6)) / 2e-6;
                    assert!((numeric - gradient[j]).abs() < 1e-5, "{activation} {j}");
                }
            }
        }
    }
}
