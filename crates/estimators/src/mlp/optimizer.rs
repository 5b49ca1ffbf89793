//! Steps along mini-batch gradients: adam (Kingma, Ba 2014, algorithm 1) and sgd with momentum,
//! both as scikit-learn writes them.

use super::network::{Layer, Network};
use super::params::{MlpLearningRate, MlpSolver, MlpValidParams};
use fashion_bench_numeric::simd::{Kernel, Lanes, dispatch};

/// Smallest step length that `adaptive` divides further.
const MIN_ADAPTIVE_RATE: f64 = 1e-6;

/// How weights follow gradients, with the numbers that it takes.
#[derive(Debug, Clone, Copy)]
enum Rule {
    Adam {
        beta_1: f64,
        beta_2: f64,
        epsilon: f64,
    },
    Sgd {
        momentum: f64,
        nesterov: bool,
        schedule: Schedule,
    },
}

/// How the step length of sgd changes.
#[derive(Debug, Clone, Copy)]
enum Schedule {
    Constant,
    InvScaling { power_t: f64 },
    Adaptive,
}

impl Rule {
    fn of(params: &MlpValidParams) -> Self {
        match params.solver {
            MlpSolver::Adam => Self::Adam {
                beta_1: params.beta_1,
                beta_2: params.beta_2,
                epsilon: params.epsilon,
            },
            MlpSolver::Sgd => Self::Sgd {
                momentum: params.momentum,
                nesterov: params.nesterovs_momentum,
                schedule: Schedule::of(params),
            },
            MlpSolver::Lbfgs => unreachable!("it has no steps along mini-batches"),
        }
    }
}

impl Schedule {
    fn of(params: &MlpValidParams) -> Self {
        match params.learning_rate {
            MlpLearningRate::Constant => Self::Constant,
            MlpLearningRate::InvScaling => Self::InvScaling {
                power_t: params.power_t,
            },
            MlpLearningRate::Adaptive => Self::Adaptive,
        }
    }
}

/// A rule with its state.
#[derive(Debug)]
pub struct Optimizer {
    rule: Rule,
    rate_init: f64,
    rate: f64,
    n_steps: i32,
    /// First moments, or velocities.
    first: Vec<Layer>,
    /// Second moments; not used by sgd.
    second: Vec<Layer>,
}

/// Factors of one step, the same for every weight.
#[derive(Debug, Clone, Copy)]
enum Step {
    Adam {
        beta_1: f32,
        beta_2: f32,
        epsilon: f32,
        rate: f32,
    },
    Sgd {
        momentum: f32,
        nesterov: bool,
        rate: f32,
    },
}

impl Optimizer {
    /// Makes the optimizer that `params` ask for, with moments and velocities of 0.
    pub fn new(params: &MlpValidParams, network: &Network) -> Self {
        let mut at_rest = network.layers.clone();
        for layer in &mut at_rest {
            layer.weights.fill(0.0);
            layer.bias.fill(0.0);
        }
        Self {
            rule: Rule::of(params),
            rate_init: params.learning_rate_init,
            rate: params.learning_rate_init,
            n_steps: 0,
            first: at_rest.clone(),
            second: at_rest,
        }
    }

    /// Moves the network along `gradients`; `decay` times each weight is added to its gradient
    /// (biases are not penalised).
    pub fn step(&mut self, network: &mut Network, gradients: &[Layer], decay: f32) {
        self.n_steps = self.n_steps.saturating_add(1);
        let step = self.factors();
        let state = self.first.iter_mut().zip(&mut self.second);
        for ((layer, gradient), (first, second)) in
            network.layers.iter_mut().zip(gradients).zip(state)
        {
            dispatch(Update {
                step,
                decay,
                values: layer.weights.as_slice_mut().expect("weights are row-major"),
                gradient: gradient.weights.as_slice().expect("as are gradients"),
                first: first.weights.as_slice_mut().expect("as is the state"),
                second: second.weights.as_slice_mut().expect("as is the state"),
            });
            dispatch(Update {
                step,
                decay: 0.0,
                values: layer.bias.as_slice_mut().expect("biases are contiguous"),
                gradient: gradient.bias.as_slice().expect("as are gradients"),
                first: first.bias.as_slice_mut().expect("as is the state"),
                second: second.bias.as_slice_mut().expect("as is the state"),
            });
        }
    }

    /// Ends an epoch, after `n_seen` samples since the start.
    pub fn end_epoch(&mut self, n_seen: usize) {
        if let Rule::Sgd {
            schedule: Schedule::InvScaling { power_t },
            ..
        } = self.rule
        {
            self.rate = self.rate_init / ((n_seen + 1) as f64).powf(power_t);
        }
    }

    /// Returns whether training stops when it no longer improves; if not, the step length is
    /// shorter from now on.
    pub fn should_stop(&mut self) -> bool {
        let is_adaptive = matches!(
            self.rule,
            Rule::Sgd {
                schedule: Schedule::Adaptive,
                ..
            }
        );
        if !is_adaptive || self.rate <= MIN_ADAPTIVE_RATE {
            return true;
        }
        self.rate /= 5.0;
        false
    }

    /// Returns the factors of the next step.
    fn factors(&self) -> Step {
        match self.rule {
            Rule::Adam {
                beta_1,
                beta_2,
                epsilon,
            } => Step::Adam {
                beta_1: beta_1 as f32,
                beta_2: beta_2 as f32,
                epsilon: epsilon as f32,
                rate: (self.rate_init * (1.0 - beta_2.powi(self.n_steps)).sqrt()
                    / (1.0 - beta_1.powi(self.n_steps))) as f32,
            },
            Rule::Sgd {
                momentum, nesterov, ..
            } => Step::Sgd {
                momentum: momentum as f32,
                nesterov,
                rate: self.rate as f32,
            },
        }
    }
}

struct Update<'a> {
    step: Step,
    decay: f32,
    values: &'a mut [f32],
    gradient: &'a [f32],
    first: &'a mut [f32],
    second: &'a mut [f32],
}

impl Kernel for Update<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self, _: L) {
        let n = self.values.len();
        let (values, gradient) = (&mut self.values[..n], &self.gradient[..n]);
        let (first, second) = (&mut self.first[..n], &mut self.second[..n]);
        match self.step {
            Step::Adam {
                beta_1,
                beta_2,
                epsilon,
                rate,
            } => {
                for i in 0..n {
                    let g = gradient[i] + self.decay * values[i];
                    first[i] = beta_1 * first[i] + (1.0 - beta_1) * g;
                    second[i] = beta_2 * second[i] + (1.0 - beta_2) * (g * g);
                    values[i] -= rate * first[i] / (second[i].sqrt() + epsilon);
                }
            }
            Step::Sgd {
                momentum,
                nesterov,
                rate,
            } => {
                let ahead = if nesterov { momentum } else { 1.0 };
                let fresh = if nesterov { rate } else { 0.0 };
                for i in 0..n {
                    let g = gradient[i] + self.decay * values[i];
                    first[i] = momentum * first[i] - rate * g;
                    values[i] += ahead * first[i] - fresh * g;
                }
            }
        }
    }
}
