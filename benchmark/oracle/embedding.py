"""Figures of scikit-learn 1.5.2 and umap-learn 0.5.7 for the tests of crates/embedding.

    python benchmark/oracle/embedding.py

Trustworthiness stands in src/quality/tests.rs, the curve's parameters in src/umap/curve.rs.
umap-learn may be absent; its part is left out then.
"""

import numpy as np
from sklearn.manifold import trustworthiness
from sklearn.neighbors import KNeighborsClassifier


def rows(n, n_features):
    i, j = np.arange(n)[:, None], np.arange(n_features)[None, :]
    return ((i * i * (j + 2) * 31 + i * 17 + j * j * 5) % 1009).astype(np.float32)


def points(n):
    x = rows(n, 6)
    i = np.arange(n)
    return np.stack([x[:, 0] + (i * 37) % 211, x[:, 1] + 0.5 * x[:, 2]], axis=1).astype(np.float64)


for n, k in [(20, 5), (60, 5), (150, 15)]:
    print(f"trustworthiness {n} {k}: {trustworthiness(rows(n, 6), points(n), n_neighbors=k)!r}")

for n, k in [(60, 3), (150, 10)]:
    labels = (rows(n, 6)[:, 0] // 340).astype(int)
    right = 0
    for i in range(n):
        rest = np.arange(n) != i
        model = KNeighborsClassifier(k).fit(points(n)[rest], labels[rest])
        right += model.predict(points(n)[i : i + 1])[0] == labels[i]
    print(f"accuracy {n} {k}: {right} of {n}")

try:
    from umap.umap_ import find_ab_params
except ImportError:
    raise SystemExit("umap-learn is not there")
for min_dist, spread in [(0.1, 1.0), (0.0, 1.0), (0.5, 1.0), (0.99, 1.0), (0.25, 2.0)]:
    a, b = find_ab_params(spread, min_dist)
    print(f"curve {min_dist} {spread}: {a!r} {b!r}")
