#!/usr/bin/env python3
"""Write scikit-learn's predictions of nearest neighbours by every metric.

    benchmark/oracle/metrics.py > tests/oracle/neighbors/metrics.json
"""

import json
import warnings

import numpy as np
import sklearn
from kernels import split
from sklearn.neighbors import KNeighborsClassifier

METRICS = [
    *["euclidean", "manhattan", "chebyshev", "sqeuclidean", "cosine", "correlation", "canberra"],
    *["braycurtis", "hamming", "jaccard", "dice", "rogerstanimoto", "russellrao", "sokalsneath"],
    "yule",
]
POWERS = [0.5, 1, 1.5, 2, 2.2, 2.5, 3, 4, 7, np.inf]

warnings.filterwarnings("ignore")
train, test = split(90, 60, 6, 4, 11)
cases = []
named = [dict(metric=metric) for metric in METRICS] + [dict(p=p) for p in POWERS]
for number, params in enumerate(named):
    for weights in ("uniform", "distance"):
        k = 3 + number % 4
        given = dict(params, weights=weights, n_neighbors=k)
        model = KNeighborsClassifier(**given).fit(*train)
        distances, _ = model.kneighbors(test[0], n_neighbors=k + 1)
        gaps = distances[:, k] - distances[:, k - 1]
        if given.get("p") == np.inf:
            given["p"] = "inf"
        cases.append(
            dict(
                params=given,
                predictions=model.predict(test[0]).tolist(),
                is_tied=[not gap > 1e-9 for gap in gaps],
            )
        )
content = dict(
    version=sklearn.__version__,
    x=(8 * train[0]).astype(int).tolist(),
    y=train[1].tolist(),
    x_test=(8 * test[0]).astype(int).tolist(),
    cases=cases,
)
print(json.dumps(content, separators=(",", ":")))
