//! The worker process: it reads one `Request` from standard input and answers on standard output.
//!
//! It ends at once when its input closes, so that it does not outlive a runner that was killed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{self, ExitCode};
use std::thread;

use rayon::ThreadPoolBuilder;
use thiserror::Error;

use super::work::{Lookup, STACK_BYTES, work};
use crate::dataset::{DatasetError, Prepared};
use crate::runner::process_tree::{adopt_orphans, kill_below};
use crate::runner::protocol::{MARKER, Message, Request};

/// Exit code of a worker whose runner is gone.
pub(super) const ORPHANED: i32 = 3;

/// Why a worker process could not do its work.
#[derive(Debug, Error)]
pub enum WorkerError {
    /// Standard input or output failed.
    #[error("cannot talk to the runner")]
    Channel(#[from] io::Error),
    /// The request is not one.
    #[error("cannot read the runner's request")]
    Request(#[from] serde_json::Error),
    /// The prepared data cannot be read.
    #[error("cannot open the prepared data")]
    Data(#[from] DatasetError),
    /// The threads could not be started.
    #[error("cannot start the threads of the job")]
    Threads(#[from] rayon::ThreadPoolBuildError),
}

/// Serves one request as a worker process; `lookup` knows the estimators.
///
/// # Errors
/// [`WorkerError`] if there is no request that could be worked on. What goes wrong with a job is
/// reported to the runner instead.
pub fn serve(lookup: Lookup) -> Result<ExitCode, WorkerError> {
    let mut channel = take_stdout()?;
    // Ends whatever was printed before.
    channel.write_all(b"\n")?;
    let request = read_request()?;
    prefer_for_oom_kill();
    adopt_orphans();
    // The global pool, for estimators that spawn into it, and the job itself on one of its
    // threads, so that nothing runs outside it.
    ThreadPoolBuilder::new()
        .num_threads(request.settings.threads)
        .stack_size(STACK_BYTES)
        .build_global()?;
    let data = Prepared::open(&request.data)?;
    let mut broken = None;
    rayon::scope(|_| {
        let mut send = |message: Message| {
            if broken.is_none() {
                broken = write_message(&mut channel, &message).err();
            }
        };
        work(&request, lookup, &data, &mut send);
    });
    // What an engine started and left behind.
    kill_below(process::id());
    match broken {
        Some(error) => Err(error.into()),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// Takes standard output for the answers alone: what an estimator prints goes to standard error.
pub(super) fn take_stdout() -> io::Result<File> {
    let channel = File::from(nix::unistd::dup(io::stdout())?);
    nix::unistd::dup2_stdout(io::stderr())?;
    Ok(channel)
}

/// Reads the request, and then waits for the end of the input on a thread of its own.
fn read_request() -> Result<Request, WorkerError> {
    let mut input = BufReader::new(io::stdin());
    let mut line = String::new();
    input.read_line(&mut line)?;
    let request = serde_json::from_str(&line)?;
    thread::spawn(move || {
        // Whether the input ends or fails, the runner is gone.
        let _ = input.read_to_end(&mut Vec::new());
        kill_below(process::id());
        process::exit(ORPHANED);
    });
    Ok(request)
}

/// Makes the kernel end this process rather than the runner, should memory run out.
fn prefer_for_oom_kill() {
    // Linux only, and not worth failing for.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

fn write_message(channel: &mut File, message: &Message) -> io::Result<()> {
    let mut line = MARKER.as_bytes().to_vec();
    serde_json::to_writer(&mut line, message)?;
    line.push(b'\n');
    channel.write_all(&line)
}
