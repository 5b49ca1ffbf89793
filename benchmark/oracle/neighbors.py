#!/usr/bin/env python3
"""Write scikit-learn's predictions for the tests of kNN and GaussianNB.

    benchmark/oracle/neighbors.py > tests/oracle/neighbors/fashion_mnist.json

The first 6,000 train images, standardised over themselves; the first 500 test images.
"""

import json

import sklearn
from fashion import digits, standardised
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

N_TRAIN, N_TEST = 6000, 500
x_train, y_train, x_test = standardised(N_TRAIN, N_TEST)

rows = []


def add(classifier, parameter):
    found = classifier(**parameter).fit(x_train, y_train).predict(x_test)
    rows.append(
        {
            "name": classifier.__name__,
            "parameter": parameter,
            "predictions": digits(found),
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
