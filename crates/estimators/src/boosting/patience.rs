//! When the stages of boosting end early.

/// When stages end early.
pub(super) enum Patience {
    /// Never.
    None,
    /// As soon as the validation loss, plus `tol`, is not below any of the last `n` noted ones.
    Recent { n: usize, tol: f64 },
    /// As soon as none of the last `n` losses is below the one before them by more than `tol`.
    Reference { n: usize, tol: f64 },
}

/// Early stopping under way.
pub(super) struct Watch<'a> {
    patience: &'a Patience,
    losses: Vec<f64>,
    n_seen: usize,
}

impl<'a> Watch<'a> {
    /// Returns a watch that has seen nothing yet.
    pub(super) fn new(patience: &'a Patience) -> Self {
        let losses = match patience {
            Patience::Recent { n, .. } => vec![f64::INFINITY; *n],
            _ => Vec::new(),
        };
        Self {
            patience,
            losses,
            n_seen: 0,
        }
    }

    /// Notes the loss before the first stage.
    pub(super) fn start(&mut self, loss: f64) {
        if matches!(self.patience, Patience::Reference { .. }) {
            self.losses.push(loss);
        }
    }

    /// Notes the loss after a stage, and returns whether it is the last one.
    pub(super) fn should_stop(&mut self, loss: f64) -> bool {
        match *self.patience {
            Patience::None => false,
            Patience::Recent { n, tol } => {
                let place = self.n_seen % n;
                self.n_seen += 1;
                if self.losses.iter().any(|noted| loss + tol < *noted) {
                    self.losses[place] = loss;
                    false
                } else {
                    true
                }
            }
            Patience::Reference { n, tol } => {
                self.losses.push(loss);
                let Some(at) = self.losses.len().checked_sub(n + 1) else {
                    return false;
                };
                let reference = self.losses[at] - tol;
                !self.losses[at + 1..].iter().any(|&loss| loss < reference)
            }
        }
    }
}
