//! Running a plan: which jobs are left, which starts next, who does it, and the row it ends in.
//!
//! [`run()`] is generic over an [`Executor`]: [`ProcessExecutor`] gives each job a child process,
//! [`InlineExecutor`] a thread. The child's side is [`worker`].

mod environment;
mod executor;
#[cfg(test)]
mod fixture;
mod forecast;
mod measure;
mod panics;
mod planned;
mod preview;
mod process;
mod processor;
pub mod progress;
mod repeats;
mod resume;
mod row;
mod run;
mod schedule;
mod score;
mod shard;
mod supervise;
mod task;
mod trial;
pub mod worker;

pub use environment::default_slots;
pub use executor::{Cancel, Executor, InlineExecutor, Outcome};
pub use measure::{MachineMemory, machine_memory};
pub use planned::Planned;
pub use preview::{StartOrder, is_done, start_order};
pub use process::ProcessExecutor;
pub use resume::{Retry, Wanted};
pub use run::{ReportRow, RunError, RunReport, RunRequest, run};
pub use shard::{Shard, ShardError};
pub use task::{Failure, JobSettings};
