//! The classes of the known data sets.

/// Classes of the known data sets.
pub const N_CLASSES: usize = 10;

/// Fashion-MNIST's classes in the order of the labels.
pub const FASHION_CLASSES: [&str; N_CLASSES] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
];
