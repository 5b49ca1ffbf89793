//! An engine's process, and the talk with it.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use crate::catalog::engine::Launch;
use crate::engine::protocol::{Answer, Refusal, RefusalKind, Request};
use crate::engine::python::adapter_command;
use crate::results::Status;
use crate::results::mutex::lock;
use crate::runner::process_tree::kill_below;
use crate::runner::protocol::Failure;
use crate::runner::supervise::is_sent_from_outside;

/// Variables by which libraries learn how many threads they may start.
const THREAD_VARIABLES: &[&str] = &[
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
    "JULIA_NUM_THREADS",
    // What joblib takes for the number of cores.
    "LOKY_MAX_CPU_COUNT",
];
/// Bytes of the longest answer, which may hold a loss curve.
const MAX_ANSWER: u64 = 1 << 26;
/// Bytes kept of what an engine writes to standard error.
const LOG_BYTES: usize = 16_384;
/// Characters of a line that go into a reason.
const LINE_CHARS: usize = 400;
/// How long the last words of an engine that ended are waited for.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// An engine that runs.
pub(super) struct Driver {
    child: Child,
    input: ChildStdin,
    answers: BufReader<ChildStdout>,
    log: Arc<Mutex<VecDeque<u8>>>,
    log_ended: Receiver<()>,
    is_usable: bool,
}

impl Driver {
    /// Starts the engine with `threads` threads at its disposal.
    pub(super) fn start(launch: &Launch, threads: usize) -> Result<Self, Failure> {
        let mut command = match launch {
            Launch::Python {
                interpreter,
                module,
                folder,
            } => adapter_command(interpreter, module, folder.as_deref()),
            Launch::Command { command, folder } => {
                let (program, arguments) = command.split_first().expect("a command has a program");
                let mut started = Command::new(crate::engine::program_in(folder, program));
                started.args(arguments).current_dir(folder);
                started
            }
        };
        for variable in THREAD_VARIABLES {
            command.env(variable, threads.to_string());
        }
        let started = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = started.map_err(|error| {
            let program = command.get_program().to_string_lossy();
            let reason = format!("cannot start the engine {program}: {error}");
            Failure::new(Status::Failed, reason)
        })?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = pipes else {
            unreachable!("the three pipes were asked for");
        };
        let log = Arc::new(Mutex::new(VecDeque::new()));
        let (sender, log_ended) = mpsc::channel();
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            keep_log(errors, &kept);
            // The driver may be gone already.
            let _ = sender.send(());
        });
        Ok(Self {
            child,
            input,
            answers: BufReader::new(output),
            log,
            log_ended,
            is_usable: true,
        })
    }

    /// Whether the engine can be asked for another round.
    pub(super) fn is_usable(&self) -> bool {
        self.is_usable
    }

    /// Asks, and waits for the answer; what limits the wait is the runner, who ends this process.
    ///
    /// # Errors
    /// [`Failure`] if the engine refuses, ends, or writes anything but an answer.
    pub(super) fn ask(&mut self, request: &Request) -> Result<Answer, Failure> {
        let kind = kind_of(request);
        let is_sent = self.send(request);
        let Some(line) = self.read_line()? else {
            return Err(self.ended(kind));
        };
        // An engine that does not read may have answered nevertheless.
        drop(is_sent);
        match serde_json::from_str(&line) {
            Ok(Answer::Error(refusal)) => Err(failure_of(&refusal)),
            Ok(answer) => Ok(answer),
            Err(error) => {
                self.is_usable = false;
                Err(rubbish(&line, kind, &error))
            }
        }
    }

    fn send(&mut self, request: &Request) -> io::Result<()> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        self.input.flush()
    }

    /// The next line that is not blank; nothing at the end.
    fn read_line(&mut self) -> Result<Option<String>, Failure> {
        loop {
            let mut line = Vec::new();
            let read = (&mut self.answers)
                .take(MAX_ANSWER)
                .read_until(b'\n', &mut line);
            match read {
                Ok(0) | Err(_) => return Ok(None),
                Ok(_) if line.len() as u64 >= MAX_ANSWER => {
                    self.is_usable = false;
                    let reason =
                        format!("the engine wrote an answer of more than {MAX_ANSWER} bytes");
                    return Err(Failure::new(Status::Failed, reason));
                }
                Ok(_) => {}
            }
            let text = String::from_utf8_lossy(&line);
            if !text.trim().is_empty() {
                return Ok(Some(text.into_owned()));
            }
        }
    }

    /// Why there was no answer to `kind`.
    fn ended(&mut self, kind: &str) -> Failure {
        self.is_usable = false;
        kill_below(self.child.id());
        // One that only closed its output must not go on.
        let status = match self.wait_a_moment() {
            Some(status) => status,
            None => {
                let _ = self.child.kill();
                let _ = self.child.wait();
                let reason = format!("the engine closed its output before it answered `{kind}`");
                return Failure::new(Status::Failed, self.with_last_line(reason));
            }
        };
        let signal = status.signal().map(Signal::try_from);
        let (mut outcome, reason) = match (signal, status.code()) {
            (Some(Ok(signal)), _) if is_sent_from_outside(signal) => (
                Status::Lost,
                format!("the engine was killed from outside by signal {signal} in its `{kind}`"),
            ),
            (Some(Ok(signal)), _) => (
                Status::Failed,
                format!("the engine was ended by signal {signal} in its `{kind}`"),
            ),
            (Some(Err(_)), _) | (None, None) => (
                Status::Failed,
                format!("the engine ended in its `{kind}` without an exit code"),
            ),
            (None, Some(code)) => (
                Status::Failed,
                format!("the engine ended with exit code {code} before it answered `{kind}`"),
            ),
        };
        let reason = self.with_last_line(reason);
        if ["MemoryError", "bad_alloc", "memory allocation of"]
            .iter()
            .any(|sign| reason.contains(sign))
        {
            outcome = Status::OutOfMemory;
        }
        Failure::new(outcome, reason)
    }

    fn wait_a_moment(&mut self) -> Option<ExitStatus> {
        for _ in 0..100 {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(10));
        }
        None
    }

    /// Adds the last line that the engine wrote to standard error, as of a traceback.
    fn with_last_line(&self, reason: String) -> String {
        let _ = self.log_ended.recv_timeout(LAST_WORDS);
        let bytes: Vec<u8> = lock(&self.log).iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        match text.lines().rev().find(|line| !line.trim().is_empty()) {
            Some(line) => format!("{reason}: {}", cut(line.trim())),
            None => reason,
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Whatever it still does is for nobody.
        kill_below(self.child.id());
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hands on what an engine writes to standard error, and keeps the end of it.
fn keep_log(mut errors: impl Read, log: &Mutex<VecDeque<u8>>) {
    let mut buffer = [0; 4096];
    while let Ok(n @ 1..) = errors.read(&mut buffer) {
        // Nobody may be there to read it.
        let _ = io::stderr().write_all(&buffer[..n]);
        let mut log = lock(log);
        log.extend(&buffer[..n]);
        let n_surplus = log.len().saturating_sub(LOG_BYTES);
        log.drain(..n_surplus);
    }
}

fn kind_of(request: &Request) -> &'static str {
    match request {
        Request::Hello(_) => "hello",
        Request::Fit {} => "fit",
        Request::Predict(_) => "predict",
        Request::Bye {} => "bye",
    }
}

/// The failure that an answer of another kind means.
pub(super) fn out_of_turn(kind: &str, answer: &Answer) -> Failure {
    let text = serde_json::to_string(answer).unwrap_or_default();
    let reason = format!("the engine answered `{kind}` with {}", cut(&text));
    Failure::new(Status::Failed, reason)
}

fn rubbish(line: &str, kind: &str, error: &serde_json::Error) -> Failure {
    let reason = format!(
        "expected the answer to `{kind}`, the engine wrote `{}` ({error}); its standard output is \
         for answers alone",
        cut(line.trim())
    );
    Failure::new(Status::Failed, reason)
}

/// The failure that an engine reports.
pub(super) fn failure_of(refusal: &Refusal) -> Failure {
    let status = match refusal.kind {
        RefusalKind::Refused => Status::Invalid,
        RefusalKind::Unsupported => Status::Unsupported,
        RefusalKind::OutOfMemory => Status::OutOfMemory,
        RefusalKind::Failed | RefusalKind::Crashed | RefusalKind::Protocol => Status::Failed,
    };
    Failure::new(status, cut(&refusal.message))
}

/// The beginning of a text, on one line.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LINE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
