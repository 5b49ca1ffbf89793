//! An engine's process, and the talk with it.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{self, Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use nix::sys::signal::Signal;

use super::engine_log::EngineLog;
use crate::catalog::engine::Launch;
use crate::engine::protocol::{Answer, Refusal, RefusalKind, Request};
use crate::engine::python::adapter_command;
use crate::results::Status;
use crate::runner::process_tree::{kill_below, n_alive_below};
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
/// Characters of a line that go into a reason.
const LINE_CHARS: usize = 400;
/// How long a look at an engine that should end is from the next.
const LOOK: Duration = Duration::from_millis(10);
/// Looks at an engine that ended its output, that was asked to end, and at what it left behind.
const CRASH_LOOKS: u32 = 100;
const END_LOOKS: u32 = 300;
const LEFT_LOOKS: u32 = 50;

/// An engine that runs.
pub(super) struct Driver {
    child: Child,
    /// Nothing once the engine was asked to end.
    input: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    log: EngineLog,
    is_usable: bool,
}

impl Driver {
    /// Starts the engine with `threads` threads at its disposal; its standard error goes to the file
    /// `log`, too.
    pub(super) fn start(
        launch: &Launch,
        threads: usize,
        log: Option<&Path>,
    ) -> Result<Self, Failure> {
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
        Ok(Self {
            child,
            input: Some(input),
            answers: BufReader::new(output),
            log: EngineLog::keep(errors, log.map(Path::to_owned)),
            is_usable: true,
        })
    }

    /// Ends the engine as the protocol has it, by the end of its input, so that it can clear up
    /// after itself. Returns how many processes it left behind; they are ended.
    pub(super) fn finish(mut self) -> usize {
        // The answer may never come: nobody waits for it.
        let is_asked = self.is_usable && self.send(&Request::Bye {}).is_ok();
        self.input = None;
        if !is_asked || self.wait_a_moment(END_LOOKS).is_none() {
            return 0;
        }
        // What lost its parent is this process's now. Helpers of a library that end with their parent
        // do so in a moment.
        let n_left = || n_alive_below(process::id());
        for _ in 0..LEFT_LOOKS {
            if n_left() == 0 {
                break;
            }
            thread::sleep(LOOK);
        }
        n_left()
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
        let input = self.input.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        input.write_all(&line)?;
        input.flush()
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
        let status = match self.wait_a_moment(CRASH_LOOKS) {
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

    fn wait_a_moment(&mut self, n_looks: u32) -> Option<ExitStatus> {
        for _ in 0..n_looks {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(LOOK);
        }
        None
    }

    /// Adds the last line that the engine wrote to standard error, as of a traceback.
    fn with_last_line(&self, reason: String) -> String {
        self.log.settle();
        match self.log.last_line() {
            Some(line) => format!("{reason}: {}", cut(&line)),
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
        self.log.settle();
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
pub(super) fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LINE_CHARS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
