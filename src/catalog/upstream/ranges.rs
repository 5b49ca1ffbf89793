//! Range checks in this program's words, before upstream sees a value.

use crate::estimators::ParamError;
use crate::catalog::spec::Args;

/// The number `name`, refused unless `is_valid`; `expected` says in words what would be.
pub fn float_where(
    args: &Args<'_>,
    name: &'static str,
    expected: &str,
    is_valid: impl Fn(f64) -> bool,
) -> Result<f64, ParamError> {
    let value = args.float(name);
    if is_valid(value) {
        Ok(value)
    } else {
        Err(ParamError::value(args.estimator(), name, expected, value))
    }
}

/// The number `name` in (0, inf).
pub fn positive(args: &Args<'_>, name: &'static str) -> Result<f64, ParamError> {
    float_where(args, name, "a number in (0, inf)", |value| value > 0.0)
}

/// The number `name` in [0, inf).
pub fn not_negative(args: &Args<'_>, name: &'static str) -> Result<f64, ParamError> {
    float_where(args, name, "a number in [0, inf)", |value| value >= 0.0)
}

/// The number `name` in (0, 1].
pub fn proportion(args: &Args<'_>, name: &'static str) -> Result<f64, ParamError> {
    float_where(args, name, "a number in (0, 1]", |value| {
        value > 0.0 && value <= 1.0
    })
}

/// The count `name`, at least 1.
pub fn at_least_one(args: &Args<'_>, name: &'static str) -> Result<usize, ParamError> {
    match args.count(name)? {
        0 => Err(ParamError::value(
            args.estimator(),
            name,
            "an integer in [1, inf)",
            0,
        )),
        count => Ok(count),
    }
}
