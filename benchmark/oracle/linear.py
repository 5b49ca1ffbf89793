"""Reference fits of scikit-learn 1.5.2 for tests/linear.

    OMP_NUM_THREADS=1 python benchmark/oracle/linear.py > tests/oracle/linear/reference.json

Convex problems are solved to a far tighter tolerance than the default, and their objective is
computed here from the weights; stochastic ones run without shuffling, which leaves nothing random.
Rows whose decision is too close to call are named, so that the test can leave them out. Stochastic
fits that take another course in scikit-learn itself when it computes in single precision have no
answer to compare with; they are left out, and named on standard error.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.linear_model import (
    LogisticRegression,
    PassiveAggressiveClassifier,
    Perceptron,
    RidgeClassifier,
    SGDClassifier,
)
from sklearn.neighbors import NearestCentroid
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

warnings.simplefilter("ignore")
assert sklearn.__version__ == "1.5.2"


def make(n_classes, n, seed):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(n_classes, 7)) * 1.1
    y = rng.integers(0, n_classes, size=n)
    x = np.round(centres[y] + rng.normal(size=(n, 7)), 3)
    x[:, 3] = 0.0  # a constant feature
    return x.astype(np.float32), y * 3 + 1


def weights_of(est, y, params, liblinear):
    """Cost of positive and negative rows of each one-vs-rest problem."""
    classes = np.unique(y)
    w = {c: 1.0 for c in classes}
    cw = params.get("class_weight")
    if cw == "balanced":
        w = {c: len(y) / (len(classes) * (y == c).sum()) for c in classes}
    elif cw:
        w = {c: cw.get(str(c), 1.0) for c in classes}
    return w


def objective(name, est, x, y, p):
    classes = np.unique(y)
    coef, b = np.asarray(est.coef_), np.atleast_1d(est.intercept_)
    if b.size == 1 and len(coef) > 1:
        b = np.full(len(coef), b[0])
    z = x.astype(float) @ coef.T + b
    c = p.get("C", 1.0)
    w = weights_of(est, y, p, True)
    liblinear = name == "LinearSVC" or p.get("solver") == "liblinear"
    scaling = p.get("intercept_scaling", 1.0)
    bias = (b / scaling) ** 2 if liblinear and p.get("fit_intercept", True) else 0 * b
    bias1 = np.abs(b / scaling) if liblinear and p.get("fit_intercept", True) else 0 * b
    ratio = {"l1": 1.0, "l2": 0.0, "elasticnet": p.get("l1_ratio")}.get(p.get("penalty", "l2"))
    if ratio is None:
        penalty, c = 0 * b, 1.0
    else:
        penalty = ratio * (np.abs(coef).sum(1) + bias1) + (1 - ratio) * 0.5 * ((coef**2).sum(1) + bias)
    codes = np.searchsorted(classes, y)
    rows = np.array([w[k] for k in y])
    if p.get("multi_class") == "crammer_singer":
        if len(classes) == 2:
            return None
        margin = z + 1.0
        own = z[np.arange(len(y)), codes]
        margin[np.arange(len(y)), codes] -= 1.0
        return float((0.5 * ((coef**2).sum(1) + bias)).sum() + c * (rows * (margin.max(1) - own)).sum())
    multinomial = name == "LogisticRegression" and not liblinear and len(classes) > 2
    if multinomial and p.get("multi_class") != "ovr" and p.get("solver") != "newton-cholesky":
        m = z.max(1)
        lse = m + np.log(np.exp(z - m[:, None]).sum(1))
        return float(penalty.sum() + c * (rows * (lse - z[np.arange(len(y)), codes])).sum())
    total = 0.0
    for k in range(len(coef)):
        positive = classes[k] if len(coef) > 1 else classes[1]
        s = np.where(y == positive, 1.0, -1.0)
        if liblinear:
            negative = w[classes[0]] if len(classes) == 2 else 1.0
            cost = np.where(s > 0, w[positive], negative)
        elif p.get("class_weight") == "balanced":
            cost = np.where(s > 0, len(y) / (2 * (s > 0).sum()), len(y) / (2 * (s < 0).sum()))
        else:
            cost = rows
        m = s * z[:, k]
        if name == "LogisticRegression":
            loss = np.logaddexp(0, -m)
        else:
            loss = np.maximum(0, 1 - m)
            if p.get("loss", "squared_hinge") == "squared_hinge":
                loss = loss**2
        total += penalty[k] + c * (cost * loss).sum()
    return float(total)


def close_calls(est, x):
    """Rows whose decision is within 2e-3 of the largest of another one."""
    d = est.decision_function(x)
    if d.ndim == 2:
        top = np.sort(d, 1)
        gap = (top[:, -1] - top[:, -2]) / (1e-9 + np.abs(top).max())
    else:
        gap = np.abs(d) / np.abs(d).max()
    return np.flatnonzero(gap < 2e-3)


def is_stable(est, x, y, close):
    """Whether scikit-learn's fit in single precision, which these cases allow, is the same."""
    single = clone(est).fit(x.astype(np.float32), y)
    differ = np.delete(est.predict(x) != single.predict(x.astype(np.float32)), close)
    return est.n_iter_ == single.n_iter_ and not differ.any()


CASES = []


def add(cls, data, params, **tight):
    CASES.append((cls, data, params, tight))


tight_svc = dict(tol=1e-10, max_iter=2_000_000)
for data in ("many", "two"):
    for loss in ("hinge", "squared_hinge"):
        for c in (0.1, 1.0, 10.0):
            add(LinearSVC, data, dict(loss=loss, C=c, dual=True), **tight_svc)
    add(LinearSVC, data, dict(loss="squared_hinge", C=1.0, dual=False, penalty="l1"), **tight_svc)
    add(LinearSVC, data, dict(loss="squared_hinge", C=0.02, dual=False, penalty="l1"), **tight_svc)
    add(LinearSVC, data, dict(C=1.0, class_weight="balanced", dual=False), **tight_svc)
    add(LinearSVC, data, dict(C=1.0, class_weight={"1": 3.0}, loss="hinge"), **tight_svc)
    add(LinearSVC, data, dict(C=1.0, intercept_scaling=4.0, dual=False), **tight_svc)
    add(LinearSVC, data, dict(C=1.0, fit_intercept=False, loss="hinge"), **tight_svc)
    for c in (0.1, 1.0, 10.0):
        add(LinearSVC, data, dict(multi_class="crammer_singer", C=c), tol=1e-8)
    tight = dict(tol=1e-10, max_iter=20_000)
    for solver in ("liblinear", "lbfgs", "newton-cg", "newton-cholesky"):
        for c in (0.1, 10.0):
            add(LogisticRegression, data, dict(solver=solver, C=c), **tight)
    for c in (1e4, 1e8):
        add(LogisticRegression, data, dict(solver="newton-cholesky", C=c), **tight)
    add(LogisticRegression, data, dict(solver="lbfgs", C=1.0, multi_class="ovr"), **tight)
    add(LogisticRegression, data, dict(solver="lbfgs", C=1.0, multi_class="ovr", class_weight="balanced"), **tight)
    add(LogisticRegression, data, dict(solver="lbfgs", C=1.0, class_weight={"1": 3.0}), **tight)
    add(LogisticRegression, data, dict(solver="liblinear", C=1.0, class_weight="balanced"), **tight)
    add(LogisticRegression, data, dict(solver="lbfgs", C=1.0, fit_intercept=False), **tight)
    add(LogisticRegression, data, dict(solver="lbfgs", penalty=None), **tight)
    for c in (0.1, 10.0):
        add(LogisticRegression, data, dict(solver="liblinear", penalty="l1", C=c), **tight)
    add(LogisticRegression, data, dict(solver="saga", penalty="l1", C=0.1), **tight)
    add(LogisticRegression, data, dict(solver="saga", penalty="elasticnet", l1_ratio=0.4, C=0.1), **tight)
    add(LogisticRegression, data, dict(solver="saga", penalty="l1", C=0.3, multi_class="ovr"), **tight)
    for params in (
        dict(),
        dict(alpha=30.0),
        dict(fit_intercept=False),
        dict(class_weight="balanced"),
        dict(class_weight={"1": 0.0}),
        dict(alpha=0.0, solver="svd"),
        dict(positive=True),
        dict(positive=True, alpha=30.0, fit_intercept=False, solver="lbfgs"),
        dict(positive=True, class_weight="balanced", tol=1e-10),
        dict(positive=True, max_iter=2),
    ):
        add(RidgeClassifier, data, params)
    for params in (dict(), dict(metric="manhattan"), dict(shrink_threshold=2.0)):
        add(NearestCentroid, data, params)
    fixed = dict(shuffle=False)
    for loss in ("hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber"):
        for penalty in ("l2", "l1", "elasticnet"):
            add(SGDClassifier, data, dict(loss=loss, penalty=penalty, alpha=0.01, max_iter=20, **fixed))
    add(SGDClassifier, data, dict(alpha=0.01, average=True, **fixed))
    for penalty in ("l1", "elasticnet"):
        add(SGDClassifier, data, dict(alpha=0.01, penalty=penalty, average=True, max_iter=8, **fixed))
        add(SGDClassifier, data, dict(alpha=0.01, penalty=penalty, average=100, loss="log_loss", max_iter=8, **fixed))
    add(SGDClassifier, data, dict(alpha=0.01, class_weight={"1": -0.5}, max_iter=4, tol=None, **fixed))
    add(Perceptron, data, dict(class_weight={"1": 0.0}, max_iter=30, **fixed))
    add(PassiveAggressiveClassifier, data, dict(class_weight={"1": -0.1}, max_iter=3, tol=None, **fixed))
    add(PassiveAggressiveClassifier, data, dict(average=50, max_iter=30, **fixed))
    add(SGDClassifier, data, dict(alpha=0.01, average=150, max_iter=3, tol=None, **fixed))
    add(SGDClassifier, data, dict(alpha=0.01, class_weight={"1": 3.0}, **fixed))
    add(SGDClassifier, data, dict(alpha=0.01, learning_rate="constant", eta0=0.01, **fixed))
    add(SGDClassifier, data, dict(alpha=0.01, learning_rate="invscaling", eta0=0.1, **fixed))
    add(SGDClassifier, data, dict(alpha=0.01, learning_rate="adaptive", eta0=0.1, loss="log_loss", **fixed))
    for loss in ("squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"):
        add(SGDClassifier, data, dict(alpha=0.01, loss=loss, learning_rate="constant", eta0=0.005, **fixed))
    add(SGDClassifier, data, dict(alpha=0.01, fit_intercept=False, max_iter=4, tol=None, **fixed))
    for penalty in (None, "l2", "l1", "elasticnet"):
        add(Perceptron, data, dict(penalty=penalty, max_iter=30, **fixed))
    for c in (0.01, 1.0):
        for loss in ("hinge", "squared_hinge"):
            add(PassiveAggressiveClassifier, data, dict(C=c, loss=loss, max_iter=30, **fixed))

DATA = {"many": make(4, 240, 1), "two": make(2, 160, 2)}
out = {"version": sklearn.__version__, "data": {}, "cases": []}
for key, (x, y) in DATA.items():
    out["data"][key] = {"n_features": x.shape[1], "x": [round(float(v), 3) for v in x.ravel()], "y": y.tolist()}
for cls, data, params, tight in CASES:
    x, y = DATA[data]
    name = cls.__name__
    given = dict(params)
    if isinstance(given.get("class_weight"), dict):
        given["class_weight"] = {int(k): v for k, v in given["class_weight"].items()}
    est = cls(**given, **tight)
    if name in ("LinearSVC", "LogisticRegression"):
        est.set_params(random_state=0)
    xs = x.astype(np.float64)
    est.fit(xs, y)
    case = {"name": name, "data": data, "parameter": params, "predictions": est.predict(xs).tolist()}
    if hasattr(est, "decision_function"):
        close = close_calls(est, xs)
        case["close"] = close.tolist()
        if params.get("shuffle") is False and not is_stable(est, xs, y, close):
            print(f"left out, unstable: {name} {data} {params}", file=sys.stderr)
            continue
    if name in ("LinearSVC", "LogisticRegression"):
        value = objective(name, est, x, y, params)
        if value is not None:
            case["objective"] = value
    elif hasattr(est, "n_iter_") and name != "RidgeClassifier":
        case["n_iter"] = int(est.n_iter_)
    out["cases"].append(case)

# Three classes that can be separated: with a weak penalty the gradient is small far from the minimum.
rng = np.random.default_rng(3)
y = np.arange(60) % 3
x = np.round(rng.normal(size=(60, 5)) * 0.3 + np.eye(5)[y] * 4, 3).astype(np.float32)
out["data"]["apart"] = {"n_features": 5, "x": [round(float(v), 3) for v in x.ravel()], "y": (y * 3 + 1).tolist()}
out["separable"] = []
for params in (
    dict(C=1e4),
    dict(C=1e8),
    dict(C=1e8, solver="liblinear"),
    dict(C=1e6, multi_class="ovr"),
    dict(C=1e6, fit_intercept=False),
):
    est = LogisticRegression(**params, tol=1e-12, max_iter=100_000).fit(x.astype(np.float64), y * 3 + 1)
    value = objective("LogisticRegression", est, x, y * 3 + 1, params)
    out["separable"].append({"parameter": params, "objective": value})

out["networks"] = []
for data, (x, y) in DATA.items():
    for params in (dict(alpha=0.5), dict(alpha=20.0)):
        params = dict(params, solver="lbfgs", hidden_layer_sizes=[], tol=1e-7, max_iter=2000)
        est = MLPClassifier(**params, random_state=0).fit(x.astype(np.float64), y)
        p = np.sort(est.predict_proba(x.astype(np.float64)), 1)
        close = np.flatnonzero(p[:, -1] - p[:, -2] < 1e-3)
        out["networks"].append({
            "data": data,
            "parameter": params,
            "objective": float(est.loss_),
            "predictions": est.predict(x.astype(np.float64)).tolist(),
            "close": close.tolist(),
        })
print(json.dumps(out, separators=(",", ":")))
