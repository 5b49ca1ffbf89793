//! Choices that may also be made column by column.

use crate::parameters::{Kind, ParamValue, Parameter};
use crate::tree::ColumnNumbers;

choices! {
    /// How categorical features are recognised; all features are numbers here.
    pub enum CategoricalRule {
        /// By their type, with scikit-learn's warning.
        Warn = "warn",
        /// By their type.
        FromDtype = "from_dtype",
    }
}

choices! {
    /// Which features may meet in a branch of a tree.
    pub enum InteractionRule {
        /// Any two of them.
        Pairwise = "pairwise",
        /// None.
        NoInteractions = "no_interactions",
    }
}

with_serde! {
    /// A choice by name, or numbers of columns.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum ColumnChoice<C> {
        /// By name.
        Named(C),
        /// By columns.
        Columns(ColumnNumbers),
    }
}

impl<C: Parameter<Range = ()>> Parameter for ColumnChoice<C> {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        let mut kinds = C::kinds();
        kinds.extend(ColumnNumbers::kinds());
        kinds
    }

    fn read(value: &ParamValue) -> Option<Self> {
        let named = C::read(value).map(Self::Named);
        named.or_else(|| ColumnNumbers::read(value).map(Self::Columns))
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Named(choice) => choice.write(),
            Self::Columns(columns) => columns.write(),
        }
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }

    fn synonyms() -> &'static [(&'static str, &'static str)] {
        C::synonyms()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_columns_survive_writing_and_reading() {
        let columns = ColumnChoice::Columns(ColumnNumbers(vec![0, 3]));
        for choice in [ColumnChoice::Named(InteractionRule::Pairwise), columns] {
            assert_eq!(ColumnChoice::read(&choice.write()), Some(choice));
        }
        assert_eq!(
            ColumnChoice::<CategoricalRule>::read(&"pairwise".into()),
            None
        );
        let kinds = [Kind::Choice(&["warn", "from_dtype"]), Kind::Ints];
        assert_eq!(ColumnChoice::<CategoricalRule>::kinds(), kinds);
    }
}
