"""The real images as the tests read them (`tests/fashion/mod.rs`), for the oracle scripts."""

import gzip
import os
from pathlib import Path

import numpy as np
from sklearn.preprocessing import StandardScaler


def load(name, offset):
    directory = Path(os.environ.get("FASHION_MNIST_DIR", "data/fashion-mnist"))
    data = gzip.decompress((directory / f"{name}-ubyte.gz").read_bytes())
    return np.frombuffer(data, np.uint8, offset=offset)


def images(name, n):
    return load(name, 16).reshape(-1, 784)[:n].astype(np.float64)


def standardised(n_train, n_test):
    """First images of both splits, standardised over the train images, and the train labels."""
    x_train, x_test = images("train-images-idx3", n_train), images("t10k-images-idx3", n_test)
    scaler = StandardScaler().fit(x_train)
    y_train = load("train-labels-idx1", 8)[:n_train]
    return scaler.transform(x_train), y_train, scaler.transform(x_test)


def digits(labels):
    return "".join(map(str, labels))
