"""Accuracies of scikit-learn 1.5.2 on 3,000 images of Fashion-MNIST, for tests/linear.

    FASHION_MNIST_DIR=… python benchmark/oracle/linear_fashion.py > tests/oracle/linear/fashion_mnist.json

Trained on the first 2,000 train images, pixels / 255, scored on the next 1,000. Convex problems are
solved far beyond the default tolerance; the stochastic one is the mean of 64 seeds: its standard
deviation is 0.01, and the mean of the first eight was 0.006 off.
"""

import json

import numpy as np
import sklearn
from fashion import images, load
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.svm import LinearSVC

assert sklearn.__version__ == "1.5.2"


x = images("train-images-idx3", 3000) / 255.0
y = load("train-labels-idx1", 8)[:3000]


def accuracy(model):
    return model.fit(x[:2000], y[:2000]).score(x[2000:], y[2000:])


sgd = [accuracy(SGDClassifier(loss="log_loss", random_state=seed)) for seed in range(64)]
rows = [
    ("SGDClassifier", {"loss": "log_loss"}, np.mean(sgd)),
    ("LinearSVC", {"loss": "hinge"}, accuracy(LinearSVC(loss="hinge", max_iter=1_000_000))),
    ("LogisticRegression", {}, accuracy(LogisticRegression(tol=1e-8, max_iter=100_000))),
]
print(
    json.dumps(
        {
            "sklearn": sklearn.__version__,
            "sgd_std": round(float(np.std(sgd)), 4),
            "rows": [
                {"name": name, "params": params, "accuracy": round(float(found), 4)}
                for name, params, found in rows
            ],
        },
        indent=1,
    )
)
