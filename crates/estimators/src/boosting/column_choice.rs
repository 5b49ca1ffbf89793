//! Choices that are made column by column.

use crate::ParamError;
use crate::parameters::{Kind, ParamValue, Parameter};

/// Returns an error for numbers of columns that the data does not have.
fn no_such_column(
    estimator: &'static str,
    param: &'static str,
    n_features: usize,
    got: impl std::fmt::Display,
) -> ParamError {
    let expected = format!("columns in [0, n_features - 1] = [0, {}]", n_features - 1);
    ParamError::value(estimator, param, expected, got)
}

with_serde! {
    /// Which columns are categories.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum CategoricalFeatures {
        /// None: those of a type that the data does not have; with scikit-learn's warning.
        Warn,
        /// None: those of a type that the data does not have.
        FromDtype,
        /// These.
        Columns(Vec<usize>),
        /// Those whose flag is set.
        Mask(Vec<bool>),
    }
}

impl CategoricalFeatures {
    /// Returns a flag for each of `n_features` columns; nothing if none is set.
    ///
    /// # Errors
    /// [`ParamError`] for columns or flags that are too many, as the `categorical_features` of
    /// `estimator`.
    pub fn flags(
        &self,
        n_features: usize,
        estimator: &'static str,
    ) -> Result<Option<Vec<bool>>, ParamError> {
        const PARAM: &str = "categorical_features";
        let flags = match self {
            Self::Warn | Self::FromDtype => return Ok(None),
            Self::Columns(columns) => {
                let mut flags = vec![false; n_features];
                for &column in columns {
                    let Some(flag) = flags.get_mut(column) else {
                        return Err(no_such_column(estimator, PARAM, n_features, self.write()));
                    };
                    *flag = true;
                }
                flags
            }
            Self::Mask(flags) if flags.len() == n_features || flags.is_empty() => flags.clone(),
            Self::Mask(_) => {
                let expected = format!("a flag for each of the {n_features} columns of the data");
                return Err(ParamError::value(estimator, PARAM, expected, self.write()));
            }
        };
        Ok(flags.contains(&true).then_some(flags))
    }
}

impl Parameter for CategoricalFeatures {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![
            Kind::Choice(&["warn", "from_dtype"]),
            Kind::Ints,
            Kind::Bools,
        ]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Text(name) if name == "warn" => Some(Self::Warn),
            ParamValue::Text(name) if name == "from_dtype" => Some(Self::FromDtype),
            ParamValue::List(values) => {
                let columns: Option<Vec<usize>> = values.iter().map(usize::read).collect();
                let flags = || values.iter().map(bool::read).collect::<Option<_>>();
                columns
                    .map(Self::Columns)
                    .or_else(|| flags().map(Self::Mask))
            }
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Warn => "warn".into(),
            Self::FromDtype => "from_dtype".into(),
            Self::Columns(columns) => {
                ParamValue::List(columns.iter().map(Parameter::write).collect())
            }
            Self::Mask(flags) => ParamValue::List(flags.iter().map(Parameter::write).collect()),
        }
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }

    fn expected((): &()) -> String {
        "\"warn\", \"from_dtype\" or a list of integers in [0, inf) or a list of true and false"
            .to_owned()
    }
}

with_serde! {
    /// Which columns may meet in a branch of a tree.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub enum InteractionConstraints {
        /// Any two of them.
        Pairwise,
        /// None.
        NoInteractions,
        /// Those that are in a group together; columns that are in none are a group.
        Groups(Vec<Vec<usize>>),
    }
}

impl InteractionConstraints {
    /// Returns the groups of `n_features` columns, without that of the columns that are in none.
    ///
    /// # Errors
    /// [`ParamError`] for columns that are too many, as the `interaction_cst` of `estimator`.
    pub fn groups(
        &self,
        n_features: usize,
        estimator: &'static str,
    ) -> Result<Vec<Vec<u32>>, ParamError> {
        let columns = 0..u32::try_from(n_features).expect("columns are counted in 32 bits");
        let number = |&column: &usize| {
            let number = u32::try_from(column).ok();
            let number = number.filter(|number| columns.contains(number));
            number.ok_or_else(|| {
                no_such_column(estimator, "interaction_cst", n_features, self.write())
            })
        };
        match self {
            Self::NoInteractions => Ok(columns.map(|column| vec![column]).collect()),
            Self::Pairwise => {
                let pairs = |first| (first + 1..columns.end).map(move |second| vec![first, second]);
                Ok(columns.clone().flat_map(pairs).collect())
            }
            Self::Groups(groups) => groups
                .iter()
                .map(|group| group.iter().map(number).collect())
                .collect(),
        }
    }
}

impl Parameter for InteractionConstraints {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![
            Kind::Choice(&["pairwise", "no_interactions"]),
            Kind::IntLists,
        ]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        match value {
            ParamValue::Text(name) if name == "pairwise" => Some(Self::Pairwise),
            ParamValue::Text(name) if name == "no_interactions" => Some(Self::NoInteractions),
            ParamValue::List(groups) => {
                let groups: Option<_> = groups.iter().map(Vec::<usize>::read).collect();
                groups.map(Self::Groups)
            }
            _ => None,
        }
    }

    fn write(&self) -> ParamValue {
        match self {
            Self::Pairwise => "pairwise".into(),
            Self::NoInteractions => "no_interactions".into(),
            Self::Groups(groups) => ParamValue::List(groups.iter().map(Parameter::write).collect()),
        }
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }

    fn expected((): &()) -> String {
        "\"pairwise\", \"no_interactions\" or a list of lists of integers in [0, inf)".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_survives_writing_and_reading() {
        for form in [
            CategoricalFeatures::Warn,
            CategoricalFeatures::FromDtype,
            CategoricalFeatures::Columns(vec![0, 3]),
            CategoricalFeatures::Mask(vec![true, false]),
        ] {
            assert_eq!(CategoricalFeatures::read(&form.write()), Some(form));
        }
        for form in [
            InteractionConstraints::Pairwise,
            InteractionConstraints::NoInteractions,
            InteractionConstraints::Groups(vec![vec![0, 3], vec![]]),
        ] {
            assert_eq!(InteractionConstraints::read(&form.write()), Some(form));
        }
        assert_eq!(CategoricalFeatures::read(&"pairwise".into()), None);
        let flat = ParamValue::List(vec![ParamValue::Int(0)]);
        assert_eq!(InteractionConstraints::read(&flat), None);
    }

    #[test]
    fn columns_are_those_of_the_data() {
        let flags = |form: CategoricalFeatures| form.flags(3, "Test");
        let columns = |columns: &[usize]| flags(CategoricalFeatures::Columns(columns.to_vec()));
        assert_eq!(columns(&[1]), Ok(Some(vec![false, true, false])));
        assert_eq!(columns(&[]), Ok(None));
        let mask = |n: usize, flag| flags(CategoricalFeatures::Mask(vec![flag; n]));
        assert_eq!(mask(3, false), Ok(None));
        assert_eq!(mask(3, true), Ok(Some(vec![true; 3])));
        let errors = [columns(&[3]), mask(2, true)].map(|found| found.unwrap_err().to_string());
        assert_eq!(
            errors,
            [
                "the `categorical_features` of Test must be columns in [0, n_features - 1] = \
                 [0, 2], got [3]",
                "the `categorical_features` of Test must be a flag for each of the 3 columns of \
                 the data, got [true,true]",
            ]
        );
        let groups = |form: InteractionConstraints| form.groups(3, "Test");
        let pairs = vec![vec![0, 1], vec![0, 2], vec![1, 2]];
        assert_eq!(groups(InteractionConstraints::Pairwise), Ok(pairs));
        let error = groups(InteractionConstraints::Groups(vec![vec![0, 5]])).unwrap_err();
        assert!(
            error.to_string().ends_with("= [0, 2], got [[0,5]]"),
            "{error}"
        );
    }
}
