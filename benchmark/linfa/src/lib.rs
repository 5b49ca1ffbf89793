//! Reproductions of what linfa 0.8.1 does unexpectedly, one per file of `examples/`, on linfa's
//! public interface only. `benchmark/linfa.md` reports them; the test asserts them.
