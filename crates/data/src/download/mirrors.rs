//! The mirrors that published files are downloaded from.

use std::env;

use crate::name::DatasetName;

/// The environment variable that names a mirror of the user's own.
const MIRROR_VARIABLE: &str = "FASHION_BENCH_MIRROR";

/// Returns the base addresses, each ending in a slash, that a data set is downloaded from: the one
/// that `FASHION_BENCH_MIRROR` names, else the known mirrors in order. Whatever a mirror sends is
/// checked by its hash.
pub fn mirrors(name: DatasetName) -> Vec<String> {
    let own = env::var_os(MIRROR_VARIABLE).filter(|own| !own.is_empty());
    if let Some(own) = own {
        let own = own.to_string_lossy();
        let slash = if own.ends_with('/') { "" } else { "/" };
        return vec![format!("{own}{slash}")];
    }
    let known: &[&str] = match name {
        DatasetName::FashionMnist | DatasetName::Auto => &[
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        ],
        DatasetName::Mnist => &[
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ],
        DatasetName::Kmnist => &["http://codh.rois.ac.jp/kmnist/dataset/kmnist/"],
        DatasetName::K49 => &["http://codh.rois.ac.jp/kmnist/dataset/k49/"],
        DatasetName::Qmnist => {
            &["https://raw.githubusercontent.com/facebookresearch/qmnist/master/"]
        }
        DatasetName::EmnistLetters | DatasetName::EmnistBalanced | DatasetName::EmnistDigits => {
            &["https://www.itl.nist.gov/iaui/vip/cs_links/EMNIST/"]
        }
        DatasetName::Demo => &[],
    };
    known.iter().map(|url| (*url).to_owned()).collect()
}
