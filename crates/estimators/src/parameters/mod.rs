//! Parameters, each declared once.
//!
//! [`parameters!`](crate::parameters!) declares those of a classifier,
//! [`parameter_group!`](crate::parameter_group!) those that several share, and
//! [`choices!`](crate::choices!) an enum of named choices. The type of a parameter, a
//! [`Parameter`], and an [`Interval`] say what its value may be. [`ParameterSet`] reads and writes
//! parameters by name as [`ParamValue`]s, so that a config of any format can be read without a line
//! per parameter.

#[macro_use]
mod choices;
#[macro_use]
mod declare;
mod interval;
mod kind;
mod named;
mod parameter;
mod seed;
mod value;
mod verbosity;

pub use choices::UnknownChoice;
pub use declare::{ParamRow, ParameterSet, Parameters, Set};
pub use interval::Interval;
pub use kind::{Kind, describe_kinds};
pub use named::read_named;
pub use parameter::Parameter;
pub use seed::{read_seed, seed_row};
pub use value::ParamValue;
pub use verbosity::{NJobs, OnlyNull, Verbosity};

use crate::ParamError;

/// Checks that `value` lies in `range`.
///
/// # Errors
/// [`ParamError::Value`] if it does not, as the parameter `name` of `estimator`.
pub fn check_range<T: Parameter>(
    estimator: &'static str,
    name: &'static str,
    value: &T,
    range: &T::Range,
) -> Result<(), ParamError> {
    if value.is_in(range) {
        return Ok(());
    }
    let expected = T::expected(range);
    Err(ParamError::value(estimator, name, expected, value.write()))
}

/// Reads `value` as a `T` within `range`; nothing if it is none.
pub fn read_within<T: Parameter>(value: &ParamValue, range: &T::Range) -> Option<T> {
    T::read(value).filter(|value| value.is_in(range))
}

/// Derives serde's traits for a type if the feature `serde` is on.
#[cfg(feature = "serde")]
#[doc(hidden)]
#[macro_export]
macro_rules! with_serde {
    ($item:item) => {
        #[derive($crate::serde::Serialize, $crate::serde::Deserialize)]
        #[serde(crate = "::fashion_bench_estimators::serde")]
        $item
    };
}

/// Derives serde's traits for a type if the feature `serde` is on.
#[cfg(not(feature = "serde"))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_serde {
    ($item:item) => {
        $item
    };
}
