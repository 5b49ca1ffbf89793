//! L-BFGS-B: the minimum of a smooth function of many variables, with or without bounds.
//!
//! Problem: minimise f(x) subject to `l ≤ x ≤ u`, given f and its gradient g. Method: Byrd, Lu,
//! Nocedal and Zhu, *A limited memory algorithm for bound constrained optimization* (1995), with the
//! projection of Morales and Nocedal (2011) and the line search of Moré and Thuente (1994), which
//! is what SciPy's `L-BFGS-B` is. The last `memory` pairs of steps and changes of the gradient make
//! up a matrix B; each iteration finds the generalised Cauchy point of the quadratic model on the
//! bounds, minimises the model over the variables that are free there, and searches along the line
//! to that point. Without bounds the direction is `-B⁻¹g` by the two-loop recursion.
//!
//! Stopping rule, checked in SciPy's order after each iteration: `max_iter`, `max_evaluations`,
//! `max |projected gradient| ≤ gtol`, and `f_old - f ≤ ftol · max(|f_old|, |f|, 1)`.
//! Cost of an iteration: one or two evaluations and about `4 · memory · n` operations.
//!
//! Where a trial step gives a value or a gradient that is not finite it is shortened to a tenth;
//! SciPy's line search has no rule for that. All sums have a fixed order.

mod cauchy;
mod line_search;
mod memory;
mod subspace;
#[cfg(test)]
mod tests;
mod vectors;

use cauchy::cauchy_point;
use line_search::{LineSearch, Verdict};
use memory::Memory;
use subspace::minimise_in_subspace;
use vectors::dot;

/// When to stop, and how many pairs to remember. The default is SciPy's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Settings {
    /// Pairs of steps and changes of the gradient that are remembered (SciPy's `maxcor`).
    pub memory: usize,
    /// Relative decrease of f at or below which the search has converged.
    pub ftol: f64,
    /// Largest entry of the projected gradient at or below which the search has converged.
    pub gtol: f64,
    /// Iterations after which the search stops.
    pub max_iter: usize,
    /// Evaluations of f beyond which no iteration is started (SciPy's `maxfun`).
    pub max_evaluations: usize,
    /// Evaluations of one line search (SciPy's `maxls`).
    pub max_line_search: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            memory: 10,
            ftol: 2.220_446_049_250_313e-9,
            gtol: 1e-5,
            max_iter: 15_000,
            max_evaluations: 15_000,
            max_line_search: 20,
        }
    }
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The projected gradient is within `gtol`.
    Gradient,
    /// The last decrease is within `ftol`.
    Decrease,
    /// `max_iter` iterations are done.
    MaxIter,
    /// More than `max_evaluations` evaluations are done.
    MaxEvaluations,
    /// Not even along the negative gradient did the line search find a lower value.
    LineSearch,
    /// The value or the gradient at the start is not finite.
    NotFinite,
}

impl Stop {
    /// Whether the stopping rule was met, rather than a limit or a failure.
    #[must_use]
    pub const fn is_converged(self) -> bool {
        matches!(self, Self::Gradient | Self::Decrease)
    }
}

/// Where a search ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Minimum {
    /// The point, within the bounds.
    pub x: Vec<f64>,
    /// f there.
    pub value: f64,
    /// The gradient of f there.
    pub gradient: Vec<f64>,
    /// Iterations, each with one line search.
    pub n_iter: usize,
    /// Evaluations of f with its gradient.
    pub n_evaluations: usize,
    /// Why it ended.
    pub stop: Stop,
}

/// The lowest and the highest value of a variable; infinite where there is no bound.
pub type Bounds = (f64, f64);

/// Minimises `f` from `start`. `f` gets a point and writes its gradient to the second argument (as
/// long as the point; its content before is unspecified), and returns its value. `bounds` has a pair
/// for each variable or is absent; a start outside is moved to the nearest point inside.
///
/// # Panics
/// If `bounds` is of another length than `start`.
///
/// ```
/// use fashion_bench_estimators::lbfgs_b::{Settings, minimise};
/// let paraboloid = |x: &[f64], gradient: &mut [f64]| {
///     gradient[0] = 2.0 * (x[0] - 3.0);
///     gradient[1] = 2.0 * (x[1] + 1.0);
///     (x[0] - 3.0).powi(2) + (x[1] + 1.0).powi(2)
/// };
/// let bounds = [(f64::NEG_INFINITY, f64::INFINITY), (0.0, f64::INFINITY)];
/// let found = minimise(vec![0.0, 5.0], Some(&bounds), &Settings::default(), paraboloid);
/// assert!(found.stop.is_converged());
/// assert!((found.x[0] - 3.0).abs() < 1e-6 && found.x[1] == 0.0);
/// ```
pub fn minimise(
    start: Vec<f64>,
    bounds: Option<&[Bounds]>,
    settings: &Settings,
    f: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Minimum {
    let is_bounded = |bounds: &&[Bounds]| {
        bounds
            .iter()
            .any(|(low, high)| low.is_finite() || high.is_finite())
    };
    if let Some(bounds) = bounds {
        assert_eq!(bounds.len(), start.len(), "bounds for each variable");
    }
    let mut search = Search::new(start, bounds.filter(is_bounded), settings, f);
    let stop = search.run();
    Minimum {
        x: search.x,
        value: search.value,
        gradient: search.gradient,
        n_iter: search.n_iter,
        n_evaluations: search.n_evaluations,
        stop,
    }
}

/// Where to search.
struct Course {
    direction: Vec<f64>,
    /// The end of the direction, where there are bounds.
    target: Option<Vec<f64>>,
}

struct Search<'a, F> {
    f: F,
    bounds: Option<&'a [Bounds]>,
    settings: &'a Settings,
    memory: Memory,
    x: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
    n_iter: usize,
    n_evaluations: usize,
}

impl<'a, F: FnMut(&[f64], &mut [f64]) -> f64> Search<'a, F> {
    fn new(
        mut start: Vec<f64>,
        bounds: Option<&'a [Bounds]>,
        settings: &'a Settings,
        f: F,
    ) -> Self {
        clip(&mut start, bounds);
        let mut search = Self {
            f,
            bounds,
            settings,
            memory: Memory::new(settings.memory.max(1)),
            gradient: vec![0.0; start.len()],
            x: start,
            value: 0.0,
            n_iter: 0,
            n_evaluations: 0,
        };
        let x = std::mem::take(&mut search.x);
        let mut gradient = std::mem::take(&mut search.gradient);
        search.value = search.evaluate(&x, &mut gradient);
        (search.x, search.gradient) = (x, gradient);
        search
    }

    fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        self.n_evaluations += 1;
        (self.f)(x, gradient)
    }

    fn run(&mut self) -> Stop {
        if !is_finite(self.value, &self.gradient) {
            return Stop::NotFinite;
        }
        if self.projected_gradient() <= self.settings.gtol {
            return Stop::Gradient;
        }
        loop {
            let course = self.course();
            let old_value = self.value;
            if !course.is_some_and(|course| self.step(&course)) {
                // From the negative gradient there is nothing to fall back on.
                if self.memory.is_empty() {
                    return Stop::LineSearch;
                }
                self.memory.clear();
                continue;
            }
            self.n_iter += 1;
            if self.n_iter >= self.settings.max_iter {
                return Stop::MaxIter;
            }
            if self.n_evaluations > self.settings.max_evaluations {
                return Stop::MaxEvaluations;
            }
            if self.projected_gradient() <= self.settings.gtol {
                return Stop::Gradient;
            }
            let scale = old_value.abs().max(self.value.abs()).max(1.0);
            if old_value - self.value <= self.settings.ftol * scale {
                return Stop::Decrease;
            }
        }
    }

    /// Returns the way from x to the minimum of the model; nothing where the remembered pairs have
    /// lost their meaning by rounding.
    fn course(&self) -> Option<Course> {
        let Some(bounds) = self.bounds else {
            return Some(Course {
                direction: self.memory.newton_direction(&self.gradient),
                target: None,
            });
        };
        let middle = self.memory.middle()?;
        let cauchy = cauchy_point(&self.x, &self.gradient, bounds, &self.memory, &middle);
        let mut target = cauchy.x.clone();
        if !self.memory.is_empty() {
            let point = (self.x.as_slice(), self.gradient.as_slice());
            target = minimise_in_subspace(point, cauchy, bounds, &self.memory, &middle)?;
        }
        let pairs = target.iter().zip(&self.x);
        Some(Course {
            direction: pairs.map(|(target, x)| target - x).collect(),
            target: Some(target),
        })
    }

    /// Searches along `course`, moves to what it finds and remembers the pair; returns whether there
    /// was something to find.
    fn step(&mut self, course: &Course) -> bool {
        let direction = course.direction.as_slice();
        let slope = dot(&self.gradient, direction);
        if slope >= 0.0 || !slope.is_finite() {
            return false;
        }
        let longest = self.longest_step(direction);
        let mut length = longest.min(1.0);
        if self.n_iter == 0 && !self.is_boxed() {
            length = longest.min(1.0 / dot(direction, direction).sqrt());
        }
        let mut line = LineSearch::new(self.value, slope, length, longest);
        let mut x = self.x.clone();
        let mut gradient = vec![0.0; x.len()];
        for _ in 0..self.settings.max_line_search {
            self.place(&mut x, course, length);
            let value = self.evaluate(&x, &mut gradient);
            if !is_finite(value, &gradient) {
                length *= 0.1;
                line = LineSearch::new(self.value, slope, length, length);
                continue;
            }
            let new_slope = dot(&gradient, direction);
            match line.judge(length, value, new_slope) {
                Verdict::Try(next) => length = next,
                Verdict::Accept => {
                    self.remember(&x, &gradient, length * (new_slope - slope), -length * slope);
                    (self.x, self.value, self.gradient) = (x, value, gradient);
                    return true;
                }
            }
        }
        false
    }

    /// Writes the point at `length` of the course to `x`. The whole length leads to the target itself,
    /// so that a variable comes to lie on its bound and not beside it.
    fn place(&self, x: &mut [f64], course: &Course, length: f64) {
        if let Some(target) = course.target.as_ref().filter(|_| length == 1.0) {
            x.copy_from_slice(target);
            return;
        }
        for (x, (old, way)) in x.iter_mut().zip(self.x.iter().zip(&course.direction)) {
            *x = old + length * way;
        }
        clip(x, self.bounds);
    }

    /// Remembers the step to `x` if its curvature (step · change of the gradient) is not lost beside
    /// `decrease`, the decrease that the slope promised.
    fn remember(&mut self, x: &[f64], gradient: &[f64], curvature: f64, decrease: f64) {
        if curvature <= f64::EPSILON * decrease {
            return;
        }
        let difference =
            |new: &[f64], old: &[f64]| new.iter().zip(old).map(|(new, old)| new - old).collect();
        let step = difference(x, &self.x);
        let change = difference(gradient, &self.gradient);
        let needs_products = self.bounds.is_some();
        self.memory.push(step, change, needs_products);
    }

    /// Returns the longest step along `direction` that the bounds allow.
    fn longest_step(&self, direction: &[f64]) -> f64 {
        const NO_BOUND: f64 = 1e10;
        let Some(bounds) = self.bounds else {
            return NO_BOUND;
        };
        if self.n_iter == 0 {
            return 1.0;
        }
        let mut longest = NO_BOUND;
        for ((x, way), (low, high)) in self.x.iter().zip(direction).zip(bounds) {
            let room = if *way < 0.0 { low - x } else { high - x };
            if *way != 0.0 && (way * longest).abs() > room.abs() {
                longest = room / way;
            }
        }
        longest
    }

    fn is_boxed(&self) -> bool {
        self.bounds.is_some_and(|bounds| {
            bounds
                .iter()
                .all(|(low, high)| low.is_finite() && high.is_finite())
        })
    }

    /// Returns the largest entry of the gradient, cut off where a bound is nearer.
    fn projected_gradient(&self) -> f64 {
        let unbounded = (f64::NEG_INFINITY, f64::INFINITY);
        let largest = |largest: f64, i: usize| {
            let (low, high) = self.bounds.map_or(unbounded, |bounds| bounds[i]);
            let (x, g) = (self.x[i], self.gradient[i]);
            let projected = if g < 0.0 {
                g.max(x - high)
            } else {
                g.min(x - low)
            };
            largest.max(projected.abs())
        };
        (0..self.x.len()).fold(0.0, largest)
    }
}

/// Moves each value into its bounds.
fn clip(x: &mut [f64], bounds: Option<&[Bounds]>) {
    for (x, (low, high)) in x.iter_mut().zip(bounds.unwrap_or_default()) {
        *x = x.max(*low).min(*high);
    }
}

fn is_finite(value: f64, gradient: &[f64]) -> bool {
    value.is_finite() && gradient.iter().all(|g| g.is_finite())
}
