//! Watching a worker process: its messages, its time, its memory, its end.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;

use super::executor::{Cancel, POLL};
use super::memory::{ProcessMemory, process_memory};
use super::oom::n_oom_kills;
use super::process_tree::{Process, descendants, kill, kill_below, memory_of};
use super::protocol::{Failure, MARKER, Message, Request};
use crate::results::Status;
use crate::results::mutex::{lock, unpoisoned};

/// Bytes kept of what a worker writes to standard error.
const TAIL_BYTES: usize = 4096;
/// Characters of that which go into a reason.
const TAIL_CHARS: usize = 400;
/// How often the processes of an engine are looked for: that reads about all processes of the machine.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// When to kill a worker.
pub(super) struct Guard {
    pub(super) time: Option<Duration>,
    /// Whether the time starts anew with each message.
    pub(super) is_per_message: bool,
    pub(super) memory_mb: Option<u64>,
    /// Whether the worker drives an engine: then what that takes counts, not the worker.
    pub(super) is_engine: bool,
}

/// How a worker's process ended.
pub(super) struct Ended {
    pub(super) how: How,
    pub(super) peak_rss_bytes: Option<u64>,
    /// Whether the kernel ended a process for lack of memory meanwhile.
    is_oom: bool,
    /// The end of what it wrote to standard error.
    tail: String,
}

pub(super) enum How {
    NotStarted(io::Error),
    /// The system would not say how the process is; it was killed.
    Unwatched(io::Error),
    Exited(ExitStatus),
    TimedOut,
    OverMemory(u64),
    Cancelled,
}

impl Ended {
    /// The failure that this end means, if the worker itself did not say what is wrong.
    pub(super) fn failure(&self, guard: &Guard) -> Failure {
        match &self.how {
            How::NotStarted(error) => {
                let reason = format!("cannot start the worker process: {error}");
                Failure::new(Status::Lost, reason)
            }
            How::Unwatched(error) => {
                let reason =
                    format!("killed, as the worker process could not be waited for: {error}");
                Failure::new(Status::Lost, reason)
            }
            How::TimedOut => {
                let limit = guard.time.unwrap_or_default().as_secs_f64();
                Failure::new(
                    Status::TimedOut,
                    format!("killed at the time limit of {limit} s"),
                )
            }
            How::OverMemory(bytes) => {
                let reason = format!(
                    "killed at {} MB of memory, the limit is {} MB",
                    bytes / 1_000_000,
                    guard.memory_mb.unwrap_or_default()
                );
                Failure::new(Status::OutOfMemory, reason)
            }
            How::Exited(status) => self.crash(*status),
            How::Cancelled => Failure::new(Status::Failed, "abandoned"),
        }
    }

    fn crash(&self, status: ExitStatus) -> Failure {
        let signal = status.signal().map(Signal::try_from);
        let is_oom = self.is_oom && signal == Some(Ok(Signal::SIGKILL));
        let mut reason = match (signal, status.code()) {
            _ if is_oom => "the kernel ended the worker process, as memory ran out".to_owned(),
            (Some(Ok(signal)), _) if is_sent_from_outside(signal) => {
                format!("the worker process was killed from outside by signal {signal}")
            }
            (Some(Ok(signal)), _) => format!("the worker process was ended by signal {signal}"),
            (Some(Err(_)), _) => format!(
                "the worker process was ended by signal {}",
                status.signal().unwrap_or_default()
            ),
            (None, code) => format!(
                "the worker process ended with exit code {} before the job was done",
                code.unwrap_or_default()
            ),
        };
        if !self.tail.is_empty() {
            reason = format!("{reason}: {}", self.tail);
        }
        let status = match signal {
            _ if is_oom => Status::OutOfMemory,
            Some(Ok(signal)) if is_sent_from_outside(signal) => Status::Lost,
            // What the allocator says before it aborts.
            _ if self.tail.contains("memory allocation of") => Status::OutOfMemory,
            _ => Status::Failed,
        };
        Failure::new(status, reason)
    }
}

/// Whether a signal comes from somebody else, as no fault in a program raises it.
///
/// What this runner kills itself, at a limit, never gets here.
pub(super) fn is_sent_from_outside(signal: Signal) -> bool {
    matches!(
        signal,
        Signal::SIGKILL | Signal::SIGTERM | Signal::SIGINT | Signal::SIGHUP | Signal::SIGQUIT
    )
}

/// Starts a worker, hands on its messages, and kills it when `guard` or `cancel` says so.
pub(super) fn supervise(
    mut command: Command,
    request: &Request,
    guard: &Guard,
    cancel: &Cancel,
    on_message: &mut dyn FnMut(Message),
) -> Ended {
    let n_kills_before = n_oom_kills();
    let started = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Out of the terminal's foreground: Ctrl-C is for the runner to act on.
        .process_group(0)
        .spawn();
    let mut child = match started {
        Ok(child) => child,
        Err(error) => {
            return Ended {
                how: How::NotStarted(error),
                peak_rss_bytes: None,
                is_oom: false,
                tail: String::new(),
            };
        }
    };
    // Open until the child has ended: its closing tells the child that the runner is gone.
    let stdin = child.stdin.take();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let tail = Mutex::new(VecDeque::new());
    let (how, peak_rss_bytes) = thread::scope(|scope| {
        let (sender, receiver) = mpsc::channel();
        scope.spawn(move || read_messages(stdout, &sender));
        scope.spawn(|| keep_tail(stderr, &tail));
        if let Some(mut stdin) = stdin.as_ref() {
            // Of a child that died instead of reading, the exit status says why.
            let _ = send_request(&mut stdin, request);
        }
        let mut watch = Watch {
            child: &mut child,
            guard,
            since: Instant::now(),
            spared: Duration::ZERO,
            peak_rss_bytes: None,
            engine: Vec::new(),
            looked_at: None,
            try_wait: Child::try_wait,
        };
        let how = watch.until_end(&receiver, cancel, on_message);
        (how, watch.peak_rss_bytes)
    });
    drop(stdin);
    let bytes = unpoisoned(tail.into_inner());
    Ended {
        how,
        peak_rss_bytes,
        is_oom: n_oom_kills() > n_kills_before,
        tail: render_tail(&Vec::from(bytes)),
    }
}

fn send_request(stdin: &mut impl Write, request: &Request) -> io::Result<()> {
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stdin.write_all(&line)?;
    stdin.flush()
}

fn read_messages(stdout: Option<impl Read>, sender: &mpsc::Sender<Message>) {
    let Some(stdout) = stdout else { return };
    for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
        let message = line
            .strip_prefix(MARKER.as_bytes())
            .and_then(|json| serde_json::from_slice(json).ok());
        // Lines that are no messages were printed by something else.
        if let Some(message) = message
            && sender.send(message).is_err()
        {
            return;
        }
    }
}

fn keep_tail(stderr: Option<impl Read>, tail: &Mutex<VecDeque<u8>>) {
    let Some(mut stderr) = stderr else { return };
    let mut buffer = [0; 1024];
    while let Ok(n @ 1..) = stderr.read(&mut buffer) {
        let mut tail = lock(tail);
        tail.extend(&buffer[..n]);
        let n_surplus = tail.len().saturating_sub(TAIL_BYTES);
        tail.drain(..n_surplus);
    }
}

/// The last characters of `bytes`, on one line.
fn render_tail(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let words: Vec<_> = text.split_whitespace().collect();
    let line = words.join(" ");
    let n_chars = line.chars().count();
    if n_chars <= TAIL_CHARS {
        return line;
    }
    let end: String = line.chars().skip(n_chars - TAIL_CHARS).collect();
    format!("…{end}")
}

/// Watches a running child.
struct Watch<'a> {
    child: &'a mut Child,
    guard: &'a Guard,
    since: Instant,
    /// What does not count, as it was for jobs of a path that are done.
    spared: Duration,
    peak_rss_bytes: Option<u64>,
    /// The processes of the engine, when they were last looked at.
    engine: Vec<Process>,
    looked_at: Option<Instant>,
    /// The system's, but in tests.
    try_wait: fn(&mut Child) -> io::Result<Option<ExitStatus>>,
}

impl Watch<'_> {
    fn until_end(
        &mut self,
        receiver: &mpsc::Receiver<Message>,
        cancel: &Cancel,
        on_message: &mut dyn FnMut(Message),
    ) -> How {
        let mut is_open = true;
        loop {
            if is_open {
                match receiver.recv_timeout(POLL) {
                    Ok(message) => {
                        if self.guard.is_per_message {
                            self.since = Instant::now();
                        }
                        if let Message::Repeat { spared_s, .. } | Message::Spared { spared_s } =
                            message
                        {
                            self.spared = Duration::try_from_secs_f64(spared_s).unwrap_or_default();
                        }
                        on_message(message);
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => is_open = false,
                }
            } else {
                // It closed its output; what is left of it is gone in no time, unless it hangs.
                thread::sleep(Duration::from_millis(1));
                if let Some(how) = self.exited() {
                    return how;
                }
            }
            if let Some(how) = self.reason_to_kill(cancel) {
                self.kill();
                return how;
            }
        }
    }

    /// How the child ended, if it has; one that cannot be waited for is not left behind alive.
    fn exited(&mut self) -> Option<How> {
        match (self.try_wait)(self.child) {
            Ok(None) => None,
            Ok(Some(status)) => {
                self.end_engine();
                Some(How::Exited(status))
            }
            Err(error) => {
                self.kill();
                Some(How::Unwatched(error))
            }
        }
    }

    fn reason_to_kill(&mut self, cancel: &Cancel) -> Option<How> {
        if cancel.is_cancelled() {
            return Some(How::Cancelled);
        }
        if self
            .guard
            .time
            .is_some_and(|limit| self.since.elapsed().saturating_sub(self.spared) >= limit)
        {
            return Some(How::TimedOut);
        }
        let memory = self.memory()?;
        self.peak_rss_bytes = self.peak_rss_bytes.max(Some(memory.peak_bytes));
        let limit = self.guard.memory_mb?.saturating_mul(1_000_000);
        (memory.rss_bytes > limit).then_some(How::OverMemory(memory.rss_bytes))
    }

    fn memory(&mut self) -> Option<ProcessMemory> {
        if !self.guard.is_engine {
            return process_memory(self.child.id());
        }
        let is_known = !self.engine.is_empty()
            && self
                .looked_at
                .is_some_and(|then| then.elapsed() < LOOK_AGAIN);
        if !is_known {
            self.engine = descendants(self.child.id());
            self.looked_at = Some(Instant::now());
        }
        memory_of(&self.engine)
    }

    fn kill(&mut self) {
        if self.guard.is_engine {
            kill_below(self.child.id());
        }
        // Fails only if it has just ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.end_engine();
    }

    /// Ends what a worker that crashed has left of its engine.
    fn end_engine(&self) {
        kill(&self.engine);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(how: How, tail: &str) -> Failure {
        let guard = Guard {
            time: None,
            is_per_message: false,
            memory_mb: None,
            is_engine: false,
        };
        let ended = Ended {
            how,
            peak_rss_bytes: None,
            is_oom: false,
            tail: tail.to_owned(),
        };
        ended.failure(&guard)
    }

    #[test]
    fn a_signal_from_outside_is_no_failure_of_the_model() {
        let status = |signal: Signal| {
            let how = How::Exited(ExitStatus::from_raw(signal as i32));
            ended(how, "").status
        };
        for outside in [Signal::SIGKILL, Signal::SIGTERM, Signal::SIGHUP] {
            assert_eq!(status(outside), Status::Lost, "{outside}");
        }
        for fault in [Signal::SIGSEGV, Signal::SIGABRT, Signal::SIGFPE] {
            assert_eq!(status(fault), Status::Failed, "{fault}");
        }
        let how = How::NotStarted(io::Error::other("no room"));
        assert_eq!(ended(how, "").status, Status::Lost);
    }

    #[test]
    fn a_kill_is_out_of_memory_if_the_kernel_counted_one() {
        let killed = |signal: Signal, is_oom| {
            let ended = Ended {
                how: How::Exited(ExitStatus::from_raw(signal as i32)),
                peak_rss_bytes: None,
                is_oom,
                tail: String::new(),
            };
            ended.crash(ExitStatus::from_raw(signal as i32)).status
        };
        assert_eq!(killed(Signal::SIGKILL, true), Status::OutOfMemory);
        assert_eq!(killed(Signal::SIGKILL, false), Status::Lost);
        assert_eq!(killed(Signal::SIGTERM, true), Status::Lost);
        assert_eq!(killed(Signal::SIGSEGV, true), Status::Failed);
    }

    #[test]
    fn a_child_that_cannot_be_waited_for_is_killed_and_the_reason_says_so() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
        let guard = Guard {
            time: None,
            is_per_message: false,
            memory_mb: None,
            is_engine: false,
        };
        let mut watch = Watch {
            child: &mut child,
            guard: &guard,
            since: Instant::now(),
            spared: Duration::ZERO,
            peak_rss_bytes: None,
            engine: Vec::new(),
            looked_at: None,
            try_wait: |_| Err(io::Error::other("no child")),
        };
        let how = watch.exited().unwrap();
        let failure = ended(how, "");
        assert_eq!(failure.status, Status::Lost);
        assert!(failure.reason.contains("could not be waited for: no child"));
        assert!(nix::sys::signal::kill(pid, None).is_err(), "it is reaped");
    }

    #[test]
    fn a_long_tail_is_cut_at_its_beginning() {
        assert_eq!(render_tail(b"  two\n words \n"), "two words");
        let tail = render_tail(&[b'x'; 1000]);
        assert_eq!(tail.chars().count(), TAIL_CHARS + 1);
        assert!(tail.starts_with('…'));
    }
}
