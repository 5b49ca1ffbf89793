//! What the solvers know of a loss.

/// A convex loss over all rows as a function of their scores.
///
/// Scores, gradients and curvatures are class-major: one vector of `n_rows` for each column of
/// the group.
pub(super) trait GroupLoss: Send + Sync {
    /// Returns the number of columns of the group.
    fn n_columns(&self) -> usize;

    /// Returns how far the weight of a row in the preconditioner may be off, as a fraction of the
    /// larger of the two; 0 for a loss whose curvature takes few values and must be followed
    /// exactly.
    fn lag(&self) -> f64;

    /// Writes the gradient and the diagonal of the curvature with respect to the scores `z`.
    fn derivatives(&mut self, z: &[Vec<f64>], slopes: &mut [Vec<f32>], curvatures: &mut [Vec<f32>]);

    /// Replaces `v` by the curvature of row `row_idx` at the last derivatives, times `v`.
    fn apply_curvature(&self, row_idx: usize, curvatures: &[Vec<f32>], v: &mut [f32]);

    /// Writes the gradient (one value per column) and the curvature (columns × columns) of the loss
    /// of one row with respect to its scores `z`, in double precision.
    fn exact_derivatives(
        &self,
        row_idx: usize,
        z: &[f64],
        gradient: &mut [f64],
        curvature: &mut [f64],
    );

    /// Returns the first and second derivative at `t` of the loss along `z + t·q`.
    fn along<Q: Copy + Into<f64>>(&self, z: &[Vec<f64>], q: &[Vec<Q>], t: f64) -> (f64, f64);

    /// Returns the loss at the scores `z`: the problem's own, where a smoothed one is minimised.
    fn value(&self, z: &[Vec<f64>]) -> f64;

    /// Judges the point that [`Self::derivatives`] last saw; may change the smoothing.
    fn assess(&mut self, point: &Point<'_>) -> Verdict;

    /// Makes a loss that is minimised by smoothed ones go on to a duality gap beyond its tolerance.
    fn tighten(&mut self) {}

    /// Returns whether the duality gap was within the tolerance when the loss was last assessed.
    fn is_met(&self) -> bool {
        false
    }

    /// Returns the relative duality gap, if that is what [`Self::assess`] compares with its
    /// tolerance.
    fn duality_gap(&self) -> Option<f64> {
        None
    }
}

/// The current point, as far as a loss needs to know it.
pub(super) struct Point<'a> {
    /// Scores of each column.
    pub z: &'a [Vec<f64>],
    /// `½ Σ_j ridge_j·|w_j|²`.
    pub half_norm: f64,
    /// The same for the weights that the gradient of the loss alone would give.
    pub half_norm_dual: f64,
    /// `½ Σ_j g_j²/ridge_j` where the ridge is not 0.
    pub half_gradient: f64,
    /// Euclidean norm of the gradient.
    pub gradient_norm: f64,
    /// Largest absolute element of the gradient.
    pub gradient_max: f64,
    /// Euclidean norm of the gradient at zero weights.
    pub first_norm: f64,
    /// What the objective was above its minimum before the last step, to second order; infinite
    /// where no step was taken.
    pub decrement: f64,
    /// Whether any coefficient is penalised.
    pub is_penalised: bool,
}

/// What to do with a group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Verdict {
    /// Take a step.
    Step,
    /// Take a step; the gradient is small enough, but the last step was not.
    StepOn,
    /// The loss has changed: look again before stepping.
    Changed,
    /// The stopping rule is met.
    Done,
}
