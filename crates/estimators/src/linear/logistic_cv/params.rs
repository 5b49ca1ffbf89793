//! Parameters of `LogisticRegressionCV`.

use linfa::ParamGuard as _;

use super::super::logistic::{
    LogisticMultiClass, LogisticRegressionParams, LogisticRegressionValidParams, LogisticSolver,
};
use super::super::penalty::LinearPenalty;
use super::super::scoring::Scoring;
use crate::parameters::{
    Interval, Kind, NJobs, ParamValue, Parameter, Parameters, Verbosity, check_range,
};
use crate::{ClassWeight, ParamError};

/// Costs of the loss to choose from: a list, or how many between 1e-4 and 1e4 in equal ratios.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Costs {
    /// As many.
    Number(usize),
    /// These.
    List(Vec<f64>),
}

impl Costs {
    /// Returns the costs.
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        match self {
            Self::List(costs) => costs.clone(),
            Self::Number(1) => vec![1e-4],
            Self::Number(n) => {
                let step = 8.0 / (*n as f64 - 1.0);
                (0..*n)
                    .map(|k| 10.0_f64.powf(-4.0 + step * k as f64))
                    .collect()
            }
        }
    }
}

impl Parameter for Costs {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int, Kind::Floats]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::List(_) => Vec::read(value).map(Self::List),
            value => usize::read(value).map(Self::Number),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Number(n) => n.write(),
            Self::List(costs) => costs.write(),
        }
    }

    fn is_in(&self, range: &Interval) -> bool {
        match self {
            Self::Number(n) => *n >= 1,
            Self::List(costs) => !costs.is_empty() && costs.is_in(range),
        }
    }

    fn expected(range: &Interval) -> String {
        format!("an integer in [1, inf) or a list of numbers in {range}")
    }

    fn interval(_: &Interval) -> Option<Interval> {
        Some(Interval::at_least(1))
    }
}

parameters! {
    /// Parameters of [`LogisticRegressionCv`](super::LogisticRegressionCv).
    pub struct LogisticRegressionCvParams => LogisticRegressionCvValidParams: "LogisticRegressionCV" {
        /// costs of the loss to choose from: a list, or how many from 1e-4 to 1e4
        costs as "Cs": Costs = Costs::Number(10), in Interval::POSITIVE;
        /// whether there is an intercept
        fit_intercept: bool = true;
        /// folds of the cross-validation; null: 5
        cv: Option<usize> = None, in Interval::at_least(2);
        /// LIBLINEAR's dual solver; the optimum is the same
        dual: bool = false;
        /// what is added to the loss
        penalty: LinearPenalty = LinearPenalty::L2;
        /// what is best; null: the accuracy
        scoring: Option<Scoring> = None;
        /// liblinear penalises the intercept, the others do not
        solver: LogisticSolver = LogisticSolver::Lbfgs;
        /// gradient to reach
        tol: f64 = 1e-4, in Interval::NOT_NEGATIVE;
        /// Newton steps at most
        max_iter: usize = 100, in Interval::at_least(0);
        /// weight of each class's rows
        class_weight: ClassWeight = ClassWeight::Uniform;
        /// whether all rows are fitted with the best penalty, rather than taking the mean of the folds
        refit: bool = true;
        /// value of the constant feature behind the intercept (liblinear)
        intercept_scaling: f64 = 1.0, in Interval::POSITIVE;
        /// one problem per class, or one for all
        multi_class: LogisticMultiClass = LogisticMultiClass::Auto;
        /// shares of the l1 norm to choose from (elasticnet)
        l1_ratios: Option<Vec<f64>> = None, in Interval::UNIT;
    }
    seed ParamValue::Null;
    ignored {
        /// ignored: threads are the run's
        n_jobs: NJobs = NJobs;
        /// ignored
        verbose: Verbosity = Verbosity;
    }
    check check_combination;
}

fn check_combination(params: &LogisticRegressionCvValidParams) -> Result<(), ParamError> {
    const NAME: &str = LogisticRegressionCvParams::ESTIMATOR;
    if params.penalty == LinearPenalty::None {
        return Err(ParamError::unsupported(
            NAME,
            "penalty=none",
            "there is nothing to choose without a penalty; write LogisticRegression",
        ));
    }
    let is_elastic = params.penalty == LinearPenalty::ElasticNet;
    let ratios = params.l1_ratios.as_deref().unwrap_or(&[]);
    if is_elastic && ratios.is_empty() {
        let expected = "a list of numbers in [0, 1] with penalty=elasticnet";
        return Err(ParamError::value(NAME, "l1_ratios", expected, "null"));
    }
    let ratio = if is_elastic {
        ratios.first().copied()
    } else {
        None
    };
    params.plain(ratio).map(|_| ())
}

impl LogisticRegressionCvValidParams {
    /// Returns the shares of the l1 norm to choose from.
    pub(super) fn ratios(&self) -> Vec<Option<f64>> {
        match &self.l1_ratios {
            Some(ratios) if self.penalty == LinearPenalty::ElasticNet => {
                ratios.iter().map(|&ratio| Some(ratio)).collect()
            }
            _ => vec![None],
        }
    }

    /// Returns the parameters of a fit with this share of the l1 norm.
    pub(super) fn plain(
        &self,
        l1_ratio: Option<f64>,
    ) -> Result<LogisticRegressionValidParams, ParamError> {
        const NAME: &str = LogisticRegressionCvParams::ESTIMATOR;
        let plain = LogisticRegressionParams::default()
            .penalty(self.penalty)
            .dual(self.dual)
            .tol(self.tol)
            .fit_intercept(self.fit_intercept)
            .intercept_scaling(self.intercept_scaling)
            .class_weight(self.class_weight.clone())
            .solver(self.solver)
            .max_iter(self.max_iter)
            .multi_class(self.multi_class)
            .l1_ratio(l1_ratio)
            .seed(self.seed);
        if self.solver == LogisticSolver::Liblinear {
            check_range(NAME, "tol", &self.tol, &Interval::POSITIVE)?;
        }
        plain.check().map_err(|error| match error {
            ParamError::Unsupported {
                combination,
                reason,
                ..
            } => ParamError::unsupported(NAME, combination, reason),
            other => other,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_are_in_equal_ratios() {
        let costs = Costs::Number(10).values();
        assert_eq!(costs.len(), 10);
        for (k, cost) in costs.iter().enumerate() {
            let expected = 10.0_f64.powf(-4.0 + 8.0 / 9.0 * k as f64);
            assert!((cost / expected - 1.0).abs() < 1e-12);
        }
        assert_eq!(Costs::Number(1).values(), [1e-4]);
    }

    #[test]
    fn combinations_are_refused_under_the_own_name() {
        let params = LogisticRegressionCvParams::default().penalty(LinearPenalty::L1);
        let error = params.check().unwrap_err().to_string();
        assert!(
            error.starts_with("LogisticRegressionCV(penalty=l1)"),
            "{error}"
        );
    }
}
