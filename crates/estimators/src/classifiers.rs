//! The one list of this crate's classifiers.

/// Calls the macro `$callback` with the types of the parameters of all classifiers, sorted by the
/// names of the classifiers. Whatever is known of every classifier, such as a catalog's entries or the
/// classifiers that others may hold, is declared from it.
#[macro_export]
macro_rules! classifiers {
    ($callback:ident) => {
        $callback! {
            $crate::ensemble::AdaBoostParams,
            $crate::ensemble::BaggingParams,
            $crate::naive_bayes::BernoulliNbParams,
            $crate::ensemble::CalibratedParams,
            $crate::naive_bayes::CategoricalNbParams,
            $crate::naive_bayes::ComplementNbParams,
            $crate::tree::DecisionTreeParams,
            $crate::dummy::DummyParams,
            $crate::tree::ExtraTreeParams,
            $crate::forest::ExtraTreesParams,
            $crate::naive_bayes::GaussianNbParams,
            $crate::gaussian_process::GaussianProcessParams,
            $crate::boosting::GradientBoostingParams,
            $crate::boosting::HistGradientBoostingParams,
            $crate::neighbors::KNeighborsParams,
            $crate::discriminant_analysis::LinearDiscriminantParams,
            $crate::linear::LinearSvcParams,
            $crate::linear::LogisticRegressionParams,
            $crate::linear::LogisticRegressionCvParams,
            $crate::mlp::MlpParams,
            $crate::naive_bayes::MultinomialNbParams,
            $crate::linear::NearestCentroidParams,
            $crate::svm::NuSvcParams,
            $crate::sgd::PassiveAggressiveParams,
            $crate::sgd::PerceptronParams,
            $crate::discriminant_analysis::QuadraticDiscriminantParams,
            $crate::neighbors::RadiusNeighborsParams,
            $crate::forest::RandomForestParams,
            $crate::linear::RidgeClassifierParams,
            $crate::linear::RidgeClassifierCvParams,
            $crate::sgd::SgdParams,
            $crate::svm::SvcParams,
            $crate::ensemble::StackingParams,
            $crate::ensemble::VotingParams,
        }
    };
}
