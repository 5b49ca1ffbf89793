//! Declarations of parameter sets: each parameter's name, type, default, range and meaning once.

use super::value::ParamValue;
use crate::ParamError;

/// What a declaration says of one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct ParamRow {
    /// Name as in a config, scikit-learn's.
    pub name: &'static str,
    /// The forms that a config may write, the most telling first.
    pub kinds: Vec<super::Kind>,
    /// What is accepted, in words.
    pub expected: String,
    /// The range of its numbers, where they have one.
    pub range: Option<super::Interval>,
    /// Default of today's scikit-learn.
    pub default: ParamValue,
    /// Default of scikit-learn 0.19 where that was another one.
    pub default_2017: Option<ParamValue>,
    /// Old spellings of string values: `(old, new)`.
    pub synonyms: &'static [(&'static str, &'static str)],
    /// Whether the value is accepted and changes nothing.
    pub is_ignored: bool,
    /// What it means, in one line.
    pub doc: &'static str,
}

/// The outcome of setting a parameter by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Set {
    /// The value was taken.
    Taken,
    /// The value is of a wrong form or out of its range.
    Refused,
    /// There is no parameter of this name.
    Unknown,
}

/// A set of parameters that knows its declaration.
pub trait ParameterSet {
    /// Returns the rows of the table; defaults are the values of `self`.
    fn rows(&self) -> Vec<ParamRow>;

    /// Sets the parameter that a config calls `name`.
    fn set(&mut self, name: &str, value: &ParamValue) -> Set;

    /// Checks each value against its range.
    ///
    /// # Errors
    /// [`ParamError::Value`] for the first that lies outside, as a parameter of `estimator`.
    fn check_ranges(&self, estimator: &'static str) -> Result<(), ParamError>;
}

/// The parameters of a classifier: a [`ParameterSet`] with linfa's way to a checked one.
pub trait Parameters:
    ParameterSet + Default + linfa::ParamGuard<Error = ParamError, Checked: Clone>
{
    /// Name of the classifier as in a config.
    const ESTIMATOR: &'static str;
}

/// The name of a parameter in a config: the one after `as`, or the field's.
#[doc(hidden)]
#[macro_export]
macro_rules! parameter_name {
    ($field:ident) => {
        stringify!($field)
    };
    ($field:ident $name:literal) => {
        $name
    };
}

/// The range of a parameter: the one after `in`, or its type's widest.
#[doc(hidden)]
#[macro_export]
macro_rules! parameter_range {
    () => {
        Default::default()
    };
    ($range:expr) => {
        $range
    };
}

/// Adds the row of one parameter to `$rows`.
#[doc(hidden)]
#[macro_export]
macro_rules! parameter_row {
    ($rows:ident, $name:expr, $type:ty, $value:expr, $range:expr, $past:expr, $is_ignored:literal, $doc:literal) => {
        $rows.push($crate::parameters::ParamRow {
            name: $name,
            kinds: <$type as $crate::parameters::Parameter>::kinds(),
            expected: <$type as $crate::parameters::Parameter>::expected(&$range),
            range: <$type as $crate::parameters::Parameter>::interval(&$range),
            default: <$type as $crate::parameters::Parameter>::write($value),
            default_2017: {
                let past: Option<$type> = $past;
                past.map(|past| <$type as $crate::parameters::Parameter>::write(&past))
            },
            synonyms: <$type as $crate::parameters::Parameter>::synonyms(),
            is_ignored: $is_ignored,
            doc: $doc.trim_ascii(),
        });
    };
}

/// The 2017 default of a parameter: the one after `was`, or none.
#[doc(hidden)]
#[macro_export]
macro_rules! parameter_past {
    () => {
        None
    };
    ($past:expr) => {
        Some($past)
    };
}

/// Implements [`ParameterSet`] for a struct with these fields.
#[doc(hidden)]
#[macro_export]
macro_rules! parameter_set {
    (
        $name:ident;
        fields { $(
            #[doc = $doc:literal] $field:ident $(as $json:literal)?: $type:ty = $default:expr
            $(, in $range:expr)? $(, was $past:expr)?;
        )* }
        groups { $($group:ident)* }
        seed { $($seed_default:expr)? }
        ignored { $(
            #[doc = $ignored_doc:literal] $ignored:ident $(as $ignored_json:literal)?:
            $ignored_type:ty = $ignored_default:expr
            $(, in $ignored_range:expr)? $(, was $ignored_past:expr)?;
        )* }
    ) => {
        impl $crate::parameters::ParameterSet for $name {
            fn rows(&self) -> Vec<$crate::parameters::ParamRow> {
                // Behind a reference, which need not change where there is no parameter.
                let rows = &mut Vec::new();
                $($crate::parameter_row!(
                    rows,
                    $crate::parameter_name!($field $($json)?),
                    $type,
                    &self.$field,
                    $crate::parameter_range!($($range)?),
                    $crate::parameter_past!($($past)?),
                    false,
                    $doc
                );)*
                $(rows.extend($crate::parameters::ParameterSet::rows(&self.$group));)*
                $(rows.push($crate::parameters::seed_row($seed_default));)?
                $($crate::parameter_row!(
                    rows,
                    $crate::parameter_name!($ignored $($ignored_json)?),
                    $ignored_type,
                    &$ignored_default,
                    $crate::parameter_range!($($ignored_range)?),
                    $crate::parameter_past!($($ignored_past)?),
                    true,
                    $ignored_doc
                );)*
                ::std::mem::take(rows)
            }

            fn set(
                &mut self,
                name: &str,
                value: &$crate::parameters::ParamValue,
            ) -> $crate::parameters::Set {
                use $crate::parameters::Set;
                let _ = (name, value);
                if name == "random_state"
                    && let Some(_seed) = $crate::parameters::read_seed(value)
                {
                    $(<$type as $crate::parameters::Parameter>::take_seed(
                        &mut self.$field,
                        _seed,
                    );)*
                }
                $(if name == $crate::parameter_name!($field $($json)?) {
                    let range = $crate::parameter_range!($($range)?);
                    return match $crate::parameters::read_within::<$type>(value, &range) {
                        Some(value) => {
                            self.$field = value;
                            Set::Taken
                        }
                        None => Set::Refused,
                    };
                })*
                $(match $crate::parameters::ParameterSet::set(&mut self.$group, name, value) {
                    Set::Unknown => {}
                    set => return set,
                })*
                $(if name == "random_state" {
                    // The default is of the table alone: `null` is replaced by the repeat's seed.
                    let _: &$crate::parameters::ParamValue = &$seed_default;
                    return match $crate::parameters::read_seed(value) {
                        Some(seed) => {
                            self.seed = seed;
                            Set::Taken
                        }
                        None => Set::Refused,
                    };
                })?
                $(if name == $crate::parameter_name!($ignored $($ignored_json)?) {
                    let range = $crate::parameter_range!($($ignored_range)?);
                    return match $crate::parameters::read_within::<$ignored_type>(value, &range) {
                        Some(_) => Set::Taken,
                        None => Set::Refused,
                    };
                })*
                Set::Unknown
            }

            fn check_ranges(&self, estimator: &'static str) -> Result<(), $crate::ParamError> {
                $($crate::parameters::check_range::<$type>(
                    estimator,
                    $crate::parameter_name!($field $($json)?),
                    &self.$field,
                    &$crate::parameter_range!($($range)?),
                )?;)*
                $($crate::parameters::ParameterSet::check_ranges(&self.$group, estimator)?;)*
                let _ = estimator;
                Ok(())
            }
        }
    };
}

/// Declares parameters that several classifiers share, as a struct with public fields.
///
/// A line is `/// meaning` and `name: type = default, in range;`; see
/// [`parameters!`](crate::parameters!).
#[macro_export]
macro_rules! parameter_group {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident { $(
            #[doc = $doc:literal] $field:ident $(as $json:literal)?: $type:ty = $default:expr
            $(, in $range:expr)? $(, was $past:expr)?;
        )* }
        $(ignored { $($ignored:tt)* })?
    ) => {
        $crate::with_serde! {
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq)]
            $visibility struct $name {
                $(
                    #[doc = $doc]
                    #[doc = $crate::range_doc!($($range)?)]
                    pub $field: $type,
                )*
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        $crate::parameter_set! {
            $name;
            fields { $(
                #[doc = $doc] $field $(as $json)?: $type = $default
                $(, in $range)? $(, was $past)?;
            )* }
            groups {}
            seed {}
            ignored { $($($ignored)*)? }
        }
    };
}

/// A range as a sentence of documentation.
#[doc(hidden)]
#[macro_export]
macro_rules! range_doc {
    () => {
        ""
    };
    ($range:expr) => {
        concat!(" (`", stringify!($range), "`)")
    };
}

/// Declares the parameters of a classifier: the builder `$params`, the checked `$valid`, defaults,
/// setters, linfa's guard, the documented table, and reading by name.
///
/// A parameter is two lines: `/// meaning`, and
/// `name as "nameInConfigs": type = default, in range, was default_of_2017;`, of which `as`, `in`
/// and `was` are left out where there is nothing to say. After the braces may follow
/// - `groups { name: Group = default; }`: parameters declared by [`parameter_group!`];
/// - `seed default;`: a field `seed` that a config calls `random_state`;
/// - `ignored { … }`: parameters that are checked and change nothing;
/// - `check function;`: what no range can say, as `fn(&Valid) -> Result<(), ParamError>`.
///
/// ```
/// use fashion_bench_estimators::parameters::{Interval, ParamValue, ParameterSet, Set};
/// use linfa::ParamGuard;
///
/// fashion_bench_estimators::parameters! {
///     /// Parameters of a classifier.
///     pub struct VoterParams => VoterValidParams: "Voter" {
///         /// weight of errors
///         c as "C": f64 = 1.0, in Interval::POSITIVE;
///         /// rows that vote
///         n_rows: Option<usize> = None, in Interval::at_least(1), was Some(10);
///     }
/// }
/// let mut params = VoterParams::default().c(2.0);
/// assert_eq!(params.set("n_rows", &ParamValue::Int(0)), Set::Refused);
/// assert_eq!(params.clone().check()?.c(), &2.0);
/// let error = params.c(-1.0).check().unwrap_err().to_string();
/// assert_eq!(error, "the `C` of Voter must be a number in (0, inf), got -1.0");
/// # Ok::<(), fashion_bench_estimators::ParamError>(())
/// ```
#[macro_export]
macro_rules! parameters {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $params:ident => $valid:ident: $estimator:literal { $(
            #[doc = $doc:literal] $field:ident $(as $json:literal)?: $type:ty = $default:expr
            $(, in $range:expr)? $(, was $past:expr)?;
        )* }
        $(groups { $(
            #[doc = $group_doc:literal] $group:ident: $group_type:ty = $group_default:expr;
        )* })?
        $(seed $seed_default:expr;)?
        $(ignored { $($ignored:tt)* })?
        $(check $check:path;)?
    ) => {
        $crate::with_serde! {
            $(#[$meta])*
            ///
            /// | name | default | range | meaning |
            /// |---|---|---|---|
            $(#[doc = concat!(
                "| `", stringify!($field), "` | `", stringify!($default), "` | ",
                $("`", stringify!($range), "`",)? " |", $doc, " |"
            )])*
            $($(#[doc = concat!(
                "| `", stringify!($group), "` | `", stringify!($group_default), "` | see [`",
                stringify!($group_type), "`] |", $group_doc, " |"
            )])*)?
            ///
            /// # Errors
            /// `check` refuses a value out of its range or a combination that does not exist,
            /// naming the parameter.
            #[derive(Debug, Clone, PartialEq)]
            $visibility struct $params($valid);
        }

        $crate::with_serde! {
            #[doc = concat!("Checked [`", stringify!($params), "`].")]
            #[derive(Debug, Clone, PartialEq)]
            $visibility struct $valid {
                $(pub(crate) $field: $type,)*
                $($(pub(crate) $group: $group_type,)*)?
                $(
                    #[doc = concat!("Default in a config: `", stringify!($seed_default), "`.")]
                    pub(crate) seed: u64,
                )?
            }
        }

        impl Default for $params {
            fn default() -> Self {
                Self($valid {
                    $($field: $default,)*
                    $($($group: $group_default,)*)?
                    $(seed: $crate::parameters::read_seed(&$seed_default).unwrap_or(0),)?
                })
            }
        }

        impl $params {
            $(
                #[doc = concat!("Sets `", $crate::parameter_name!($field $($json)?), "`:", $doc, ".")]
                #[must_use]
                pub fn $field(mut self, $field: $type) -> Self {
                    self.0.$field = $field;
                    self
                }
            )*
            $($(
                #[doc = concat!("Sets", $group_doc, ".")]
                #[must_use]
                pub fn $group(mut self, $group: $group_type) -> Self {
                    self.0.$group = $group;
                    self
                }
            )*)?
            $(
                #[doc = concat!("Sets the seed (in a config `random_state`, default `", stringify!($seed_default), "`).")]
                #[must_use]
                pub fn seed(mut self, seed: u64) -> Self {
                    self.0.seed = seed;
                    self
                }
            )?
        }

        impl $valid {
            $(
                #[doc = concat!("`", $crate::parameter_name!($field $($json)?), "`:", $doc, ".")]
                #[must_use]
                pub fn $field(&self) -> &$type {
                    &self.$field
                }
            )*
            $($(
                #[doc = concat!("Returns", $group_doc, ".")]
                #[must_use]
                pub fn $group(&self) -> &$group_type {
                    &self.$group
                }
            )*)?
        }

        $crate::parameter_set! {
            $valid;
            fields { $(
                #[doc = $doc] $field $(as $json)?: $type = $default
                $(, in $range)? $(, was $past)?;
            )* }
            groups { $($($group)*)? }
            seed { $($seed_default)? }
            ignored { $($($ignored)*)? }
        }

        impl $crate::parameters::ParameterSet for $params {
            fn rows(&self) -> Vec<$crate::parameters::ParamRow> {
                self.0.rows()
            }

            fn set(
                &mut self,
                name: &str,
                value: &$crate::parameters::ParamValue,
            ) -> $crate::parameters::Set {
                self.0.set(name, value)
            }

            fn check_ranges(&self, estimator: &'static str) -> Result<(), $crate::ParamError> {
                self.0.check_ranges(estimator)
            }
        }

        impl $crate::parameters::Parameters for $params {
            const ESTIMATOR: &'static str = $estimator;
        }

        impl ::linfa::ParamGuard for $params {
            type Checked = $valid;
            type Error = $crate::ParamError;

            fn check_ref(&self) -> Result<&$valid, $crate::ParamError> {
                $crate::parameters::ParameterSet::check_ranges(&self.0, $estimator)?;
                $($check(&self.0)?;)?
                Ok(&self.0)
            }

            fn check(self) -> Result<$valid, $crate::ParamError> {
                self.check_ref()?;
                Ok(self.0)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use linfa::ParamGuard;

    use crate::ParamError;
    use crate::parameters::{Interval, Kind, ParamValue, ParameterSet, Parameters, Set};

    parameter_group! {
        /// Shared ones.
        struct Shape {
            /// depth of a tree
            depth: Option<usize> = None, in Interval::at_least(1);
        }
    }

    parameters! {
        /// Parameters of a test.
        struct TestParams => TestValidParams: "Test" {
            /// weight of errors
            c as "C": f64 = 1.0, in Interval::POSITIVE, was 2.0;
            /// a switch
            shrinking: bool = true;
        }
        groups {
            /// how far it grows
            shape: Shape = Shape { depth: Some(3) };
        }
        seed ParamValue::Null;
        ignored {
            /// printing
            verbose: bool = false;
        }
        check check_switch;
    }

    fn check_switch(params: &TestValidParams) -> Result<(), ParamError> {
        if params.shrinking || params.c <= 10.0 {
            return Ok(());
        }
        Err(ParamError::unsupported("Test", "C > 10", "switch it on"))
    }

    #[test]
    fn the_table_has_a_row_for_each_parameter_with_the_defaults_of_the_set() {
        let rows = TestParams::default().rows();
        let names: Vec<_> = rows.iter().map(|row| row.name).collect();
        assert_eq!(
            names,
            ["C", "shrinking", "depth", "random_state", "verbose"]
        );
        assert_eq!(rows[0].default, ParamValue::Float(1.0));
        assert_eq!(rows[0].default_2017, Some(ParamValue::Float(2.0)));
        assert_eq!(rows[0].expected, "a number in (0, inf)");
        assert_eq!(rows[0].doc, "weight of errors");
        assert_eq!(rows[2].default, ParamValue::Int(3));
        assert_eq!(rows[2].kinds, [Kind::Int, Kind::Null]);
        assert_eq!(rows[3].default, ParamValue::Null);
        let ignored: Vec<_> = rows.iter().map(|row| row.is_ignored).collect();
        assert_eq!(ignored, [false, false, false, false, true]);
        assert_eq!(TestParams::ESTIMATOR, "Test");
    }

    #[test]
    fn values_are_set_by_name_within_their_ranges() {
        let mut params = TestParams::default();
        assert_eq!(params.set("C", &ParamValue::Int(5)), Set::Taken);
        assert_eq!(params.set("C", &ParamValue::Int(0)), Set::Refused);
        assert_eq!(params.set("c", &ParamValue::Int(5)), Set::Unknown);
        assert_eq!(params.set("depth", &ParamValue::Null), Set::Taken);
        assert_eq!(params.set("depth", &ParamValue::Int(0)), Set::Refused);
        assert_eq!(params.set("random_state", &ParamValue::Int(7)), Set::Taken);
        assert_eq!(
            params.set("random_state", &ParamValue::Int(-7)),
            Set::Refused
        );
        assert_eq!(params.set("verbose", &ParamValue::Bool(true)), Set::Taken);
        assert_eq!(params.set("verbose", &ParamValue::from("a")), Set::Refused);
        let valid = params.check().unwrap();
        assert_eq!(
            (*valid.c(), valid.shape().depth, valid.seed),
            (5.0, None, 7)
        );
        let seeded = TestParams::default().seed(9).check().unwrap();
        assert_eq!((*seeded.shrinking(), seeded.seed), (true, 9));
    }

    #[test]
    fn ranges_and_combinations_are_checked() {
        let refused = |params: TestParams| params.check().unwrap_err().to_string();
        assert_eq!(
            refused(TestParams::default().shape(Shape { depth: Some(0) })),
            "the `depth` of Test must be an integer in [1, inf) or null, got 0"
        );
        assert_eq!(
            refused(TestParams::default().c(11.0).shrinking(false)),
            "Test(C > 10) is not supported: switch it on"
        );
        assert!(TestParams::default().c(11.0).check().is_ok());
    }
}
