//! Naive Bayes: of normally distributed features (`GaussianNB`), and in a folder each of features
//! that are there or not, of counts, and of categories.

mod algorithm;
mod bernoulli;
mod categorical;
mod complement;
mod model;
mod multinomial;
mod pairwise_sum;
mod params;
mod smoothing;
#[cfg(test)]
mod tests;

pub use bernoulli::{BernoulliNb, BernoulliNbParams, BernoulliNbValidParams};
pub use categorical::{
    CategoricalNb, CategoricalNbParams, CategoricalNbValidParams, MinCategories,
};
pub use complement::{ComplementNb, ComplementNbParams, ComplementNbValidParams};
pub use model::GaussianNb;
pub use multinomial::{MultinomialNb, MultinomialNbParams, MultinomialNbValidParams};
pub use params::{GaussianNbParams, GaussianNbValidParams};
pub use smoothing::Smoothing;
