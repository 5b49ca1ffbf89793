//! Entry point: parse, dispatch, print the error chain, set the exit code.

fn main() {}
