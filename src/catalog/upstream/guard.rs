//! Turns panics of an upstream crate into errors, so that a row can say what happened.
//!
//! A stack overflow is no panic and still ends the process (the ball tree recurses as deep as it
//! has rows with a common value); the runner's child process is the guard against that.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use ndarray::{Array1, ArrayView1, ArrayView2};

use crate::estimators::erased::{Estimator, Model};
use crate::estimators::{FitError, FitInfo};

/// Fits `subject`, with its panics, then and when it predicts, reported as errors of `crate_name`.
///
/// # Errors
/// What the fit reports, and its panics.
pub fn fit_guarded(
    crate_name: &'static str,
    subject: &dyn Estimator,
    x: ArrayView2<'_, f32>,
    y: ArrayView1<'_, usize>,
) -> Result<Box<dyn Model>, FitError> {
    let inner = catch(crate_name, || subject.fit(x, y))?;
    Ok(Box::new(GuardedModel { crate_name, inner }))
}

/// An upstream error in the crate's own type.
pub fn reported(crate_name: &'static str, error: impl std::fmt::Display) -> FitError {
    FitError::Upstream {
        crate_name,
        message: error.to_string(),
    }
}

struct GuardedModel {
    crate_name: &'static str,
    inner: Box<dyn Model>,
}

impl Model for GuardedModel {
    fn predict(&self, x: ArrayView2<'_, f32>) -> Result<Array1<usize>, FitError> {
        catch(self.crate_name, || self.inner.predict(x))
    }

    fn fit_info(&self) -> FitInfo {
        self.inner.fit_info()
    }
}

/// The result of `run`, or its panic as an error. What `run` borrows is only read, and dropped
/// with the error, so that no half-written state is seen afterwards.
fn catch<T>(
    crate_name: &'static str,
    run: impl FnOnce() -> Result<T, FitError>,
) -> Result<T, FitError> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| {
        let text = panic_text(payload.as_ref());
        Err(reported(crate_name, format_args!("panicked: {text}")))
    })
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_text() {
        let with_string = catch::<()>("linfa-x", || panic!("row {}", 3)).unwrap_err();
        assert_eq!(with_string.to_string(), "linfa-x reported: panicked: row 3");
        let with_str = catch::<()>("linfa-x", || panic!("plain")).unwrap_err();
        assert_eq!(with_str.to_string(), "linfa-x reported: panicked: plain");
        let with_number = catch::<()>("linfa-x", || std::panic::panic_any(7)).unwrap_err();
        assert_eq!(
            with_number.to_string(),
            "linfa-x reported: panicked: no message"
        );
        assert_eq!(catch("linfa-x", || Ok(5)).unwrap(), 5);
    }
}
