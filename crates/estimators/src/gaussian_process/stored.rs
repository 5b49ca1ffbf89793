//! A fitted process as it is stored: without the factors of dense problems, which would take far
//! more room than the rows. They are made again from the rows, by the same operations as in the
//! fit.

use std::borrow::Cow;
use std::sync::Arc;

use ndarray::{Array2, Axis};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::covariance::{Covariance, dense_covariance};
use super::expression::KernelExpression;
use super::kernel_process::{KernelProblem, KernelProcess};
use super::kernel_search::KernelSearch;
use super::model::{GaussianProcess, Process};
use super::pairs::{Needs, Rows, TrainRows};
use super::params::GaussianProcessMultiClass;
use super::posterior::{Posterior, System};
use super::rbf::Rbf;
use super::rbf_process::{Problem, RbfProcess, RbfRows};
use super::sparse::Sparse;
use crate::multiclass::ClassEncoding;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stored<'a> {
    Rbf(StoredProcess<'a>),
    Kernels(StoredKernels<'a>),
}

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
    fn restore<E: Error>(self, x: &Array2<f32>, kernel: Rbf) -> Result<Problem, E> {
        let covariance = match self.sparse {
            Some(k) => Covariance::Sparse(k.into_owned()),
            None => Covariance::Dense(dense_covariance(
                x.select(Axis(0), &self.rows).view(),
                kernel,
            )),
        };
        Ok(Problem {
            rows: self.rows.into_owned(),
            posterior: Posterior {
                system: system(covariance, &self.weight)?,
                residual: self.residual.into_owned(),
                weight: self.weight.into_owned(),
                n_iter: self.n_iter,
                converged: self.converged,
            },
        })
    }
}

/// Makes the system of a mode anew.
fn system<E: Error>(covariance: Covariance, weight: &[f64]) -> Result<System, E> {
    System::new(covariance, weight)
        .ok_or_else(|| E::custom("a Gaussian process whose matrix is not positive definite"))
}

impl<'a> From<&'a RbfProcess> for StoredProcess<'a> {
    fn from(process: &'a RbfProcess) -> Self {
        Self {
            x: Cow::Borrowed(&process.training.x),
            codes: Cow::Borrowed(&process.training.codes),
            encoding: Cow::Borrowed(&process.training.encoding),
            kernel: process.training.kernel,
            multi_class: process.multi_class,
            problems: process.problems.iter().map(Into::into).collect(),
        }
    }
}

impl StoredProcess<'_> {
    fn restore<E: Error>(self) -> Result<RbfProcess, E> {
        let (x, kernel) = (self.x, self.kernel);
        let problems = self.problems.into_iter();
        let problems = problems.map(|problem| problem.restore(&x, kernel));
        let problems = problems.collect::<Result<_, E>>()?;
        let (encoding, codes) = (self.encoding.into_owned(), self.codes.into_owned());
        let training = Arc::new(RbfRows::new(x.view(), encoding, codes, kernel));
        Ok(RbfProcess::new(training, self.multi_class, problems))
    }
}

#[derive(Serialize, Deserialize)]
struct StoredKernels<'a> {
    x: Array2<f32>,
    encoding: Cow<'a, ClassEncoding>,
    multi_class: GaussianProcessMultiClass,
    problems: Vec<StoredKernelProblem<'a>>,
}

#[derive(Serialize, Deserialize)]
struct StoredKernelProblem<'a> {
    rows: Cow<'a, [usize]>,
    kernel: KernelExpression,
    residual: Cow<'a, [f64]>,
    weight: Cow<'a, [f64]>,
    n_iter: usize,
    converged: bool,
    search: KernelSearch,
}

impl<'a> From<&'a KernelProcess> for StoredKernels<'a> {
    fn from(process: &'a KernelProcess) -> Self {
        let problem = |problem: &'a KernelProblem| StoredKernelProblem {
            rows: Cow::Borrowed(&problem.rows),
            kernel: KernelExpression(problem.kernel.clone()),
            residual: Cow::Borrowed(&problem.posterior.residual),
            weight: Cow::Borrowed(&problem.posterior.weight),
            n_iter: problem.posterior.n_iter,
            converged: problem.posterior.converged,
            search: problem.search,
        };
        Self {
            // The rows came as `f32`.
            x: process.rows().mapv(|value| value as f32),
            encoding: Cow::Borrowed(&process.encoding),
            multi_class: process.multi_class,
            problems: process.problems.iter().map(problem).collect(),
        }
    }
}

impl StoredKernels<'_> {
    fn restore<E: Error>(self) -> Result<KernelProcess, E> {
        let x = self.x.mapv(f64::from);
        let problem = |stored: StoredKernelProblem<'_>| -> Result<KernelProblem, E> {
            let KernelExpression(kernel) = stored.kernel;
            let rows = x.select(Axis(0), &stored.rows);
            let k = TrainRows::new(Rows::new(rows.view()), Needs::of(&kernel)).covariance(&kernel);
            Ok(KernelProblem {
                rows: stored.rows.into_owned(),
                kernel,
                posterior: Posterior {
                    system: system(Covariance::Dense(k), &stored.weight)?,
                    residual: stored.residual.into_owned(),
                    weight: stored.weight.into_owned(),
                    n_iter: stored.n_iter,
                    converged: stored.converged,
                },
                search: stored.search,
            })
        };
        let problems = self.problems.into_iter().map(problem);
        let problems = problems.collect::<Result<_, E>>()?;
        let encoding = self.encoding.into_owned();
        Ok(KernelProcess::new(x, encoding, self.multi_class, problems))
    }
}

impl Serialize for GaussianProcess {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = match &self.0 {
            Process::Rbf(process) => Stored::Rbf(process.into()),
            Process::Kernels(process) => Stored::Kernels(process.into()),
        };
        stored.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for GaussianProcess {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self(match Stored::deserialize(deserializer)? {
            Stored::Rbf(stored) => Process::Rbf(stored.restore()?),
            Stored::Kernels(stored) => Process::Kernels(stored.restore()?),
        }))
    }
}
