//! Enums whose variants have names in files.

/// Declares an enum whose variants have names: `Variant = "name"`. It serialises, prints and parses
/// as its names.
macro_rules! names {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $name:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash,
            ::serde::Serialize, ::serde::Deserialize, ::schemars::JsonSchema,
        )]
        $visibility enum $name {
            $($(#[$variant_meta])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every variant, in the order of its declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The names of [`Self::ALL`].
            pub const NAMES: &'static [&'static str] = &[$($text),+];

            /// Returns the name in files.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.pad(self.name())
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::estimators::parameters::UnknownChoice;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let mut all = Self::ALL.iter().copied();
                all.find(|known| known.name() == text).ok_or_else(|| Self::Err {
                    names: Self::NAMES,
                    given: text.to_owned(),
                })
            }
        }
    };
}

pub(crate) use names;

#[cfg(test)]
mod tests {
    use crate::catalog::{Family, Profile};
    use crate::results::Status;

    #[test]
    fn a_name_is_the_serialised_form_and_is_read_back() {
        for family in Family::ALL {
            assert_eq!(serde_json::json!(family), family.name());
            assert_eq!(family.name().parse(), Ok(*family));
        }
        for profile in Profile::ALL {
            assert_eq!(serde_json::json!(profile), profile.to_string());
        }
        assert_eq!(serde_json::json!(Status::TimedOut), Status::TimedOut.name());
        assert_eq!(
            "sklearn-2".parse::<Profile>().unwrap_err().to_string(),
            "expected \"sklearn-1.5\", \"sklearn-0.19\", got \"sklearn-2\""
        );
    }
}
