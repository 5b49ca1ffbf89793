//! The names of scikit-learn's classifiers, which tell a classifier that is not implemented from a
//! typo.

use super::config::Engine;
use crate::catalog::engine::{EngineModel, Launch, PACKAGES, SEPARATOR, find_package};
use crate::catalog::{EstimatorSpec, did_you_mean};

/// Every classifier of scikit-learn 1.5.
pub const SKLEARN_CLASSIFIERS: &[&str] = &[
    "AdaBoostClassifier",
    "BaggingClassifier",
    "BernoulliNB",
    "CalibratedClassifierCV",
    "CategoricalNB",
    "ClassifierChain",
    "ComplementNB",
    "DecisionTreeClassifier",
    "DummyClassifier",
    "ExtraTreeClassifier",
    "ExtraTreesClassifier",
    "FixedThresholdClassifier",
    "GaussianNB",
    "GaussianProcessClassifier",
    "GradientBoostingClassifier",
    "HistGradientBoostingClassifier",
    "KNeighborsClassifier",
    "LabelPropagation",
    "LabelSpreading",
    "LinearDiscriminantAnalysis",
    "LinearSVC",
    "LogisticRegression",
    "LogisticRegressionCV",
    "MLPClassifier",
    "MultiOutputClassifier",
    "MultinomialNB",
    "NearestCentroid",
    "NuSVC",
    "OneVsOneClassifier",
    "OneVsRestClassifier",
    "OutputCodeClassifier",
    "PassiveAggressiveClassifier",
    "Perceptron",
    "QuadraticDiscriminantAnalysis",
    "RadiusNeighborsClassifier",
    "RandomForestClassifier",
    "RidgeClassifier",
    "RidgeClassifierCV",
    "SGDClassifier",
    "SVC",
    "StackingClassifier",
    "TunedThresholdClassifierCV",
    "VotingClassifier",
];

/// The meaning of a classifier's name in a config.
#[derive(Debug)]
pub(super) enum Subject {
    /// An estimator of this program.
    Known(&'static EstimatorSpec),
    /// A classifier of an engine.
    Engine(Box<EngineModel>),
    /// A scikit-learn classifier that this program does not have yet.
    NotImplemented,
}

/// Looks up what `name` stands for.
///
/// # Errors
/// Returns `; did you mean …?`, or an empty text, for a name that is neither.
pub(super) fn find_subject(
    name: &str,
    estimators: &'static [EstimatorSpec],
    engines: &[Engine],
) -> Result<Subject, String> {
    if let Some(spec) = estimators.iter().find(|spec| spec.name == name) {
        return Ok(Subject::Known(spec));
    }
    if SKLEARN_CLASSIFIERS.contains(&name) {
        return Ok(Subject::NotImplemented);
    }
    if let Some((engine, classifier)) = name.split_once(SEPARATOR)
        && let Some(found) = find_in_engine(engine, classifier, engines)
    {
        return found;
    }
    let names = estimators.iter().map(|spec| spec.name);
    // A path such as `sklearn.svm.SVC` means its last part, `SVC`.
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    let hint = did_you_mean(
        name,
        names.clone().chain(SKLEARN_CLASSIFIERS.iter().copied()),
    );
    if !hint.is_empty() {
        return Err(hint);
    }
    if let Some(hint) = like_an_engine(name, engines) {
        return Err(hint);
    }
    let hint = did_you_mean(last, names.chain(SKLEARN_CLASSIFIERS.iter().copied()));
    Err(match name.split_once(SEPARATOR) {
        Some((engine, _)) if hint.is_empty() => {
            format!("; there is no engine `{engine}`, declare it in `engines`")
        }
        _ => hint,
    })
}

/// The hint for a name that begins almost like that of an engine.
fn like_an_engine(name: &str, engines: &[Engine]) -> Option<String> {
    let (engine, classifier) = name.split_once(SEPARATOR)?;
    let declared = engines.iter().map(|engine| engine.name.as_str());
    let packages = PACKAGES.iter().map(|package| package.name);
    let found = did_you_mean(engine, declared.chain(packages));
    let known = found.strip_prefix("; did you mean `")?.strip_suffix("`?")?;
    Some(format!(
        "; there is no engine `{engine}`; did you mean `{known}{SEPARATOR}{classifier}`?"
    ))
}

/// Finds a classifier of an engine; nothing if there is no such engine.
fn find_in_engine(
    engine: &str,
    classifier: &str,
    engines: &[Engine],
) -> Option<Result<Subject, String>> {
    let declared = engines.iter().find(|declared| declared.name == engine);
    let launch = match declared {
        Some(declared) => declared.launch.clone(),
        None => Launch::package(find_package(engine)?.name),
    };
    let is_python = matches!(launch, Launch::Python { .. });
    if classifier.is_empty() || (is_python && !is_dotted_path(classifier)) {
        let expected = "; expected a class after `::`, e.g. `SVC` or `svm.SVC`";
        return Some(Err(expected.to_owned()));
    }
    let model = EngineModel::new(engine, classifier, launch);
    Some(Ok(Subject::Engine(Box::new(model))))
}

/// Whether `path` is made of Python's identifiers without leading underscores, joined by points.
pub(super) fn is_dotted_path(path: &str) -> bool {
    let is_public = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    path.split('.').all(is_public)
}

/// Whether a config may declare an engine of this name.
pub(super) fn is_free_engine_name(name: &str) -> bool {
    let is_taken = name == "linfa" || PACKAGES.iter().any(|package| package.name == name);
    !is_taken
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
}
