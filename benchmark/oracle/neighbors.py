#!/usr/bin/env python3
"""Write scikit-learn's predictions for the tests of kNN and GaussianNB.

    benchmark/oracle/neighbors.py > tests/oracle/neighbors/fashion_mnist.json

The first 6,000 train images, standardised over themselves; the first 500 test images.
"""

import gzip
import json
import os
from pathlib import Path

import numpy as np
import sklearn
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

N_TRAIN, N_TEST = 6000, 500
DIRECTORY = Path(os.environ.get("FASHION_MNIST_DIR", "data/fashion-mnist"))


def load(name, offset):
    data = gzip.decompress((DIRECTORY / f"{name}-ubyte.gz").read_bytes())
    return np.frombuffer(data, np.uint8, offset=offset)


def images(name, n):
    return load(name, 16).reshape(-1, 784)[:n].astype(np.float64)


x_train, x_test = images("train-images-idx3", N_TRAIN), images("t10k-images-idx3", N_TEST)
y_train = load("train-labels-idx1", 8)[:N_TRAIN]
scaler = StandardScaler().fit(x_train)
x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)

rows = []


def add(classifier, parameter):
    found = classifier(**parameter).fit(x_train, y_train).predict(x_test)
    rows.append(
        {
            "name": classifier.__name__,
            "parameter": parameter,
            "predictions": "".join(map(str, found)),
        }
    )


for p in (1, 2):
    for weights in ("uniform", "distance"):
        for n_neighbors in (1, 5, 9):
            add(KNeighborsClassifier, {"n_neighbors": n_neighbors, "weights": weights, "p": p})
add(GaussianNB, {})
add(GaussianNB, {"priors": [0.1] * 10})
add(GaussianNB, {"priors": [0.91] + [0.01] * 9, "var_smoothing": 0.1})
add(GaussianNB, {"priors": [0.0, 0.2] + [0.1] * 8, "var_smoothing": 1e-3})

print("{")
print(f'"engine": "scikit-learn {sklearn.__version__}",')
print(f'"n_train": {N_TRAIN},')
print('"rows": [')
print(",\n".join(json.dumps(row) for row in rows))
print("]\n}")
