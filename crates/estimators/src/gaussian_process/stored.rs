//! A fitted process as it is stored: without the factors of dense problems, which would take far
//! more room than the rows. They are made again from the rows, by the same operations as in the
//! fit.

use std::borrow::Cow;

use ndarray::{Array2, Axis};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::covariance::{Covariance, dense_covariance};
use super::model::{GaussianProcess, Problem};
use super::params::GaussianProcessMultiClass;
use super::posterior::{Posterior, System};
use super::rbf::Rbf;
use super::sparse::Sparse;
use crate::multiclass::ClassEncoding;

#[derive(Serialize, Deserialize)]
struct StoredProcess<'a> {
    x: Cow<'a, Array2<f32>>,
    codes: Cow<'a, [usize]>,
    encoding: Cow<'a, ClassEncoding>,
    kernel: Rbf,
    multi_class: GaussianProcessMultiClass,
    problems: Vec<StoredProblem<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StoredProblem<'a> {
    rows: Cow<'a, [usize]>,
    residual: Cow<'a, [f64]>,
    weight: Cow<'a, [f64]>,
    /// Absent for a dense problem.
    sparse: Option<Cow<'a, Sparse>>,
    n_iter: usize,
    converged: bool,
}

impl<'a> From<&'a Problem> for StoredProblem<'a> {
    fn from(problem: &'a Problem) -> Self {
        let posterior = &problem.posterior;
        Self {
            rows: Cow::Borrowed(&problem.rows),
            residual: Cow::Borrowed(&posterior.residual),
            weight: Cow::Borrowed(&posterior.weight),
            sparse: match &posterior.system {
                System::Sparse(k) => Some(Cow::Borrowed(k)),
                System::Dense(_) => None,
            },
            n_iter: posterior.n_iter,
            converged: posterior.converged,
        }
    }
}

impl StoredProblem<'_> {
    /// Makes the problem anew, of a process with the training rows `x`.
    fn restore(self, x: &Array2<f32>, kernel: Rbf) -> Problem {
        let covariance = match self.sparse {
            Some(k) => Covariance::Sparse(k.into_owned()),
            None => Covariance::Dense(dense_covariance(
                x.select(Axis(0), &self.rows).view(),
                kernel,
            )),
        };
        Problem {
            rows: self.rows.into_owned(),
            posterior: Posterior {
                system: System::new(covariance, &self.weight),
                residual: self.residual.into_owned(),
                weight: self.weight.into_owned(),
                n_iter: self.n_iter,
                converged: self.converged,
            },
        }
    }
}

impl Serialize for GaussianProcess {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = StoredProcess {
            x: Cow::Borrowed(&self.x),
            codes: Cow::Borrowed(&self.codes),
            encoding: Cow::Borrowed(&self.encoding),
            kernel: self.kernel,
            multi_class: self.multi_class,
            problems: self.problems.iter().map(Into::into).collect(),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for GaussianProcess {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = StoredProcess::deserialize(deserializer)?;
        let (x, kernel) = (stored.x, stored.kernel);
        let problems = stored.problems.into_iter();
        Ok(Self::new(
            x.view(),
            stored.encoding.into_owned(),
            stored.codes.into_owned(),
            kernel,
            stored.multi_class,
            problems
                .map(|problem| problem.restore(&x, kernel))
                .collect(),
        ))
    }
}
