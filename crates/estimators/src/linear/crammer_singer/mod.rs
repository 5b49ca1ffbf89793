//! Crammer and Singer's multi-class support vector machine (2001).
//!
//! ```text
//! primal: ½ Σ_m |w_m|² + Σ_i c_i·max_m (1[m ≠ y_i] + x_i·(w_m - w_{y_i}))
//! dual:   Σ_i Σ_{m ≠ y_i} β_im - ½ Σ_m |w_m|²    with w_m = Σ_i (c_i·1[m = y_i] - β_im)·x_i
//! ```
//!
//! where the multipliers `β_i` of a row lie on the simplex of size `c_i`. Coordinate ascent
//! (Keerthi et al. 2008) takes one row at a time: the others fixed, its best multipliers are the
//! projection of `β_im + (1[m ≠ y_i] + x_i·w_m) / |x_i|²` on that simplex. A row of class 0 with
//! `c = 1` and `|x|² = 4` that is too close to class 1, for example:
//!
//! ```text
//! class                     0         1         2
//! scores x·w_m              0.5       0.25     -1        0.25 apart, 1 is wanted
//! multipliers β             1         0         0
//! β + (1[m≠0] + x·w_m)/4    1.125     0.3125    0
//! projected, sum 1          0.90625   0.09375   0        0.21875 taken off, but not below 0
//! weights w_m change by     0.09375x  -0.09375x 0
//! scores x·w_m              0.875    -0.125    -1        1 apart
//! ```
//!
//! The number of such sweeps grows with `c·|x|²`: LIBLINEAR takes 22,000 of them on 6,000
//! standardised images with C = 1. So an iteration solves, by a few sweeps, the easier problem with
//! `κ/2·Σ_m |w_m - v_m|²` added to the primal, for which `w` is `(κ·v + Σ_i …) / (1 + κ)` and
//! `|x_i|²` counts as `|x_i|² / (1 + κ)`, and the next centre `v` is extrapolated from the last two
//! solutions (Shalev-Shwartz and Zhang 2014; with the constant momentum of Lin, Mairal and
//! Harchaoui 2015):
//!
//! ```text
//! iteration   products of all rows with the weights
//!             leave out the settled rows: all weight on their own class, and it may stay there
//!             shuffle the others and cut them into blocks of 32
//!             20 sweeps over the blocks; a row whose multipliers do not change leaves its block
//!             extrapolate the centre
//!
//! block       scores 32 × classes   as at the start of the iteration, plus the products with what
//!                                   the weights have moved since
//!             gram   32 × 32        products of the rows with each other: when one row's
//!                                   multipliers change, the scores of the others follow
//!             weights               changed once, after all rows were visited twice
//! ```
//!
//! The products of all rows cost a third of visits to them, and most rows are settled. The ascent
//! with blocks is the same as with one row at a time.
//!
//! Weights are in `f64`: in `f32` what many small updates lose to rounding kept the gap above about
//! 2e-4. Products, in `f32`, are those of the start of the iteration and those with what the
//! weights have moved since, whose error gets small with it.

mod ascent;
mod block;
mod problem;
mod simplex;
mod solver;

pub(super) use problem::CrammerSinger;
pub(super) use solver::minimise;
