//! The coefficient of the kernels, as a number or as a rule that makes it of the rows.

use ndarray::ArrayView2;

use crate::parameters::{Interval, Kind, ParamValue, Parameter, describe_kinds};

with_serde! {
    /// The kernel coefficient.
    #[derive(Debug, Clone, Copy, Default, PartialEq)]
    pub enum Gamma {
        /// 1/`n_features`.
        Auto,
        /// 1/(`n_features` · variance of all features together); 1 where that variance is 0.
        #[default]
        Scale,
        /// This number.
        Value(f64),
    }
}

impl Gamma {
    /// Returns the coefficient for rows like those of `x` (`n_samples` × `n_features`).
    pub(super) fn of_rows(self, x: ArrayView2<'_, f32>) -> f64 {
        let n_features = x.ncols() as f64;
        match self {
            Self::Auto => 1.0 / n_features,
            Self::Value(gamma) => gamma,
            Self::Scale => {
                let variance = variance(x);
                if variance > 0.0 {
                    1.0 / (n_features * variance)
                } else {
                    1.0
                }
            }
        }
    }
}

fn variance(x: ArrayView2<'_, f32>) -> f64 {
    let n = x.len() as f64;
    let mean = x.iter().map(|&value| f64::from(value)).sum::<f64>() / n;
    let squares = x.iter().map(|&value| (f64::from(value) - mean).powi(2));
    squares.sum::<f64>() / n
}

/// The range is that of the number.
impl Parameter for Gamma {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Choice(&["scale", "auto"]), Kind::Float]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value.as_str() {
            Some("auto") => Some(Self::Auto),
            Some("scale") => Some(Self::Scale),
            Some(_) => None,
            None => value.as_f64().map(Self::Value),
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Auto => "auto".into(),
            Self::Scale => "scale".into(),
            Self::Value(gamma) => ParamValue::Float(*gamma),
        }
    }

    fn is_in(&self, range: &Interval) -> bool {
        match self {
            Self::Auto | Self::Scale => true,
            Self::Value(gamma) => range.contains(*gamma),
        }
    }

    fn expected(range: &Interval) -> String {
        format!("{} in {range}", describe_kinds(&Self::kinds()))
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn names_and_numbers_survive_writing_and_reading() {
        for gamma in [Gamma::Auto, Gamma::Scale, Gamma::Value(0.5)] {
            assert_eq!(Gamma::read(&gamma.write()), Some(gamma));
        }
        assert_eq!(Gamma::read(&ParamValue::Int(2)), Some(Gamma::Value(2.0)));
        for refused in [ParamValue::from("none"), ParamValue::Null] {
            assert_eq!(Gamma::read(&refused), None);
        }
    }

    #[test]
    fn only_numbers_have_a_range() {
        assert!(Gamma::Scale.is_in(&Interval::POSITIVE));
        assert!(!Gamma::Value(0.0).is_in(&Interval::POSITIVE));
        assert_eq!(
            Gamma::expected(&Interval::POSITIVE),
            "\"scale\", \"auto\" or a number in (0, inf)"
        );
    }

    #[test]
    fn the_rules_follow_width_and_variance() {
        let x = array![[0.0_f32, 2.0], [2.0, 0.0]];
        assert_eq!(Gamma::Auto.of_rows(x.view()), 0.5);
        assert_eq!(Gamma::Scale.of_rows((2.0 * &x).view()), 0.125);
        assert_eq!(Gamma::Scale.of_rows(array![[3.0_f32, 3.0]].view()), 1.0);
        assert_eq!(Gamma::Value(7.0).of_rows(x.view()), 7.0);
    }
}
