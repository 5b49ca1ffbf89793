//! Rows of an engine beside the rows of the same classifiers of this program, in one table.

use std::collections::BTreeSet;

use crate::figures::our_id;
use crate::results::Record;

/// Returns the names of the engines that a table has rows of, in the order of the alphabet.
#[must_use]
pub fn engines_of(records: &[Record]) -> Vec<String> {
    let engines = records.iter().filter_map(|record| record.engine.as_ref());
    let names: BTreeSet<_> = engines.map(|engine| engine.name.clone()).collect();
    names.into_iter().collect()
}

/// Returns this program's rows and the rows of `engine`, the latter under the ids of our classifiers
/// of the same name or kind and with the same parameters, so that the two can be compared as two
/// tables. Rows of the engine that are like none of ours keep their own ids.
#[must_use]
pub fn split_engine(records: &[Record], engine: &str) -> (Vec<Record>, Vec<Record>) {
    let ours = records.iter().filter(|record| record.engine.is_none());
    let theirs = records
        .iter()
        .filter(|record| record.engine.as_ref().is_some_and(|of| of.name == engine));
    (ours.cloned().collect(), theirs.map(under_our_id).collect())
}

fn under_our_id(record: &Record) -> Record {
    let mut twin = record.clone();
    if let Some(id) = our_id(record) {
        twin.id = id;
    }
    twin
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::catalog::{self, Profile};
    use crate::compare::{Side, compare};
    use crate::grid::JobId;
    use crate::results::Engine;
    use crate::results::fixture::record;

    fn of(name: &str, score: f64) -> Record {
        let mut row = record(name, &[score]);
        let has_c = name.ends_with("SVC");
        let parameter = if has_c { json!({"C": 10}) } else { json!({}) };
        row.parameter = parameter.as_object().unwrap().clone();
        match name.split_once("::") {
            Some((engine, _)) => {
                row.id = JobId::new(name, &row.parameter);
                row.engine = Some(Engine {
                    name: engine.to_owned(),
                    ..Engine::default()
                });
            }
            None => {
                let spec = catalog::find(name).unwrap();
                let resolved = spec.resolve(&row.parameter, Profile::default()).unwrap();
                row.id = JobId::new(name, &resolved.params);
            }
        }
        row
    }

    #[test]
    fn a_classifier_is_paired_with_that_of_the_engine() {
        let table = [
            of("SVC", 0.5),
            of("sklearn::svm.SVC", 0.75),
            of("sklearn::Odd", 0.25),
            of("lightgbm::LGBMClassifier", 0.25),
        ];
        assert_eq!(engines_of(&table), ["lightgbm", "sklearn"]);
        let (ours, theirs) = split_engine(&table, "sklearn");
        let found = compare(Side::Table(&ours), Side::Table(&theirs)).unwrap();
        assert_eq!(found.rows.len(), 1);
        assert!((found.rows[0].difference.mean + 0.25).abs() < 1e-12);
        assert!(found.rows[0].difference.is_paired);
        assert_eq!(found.only_b.len(), 1);
    }

    #[test]
    fn a_classifier_of_the_same_kind_is_paired_by_the_parameters_of_both() {
        let mut ours = of("HistGradientBoostingClassifier", 0.5);
        let mut theirs = of("lightgbm::LGBMClassifier", 0.75);
        let written = |text: &str| serde_json::from_str::<catalog::Params>(text).unwrap();
        ours.parameter = written(r#"{"max_iter": 10, "max_depth": 3}"#);
        theirs.parameter = written(r#"{"n_estimators": 10, "max_depth": 3, "n_jobs": 1}"#);
        let spec = catalog::find(&ours.name).unwrap();
        let resolved = spec.resolve(&ours.parameter, Profile::default()).unwrap();
        ours.id = JobId::new(spec.name, &resolved.params);
        let (ours, theirs) = split_engine(&[ours, theirs], "lightgbm");
        let found = compare(Side::Table(&ours), Side::Table(&theirs)).unwrap();
        assert_eq!((found.rows.len(), found.only_b.len()), (1, 0));
    }
}
