//! Setters of parameter sets.

/// Declares, inside an `impl` of a parameter set that wraps the checked one, a consuming setter for
/// each field named.
macro_rules! setters {
    ($($(#[$doc:meta])+ $field:ident: $type:ty,)+) => {
        $($(#[$doc])+
        #[must_use]
        pub fn $field(mut self, $field: $type) -> Self {
            self.0.$field = $field;
            self
        })+
    };
}

pub(crate) use setters;
