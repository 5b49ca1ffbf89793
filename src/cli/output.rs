//! Writing to standard output and to standard error.

use std::io::{ErrorKind, Write};

use fashion_bench::results::escape;

/// Prints `text` to standard output. A reader that has gone away, as `head` does, is not an error.
pub fn print(text: &str) -> anyhow::Result<()> {
    print_bytes(text.as_bytes())
}

/// Prints `bytes` to standard output, as [`print`].
pub fn print_bytes(bytes: &[u8]) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints a warning to standard error.
pub fn warn(text: &str) {
    tell("warning", text);
}

/// Prints a message to standard error, escaped so that what it quotes cannot act on a terminal or a
/// CI system.
pub fn tell(kind: &str, text: &str) {
    // Nothing can be done if standard error is closed.
    let _ = writeln!(std::io::stderr(), "{kind}: {}", escape::lines(text));
}

/// Prints `text` to standard error.
pub fn print_to_stderr(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}
