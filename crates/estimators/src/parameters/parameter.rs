//! The types that a parameter may have: how each is read, written, checked and described.

use super::interval::Interval;
use super::kind::{Kind, describe_kinds};
use super::value::ParamValue;

/// A type of a parameter.
pub trait Parameter: Sized {
    /// What a declaration may add to the type: the range of its numbers.
    type Range: Default;

    /// Returns the forms that a config may write, the most telling first.
    fn kinds() -> Vec<Kind>;

    /// Returns the value that `value`, of one of [`Self::kinds`], stands for, or `None` if it
    /// stands for none.
    fn read(value: &ParamValue) -> Option<Self>;

    /// Returns the canonical form, which [`Self::read`] reads back.
    fn write(&self) -> ParamValue;

    /// Whether the value lies in `range`.
    fn is_in(&self, range: &Self::Range) -> bool;

    /// Returns what is accepted, in words: `a number in (0, inf)`.
    fn expected(range: &Self::Range) -> String {
        let _ = range;
        describe_kinds(&Self::kinds())
    }

    /// Returns the range of the numbers alone, for programs; `None` where they have none or more than
    /// one.
    fn interval(range: &Self::Range) -> Option<Interval> {
        let _ = range;
        None
    }

    /// Returns the old spellings of string values: `(old, new)`.
    #[must_use]
    fn synonyms() -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// Takes the seed of the classifier that this is a parameter of, if it is a classifier itself
    /// whose randomness follows from it.
    fn take_seed(&mut self, seed: u64) {
        let _ = seed;
    }
}

impl Parameter for f64 {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Float]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        value.as_f64()
    }

    fn write(&self) -> ParamValue {
        ParamValue::Float(*self)
    }

    fn is_in(&self, range: &Interval) -> bool {
        range.contains(*self)
    }

    fn expected(range: &Interval) -> String {
        if range.is_all() {
            return "a number".to_owned();
        }
        format!("a number in {range}")
    }

    fn interval(range: &Interval) -> Option<Interval> {
        Some(*range)
    }
}

/// Returns the range of a count whose declaration names none.
fn of_counts(range: &Interval) -> Interval {
    if range.is_all() {
        Interval::NOT_NEGATIVE
    } else {
        *range
    }
}

impl Parameter for usize {
    type Range = Interval;

    fn kinds() -> Vec<Kind> {
        vec![Kind::Int]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Int(number) => Self::try_from(*number).ok(),
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        ParamValue::Int(*self as i128)
    }

    fn is_in(&self, range: &Interval) -> bool {
        of_counts(range).contains(*self as f64)
    }

    fn expected(range: &Interval) -> String {
        format!("an integer in {}", of_counts(range))
    }

    fn interval(range: &Interval) -> Option<Interval> {
        Some(of_counts(range))
    }
}

impl Parameter for bool {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Bool]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Bool(is_on) => Some(*is_on),
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        ParamValue::Bool(*self)
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }
}

impl<T: Parameter> Parameter for Option<T> {
    type Range = T::Range;

    fn kinds() -> Vec<Kind> {
        let mut kinds = T::kinds();
        kinds.push(Kind::Null);
        kinds
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Null => Some(None),
            value => T::read(value).map(Some),
        }
    }

    fn write(&self) -> ParamValue {
        self.as_ref().map_or(ParamValue::Null, T::write)
    }

    fn is_in(&self, range: &T::Range) -> bool {
        self.as_ref().is_none_or(|value| value.is_in(range))
    }

    fn expected(range: &T::Range) -> String {
        format!("{} or null", T::expected(range))
    }

    fn interval(range: &T::Range) -> Option<Interval> {
        T::interval(range)
    }

    fn synonyms() -> &'static [(&'static str, &'static str)] {
        T::synonyms()
    }

    fn take_seed(&mut self, seed: u64) {
        if let Some(value) = self {
            value.take_seed(seed);
        }
    }
}

/// A list of numbers whose type is `$number`, written as `$kind`.
macro_rules! lists {
    ($($number:ty, $kind:expr, $words:literal;)+) => {
        $(impl Parameter for Vec<$number> {
            type Range = Interval;

            fn kinds() -> Vec<Kind> {
                vec![$kind]
            }

            fn read(value: &ParamValue) -> Option<Self> {
                match value {
                    ParamValue::List(values) => values.iter().map(<$number>::read).collect(),
                    _ => None,
                }
            }

            fn write(&self) -> ParamValue {
                ParamValue::List(self.iter().map(Parameter::write).collect())
            }

            fn is_in(&self, range: &Interval) -> bool {
                self.iter().all(|number| number.is_in(range))
            }

            fn expected(range: &Interval) -> String {
                if range.is_all() {
                    return concat!("a list of ", $words).to_owned();
                }
                format!(concat!("a list of ", $words, " in {}"), range)
            }

            fn interval(range: &Interval) -> Option<Interval> {
                Some(*range)
            }
        })+
    };
}

lists! {
    usize, Kind::Ints, "integers";
    f64, Kind::Floats, "numbers";
}
