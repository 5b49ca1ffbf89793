//! Fashion-MNIST, MNIST and the built-in demo set: files, identity, preparation.

mod identity;

pub use identity::{DatasetIdentity, FileIdentity};
