//! Fits linear support vector machines.
//!
//! Minimises, with an intercept that is the weight of a constant feature and penalised like any
//! other (as LIBLINEAR does),
//!
//! ```text
//! one-vs-rest:    ½|w|² or |w|₁  +  C Σ_i loss(y_i·x_i·w)             for each class
//! Crammer–Singer: ½ Σ_m |w_m|²   +  C Σ_i max_m (1[m ≠ y_i] + (w_m - w_{y_i})·x_i)
//! ```
//!
//! LIBLINEAR's coordinate descent (Hsieh et al. 2008; Keerthi et al. 2008) needs many thousand
//! sweeps at C ≥ 10 on these data and stops at its iteration limit. Here n ≫ p, so for the
//! one-vs-rest problems Newton's method on the primal ([`super::super::newton`],
//! [`super::super::proximal`]) is both faster and reaches the optimum. Crammer and Singer's, where
//! Newton's steps are cut to a few per cent, is given to an accelerated coordinate ascent
//! ([`super::super::crammer_singer`]), which also ends, as not converged, after a fixed amount of
//! work; a large C reaches that. Iterations are steps of either. Stopping rule: for the hinge and
//! Crammer–Singer a relative duality gap of `tol`; for the squared hinge LIBLINEAR's primal rule, a
//! gradient of `tol · min(n₊, n₋) / n` times that at zero, after a small last step
//! ([`super::super::stop`]).

use ndarray::ArrayView2;

use super::super::crammer_singer::{self, CrammerSinger};
use super::super::group::GroupSettings;
use super::super::margin::{MarginKind, MarginLoss};
use super::super::model::LinearModel;
use super::super::one_vs_rest::{OneVsRest, liblinear_costs};
use super::super::rotation::Rotation;
use super::super::solution::Solution;
use super::super::stop::Stop;
use super::super::{newton, proximal};
use super::LinearSvc;
use super::params::{LinearSvcParams, LinearSvcValidParams, SvcLoss, SvcMultiClass, SvcPenalty};
use crate::FitError;
use crate::classifier::Classifier;
use crate::multiclass::ClassEncoding;
use crate::parameters::Parameters;
use fashion_bench_numeric::tall::Tall;

impl Classifier for LinearSvcValidParams {
    type Model = LinearSvc;

    fn fit_codes(
        &self,
        x: ArrayView2<'_, f32>,
        codes: &[usize],
        encoding: ClassEncoding,
    ) -> Result<LinearSvc, FitError> {
        #[expect(
            clippy::cast_possible_truncation,
            reason = "features are in single precision"
        )]
        let bias = self.fit_intercept.then_some(self.intercept_scaling as f32);
        let is_rotated =
            self.penalty == SvcPenalty::L2 || self.multi_class == SvcMultiClass::CrammerSinger;
        let rotation = if is_rotated { Rotation::of(x) } else { None };
        let rows = rotation
            .as_ref()
            .map_or_else(|| x.view(), |it| it.coordinates.view());
        let design = Tall::new(rows, bias);
        let weights = self
            .class_weight
            .of_classes(LinearSvcParams::ESTIMATOR, &encoding, codes)?;
        let mut solutions = match self.multi_class {
            SvcMultiClass::CrammerSinger => {
                let cost: Vec<f64> = codes.iter().map(|&code| self.c * weights[code]).collect();
                vec![crammer_singer::minimise(&CrammerSinger {
                    design: &design,
                    codes,
                    n_classes: encoding.n_classes(),
                    cost: &cost,
                    tol: self.tol,
                    max_iter: self.max_iter,
                    seed: self.seed,
                })]
            }
            SvcMultiClass::OneVsRest => {
                let problems = OneVsRest::new(codes, encoding.n_classes());
                let costs = liblinear_costs(&problems, self.c, &weights);
                self.fit_one_vs_rest(&design, &problems, &costs)
            }
        };
        if let Some(rotation) = &rotation {
            rotation.restore(&mut solutions);
        }
        Ok(LinearModel::from_solutions(&solutions, x.ncols(), bias, encoding).into())
    }
}

impl LinearSvcValidParams {
    fn fit_one_vs_rest(
        &self,
        design: &Tall<'_>,
        problems: &OneVsRest<'_>,
        costs: &[(f64, f64)],
    ) -> Vec<Solution> {
        let is_l1 = self.penalty == SvcPenalty::L1;
        let settings = GroupSettings {
            design,
            ridge: &vec![if is_l1 { 0.0 } else { 1.0 }; design.width()],
            leverages: &design.leverages(),
            max_iter: self.max_iter,
            seed: self.seed,
        };
        let kind = match self.loss {
            SvcLoss::Hinge => MarginKind::Hinge,
            SvcLoss::SquaredHinge => MarginKind::SquaredHinge,
        };
        let tols = problems.liblinear_tols(self.tol);
        let losses: Vec<MarginLoss> = problems
            .classes()
            .zip(costs)
            .zip(&tols)
            .map(|((class, &costs), &tol)| {
                let (signs, cost) = problems.rows(class, costs);
                MarginLoss::new(kind, signs, cost, Stop::relative(tol, self.tol), self.tol)
            })
            .collect();
        if is_l1 {
            let l1 = vec![1.0; design.width()];
            proximal::minimise(&settings, &l1, &tols, losses, None)
        } else {
            newton::minimise(&settings, losses, None)
        }
    }
}
