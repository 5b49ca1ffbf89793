//! The child's side: a process, or a thread, that trains and scores one model or tries many.

mod array_cache;
mod array_files;
mod class_keys;
mod clock;
mod driven;
mod driver;
mod engine;
mod engine_log;
mod label_codes;
mod labelled_params;
mod learner;
mod panics;
mod repeats;
mod serve;
mod trial;
mod work;

pub use engine::serve_engine;
pub(super) use learner::Ours;
pub(super) use repeats::run_repeats;
pub use serve::{WorkerError, serve};
pub(super) use trial::Trial;
pub use work::Lookup;
pub(super) use work::{STACK_BYTES, try_one};
