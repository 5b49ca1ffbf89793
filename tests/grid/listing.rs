//! `fashion-bench list` and `fashion-bench config`, through the binary.
