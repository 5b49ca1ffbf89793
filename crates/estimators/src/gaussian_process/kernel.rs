//! The kernel as a config writes it: an object of the numbers of a fixed `c·RBF(l)`, or
//! scikit-learn's text of any kernel.

use std::collections::BTreeMap;

use super::expression::{HyperparameterRange, Kernel, KernelExpression, KernelFamily};
use super::rbf::Rbf;
use crate::parameters::{Interval, Kind, ParamValue, Parameter};

with_serde! {
    /// A kernel, as given.
    #[derive(Debug, Clone, PartialEq)]
    pub enum GaussianProcessKernel {
        /// `constant_value`·RBF(`length_scale`), held fixed; a number that is not given is 1.
        FixedRbf {
            /// Variance of the process.
            constant_value: Option<f64>,
            /// Length scale, in units of the features.
            length_scale: Option<f64>,
        },
        /// Any other kernel.
        Expression(KernelExpression),
        /// A text that is no kernel; the check of the parameters refuses it and says why.
        Unreadable {
            /// The text.
            text: String,
            /// What is wrong with it.
            reason: String,
        },
    }
}

impl From<KernelExpression> for GaussianProcessKernel {
    fn from(kernel: KernelExpression) -> Self {
        Self::Expression(kernel)
    }
}

impl GaussianProcessKernel {
    /// Returns the kernel that `null` names: 1·RBF(1), held fixed.
    #[must_use]
    pub const fn unit() -> Self {
        Self::FixedRbf {
            constant_value: None,
            length_scale: None,
        }
    }

    /// Reads scikit-learn's text of a kernel.
    fn from_text(text: &str) -> Self {
        match text.parse() {
            Ok(kernel) => Self::Expression(kernel),
            Err(error) => Self::Unreadable {
                text: text.to_owned(),
                reason: error.to_string(),
            },
        }
    }

    /// Returns the kernel as c·RBF(l) if it is one and, unless `is_fixed`, has nothing that may be
    /// optimised.
    pub(super) fn fixed_rbf(&self, is_fixed: bool) -> Option<Rbf> {
        let kernel = match self {
            Self::FixedRbf {
                constant_value,
                length_scale,
            } => {
                return Some(Rbf {
                    constant: constant_value.unwrap_or(1.0),
                    length_scale: length_scale.unwrap_or(1.0),
                });
            }
            Self::Expression(KernelExpression(kernel)) => kernel,
            Self::Unreadable { .. } => return None,
        };
        let number = |kernel: &Kernel, family| match kernel {
            Kernel::Plain(plain) if plain.family == family => match plain.numbers.as_slice() {
                [number] if is_fixed || number.range == HyperparameterRange::Fixed => number
                    .values
                    .first()
                    .copied()
                    .filter(|_| number.values.len() == 1),
                _ => None,
            },
            _ => None,
        };
        let (constant, length_scale) = match kernel {
            Kernel::Product(a, b) => {
                let both = |a, b| {
                    let constant = number(a, KernelFamily::Constant)?;
                    Some((constant, number(b, KernelFamily::Rbf)?))
                };
                both(a, b).or_else(|| both(b, a))?
            }
            kernel => (1.0, number(kernel, KernelFamily::Rbf)?),
        };
        (constant > 0.0).then_some(Rbf {
            constant,
            length_scale,
        })
    }

    fn given(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let (constant, length) = match self {
            Self::FixedRbf {
                constant_value,
                length_scale,
            } => (*constant_value, *length_scale),
            _ => (None, None),
        };
        let constant = constant.map(|value| ("constant_value", value));
        let length = length.map(|value| ("length_scale", value));
        constant.into_iter().chain(length)
    }
}

/// The range is that of the numbers of an object. Only what was given is written.
impl Parameter for GaussianProcessKernel {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Text, Kind::Object]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        let numbers = match value {
            ParamValue::Map(numbers) => numbers,
            ParamValue::Text(text) => return Some(Self::from_text(text)),
            _ => return None,
        };
        let (mut constant_value, mut length_scale) = (None, None);
        for (name, number) in numbers {
            let field = match name.as_str() {
                "constant_value" => &mut constant_value,
                "length_scale" => &mut length_scale,
                _ => return None,
            };
            *field = Some(number.as_f64()?);
        }
        Some(Self::FixedRbf {
            constant_value,
            length_scale,
        })
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::FixedRbf { .. } => {
                let numbers: BTreeMap<_, _> = self
                    .given()
                    .map(|(name, number)| (name.to_owned(), ParamValue::Float(number)))
                    .collect();
                ParamValue::Map(numbers)
            }
            Self::Expression(kernel) => ParamValue::Text(kernel.to_string()),
            Self::Unreadable { text, .. } => ParamValue::Text(text.clone()),
        }
    }

    fn is_in(&self, range: &Interval) -> bool {
        self.given().all(|(_, number)| range.contains(number))
    }

    fn expected(range: &Interval) -> String {
        format!(
            "a kernel such as \"1.0 * RBF(length_scale=1.0)\" or an object of `constant_value` and \
             `length_scale` in {range}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(numbers: &[(&str, f64)]) -> ParamValue {
        let entry = |&(name, number): &(&str, f64)| (name.to_owned(), ParamValue::Float(number));
        ParamValue::Map(numbers.iter().map(entry).collect())
    }

    #[test]
    fn what_is_given_is_written_and_nothing_else() {
        for given in [
            object(&[]),
            object(&[("length_scale", 2.0)]),
            object(&[("constant_value", 3.0), ("length_scale", 2.0)]),
            ParamValue::from("WhiteKernel(noise_level=0.5)"),
            ParamValue::from("no kernel"),
        ] {
            let kernel = GaussianProcessKernel::read(&given).unwrap();
            assert_eq!(kernel.write(), given);
        }
    }

    #[test]
    fn other_names_and_numbers_that_are_not_positive_are_refused() {
        for refused in [object(&[("length", 1.0)]), ParamValue::Null, 1.0.write()] {
            assert_eq!(GaussianProcessKernel::read(&refused), None);
        }
        let kernel = |length_scale| GaussianProcessKernel::FixedRbf {
            constant_value: None,
            length_scale: Some(length_scale),
        };
        assert!(kernel(0.5).is_in(&Interval::POSITIVE));
        assert!(!kernel(0.0).is_in(&Interval::POSITIVE));
        assert_eq!(
            Option::<GaussianProcessKernel>::expected(&Interval::POSITIVE),
            "a kernel such as \"1.0 * RBF(length_scale=1.0)\" or an object of `constant_value` and \
             `length_scale` in (0, inf) or null"
        );
    }

    #[test]
    fn a_fixed_constant_times_rbf_is_known_in_every_spelling() {
        let form = |text: &str, is_fixed| {
            let rbf = GaussianProcessKernel::from_text(text).fixed_rbf(is_fixed);
            rbf.map(|rbf| (rbf.constant, rbf.length_scale))
        };
        assert_eq!(form("RBF(2.0, 'fixed')", false), Some((1.0, 2.0)));
        assert_eq!(form("2 * RBF(3.0)", true), Some((2.0, 3.0)));
        assert_eq!(form("RBF(3.0) * 2", true), Some((2.0, 3.0)));
        assert_eq!(form("2 * RBF(3.0, 'fixed')", false), None);
        assert_eq!(form("2 * RBF([3.0, 1.0])", true), None);
        assert_eq!(form("2 + RBF(3.0)", true), None);
        assert_eq!(form("Matern()", true), None);
    }
}
