//! gaussian_process
