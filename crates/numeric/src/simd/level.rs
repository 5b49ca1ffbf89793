//! The choice of instructions.

use std::fmt::{self, Display, Formatter};
use std::sync::OnceLock;

use super::lanes::Lanes;
use super::registers::Registers;

/// The environment variable that forces a [`Level`]: `scalar`, `avx2` or `avx512`.
pub const VARIABLE: &str = "FASHION_BENCH_SIMD";

/// A set of instructions that kernels are compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every machine has.
    Scalar,
    /// AVX2 and fused multiply-adds: x86-64-v3.
    Avx2,
    /// AVX-512: x86-64-v4.
    Avx512,
}

/// A level that was asked for and cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LevelError {
    /// There is no level of that name.
    #[error("{VARIABLE} must be scalar, avx2 or avx512, got {0:?}")]
    Unknown(String),
    /// This machine does not have the instructions.
    #[error("{VARIABLE} is {0}, which this machine does not have; its best is {best}", best = Level::best())]
    Unavailable(Level),
}

impl Level {
    /// All levels, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Scalar, Self::Avx2, Self::Avx512];

    /// Returns the widest level that this machine has.
    #[must_use]
    pub fn best() -> Self {
        match pulp::Arch::new() {
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V4(_) => Self::Avx512,
            #[cfg(target_arch = "x86_64")]
            pulp::Arch::V3(_) => Self::Avx2,
            _ => Self::Scalar,
        }
    }

    /// Returns the levels that this machine has, the narrowest first.
    pub fn available() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|&level| level <= Self::best())
    }

    /// Returns the name that [`VARIABLE`] takes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Avx2 => "avx2",
            Self::Avx512 => "avx512",
        }
    }

    /// Returns the level that [`VARIABLE`] names, or the best one if it is not set.
    ///
    /// # Errors
    /// If there is no such level, or not on this machine.
    pub fn from_environment() -> Result<Self, LevelError> {
        match std::env::var_os(VARIABLE) {
            None => Ok(Self::best()),
            Some(name) => Self::of_name(&name.to_string_lossy()),
        }
    }

    fn of_name(name: &str) -> Result<Self, LevelError> {
        let level = Self::ALL.into_iter().find(|level| level.name() == name);
        let level = level.ok_or_else(|| LevelError::Unknown(name.to_owned()))?;
        if level > Self::best() {
            return Err(LevelError::Unavailable(level));
        }
        Ok(level)
    }

    /// Returns the level of this process, which is found out once.
    ///
    /// # Panics
    /// If [`VARIABLE`] names a level that this machine does not have. A program checks
    /// [`Self::from_environment`] when it starts.
    #[inline]
    #[must_use]
    pub fn current() -> Self {
        static CURRENT: OnceLock<Level> = OnceLock::new();
        *CURRENT.get_or_init(|| match Self::from_environment() {
            Ok(level) => level,
            Err(error) => panic!("{error}"),
        })
    }
}

impl Display for Level {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A computation that is compiled for each [`Level`].
///
/// Functions that `run` calls must be `#[inline(always)]`, or they are compiled for the narrowest
/// level only. Closures are not inlined for certain.
pub trait Kernel {
    /// What the computation returns.
    type Output;

    /// Computes it; to be marked `#[inline(always)]`.
    fn run<L: Lanes>(self, lanes: L) -> Self::Output;
}

/// Runs `kernel` with the instructions of [`Level::current`].
#[inline]
pub fn dispatch<K: Kernel>(kernel: K) -> K::Output {
    dispatch_at(Level::current(), kernel)
}

/// Runs `kernel` with the instructions of `level`, or of the best level if this machine does not
/// have them; for tests.
#[inline]
pub fn dispatch_at<K: Kernel>(level: Level, kernel: K) -> K::Output {
    #[cfg(target_arch = "x86_64")]
    {
        if level == Level::Avx512
            && let Some(simd) = pulp::x86::V4::try_new()
        {
            return pulp::Simd::vectorize(simd, Run::<_, 1, 1>(kernel));
        }
        if level >= Level::Avx2
            && let Some(simd) = pulp::x86::V3::try_new()
        {
            return pulp::Simd::vectorize(simd, Run::<_, 2, 2>(kernel));
        }
    }
    let _ = level;
    pulp::Simd::vectorize(pulp::Scalar, Run::<_, 16, 8>(kernel))
}

/// A kernel on vectors of `N` registers of `f32`, or `M` of `f64`.
struct Run<K, const N: usize, const M: usize>(K);

impl<K: Kernel, const N: usize, const M: usize> pulp::WithSimd for Run<K, N, M> {
    type Output = K::Output;

    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, simd: S) -> K::Output {
        self.0.run(Registers::<S, N, M>::new(simd))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_named_and_unknown_ones_refused() {
        for level in Level::available() {
            assert_eq!(Level::of_name(level.name()), Ok(level));
        }
        let error = Level::of_name("sse9").unwrap_err();
        assert_eq!(
            error.to_string(),
            "FASHION_BENCH_SIMD must be scalar, avx2 or avx512, got \"sse9\""
        );
        for level in Level::ALL
            .into_iter()
            .filter(|&level| level > Level::best())
        {
            assert_eq!(
                Level::of_name(level.name()),
                Err(LevelError::Unavailable(level))
            );
        }
    }
}
