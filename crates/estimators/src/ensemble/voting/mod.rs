//! Votes of several classifiers.

mod model;
mod params;

pub use model::Voting;
pub use params::{VotingKind, VotingParams, VotingValidParams};
