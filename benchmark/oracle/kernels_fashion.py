#!/usr/bin/env python3
"""Write scikit-learn's answers on real images for the tests of SVC, NuSVC and Gaussian processes.

    benchmark/oracle/kernels_fashion.py > tests/oracle/kernels/fashion_mnist.json

Machines: the first 6,000 train images. Processes: the first 2,000, all that scikit-learn fits in
a minute. Standardised over themselves; predictions of the first 1,000 test images.
"""

import json
import warnings

import numpy as np
import sklearn
from fashion import digits, standardised
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.svm import SVC, NuSVC

N_TEST = 1000
# Beyond this squared distance the covariance exp(-d²/2) is 0 in doubles.
UNDERFLOW = 1490.2

machines = [
    (SVC, {"kernel": "linear"}),
    (SVC, {"kernel": "linear", "C": 10.0}),
    (SVC, {"kernel": "rbf"}),
    (SVC, {"kernel": "rbf", "C": 10.0}),
    (SVC, {"kernel": "rbf", "C": 10.0, "gamma": "auto", "cache_size": 5}),
    (SVC, {"kernel": "poly"}),
    (SVC, {"kernel": "poly", "C": 10.0, "degree": 2, "coef0": 1.0}),
    (SVC, {"kernel": "sigmoid", "gamma": 1e-4}),
    (SVC, {"class_weight": "balanced"}),
    (SVC, {"class_weight": {"0": 0.1, "6": 4.0}}),
    (NuSVC, {"nu": 0.1}),
    (NuSVC, {"nu": 0.3, "kernel": "linear"}),
]


def support(model):
    return int(model.n_support_.sum())


def machine_rows():
    x_train, y_train, x_test = standardised(6000, N_TEST)
    for classifier, params in machines:
        given = dict(params)
        if isinstance(given.get("class_weight"), dict):
            given["class_weight"] = {int(k): v for k, v in given["class_weight"].items()}
        model = classifier(**given).fit(x_train, y_train)
        yield {
            "name": classifier.__name__,
            "params": params,
            "n_support": support(model),
            "predictions": digits(model.predict(x_test)),
        }


def process_rows():
    x_train, y_train, x_test = standardised(2000, N_TEST)
    d2 = (x_test**2).sum(1)[:, None] + (x_train**2).sum(1)[None] - 2 * x_test @ x_train.T
    nearest = np.stack([d2[:, y_train == k].min(1) for k in range(10)], 1)
    for mode in ("one_vs_one", "one_vs_rest"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = GaussianProcessClassifier(multi_class=mode).fit(x_train, y_train)
        yield {
            "name": "GaussianProcessClassifier",
            "params": {"multi_class": mode},
            "predictions": digits(model.predict(x_test)),
            # Test images for which each class has covariances that are not 0.
            "in_reach": digits((nearest.max(1) < UNDERFLOW).astype(int)),
        }


print("{")
print(f'"version": "{sklearn.__version__}",')
for key, rows, end in (("machines", machine_rows(), ","), ("processes", process_rows(), "")):
    print(f'"{key}": [')
    print(",\n".join(json.dumps(row) for row in rows))
    print(f"]{end}")
print("}")
