//! Enums of named choices.

/// Declares an enum whose variants have names in a config: `Variant = "name"`, with old spellings
/// after `|`. The enum prints and parses as its names, and is a
/// [`Parameter`](crate::parameters::Parameter).
///
/// ```
/// fashion_bench_estimators::choices! {
///     /// Function of the hidden units.
///     #[derive(Default)]
///     pub enum Activation {
///         /// `max(0, x)`.
///         #[default]
///         Relu = "relu",
///         /// `1 / (1 + exp(-x))`.
///         Logistic = "logistic" | "sigmoid",
///     }
/// }
/// assert_eq!(Activation::default().name(), "relu");
/// assert_eq!("sigmoid".parse(), Ok(Activation::Logistic));
/// ```
#[macro_export]
macro_rules! choices {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal $(| $old:literal)*,)+
        }
    ) => {
        $crate::with_serde! {
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq)]
            $visibility enum $name {
                $($(#[$variant_meta])* $variant,)+
            }
        }

        impl $name {
            /// Every choice, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The names of [`Self::ALL`].
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// Returns the name in a config.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        // A private enum may not need the list.
        const _: &[$name] = $name::ALL;

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::parameters::UnknownChoice;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text $(| $old)* => Ok(Self::$variant),)+
                    _ => Err($crate::parameters::UnknownChoice {
                        names: Self::NAMES,
                        given: text.to_owned(),
                    }),
                }
            }
        }

        impl $crate::parameters::Parameter for $name {
            type Range = ();

            fn kinds() -> Vec<$crate::parameters::Kind> {
                vec![$crate::parameters::Kind::Choice(Self::NAMES)]
            }

            fn read(value: &$crate::parameters::ParamValue) -> Option<Self> {
                value.as_str()?.parse().ok()
            }

            fn write(&self) -> $crate::parameters::ParamValue {
                self.name().into()
            }

            fn is_in(&self, (): &()) -> bool {
                true
            }

            fn synonyms() -> &'static [(&'static str, &'static str)] {
                &[$($(($old, $text),)*)+]
            }
        }
    };
}

/// A name that is none of a list of choices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {}, got \"{given}\"", super::kind::Kind::Choice(names))]
pub struct UnknownChoice {
    /// The names there are.
    pub names: &'static [&'static str],
    /// The name found.
    pub given: String,
}

#[cfg(test)]
mod tests {
    use crate::parameters::{ParamValue, Parameter};

    choices! {
        /// A choice with an old spelling.
        enum Loss {
            /// The first.
            Hinge = "hinge" | "l1",
            /// The second.
            SquaredHinge = "squared_hinge" | "l2",
        }
    }

    #[test]
    fn names_and_old_spellings_are_read_and_names_written() {
        for choice in Loss::ALL {
            assert_eq!(choice.name().parse(), Ok(*choice));
            assert_eq!(Loss::read(&choice.write()), Some(*choice));
        }
        assert_eq!(
            Loss::read(&ParamValue::from("l2")),
            Some(Loss::SquaredHinge)
        );
        assert_eq!(Loss::synonyms(), [("l1", "hinge"), ("l2", "squared_hinge")]);
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_known_ones() {
        let error = "Hinge".parse::<Loss>().unwrap_err().to_string();
        assert_eq!(
            error,
            "expected \"hinge\", \"squared_hinge\", got \"Hinge\""
        );
    }
}
