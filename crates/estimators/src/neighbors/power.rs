//! The power of Minkowski's distance, which may be infinite.

use crate::parameters::{Interval, Kind, ParamValue, Parameter};

/// A number above 0, or infinity: `"inf"` in a config, as JSON has no such number.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Power(pub f64);

/// Of the serialised forms, the text stands for infinity.
#[cfg(feature = "serde")]
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(untagged)]
enum Stored {
    Number(f64),
    Text(String),
}

#[cfg(feature = "serde")]
impl serde::Serialize for Power {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let stored = match self.0 {
            f64::INFINITY => Stored::Text("inf".to_owned()),
            power => Stored::Number(power),
        };
        stored.serialize(serializer)
    }
}

#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for Power {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Stored::deserialize(deserializer)? {
            Stored::Number(power) => Ok(Self(power)),
            Stored::Text(text) if text == "inf" => Ok(Self(f64::INFINITY)),
            Stored::Text(text) => Err(serde::de::Error::custom(format!("no power: {text:?}"))),
        }
    }
}

impl Parameter for Power {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Float, Kind::Choice(&["inf"])]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value.as_str() {
            Some("inf") => Some(Self(f64::INFINITY)),
            Some(_) => None,
            None => value.as_f64().map(Self),
        }
    }

    fn write(&self) -> ParamValue {
        if self.0 == f64::INFINITY {
            ParamValue::from("inf")
        } else {
            ParamValue::Float(self.0)
        }
    }

    fn is_in(&self, (): &()) -> bool {
        self.0 == f64::INFINITY || Interval::POSITIVE.contains(self.0)
    }

    fn expected((): &()) -> String {
        format!("a number in {} or \"inf\"", Interval::POSITIVE)
    }

    fn synonyms() -> &'static [(&'static str, &'static str)] {
        &[("Infinity", "inf"), ("Inf", "inf"), ("np.inf", "inf")]
    }
}
