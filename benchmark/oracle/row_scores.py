"""Makes tests/oracle/row_scores.json with scikit-learn 1.5.2.

Usage: python benchmark/oracle/row_scores.py tests/oracle/row_scores.json
"""
import json
import sys

import numpy as np
import sklearn
from sklearn import metrics


def brier(y, p):
    """As in scikit-learn from 1.7 on; 1.5.2 has it for two classes."""
    if p.shape[1] == 2:
        return metrics.brier_score_loss(y, p[:, 1])
    return float(np.mean(np.sum((p - np.eye(p.shape[1])[y]) ** 2, axis=1)))


def calibration_error(y, p, n_bins=15):
    """Guo et al., "On calibration of modern neural networks" (2017), equation 3."""
    confidence, right = p.max(1), p.argmax(1) == y
    total = 0.0
    for low, high in zip(np.linspace(0, 1, n_bins + 1)[:-1], np.linspace(0, 1, n_bins + 1)[1:]):
        inside = (confidence > low) & (confidence <= high)
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return float(total)


def case(y, p, predicted=None):
    labels = list(range(p.shape[1]))
    predicted = p.argmax(1) if predicted is None else predicted
    kappa = metrics.cohen_kappa_score(y, predicted)
    has_all = len(np.unique(y)) == p.shape[1]
    if not has_all:
        area = None
    elif p.shape[1] == 2:
        area = metrics.roc_auc_score(y, p[:, 1])
    else:
        area = metrics.roc_auc_score(y, p, multi_class="ovr", average="macro")
    top = 1.0 if p.shape[1] == 2 else metrics.top_k_accuracy_score(y, p, k=2, labels=labels)
    return dict(
        truth=y.tolist(),
        predicted=predicted.tolist(),
        probabilities=p.tolist(),
        labels=dict(
            balanced_accuracy=metrics.balanced_accuracy_score(y, predicted),
            f1_macro=metrics.f1_score(y, predicted, average="macro"),
            f1_weighted=metrics.f1_score(y, predicted, average="weighted"),
            matthews=metrics.matthews_corrcoef(y, predicted),
            kappa=None if np.isnan(kappa) else kappa,
        ),
        of_probabilities=dict(
            log_loss=metrics.log_loss(y, p, labels=labels),
            brier=brier(y, p),
            top_2_accuracy=top,
            calibration_error=calibration_error(y, p),
            roc_auc=area,
        ),
    )


def main(path):
    rng = np.random.default_rng(1)
    cases = []
    for n_classes, n in [(3, 40), (2, 30), (10, 60), (4, 12)]:
        y = np.append(np.arange(n_classes), rng.integers(n_classes, size=n - n_classes))
        p = rng.dirichlet(np.full(n_classes, 0.5), n)
        p[: n // 2, :] = 0.3 * p[: n // 2, :] + 0.7 * np.eye(n_classes)[y[: n // 2]]
        cases.append(case(y, p))
    # Probabilities of 0 and 1, and ties; a class that the truth lacks, and one that nobody predicts.
    y = np.array([0, 1, 2, 2, 1, 0, 0, 2])
    p = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 0], [0, 0.5, 0.5], [0.25, 0.25, 0.5], [0.5, 0.5, 0], [0, 1, 0], [0.2, 0.2, 0.6]])
    cases.append(case(y, p))
    cases.append(case(np.minimum(y, 1), p))
    cases.append(case(np.zeros(8, int), np.tile([0.9, 0.1], (8, 1))))
    with open(path, "w") as file:
        json.dump(dict(engine="scikit-learn " + sklearn.__version__, cases=cases), file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
