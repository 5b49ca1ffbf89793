//! Running a plan: which jobs are left, which starts next, who does it, and the row it ends in.
//!
//! [`run()`] is generic over an [`Executor`]: [`ProcessExecutor`] gives each job a child process,
//! [`InlineExecutor`] a thread. The files here are the parent's; [`worker`] holds the child's, and
//! `protocol` what the two say to each other.

mod environment;
mod executor;
#[cfg(test)]
mod fixture;
mod forecast;
mod memory;
mod oom;
pub mod paths;
mod planned;
mod preview;
mod process;
mod process_tree;
mod processor;
pub mod progress;
mod protocol;
mod resume;
mod row;
mod run;
mod schedule;
mod shard;
mod supervise;
pub mod worker;

pub use environment::default_slots;
pub use executor::{Cancel, Executor, InlineExecutor, Outcome, Step};
pub use memory::{MachineMemory, machine_memory};
pub use planned::Planned;
pub use preview::{StartOrder, is_done, start_order};
pub use process::ProcessExecutor;
pub use protocol::{EngineReport, Failure, JobSettings, Verdict};
pub use resume::{Retry, Wanted};
pub use run::{ReportRow, RunError, RunReport, RunRequest, run};
pub use shard::{Shard, ShardError};
