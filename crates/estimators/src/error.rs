//! What can go wrong with an estimator: its parameters, its data, its fit.

use thiserror::Error;

/// A parameter, or a combination of parameters, that an estimator does not accept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParamError {
    /// One value of the wrong type or out of its range.
    #[error("the `{param}` of {estimator} must be {expected}, got {got}")]
    Value {
        /// Estimator name as in a config.
        estimator: &'static str,
        /// Parameter name as in a config.
        param: &'static str,
        /// What would be accepted, e.g. `an integer in [1, inf)`.
        expected: String,
        /// The value found, as JSON.
        got: String,
    },
    /// A parameter the estimator does not have.
    #[error("{estimator} has no parameter `{param}`{hint}")]
    Unknown {
        /// Estimator name as in a config.
        estimator: &'static str,
        /// The name found.
        param: String,
        /// Empty, or `; did you mean …?`.
        hint: String,
    },
    /// Values that are fine alone but do not exist together, or that are not supported here.
    #[error("{estimator}({combination}) is not supported: {reason}")]
    Unsupported {
        /// Estimator name as in a config.
        estimator: &'static str,
        /// The offending parameters, e.g. `loss=hinge, penalty=l1`.
        combination: String,
        /// Why, and what to write instead.
        reason: String,
    },
}

impl ParamError {
    /// Makes a [`Self::Value`]; `got` is shown as it prints.
    pub fn value(
        estimator: &'static str,
        param: &'static str,
        expected: impl Into<String>,
        got: impl std::fmt::Display,
    ) -> Self {
        Self::Value {
            estimator,
            param,
            expected: expected.into(),
            got: got.to_string(),
        }
    }

    /// Makes a [`Self::Unsupported`].
    pub fn unsupported(
        estimator: &'static str,
        combination: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self::Unsupported {
            estimator,
            combination: combination.into(),
            reason: reason.into(),
        }
    }
}

/// Why a fit or a prediction failed.
#[derive(Debug, Error)]
pub enum FitError {
    /// A parameter was refused.
    #[error(transparent)]
    Param(#[from] ParamError),
    /// linfa, or a crate built on it, reported an error.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
    /// An upstream estimator reported an error of its own type.
    #[error("{crate_name} reported: {message}")]
    Upstream {
        /// The crate the error came from.
        crate_name: &'static str,
        /// Its text.
        message: String,
    },
    /// Feature rows and labels differ in number.
    #[error("expected a label for each of the {n_samples} rows, got {n_labels} labels")]
    LabelCount {
        /// Rows of the feature matrix.
        n_samples: usize,
        /// Labels given.
        n_labels: usize,
    },
    /// The rows to predict have another width than the rows fitted.
    #[error("expected rows of {expected} features as in training, got {found}")]
    FeatureCount {
        /// Features seen by `fit`.
        expected: usize,
        /// Features of the rows to predict.
        found: usize,
    },
    /// No rows, or rows without features.
    #[error("expected at least one row and one feature, got {n_samples} rows of {n_features}")]
    Empty {
        /// Rows.
        n_samples: usize,
        /// Columns.
        n_features: usize,
    },
    /// NaN or an infinite value.
    #[error("expected finite features, got {value} in row {row}, column {column}")]
    NotFinite {
        /// Row index.
        row: usize,
        /// Column index.
        column: usize,
        /// The value.
        value: f32,
    },
    /// A negative value where features are counts or categories.
    #[error(
        "expected features of at least 0 for {estimator}, got {value} in row {row}, column {column}; \
         counts and categories must not be standardised"
    )]
    Negative {
        /// Name of the classifier as in a config.
        estimator: &'static str,
        /// Row index.
        row: usize,
        /// Column index.
        column: usize,
        /// The value.
        value: f32,
    },
    /// Fewer rows than the classifier needs.
    #[error("expected {expected}, got {got}")]
    TooFewRows {
        /// What is needed, e.g. `more rows than classes`.
        expected: &'static str,
        /// What there is.
        got: String,
    },
    /// A row to predict that no training row is near to.
    #[error(
        "expected a training row within the radius of row {row}; raise `radius`, or write an \
         `outlier_label`"
    )]
    NoNeighbors {
        /// Row index.
        row: usize,
    },
    /// Fewer than two classes among the labels.
    #[error("{}", self.in_words(&|class| class.to_string()))]
    OneClass {
        /// The one class there is.
        class: usize,
    },
    /// Something is wrong with the rows of some of the classes.
    #[error("{}", self.in_words(&|class| class.to_string()))]
    OfClasses {
        /// Labels of the classes.
        classes: Vec<usize>,
        /// The error, whose text does not name the classes.
        error: Box<Self>,
    },
    /// There are more classes than class codes can number.
    #[error("expected at most {limit} classes")]
    TooManyClasses {
        /// Most classes possible.
        limit: usize,
    },
    /// The optimisation reached values that are not finite.
    #[error("diverged: {what} was {value} after {n_iter} iterations; {fix}")]
    Diverged {
        /// The quantity, e.g. `the training loss`.
        what: &'static str,
        /// Its value.
        value: f64,
        /// Iterations done.
        n_iter: usize,
        /// What to change.
        fix: &'static str,
    },
    /// The fit ended with a number that is NaN or infinite.
    #[error(
        "the fit left the finite numbers: {what} is {value}; scale the features, or choose less \
         extreme parameters"
    )]
    NotFiniteFit {
        /// The number, e.g. `a weight`.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// The fit needs more memory than there is.
    #[error("needs {needed_bytes} bytes of memory for {what}, the limit is {limit_bytes}")]
    Memory {
        /// What would need the memory.
        what: &'static str,
        /// Bytes needed.
        needed_bytes: u64,
        /// Bytes allowed.
        limit_bytes: u64,
    },
}

impl FitError {
    /// Makes a [`Self::OfClasses`] of an error and the labels of the classes that it is about.
    pub fn of_classes(error: impl Into<Self>, classes: impl Into<Vec<usize>>) -> Self {
        Self::OfClasses {
            classes: classes.into(),
            error: Box::new(error.into()),
        }
    }

    /// Returns the error apart from the classes that it is about.
    #[must_use]
    pub fn kind(&self) -> &Self {
        match self {
            Self::OfClasses { error, .. } => error.kind(),
            other => other,
        }
    }

    /// Returns the error with other labels, e.g. those that the caller's codes stand for.
    #[must_use]
    pub fn with_labels(self, label: &dyn Fn(usize) -> usize) -> Self {
        match self {
            Self::OneClass { class } => Self::OneClass {
                class: label(class),
            },
            Self::OfClasses { classes, error } => Self::OfClasses {
                classes: classes.into_iter().map(label).collect(),
                error,
            },
            other => other,
        }
    }

    /// Returns the text of the error in which each class has the name that `name` gives its label.
    pub fn in_words(&self, name: &dyn Fn(usize) -> String) -> String {
        match self {
            Self::OneClass { class } => {
                format!(
                    "expected at least two classes, got one class, {}",
                    name(*class)
                )
            }
            Self::OfClasses { classes, error } => {
                let names: Vec<String> = classes.iter().map(|&class| name(class)).collect();
                let noun = if names.len() == 1 { "class" } else { "classes" };
                format!("{noun} {}: {error}", names.join(" and "))
            }
            other => other.to_string(),
        }
    }
}
