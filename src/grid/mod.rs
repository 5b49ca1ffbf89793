//! The grid: from a config file to a plan of validated jobs.

mod beside;
mod classifiers;
mod config;
mod data_shapes;
mod dataset_choice;
mod decode;
mod decode_dataset;
mod error;
mod expand;
mod filter;
mod job;
mod json;
mod load;
mod origin;
mod plan;
mod subset_grid;

pub use beside::BESIDE;
pub use classifiers::SKLEARN_CLASSIFIERS;
pub use config::{DATASETS, render_config_schema};
pub use dataset_choice::DatasetChoice;
pub use error::{GridError, Problem, Spot};
pub use filter::{Filter, FilterError};
pub use job::{Alias, Job, JobId, Limits, Plan, Refusal, RefusalKind, Scores, Settings};
pub use load::load;
pub use origin::origin_of;
pub use plan::{Overrides, parse, parse_profile};
pub use subset_grid::SubsetGrid;
