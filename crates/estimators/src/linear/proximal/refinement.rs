//! The way of a small problem from where the tolerance lets it end to the minimum.
//!
//! Steps of the proximal method with the whole matrix, the coupling of columns included, in double
//! precision ([`super::super::exact`]). They are not counted.

use super::super::columns::exact_scores;
use super::super::exact::{differentiate, is_small};
use super::super::group::GroupSettings;
use super::super::group_loss::GroupLoss;
use super::super::l1_model::L1Model;
use super::ProximalGroup;

/// Steps at most.
const MAX_STEPS: usize = 30;

/// Share of the violations at zero weights, and of the objective, that is rounding.
const NOTHING: f64 = 1e-14;

/// Share of the violations that a step leaves of those of its model.
const LEFT: f64 = 1e-6;

impl<L: GroupLoss> ProximalGroup<'_, L> {
    /// Goes on to the minimum if the problem is small and steps are left.
    pub(super) fn refine(&mut self, settings: &GroupSettings<'_>) {
        let may_go_on = self.is_done() || self.state.has_steps(settings);
        if !may_go_on || !is_small(settings, self.state.weights.len()) {
            return;
        }
        let width = settings.design.width();
        let l1: Vec<f64> = self
            .state
            .weights
            .iter()
            .flat_map(|_| self.l1)
            .copied()
            .collect();
        let was_within = self.is_done().then_some(self.violation);
        for _ in 0..MAX_STEPS {
            self.state.z = exact_scores(settings.design, &self.state.weights);
            self.objective = self.penalty(settings, 0.0) + self.state.loss.value(&self.state.z);
            let matrix = differentiate(settings, &mut self.state);
            self.judge();
            if self.violation <= NOTHING * self.first_violation {
                break;
            }
            let weights = self.state.weights.concat();
            let gradient = self.state.gradient.concat();
            let model = L1Model::new(&matrix, &weights, &gradient, &l1);
            let point = model.minimise(LEFT * self.violation);
            let direction: Vec<f64> = point.iter().zip(&weights).map(|(p, w)| p - w).collect();
            self.state.direction = direction.chunks(width).map(<[f64]>::to_vec).collect();
            if -self.predicted() <= NOTHING * self.objective {
                break;
            }
            let q = exact_scores(settings.design, &self.state.direction);
            let (t, Some(accepted)) = self.length(settings, &q) else {
                break;
            };
            self.go(t, accepted);
        }
        // The last step was not judged, and may not take back that the tolerance was met.
        if self.violation.is_infinite() {
            differentiate(settings, &mut self.state);
            self.judge();
        }
        if let Some(violation) = was_within {
            self.violation = self.violation.min(violation);
        }
    }
}
