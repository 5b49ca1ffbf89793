"""Writes tests/oracle/dataset/standard_scaler.json with scikit-learn's StandardScaler."""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(7)
train = rng.integers(0, 256, (17, 12), dtype=np.uint8)
test = rng.integers(0, 256, (6, 12), dtype=np.uint8)
train[:, 0] = 0  # constant in both splits
test[:, 0] = 0
train[:, 5] = 200  # constant in the train split only
train[:, 7] = 0  # all but constant
train[3, 7] = 1

scaler = StandardScaler().fit(train.astype(np.float64))


def values(array):
    return [float(value) for value in np.float32(scaler.transform(array.astype(np.float64))).ravel()]


oracle = {
    "made_by": f"benchmark/oracle/standard_scaler.py, scikit-learn {sklearn.__version__}",
    "train": train.ravel().tolist(),
    "test": test.ravel().tolist(),
    "train_scaled": values(train),
    "test_scaled": values(test),
}
path = Path(__file__).parents[2] / "tests/oracle/dataset/standard_scaler.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(oracle) + "\n")
