//! The numbers of the kernel, as an object in a config.

use std::collections::BTreeMap;

use crate::parameters::{Interval, Kind, ParamValue, Parameter};

with_serde! {
    /// `constant_value`·RBF(`length_scale`), held fixed; a number that is not given is 1.
    #[derive(Debug, Clone, Copy, Default, PartialEq)]
    pub struct GaussianProcessKernel {
        /// Variance of the process.
        pub constant_value: Option<f64>,
        /// Length scale, in units of the features.
        pub length_scale: Option<f64>,
    }
}

impl GaussianProcessKernel {
    fn given(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let constant = self.constant_value.map(|value| ("constant_value", value));
        let length = self.length_scale.map(|value| ("length_scale", value));
        constant.into_iter().chain(length)
    }
}

/// The range is that of both numbers. Only what was given is written.
impl Parameter for GaussianProcessKernel {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Object]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        let ParamValue::Map(numbers) = value else {
            return None;
        };
        let mut kernel = Self::default();
        for (name, number) in numbers {
            let field = match name.as_str() {
                "constant_value" => &mut kernel.constant_value,
                "length_scale" => &mut kernel.length_scale,
                _ => return None,
            };
            *field = Some(number.as_f64()?);
        }
        Some(kernel)
    }

    fn write(&self) -> ParamValue {
        let numbers: BTreeMap<_, _> = self
            .given()
            .map(|(name, number)| (name.to_owned(), ParamValue::Float(number)))
            .collect();
        ParamValue::Map(numbers)
    }

    fn is_in(&self, range: &Interval) -> bool {
        self.given().all(|(_, number)| range.contains(number))
    }

    fn expected(range: &Interval) -> String {
        format!("an object of `constant_value` and `length_scale` in {range}")
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
        let kernel = |length_scale| GaussianProcessKernel {
            length_scale: Some(length_scale),
            ..GaussianProcessKernel::default()
        };
        assert!(kernel(0.5).is_in(&Interval::POSITIVE));
        assert!(!kernel(0.0).is_in(&Interval::POSITIVE));
        assert_eq!(
            Option::<GaussianProcessKernel>::expected(&Interval::POSITIVE),
            "an object of `constant_value` and `length_scale` in (0, inf) or null"
        );
    }
}
