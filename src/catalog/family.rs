//! Groups of classifiers, and generations of defaults.

use super::names::names;

names! {
    /// The library generation whose defaults fill in what a config leaves out.
    #[derive(Default)]
    pub enum Profile {
        /// scikit-learn 1.5, today's defaults.
        #[default]
        Sklearn15 = "sklearn-1.5",
        /// scikit-learn 0.19 of 2017, which the published table was made with.
        Sklearn019 = "sklearn-0.19",
    }
}

names! {
    /// Which group of methods an estimator belongs to; reports group by it.
    #[expect(missing_docs, reason = "the names say it")]
    pub enum Family {
        NaiveBayes = "naive_bayes",
        Neighbors = "neighbors",
        Tree = "tree",
        Forest = "forest",
        Boosting = "boosting",
        Linear = "linear",
        Svm = "svm",
        NeuralNetwork = "neural_network",
        GaussianProcess = "gaussian_process",
        DiscriminantAnalysis = "discriminant_analysis",
        Ensemble = "ensemble",
        Dummy = "dummy",
        Linfa = "linfa",
        Engines = "engines",
        /// Predictions that were made elsewhere and handed in.
        Submitted = "submitted",
    }
}

impl Family {
    /// Returns the name in words, for reports.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::NaiveBayes => "naive Bayes",
            Self::Neighbors => "neighbours",
            Self::Tree => "tree",
            Self::Forest => "forest",
            Self::Boosting => "boosting",
            Self::Linear => "linear",
            Self::Svm => "SVM",
            Self::NeuralNetwork => "neural network",
            Self::GaussianProcess => "Gaussian process",
            Self::DiscriminantAnalysis => "discriminant analysis",
            Self::Ensemble => "ensemble",
            Self::Dummy => "dummy",
            Self::Linfa => "linfa",
            Self::Engines => "engines",
            Self::Submitted => "submitted",
        }
    }
}
