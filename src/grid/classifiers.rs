//! The names of scikit-learn's classifiers, which tell a classifier that is not implemented from a
//! typo.

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
) -> Result<Subject, String> {
    if let Some(spec) = estimators.iter().find(|spec| spec.name == name) {
        return Ok(Subject::Known(spec));
    }
    if SKLEARN_CLASSIFIERS.contains(&name) {
        return Ok(Subject::NotImplemented);
    }
    let names = estimators.iter().map(|spec| spec.name);
    // A path such as `sklearn.svm.SVC` means its last part, `SVC`.
    let last = name.rsplit(['.', ':']).next().unwrap_or(name);
    let hint = did_you_mean(
        name,
        names.clone().chain(SKLEARN_CLASSIFIERS.iter().copied()),
    );
    Err(if hint.is_empty() {
        did_you_mean(last, names.chain(SKLEARN_CLASSIFIERS.iter().copied()))
    } else {
        hint
    })
}
