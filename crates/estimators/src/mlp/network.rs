//! Layers, the pass forward, and the pass backward from the loss to the gradients.

use ndarray::{Array1, Array2, ArrayView1, ArrayView2, ArrayViewMut2, Axis};
use rand::Rng as _;

use super::params::Activation;
use fashion_bench_numeric::exp::{exp, logistic, logistic_in_place, tanh_in_place};
use fashion_bench_numeric::gemm::{gemm, gemm_nt, gemm_tn};
use fashion_bench_numeric::rng::Rng;

/// -ln of the smallest probability that scikit-learn's loss distinguishes from 0.
pub(super) const MAX_LOSS: f64 = 36.043_653_389_117_15;

/// A fully connected layer.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Layer {
    /// `fan_in` × `fan_out`.
    pub weights: Array2<f32>,
    /// `fan_out` values.
    pub bias: Array1<f32>,
}

/// All layers; the last one's outputs go through softmax, or for one output the logistic function.
#[derive(Debug, Clone)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Network {
    pub layers: Vec<Layer>,
    pub activation: Activation,
}

/// Room for one batch, made once per fit.
#[derive(Debug)]
pub struct Workspace {
    /// Inputs of the batch, `batch` × `n_features`; to be filled before each pass.
    pub x: Array2<f32>,
    /// Class code of each input; to be filled before each pass.
    pub codes: Vec<usize>,
    /// Outputs of each layer, `batch` × `fan_out`.
    outputs: Vec<Array2<f32>>,
    /// ∂loss/∂inputs of each layer's function, `batch` × `fan_out`.
    deltas: Vec<Array2<f32>>,
    /// ∂loss/∂parameters without the penalty.
    pub gradients: Vec<Layer>,
}

impl Network {
    /// Draws weights and biases uniformly as Glorot and Bengio do, with scikit-learn's factor (2
    /// for the logistic function, 6 for others).
    pub fn new(units: &[usize], activation: Activation, rng: &mut Rng) -> Self {
        let factor = if activation == Activation::Logistic {
            2.0
        } else {
            6.0
        };
        let layers = units
            .windows(2)
            .map(|pair| {
                let bound = (factor / (pair[0] + pair[1]) as f32).sqrt();
                Layer {
                    weights: Array2::from_shape_simple_fn((pair[0], pair[1]), || {
                        rng.gen_range(-bound..bound)
                    }),
                    bias: Array1::from_shape_simple_fn(pair[1], || rng.gen_range(-bound..bound)),
                }
            })
            .collect();
        Self { layers, activation }
    }

    /// Makes room for batches of up to `n_rows`.
    pub fn workspace(&self, n_rows: usize) -> Workspace {
        let outputs: Vec<Array2<f32>> = self
            .layers
            .iter()
            .map(|layer| Array2::zeros((n_rows, layer.bias.len())))
            .collect();
        Workspace {
            x: Array2::zeros((n_rows, self.n_inputs())),
            codes: vec![0; n_rows],
            deltas: outputs.clone(),
            outputs,
            gradients: self
                .layers
                .iter()
                .map(|layer| Layer {
                    weights: Array2::zeros(layer.weights.dim()),
                    bias: Array1::zeros(layer.bias.len()),
                })
                .collect(),
        }
    }

    pub fn n_inputs(&self) -> usize {
        self.layers[0].weights.nrows()
    }

    /// Returns the outputs of the last layer for each row of `x`.
    pub fn outputs(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut input = x.to_owned();
        let last = self.layers.len() - 1;
        for (idx, layer) in self.layers.iter().enumerate() {
            let mut output = Array2::zeros((x.nrows(), layer.bias.len()));
            layer.apply(input.view(), &mut output.view_mut());
            if idx < last {
                apply_activation(self.activation, output.view_mut());
            }
            input = output;
        }
        input
    }

    /// Returns the class code of each row of `x`.
    pub fn classify(&self, x: ArrayView2<'_, f32>) -> Vec<usize> {
        let of_row = |scores: ArrayView1<'_, f32>| match scores.to_slice() {
            Some([score]) => usize::from(*score > 0.0),
            Some(scores) => crate::multiclass::argmax(scores),
            None => unreachable!("rows of a fresh matrix are contiguous"),
        };
        self.outputs(x).rows().into_iter().map(of_row).collect()
    }

    /// Returns Σ w² over all weights.
    pub fn squared_weights(&self) -> f64 {
        self.layers
            .iter()
            .map(|layer| {
                let weights = layer.weights.as_slice().expect("weights are row-major");
                f64::from(fashion_bench_numeric::dot::sum_of_squares(weights))
            })
            .sum()
    }

    /// Goes forward and backward over the first `n_rows` rows of the workspace: fills in the
    /// gradients of the mean loss and returns the summed loss, both without the penalty.
    pub fn backpropagate(&self, work: &mut Workspace, n_rows: usize) -> f64 {
        let last = self.layers.len() - 1;
        for (idx, layer) in self.layers.iter().enumerate() {
            let (before, rest) = work.outputs.split_at_mut(idx);
            let input = before.last().unwrap_or(&work.x);
            let mut output = first_rows_mut(&mut rest[0], n_rows);
            layer.apply(first_rows(input, n_rows), &mut output);
            if idx < last {
                apply_activation(self.activation, output);
            }
        }
        let loss = output_loss(
            first_rows(&work.outputs[last], n_rows),
            &work.codes[..n_rows],
            first_rows_mut(&mut work.deltas[last], n_rows),
        );
        for idx in (0..=last).rev() {
            let input = if idx == 0 {
                &work.x
            } else {
                &work.outputs[idx - 1]
            };
            let input = first_rows(input, n_rows);
            let (before, rest) = work.deltas.split_at_mut(idx);
            let delta = first_rows(&rest[0], n_rows);
            let gradient = &mut work.gradients[idx];
            let scale = 1.0 / n_rows as f32;
            gemm_tn(scale, input, delta, 0.0, &mut gradient.weights.view_mut());
            gradient.bias.fill(0.0);
            for row in delta.rows() {
                gradient.bias += &row;
            }
            gradient.bias *= scale;
            if let Some(below) = before.last_mut() {
                let mut below = first_rows_mut(below, n_rows);
                gemm_nt(1.0, delta, self.layers[idx].weights.view(), 0.0, &mut below);
                times_derivative(self.activation, input, below);
            }
        }
        loss
    }
}

impl Layer {
    /// Writes `x·W + b` to `output`.
    fn apply(&self, x: ArrayView2<'_, f32>, output: &mut ArrayViewMut2<'_, f32>) {
        // Adding the product to the bias saves the pass that adding the bias afterwards would take.
        for mut row in output.axis_iter_mut(Axis(0)) {
            row.assign(&self.bias);
        }
        gemm(1.0, x, self.weights.view(), 1.0, output);
    }
}

fn first_rows(matrix: &Array2<f32>, n_rows: usize) -> ArrayView2<'_, f32> {
    matrix.slice_axis(Axis(0), (..n_rows).into())
}

fn first_rows_mut(matrix: &mut Array2<f32>, n_rows: usize) -> ArrayViewMut2<'_, f32> {
    matrix.slice_axis_mut(Axis(0), (..n_rows).into())
}

fn apply_activation(activation: Activation, mut values: ArrayViewMut2<'_, f32>) {
    let values = values
        .as_slice_mut()
        .expect("leading rows of a row-major matrix are contiguous");
    match activation {
        Activation::Identity => {}
        Activation::Logistic => logistic_in_place(values),
        Activation::Tanh => tanh_in_place(values),
        Activation::Relu => values.iter_mut().for_each(|value| *value = value.max(0.0)),
    }
}

/// Multiplies `delta` by the activation's derivative, in terms of the activation's outputs.
fn times_derivative(
    activation: Activation,
    outputs: ArrayView2<'_, f32>,
    mut delta: ArrayViewMut2<'_, f32>,
) {
    match activation {
        Activation::Identity => {}
        Activation::Logistic => delta.zip_mut_with(&outputs, |d, &a| *d *= a * (1.0 - a)),
        Activation::Tanh => delta.zip_mut_with(&outputs, |d, &a| *d *= 1.0 - a * a),
        Activation::Relu => {
            delta.zip_mut_with(&outputs, |d, &a| *d = if a > 0.0 { *d } else { 0.0 })
        }
    }
}

/// Returns the summed cross entropy of the outputs; `delta` becomes probabilities minus the truth.
fn output_loss(
    outputs: ArrayView2<'_, f32>,
    codes: &[usize],
    mut delta: ArrayViewMut2<'_, f32>,
) -> f64 {
    let mut loss = 0.0;
    for ((scores, mut delta), &code) in outputs.rows().into_iter().zip(delta.rows_mut()).zip(codes)
    {
        let row_loss = if scores.len() == 1 {
            let score = scores[0];
            delta[0] = logistic(score) - code as f32;
            // ln(1 + e^-score) for class 1, ln(1 + e^score) for class 0.
            let against = f64::from(if code == 1 { -score } else { score });
            against.max(0.0) + (-against.abs()).exp().ln_1p()
        } else {
            let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let mut sum = 0.0;
            for (delta, &score) in delta.iter_mut().zip(scores) {
                *delta = exp(score - top);
                sum += *delta;
            }
            delta.mapv_inplace(|value| value / sum);
            delta[code] -= 1.0;
            f64::from(sum).ln() - f64::from(scores[code] - top)
        };
        // `min` would hide a NaN, which means divergence.
        loss += if row_loss > MAX_LOSS {
            MAX_LOSS
        } else {
            row_loss
        };
    }
    loss
}
