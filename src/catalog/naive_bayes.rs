//! naive_bayes
