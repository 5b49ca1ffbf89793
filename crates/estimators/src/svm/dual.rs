//! The dual problem of a pair of classes; [`super::smo`] says what its symbols mean.

/// The variables and constraints of one dual problem.
#[derive(Debug, Clone)]
pub struct Dual {
    /// Start and result.
    pub beta: Vec<f64>,
    /// Lower bounds, at most 0.
    pub lower: Vec<f64>,
    /// Upper bounds, at least 0.
    pub upper: Vec<f64>,
    /// p of the objective.
    pub linear: Vec<f64>,
    /// Group of each variable: all 0, or 0 and 1.
    pub group: Vec<u8>,
    /// 1 + the largest of `group`.
    pub n_groups: usize,
}

impl Dual {
    /// Returns the largest violation of optimality in any group at `beta`, whose gradient is given:
    /// the largest gradient that can go up less the smallest that can go down.
    pub fn violation(&self, beta: &[f64], gradient: &[f64]) -> f64 {
        let mut top = [f64::NEG_INFINITY; 2];
        let mut bottom = [f64::INFINITY; 2];
        for (idx, &f) in gradient.iter().enumerate() {
            let group = usize::from(self.group[idx]);
            if beta[idx] < self.upper[idx] {
                top[group] = top[group].max(f);
            }
            if beta[idx] > self.lower[idx] {
                bottom[group] = bottom[group].min(f);
            }
        }
        (top[0] - bottom[0]).max(top[1] - bottom[1])
    }

    /// Returns the objective that LIBSVM minimises, ½ βᵀKβ - pᵀβ, at β, whose gradient is given.
    pub fn objective(&self, gradient: &[f64]) -> f64 {
        let variables = self.beta.iter().zip(&self.linear).zip(gradient);
        -0.5 * variables.map(|((beta, p), f)| beta * (p + f)).sum::<f64>()
    }

    /// Returns [`Self::level`] of either group.
    pub fn levels(&self, gradient: &[f64]) -> [f64; 2] {
        [self.level(gradient, 0), self.level(gradient, 1)]
    }

    /// Returns the value that all free gradients of a group share at the optimum, which is the
    /// intercept: their mean, or where none is free the middle of what the bounds leave.
    pub fn level(&self, gradient: &[f64], group: u8) -> f64 {
        let (mut sum, mut n_free) = (0.0, 0_usize);
        let (mut highest_up, mut lowest_down) = (f64::NEG_INFINITY, f64::INFINITY);
        for idx in (0..gradient.len()).filter(|&idx| self.group[idx] == group) {
            let f = gradient[idx];
            match (
                self.beta[idx] < self.upper[idx],
                self.beta[idx] > self.lower[idx],
            ) {
                (true, true) => {
                    sum += f;
                    n_free += 1;
                }
                (true, false) => highest_up = highest_up.max(f),
                (false, true) => lowest_down = lowest_down.min(f),
                (false, false) => {}
            }
        }
        if n_free > 0 {
            sum / n_free as f64
        } else {
            f64::midpoint(highest_up, lowest_down)
        }
    }
}

/// How a solution of a dual problem came about.
#[derive(Debug, Clone)]
pub struct DualOutcome {
    /// f = p - Kβ at the end.
    pub gradient: Vec<f64>,
    /// [`Dual::level`] of either group.
    pub levels: [f64; 2],
    /// Steps of all rounds.
    pub n_iter: usize,
    /// Working sets.
    pub n_rounds: usize,
    /// Largest violation at the end.
    pub gap: f64,
    /// Whether that is within the tolerance.
    pub converged: bool,
}
