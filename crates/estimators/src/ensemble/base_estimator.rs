//! Classifiers as parameters of others.

use std::collections::BTreeMap;

use linfa::ParamGuard;

use crate::ParamError;
use crate::erased::Estimator;
use crate::parameters::{Kind, ParamValue, Parameter, Parameters, read_named};
use crate::tree::{DecisionTreeParams, DecisionTreeValidParams, ExtraTreeParams};

/// Builds a classifier from its parameters and the seed that `random_state: null` means.
type Build = fn(&BTreeMap<String, ParamValue>, u64) -> Result<Box<dyn Estimator>, ParamError>;

/// Declares the builders of all classifiers.
macro_rules! builders {
    ($($params:ty,)+) => {
        const BUILDERS: &[(&str, Build)] = &[$((<$params>::ESTIMATOR, build::<$params>)),+];
    };
}

crate::classifiers!(builders);

fn build<P>(
    params: &BTreeMap<String, ParamValue>,
    seed: u64,
) -> Result<Box<dyn Estimator>, ParamError>
where
    P: Parameters + ParamGuard<Checked: Estimator + 'static>,
{
    let named = params
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()));
    Ok(Box::new(read_named::<P>(named, seed)?))
}

/// A classifier inside another: its name and its parameters, written `{"GaussianNB": {}}`.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct BaseEstimator {
    name: String,
    params: BTreeMap<String, ParamValue>,
    seed: u64,
}

impl BaseEstimator {
    /// Returns the classifier called `name`, with these parameters and the defaults of the others.
    ///
    /// ```
    /// use fashion_bench_estimators::ensemble::BaseEstimator;
    /// use fashion_bench_estimators::parameters::ParamValue;
    /// let tree = BaseEstimator::new("DecisionTreeClassifier", [("max_depth", ParamValue::Int(3))]);
    /// assert!(tree.is_some());
    /// assert_eq!(BaseEstimator::new("NoSuchClassifier", []), None);
    /// ```
    #[must_use]
    pub fn new<'a>(
        name: &str,
        params: impl IntoIterator<Item = (&'a str, ParamValue)>,
    ) -> Option<Self> {
        let owned = |(name, value): (&str, ParamValue)| (name.to_owned(), value);
        let is_known = BUILDERS.iter().any(|(known, _)| *known == name);
        is_known.then(|| Self {
            name: name.to_owned(),
            params: params.into_iter().map(owned).collect(),
            seed: 0,
        })
    }

    /// Returns the name of the classifier.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Checks the parameters of the classifier.
    ///
    /// # Errors
    /// [`ParamError`] for what the classifier itself refuses.
    pub fn check(&self) -> Result<(), ParamError> {
        self.build(0).map(|_| ())
    }

    /// Returns the parameters of the tree that it is, if it is one; randomness as in
    /// [`Self::build`].
    pub(super) fn tree(&self, place: u64) -> Result<Option<DecisionTreeValidParams>, ParamError> {
        let named = self
            .params
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()));
        let seed = self.seed_of(place);
        if self.name == DecisionTreeParams::ESTIMATOR {
            return read_named::<DecisionTreeParams>(named, seed).map(Some);
        }
        if self.name != ExtraTreeParams::ESTIMATOR {
            return Ok(None);
        }
        let extra = read_named::<ExtraTreeParams>(named, seed)?;
        let tree = DecisionTreeParams::default()
            .criterion(extra.criterion)
            .splitter(extra.splitter)
            .class_weight(extra.class_weight)
            .monotonic_cst(extra.monotonic_cst)
            .shape(extra.shape)
            .seed(extra.seed);
        tree.check().map(Some)
    }

    /// numpy's seeds have 32 bits, and some classifiers follow numpy's streams.
    fn seed_of(&self, place: u64) -> u64 {
        (self.seed ^ (place.wrapping_mul(0x9e37_79b9))) & 0xffff_ffff
    }

    /// Builds the classifier; where it names no seed of its own, its randomness is that of the
    /// outer classifier's seed and of `place`.
    ///
    /// # Errors
    /// [`ParamError`] for what the classifier itself refuses.
    pub fn build(&self, place: u64) -> Result<Box<dyn Estimator>, ParamError> {
        let known = BUILDERS.iter().find(|(known, _)| *known == self.name);
        let (_, build) = known.expect("a name that was checked");
        build(&self.params, self.seed_of(place))
    }
}

impl Parameter for BaseEstimator {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Estimator]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        let ParamValue::Map(named) = value else {
            return None;
        };
        let (name, ParamValue::Map(params)) = named.first_key_value()? else {
            return None;
        };
        let params = params
            .iter()
            .map(|(name, value)| (name.as_str(), value.clone()));
        Self::new(name, params).filter(|_| named.len() == 1)
    }

    fn write(&self) -> ParamValue {
        let params = ParamValue::Map(self.params.clone());
        ParamValue::Map(BTreeMap::from([(self.name.clone(), params)]))
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }

    fn take_seed(&mut self, seed: u64) {
        self.seed = seed;
    }
}

/// Classifiers with names of the user's: `[["nb", {"GaussianNB": {}}], …]`; `"drop"` in place of a
/// classifier leaves it out.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct NamedEstimators(pub Vec<(String, Option<BaseEstimator>)>);

/// What leaves a classifier out.
const DROP: &str = "drop";

impl NamedEstimators {
    /// Checks names and parameters as a parameter of `estimator`, which has the parameters `others`.
    ///
    /// # Errors
    /// [`ParamError`] for names that are there twice, have two underscores or are those of
    /// parameters, for no classifier at all, and for what a classifier itself refuses.
    pub fn check(&self, estimator: &'static str, others: &[&str]) -> Result<(), ParamError> {
        let refuse = |expected: &str| {
            let got = self.write();
            Err(ParamError::value(estimator, "estimators", expected, got))
        };
        if self.0.iter().all(|(_, one)| one.is_none()) {
            return refuse("a list of at least one pair of a name and a classifier");
        }
        for (place, (name, one)) in self.0.iter().enumerate() {
            if self.0[..place].iter().any(|(other, _)| other == name) {
                return refuse("a list of pairs with different names");
            }
            if name.contains("__") || others.contains(&name.as_str()) || name == "estimators" {
                return refuse("a list of pairs whose names are no parameters and without `__`");
            }
            if let Some(one) = one {
                one.check()?;
            }
        }
        Ok(())
    }

    /// Returns the classifiers that are not left out, each with its place in the list.
    pub fn kept(&self) -> impl Iterator<Item = (usize, &BaseEstimator)> {
        let all = self.0.iter().enumerate();
        all.filter_map(|(place, (_, one))| Some((place, one.as_ref()?)))
    }
}

impl Parameter for NamedEstimators {
    type Range = ();

    fn kinds() -> Vec<Kind> {
        vec![Kind::Estimators]
    }

    fn read(value: &ParamValue) -> Option<Self> {
        let ParamValue::List(pairs) = value else {
            return None;
        };
        let pair = |pair: &ParamValue| {
            let ParamValue::List(pair) = pair else {
                return None;
            };
            let [ParamValue::Text(name), one] = &pair[..] else {
                return None;
            };
            match one {
                ParamValue::Text(text) => (text == DROP).then(|| (name.clone(), None)),
                one => Some((name.clone(), Some(BaseEstimator::read(one)?))),
            }
        };
        pairs.iter().map(pair).collect::<Option<_>>().map(Self)
    }

    fn write(&self) -> ParamValue {
        let pair = |(name, one): &(String, Option<BaseEstimator>)| {
            let one = one
                .as_ref()
                .map_or(ParamValue::from(DROP), BaseEstimator::write);
            ParamValue::List(vec![ParamValue::Text(name.clone()), one])
        };
        ParamValue::List(self.0.iter().map(pair).collect())
    }

    fn is_in(&self, (): &()) -> bool {
        true
    }

    fn take_seed(&mut self, seed: u64) {
        for one in self.0.iter_mut().filter_map(|(_, one)| one.as_mut()) {
            one.take_seed(seed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(name: &str, params: ParamValue) -> ParamValue {
        ParamValue::Map(BTreeMap::from([(name.to_owned(), params)]))
    }

    #[test]
    fn a_classifier_is_read_by_name_and_refuses_what_it_refuses_alone() {
        let none = ParamValue::Map(BTreeMap::new());
        let written = map("GaussianNB", none.clone());
        let one = BaseEstimator::read(&written).unwrap();
        assert_eq!(one.write(), written);
        assert!(one.check().is_ok());
        assert_eq!(BaseEstimator::read(&map("NoSuchNB", none)), None);
        assert_eq!(
            BaseEstimator::read(&map("GaussianNB", ParamValue::Null)),
            None
        );
        let deep = map("max_depth", ParamValue::Int(0));
        let error = BaseEstimator::read(&map("DecisionTreeClassifier", deep)).unwrap();
        assert!(
            error
                .check()
                .unwrap_err()
                .to_string()
                .contains("`max_depth`")
        );
    }

    #[test]
    fn names_have_to_differ_and_not_all_may_be_dropped() {
        let nb = || BaseEstimator::new("GaussianNB", []);
        let list = |names: &[&str]| {
            NamedEstimators(
                names
                    .iter()
                    .map(|name| ((*name).to_owned(), nb()))
                    .collect(),
            )
        };
        assert!(list(&["a", "b"]).check("Test", &["cv"]).is_ok());
        for wrong in [&["a", "a"][..], &["a__b"], &["cv"], &[]] {
            assert!(list(wrong).check("Test", &["cv"]).is_err(), "{wrong:?}");
        }
        let dropped = NamedEstimators(vec![("a".to_owned(), None)]);
        assert!(dropped.check("Test", &[]).is_err());
        assert_eq!(NamedEstimators::read(&dropped.write()), Some(dropped));
    }
}
