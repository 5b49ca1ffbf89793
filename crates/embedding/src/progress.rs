//! Progress reports to the caller, and the result.

use std::ops::ControlFlow;

use ndarray::Array2;

/// The part of the work that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Looking for nearest neighbours, row by row.
    Neighbors,
    /// Finding the coordinates to start from.
    Start,
    /// Moving the points, step by step.
    Layout,
}

/// How far the work is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// The part that is under way.
    pub stage: Stage,
    /// Rows or steps that are done.
    pub n_done: usize,
    /// Rows or steps of this part.
    pub n_total: usize,
    /// What the method minimises, where it has been computed.
    pub objective: Option<f64>,
}

/// Is told how the work goes, and ends it early by breaking.
pub type Watch<'a> = dyn FnMut(Progress) -> ControlFlow<()> + 'a;

/// Points of the plane.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// One point per row (n × 2).
    pub points: Array2<f64>,
    /// The last value of what the method minimises, if it was computed.
    pub objective: Option<f64>,
    /// Steps that were taken.
    pub n_steps: usize,
    /// Whether the watch ended the work before its end.
    pub is_cut_short: bool,
}
