//! Parameters read by name, with the seed that stands for none.

use super::declare::{Parameters, Set};
use super::value::ParamValue;
use crate::ParamError;

/// Reads and checks the parameters of `P`; those that are not named stay at their defaults, and
/// `seed` is what `random_state: null` means.
///
/// # Errors
/// [`ParamError`] for a name or a value that `P` does not take, and for a combination that does not
/// exist.
pub fn read_named<'a, P: Parameters>(
    named: impl IntoIterator<Item = (&'a str, ParamValue)>,
    seed: u64,
) -> Result<P::Checked, ParamError> {
    let mut set = P::default();
    let mut seed = ParamValue::Int(seed.into());
    for (name, value) in named {
        if name == "random_state" {
            if value == ParamValue::Null {
                continue;
            }
            seed = value.clone();
        }
        match set.set(name, &value) {
            Set::Taken => {}
            Set::Refused => return Err(refusal(&set, name, &value)),
            Set::Unknown => {
                return Err(ParamError::Unknown {
                    estimator: P::ESTIMATOR,
                    param: name.to_owned(),
                    hint: String::new(),
                });
            }
        }
    }
    // Last, so that classifiers inside get it as well; one without randomness does not know it.
    set.set("random_state", &seed);
    set.check()
}

fn refusal<P: Parameters>(set: &P, name: &str, given: &ParamValue) -> ParamError {
    let row = set.rows().into_iter().find(|row| row.name == name);
    let row = row.expect("a parameter that was refused is in the table");
    ParamError::value(P::ESTIMATOR, row.name, row.expected, given)
}
