//! The directions of Newton's method by conjugate gradients.
//!
//! Solves `(curvature + ridge)·d = -g` for several groups in lockstep, so that a reading of the
//! rows serves them all. The preconditioner is the Cholesky factor of a curvature matrix per
//! column, the coupling of the columns left out. Where that is the system's own matrix (a single
//! column, followed exactly) its solution is the direction, and there is nothing to iterate.

use super::columns::to_single;
use super::curvature::Curvature;
use super::group::{GroupSettings, GroupState};
use super::group_loss::GroupLoss;

/// Steps of one direction at most.
const MAX_STEPS: usize = 150;

/// The system that the direction of a group solves.
pub(super) struct NewtonSystem<'a, L> {
    /// The direction is written, the rest read.
    pub state: &'a mut GroupState<L>,
    /// One per column.
    pub preconditioners: &'a [Curvature],
    /// What may be left of the residual, in the norm of the preconditioner.
    pub forcing: f64,
}

/// A system that is not solved yet.
struct Iteration {
    residual: Vec<Vec<f64>>,
    /// Where the next step goes.
    search: Vec<Vec<f64>>,
    /// Residual times preconditioned residual, and what it has to come down to.
    product: f64,
    target: f64,
}

/// Sets the direction of every group, and whether it solves its system.
pub(super) fn solve<L: GroupLoss>(
    settings: &GroupSettings<'_>,
    mut systems: Vec<NewtonSystem<'_, L>>,
) {
    let mut iterations: Vec<Option<Iteration>> =
        systems.iter_mut().map(NewtonSystem::start).collect();
    for _ in 0..MAX_STEPS {
        let mut columns = Vec::new();
        let mut members = Vec::new();
        for (idx, iteration) in iterations.iter().enumerate() {
            if let Some(iteration) = iteration {
                members.push((idx, columns.len()));
                columns.extend(to_single(&iteration.search));
            }
        }
        if members.is_empty() {
            break;
        }
        let shared: Vec<(&GroupState<L>, usize)> = members
            .iter()
            .map(|&(idx, first)| (&*systems[idx].state, first))
            .collect();
        let mut products = settings.design.normal_product(&columns, |row_idx, v| {
            for (state, first) in &shared {
                let v = &mut v[*first..first + state.curvatures.len()];
                state.loss.apply_curvature(row_idx, &state.curvatures, v);
            }
        });
        for (idx, first) in members {
            let system = &mut systems[idx];
            let products = &mut products[first..first + system.preconditioners.len()];
            if let Some(iteration) = &mut iterations[idx]
                && system.advance(settings.ridge, iteration, products)
            {
                iterations[idx] = None;
            }
        }
    }
    for (system, rest) in systems.iter_mut().zip(&iterations) {
        system.state.is_solved = rest.is_none();
    }
}

impl<L: GroupLoss> NewtonSystem<'_, L> {
    /// Whether the preconditioner is the inverse of the curvature.
    fn is_direct(&self) -> bool {
        self.preconditioners.len() == 1 && self.preconditioners[0].is_exact()
    }

    fn precondition(&self, residual: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let solve = |(r, preconditioner): (&Vec<f64>, &Curvature)| {
            let mut solution = r.clone();
            preconditioner.solve(&mut solution);
            solution
        };
        let pairs = residual.iter().zip(self.preconditioners);
        let mut solutions: Vec<Vec<f64>> = pairs.map(solve).collect();
        if self.preconditioners.len() > 1 {
            centre(&mut solutions);
        }
        solutions
    }

    /// Starts from a direction of 0; returns nothing if the preconditioner gives the solution.
    fn start(&mut self) -> Option<Iteration> {
        let residual: Vec<Vec<f64>> = self
            .state
            .gradient
            .iter()
            .map(|g| g.iter().map(|g| -g).collect())
            .collect();
        let search = self.precondition(&residual);
        if self.is_direct() {
            self.state.direction = search;
            return None;
        }
        for direction in &mut self.state.direction {
            direction.fill(0.0);
        }
        let product = inner(&residual, &search);
        let target = product * self.forcing * self.forcing;
        Some(Iteration {
            residual,
            search,
            product,
            target,
        })
    }

    /// Takes a step along the search direction, whose products with the curvature of the loss are
    /// given; returns whether that was the last.
    fn advance(&mut self, ridge: &[f64], it: &mut Iteration, products: &mut [Vec<f64>]) -> bool {
        for (product, search) in products.iter_mut().zip(&it.search) {
            for ((product, search), ridge) in product.iter_mut().zip(search).zip(ridge) {
                *product += ridge * search;
            }
        }
        let curvature = inner(&it.search, products);
        if curvature <= 0.0 || it.product <= 0.0 {
            return true;
        }
        let alpha = it.product / curvature;
        add_multiple(&mut self.state.direction, alpha, &it.search);
        add_multiple(&mut it.residual, -alpha, products);
        let preconditioned = self.precondition(&it.residual);
        let product = inner(&it.residual, &preconditioned);
        if product <= it.target {
            return true;
        }
        let beta = product / it.product;
        it.product = product;
        for (search, preconditioned) in it.search.iter_mut().zip(&preconditioned) {
            for (search, preconditioned) in search.iter_mut().zip(preconditioned) {
                *search = preconditioned + beta * *search;
            }
        }
        false
    }
}

/// Adds `scale` times `b` to `a`.
fn add_multiple(a: &mut [Vec<f64>], scale: f64, b: &[Vec<f64>]) {
    for (a, b) in a.iter_mut().zip(b) {
        for (a, b) in a.iter_mut().zip(b) {
            *a += scale * b;
        }
    }
}

fn inner(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| a * b).sum()
}

/// Takes the mean over the columns off each.
///
/// Coupled losses do not change when all columns move together, so at the solution they sum to
/// zero; without this the preconditioner, which knows nothing of the coupling, would mix that
/// direction in.
fn centre(columns: &mut [Vec<f64>]) {
    for j in 0..columns[0].len() {
        let mean = columns.iter().map(|c| c[j]).sum::<f64>() / columns.len() as f64;
        for column in columns.iter_mut() {
            column[j] -= mean;
        }
    }
}
