//! Features of categories: values without an order.

use ndarray::{Array2, ArrayView2};

use super::hist_params::HistGradientBoostingParams;
use crate::ParamError;
use crate::parameters::Parameters;

/// The columns of a data set of which some are categories: those come first, as numbers of
/// categories from 0 on, in the order of their values.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct Categories {
    /// Columns of categories, each with its values, ascending.
    categorical: Vec<(usize, Vec<f32>)>,
    /// The other columns.
    numerical: Vec<usize>,
}

impl Categories {
    /// Returns the categories of the columns of `x` that `is_categorical` marks, all of which have
    /// at most `max_bins`.
    ///
    /// # Errors
    /// [`ParamError`] for a column that has more.
    pub(super) fn new(
        x: ArrayView2<'_, f32>,
        is_categorical: &[bool],
        max_bins: usize,
    ) -> Result<Self, ParamError> {
        let (categorical, numerical): (Vec<_>, Vec<_>) =
            (0..x.ncols()).partition(|&column| is_categorical[column]);
        let values = |column: usize| {
            let mut values: Vec<f32> = x.column(column).iter().map(|value| value + 0.0).collect();
            values.sort_unstable_by(f32::total_cmp);
            values.dedup();
            if values.len() <= max_bins {
                return Ok((column, values));
            }
            Err(ParamError::value(
                HistGradientBoostingParams::ESTIMATOR,
                "categorical_features",
                format!("columns of at most {max_bins} categories, the `max_bins`"),
                format!("column {column} with {}", values.len()),
            ))
        };
        let categorical: Result<_, _> = categorical.into_iter().map(values).collect();
        Ok(Self {
            categorical: categorical?,
            numerical,
        })
    }

    /// Returns the number of columns of categories.
    pub(super) fn n_columns(&self) -> usize {
        self.categorical.len()
    }

    /// Returns the number of categories of a column of [`Self::encoded`].
    pub(super) fn n_categories(&self, column: usize) -> usize {
        self.categorical[column].1.len()
    }

    /// Returns the column of the data that each column of [`Self::encoded`] is.
    pub(super) fn columns(&self) -> impl Iterator<Item = usize> {
        let categorical = self.categorical.iter().map(|(column, _)| *column);
        categorical.chain(self.numerical.iter().copied())
    }

    /// Returns the rows with categories as numbers; NaN for those that are not known.
    pub(super) fn encoded(&self, x: ArrayView2<'_, f32>) -> Array2<f32> {
        let mut encoded = Array2::zeros(x.dim());
        let columns = encoded.columns_mut().into_iter();
        for (place, (mut to, from)) in columns.zip(self.columns()).enumerate() {
            let from = x.column(from);
            match self.categorical.get(place) {
                Some((_, values)) => {
                    for (to, value) in to.iter_mut().zip(from) {
                        let order = |known: &f32| known.total_cmp(&(value + 0.0));
                        let category = values.binary_search_by(order);
                        *to = category.map_or(f32::NAN, |category| category as f32);
                    }
                }
                None => to.assign(&from),
            }
        }
        encoded
    }
}

/// Which categories go left at a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(super) struct CategorySet {
    left: [u32; 8],
    unknown_goes_left: bool,
}

impl CategorySet {
    /// Returns the set of the categories, from 0 on, that `is_left` marks.
    pub(super) fn new(is_left: impl Iterator<Item = bool>, unknown_goes_left: bool) -> Self {
        let mut left = [0; 8];
        for (category, _) in is_left.enumerate().filter(|&(_, is_left)| is_left) {
            left[category / 32] |= 1 << (category % 32);
        }
        Self {
            left,
            unknown_goes_left,
        }
    }

    /// Whether an encoded value goes left.
    pub(super) fn contains(&self, value: f32) -> bool {
        if value.is_nan() {
            return self.unknown_goes_left;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a number of a category, below 255"
        )]
        let category = value as usize;
        self.left[category / 32] & (1 << (category % 32)) != 0
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn categories_come_first_and_unknown_ones_are_nan() {
        let x = array![[5.0_f32, 7.0, -1.0], [6.0, 3.0, -0.0], [5.0, 7.0, 0.0]];
        let categories = Categories::new(x.view(), &[false, true, true], 2).unwrap();
        let encoded = categories.encoded(x.view());
        assert_eq!(
            encoded,
            array![[1.0, 0.0, 5.0], [0.0, 1.0, 6.0], [1.0, 1.0, 5.0]]
        );
        assert_eq!(categories.n_categories(1), 2);
        assert!(categories.columns().eq([1, 2, 0]));
        let unknown = categories.encoded(array![[1.0, 4.0, -1.0]].view());
        assert!(unknown[[0, 0]].is_nan() && unknown[[0, 1]] == 0.0);
        let error = Categories::new(x.view(), &[true, true, true], 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the `categorical_features` of HistGradientBoostingClassifier must be columns of at \
             most 1 categories, the `max_bins`, got column 0 with 2"
        );
    }

    #[test]
    fn a_set_knows_its_categories_and_where_unknown_ones_go() {
        let set = CategorySet::new((0..70).map(|category| category % 64 == 1), true);
        let contains = [0.0, 1.0, 65.0, 66.0, f32::NAN].map(|value| set.contains(value));
        assert_eq!(contains, [false, true, true, false, true]);
    }
}
