"""Small data sets that are hard on classifiers, each a function of a generator's name and a seed."""
import numpy as np
from sklearn.datasets import load_digits


def _blobs(rng, n, d, weights, spread=1.5):
    """Rows around one centre per class, and fresh ones for the test."""
    k = len(weights)
    centres = rng.normal(0, spread, (k, d))
    y = rng.choice(k, n, p=np.array(weights) / np.sum(weights))
    y[:k] = np.arange(k)  # Each class occurs.
    t = rng.choice(k, 40, p=np.array(weights) / np.sum(weights))
    return centres[y] + rng.normal(size=(n, d)), y, centres[t] + rng.normal(size=(len(t), d))


def two_classes(rng):
    return _blobs(rng, rng.integers(20, 160), rng.integers(2, 8), [1, 1])


def imbalanced(rng):
    return _blobs(rng, rng.integers(60, 160), rng.integers(2, 6), [0.85, 0.1, 0.05])


def constant_and_duplicated_features(rng):
    x, y, t = _blobs(rng, rng.integers(30, 120), 3, [1, 1, 1])
    add = lambda a: np.column_stack([a, np.full(len(a), 3.0), a[:, 0], np.zeros(len(a)), a[:, 1]])
    return add(x), y, add(t)


def duplicated_rows(rng):
    """A third of the rows occur again with another label."""
    x, y, t = _blobs(rng, rng.integers(20, 80), rng.integers(2, 5), [1, 1, 1])
    again = rng.choice(len(x), len(x) // 3, replace=False)
    return np.vstack([x, x[again]]), np.append(y, (y[again] + 1) % 3), np.vstack([t, x[again]])


def ties(rng):
    """Few values, so that distances, splits and votes tie."""
    x, y, t = _blobs(rng, rng.integers(20, 100), rng.integers(2, 5), [1] * int(rng.integers(2, 5)))
    return np.round(x / 2), y, np.round(t / 2)


def many_values(rng):
    """More values of a feature than a byte tells apart, and one of few."""
    x, y, t = _blobs(rng, rng.integers(300, 600), rng.integers(2, 5), [1, 1, 1], 0.7)
    x[:, 0], t[:, 0] = np.round(x[:, 0]), np.round(t[:, 0])
    return x, y, t


def one_pixel(rng):
    return _blobs(rng, rng.integers(10, 100), 1, [1, 1, 1])


def two_rows(rng):
    x, y, t = _blobs(rng, 2, rng.integers(1, 5), [1, 1])
    return x, y, np.vstack([t, x.mean(0, keepdims=True)])


def a_class_with_one_row(rng):
    x, y, t = _blobs(rng, rng.integers(20, 80), rng.integers(2, 5), [1, 1])
    return np.vstack([x, x.mean(0) + 3]), np.append(y, 2), np.vstack([t, x.mean(0, keepdims=True) + 3])


def many_classes(rng):
    k = int(rng.integers(15, 27))
    return _blobs(rng, 5 * k, rng.integers(3, 7), [1] * k, 3.0)


def odd_labels(rng):
    """Labels with holes, beyond a byte and below zero, and test rows of a class that is not there."""
    x, y, t = _blobs(rng, rng.integers(30, 100), rng.integers(2, 6), [1, 1, 1])
    return x, np.array([[-7, 3, 1000], [1, 5, 9], [0, 254, 255]][rng.integers(3)])[y], np.vstack([t, t[:5] + 20])


def four_grey_levels(rng):
    x, y, t = _blobs(rng, rng.integers(40, 120), 16, [1, 1, 1, 1], 0.7)
    grey = lambda a: 85.0 * np.clip(np.round(a + 1), 0, 3)
    return grey(x), y, grey(t)


def large_scale(rng):
    x, y, t = _blobs(rng, rng.integers(30, 100), rng.integers(2, 6), [1, 1, 1])
    scale = 10.0 ** rng.integers(1, 7, x.shape[1])
    return x * scale, y, t * scale


def small_scale(rng):
    x, y, t = _blobs(rng, rng.integers(30, 100), rng.integers(2, 6), [1, 1])
    return x * 0.01, y, t * 0.01


def one_class(rng):
    x, y, t = _blobs(rng, rng.integers(2, 40), rng.integers(1, 5), [1])
    return x, y + int(rng.integers(0, 3)), t


def wide(rng):
    return _blobs(rng, rng.integers(8, 30), 60, [1, 1, 1], 0.7)


def sparse(rng):
    x, y, t = _blobs(rng, rng.integers(40, 120), 12, [1, 1, 1], 1.0)
    keep = lambda a: np.where(a > 1, a, 0)
    return keep(x), y, keep(t)


def digits(rng):
    data = load_digits()
    rows = rng.permutation(len(data.data))[:240]
    x = data.data[rows] / (16.0 if rng.random() < 0.5 else 1.0)
    return x[:200], data.target[rows[:200]], x[200:]


GENERATORS = {
    f.__name__: f
    for f in [
        two_classes, imbalanced, constant_and_duplicated_features, duplicated_rows, ties, many_values, one_pixel,
        two_rows, a_class_with_one_row, many_classes, odd_labels, four_grey_levels, large_scale,
        small_scale, one_class, wide, sparse, digits,
    ]
}  # fmt: skip


def generate(name, rng):
    """Train rows, train labels, test rows. A third of the test rows are train rows."""
    x, y, t = GENERATORS[name](rng)
    t = np.vstack([t, x[rng.permutation(len(x))[: len(t) // 2]]])
    order = rng.permutation(len(x))
    # Three decimals: the same values as text, as 32-bit floats and as doubles.
    as_f32 = lambda a: np.ascontiguousarray(np.round(a, 3).astype(np.float32))
    return as_f32(x[order]), y[order].astype(np.int64), as_f32(t)
