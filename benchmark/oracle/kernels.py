"""Expected predictions of the kernel families from scikit-learn 1.5.2.

Writes one JSON file a family to tests/oracle/kernels/. The data are made here, from integers
only, so that the tests read exactly the numbers that scikit-learn saw. Run from the repository:

    python benchmark/oracle/kernels.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessClassifier
from sklearn.gaussian_process.kernels import (
    RBF,
    ConstantKernel,
    DotProduct,
    ExpSineSquared,
    Matern,
    RationalQuadratic,
    WhiteKernel,
)
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC, NuSVC

OUT = pathlib.Path(__file__).resolve().parents[2] / "tests" / "oracle" / "kernels"


def blobs(n, n_features, n_classes, seed):
    """Overlapping classes; every value is a multiple of 1/8, exact in single precision."""
    rng = np.random.RandomState(seed)
    centres = rng.normal(scale=1.2, size=(n_classes, n_features))
    y = rng.randint(n_classes, size=n)
    x = np.round(8 * (centres[y] + rng.normal(size=(n, n_features)))) / 8
    return x, y


def write(name, train, test, cases):
    (x, y), (x_test, _) = train, test
    content = dict(
        version=sklearn.__version__,
        x=(8 * x).astype(int).tolist(),
        y=y.tolist(),
        x_test=(8 * x_test).astype(int).tolist(),
        cases=cases,
    )
    (OUT / name).write_text(json.dumps(content, separators=(",", ":")) + "\n")


def split(n_train, n_test, n_features, n_classes, seed):
    x, y = blobs(n_train + n_test, n_features, n_classes, seed)
    return (x[:n_train], y[:n_train]), (x[n_train:], y[n_train:])


def machines():
    train, test = split(300, 200, 6, 4, 1)
    cases = []
    for name, params in [
        *[("SVC", dict(kernel=k, C=c)) for k in ("linear", "rbf", "poly") for c in (0.1, 1.0, 100.0)],
        ("SVC", dict(kernel="rbf", gamma="auto")),
        ("SVC", dict(kernel="poly", degree=2, coef0=1.0, gamma=0.2)),
        ("SVC", dict(kernel="sigmoid", gamma=0.01)),
        ("SVC", dict(class_weight="balanced")),
        ("SVC", dict(class_weight={"0": 5.0, "2": 0.2})),
        ("SVC", dict(break_ties=True)),
        ("NuSVC", dict(nu=0.2)),
        ("NuSVC", dict(nu=0.4, kernel="linear")),
    ]:
        given = dict(params)
        if isinstance(given.get("class_weight"), dict):
            given["class_weight"] = {int(k): v for k, v in given["class_weight"].items()}
        # Tighter than the default, so that what is compared is the optimum.
        model = {"SVC": SVC, "NuSVC": NuSVC}[name](**given, tol=1e-5).fit(*train)
        cases.append(
            dict(
                name=name,
                params=dict(params, tol=1e-5),
                predictions=model.predict(test[0]).tolist(),
                n_support=int(model.n_support_.sum()),
            )
        )
    write("machines.json", train, test, cases)


def grey_levels(n, n_features, n_classes, seed):
    """Few distinct rows, most of them under several labels; features in 0 to 3."""
    rng = np.random.RandomState(seed)
    x = rng.randint(4, size=(n, n_features)).astype(float)
    y = (x.sum(axis=1) * n_classes / (3 * n_features + 1) + rng.normal(size=n)).round()
    return x, y.clip(0, n_classes - 1).astype(int)


def paths():
    """Small problems whose answer depends on LIBSVM's steps, or on sums in double precision."""
    x, y = grey_levels(260, 3, 3, 7)
    train, test = (x[:180], y[:180]), (x[180:], y[180:])
    cases = []
    for name, params in [
        ("SVC", dict(C=1e8)),
        ("SVC", dict(kernel="poly", gamma=100.0, max_iter=20000)),
        ("SVC", dict(kernel="poly", gamma=1e4, degree=7, max_iter=20000)),
        ("SVC", dict(kernel="linear", C=100.0, max_iter=300)),
        ("SVC", dict(C=100.0, shrinking=False, break_ties=True)),
        ("SVC", dict(gamma=0.0)),
        ("SVC", dict(degree=0, kernel="poly", class_weight="balanced")),
        ("SVC", dict(probability=True, C=3.0)),
        ("SVC", dict(probability=True, kernel="linear", class_weight={"1": 4.0}, random_state=5)),
        ("NuSVC", dict(nu=0.3, gamma=1.0)),
        ("NuSVC", dict(nu=0.25, kernel="poly", max_iter=500)),
        ("NuSVC", dict(nu=0.2, class_weight="balanced")),
        ("NuSVC", dict(nu=0.2, probability=True)),
    ]:
        given = dict(params)
        if isinstance(given.get("class_weight"), dict):
            given["class_weight"] = {int(k): v for k, v in given["class_weight"].items()}
        given.setdefault("random_state", 0)
        model = {"SVC": SVC, "NuSVC": NuSVC}[name](**given).fit(*train)
        case = dict(
            name=name,
            params=params,
            predictions=model.predict(test[0]).tolist(),
            n_support=int(model.n_support_.sum()),
            n_iter=int(model.n_iter_.sum()),
        )
        if params.get("probability"):
            case["probabilities"] = model.predict_proba(test[0]).round(9).tolist()
        cases.append(case)
    write("paths.json", train, test, cases)


def bayes():
    """Gaussian naive Bayes, with constant features and without smoothing as well."""
    x, y = grey_levels(200, 4, 3, 3)
    x[:, 1] = np.where(y == 1, 2, x[:, 1])
    x[:, 3] = 1.0
    train, test = (x[:120], y[:120]), (x[120:], y[120:])
    cases = []
    for params in [
        dict(),
        dict(var_smoothing=0.0),
        dict(var_smoothing=0.0, priors=[0.0, 0.5, 0.5]),
        dict(var_smoothing=1.0, priors=[0.2, 0.3, 0.5]),
    ]:
        predictions = GaussianNB(**params).fit(*train).predict(test[0]).tolist()
        cases.append(dict(name="GaussianNB", params=params, predictions=predictions))
    write("bayes.json", train, test, cases)


KERNELS = [
    "1.0 * RBF(length_scale=1.0)",
    "1.0 * RBF(length_scale=[1.0, 2.0, 3.0, 1.0, 2.0, 3.0])",
    "2.0 * Matern(length_scale=1.5, nu=0.5)",
    "Matern(nu=1.5) + WhiteKernel(noise_level=0.5)",
    "1.0 * Matern(length_scale=2.0, nu=2.5)",
    "1.0 * Matern(nu=np.inf)",
    "1.0 * RationalQuadratic(length_scale=1.0, alpha=0.5)",
    "DotProduct(sigma_0=1.0)",
    "DotProduct(0.0, 'fixed') ** 2 + 1.0",
    "0.5 * ExpSineSquared(2.0, 20.0, 'fixed', 'fixed') + RBF(3.0)",
    "(RBF(2.0) + 0.5) * ConstantKernel(3.0, (0.1, 5.0))",
]


def expressions():
    """Kernels whose numbers are searched for, or kept."""
    train, test = split(60, 40, 6, 3, 7)
    cases = []
    for place, text in enumerate(KERNELS):
        for params in [
            dict(),
            dict(multi_class="one_vs_one", optimizer=None),
            dict(n_restarts_optimizer=1, random_state=place),
            dict(max_iter_predict=1, optimizer=None),
        ]:
            kernel = eval(text)
            model = GaussianProcessClassifier(kernel, **params).fit(*train)
            gaps = np.ones(len(test[0]))
            if params.get("multi_class") is None:
                each = [e.predict_proba(test[0])[:, 1] for e in model.base_estimator_.estimators_]
                each = np.sort(each, axis=0)
                gaps = each[-1] - each[-2]
            cases.append(
                dict(
                    name="GaussianProcessClassifier",
                    params=dict(params, kernel=text),
                    # Probabilities carry errors of 1e-12, from sums of terms of thousands.
                    is_tied=[bool(gap < 1e-9) for gap in gaps],
                    predictions=model.predict(test[0]).tolist(),
                    log_marginal_likelihood=float(model.log_marginal_likelihood_value_),
                )
            )
    write("expressions.json", train, test, cases)


def processes():
    """Distances span from near duplicates to those whose covariance underflows in doubles."""
    train, test = split(120, 100, 6, 3, 2)
    cases = []
    for spread, kernel in [(1, None), (1, (2.0, 3.0)), (8, None)]:
        for mode in ("one_vs_rest", "one_vs_one"):
            fixed = kernel and ConstantKernel(kernel[0], "fixed") * RBF(kernel[1], "fixed")
            model = GaussianProcessClassifier(fixed, multi_class=mode)
            model.fit(spread * train[0], train[1])
            params = dict(multi_class=mode)
            if kernel:
                params["kernel"] = dict(constant_value=kernel[0], length_scale=kernel[1])
            predictions = model.predict(spread * test[0]).tolist()
            d2 = ((spread * test[0][:, None] - spread * train[0][None]) ** 2).sum(-1)
            # Rows where some class is so far that its covariances underflow to 0 there.
            far = [max(row[train[1] == k].min() for k in range(3)) > 1400 for row in d2]
            cases.append(
                dict(
                    name="GaussianProcessClassifier",
                    params=params,
                    spread=spread,
                    predictions=predictions,
                    underflows=[bool(f) for f in far],
                )
            )
    write("processes.json", train, test, cases)


def networks():
    """Random weights differ from ours, so only accuracies of a mean over seeds compare."""
    train, test = split(600, 400, 6, 4, 3)
    cases = []
    for params in [
        dict(hidden_layer_sizes=[20]),
        dict(hidden_layer_sizes=[20, 10], activation="tanh"),
        dict(hidden_layer_sizes=[20], activation="logistic", learning_rate_init=0.01),
        dict(hidden_layer_sizes=[], activation="identity"),
        dict(hidden_layer_sizes=[20], solver="sgd", learning_rate_init=0.05),
        dict(hidden_layer_sizes=[20], early_stopping=True, max_iter=400),
    ]:
        given = dict(params, hidden_layer_sizes=tuple(params["hidden_layer_sizes"]))
        models = [MLPClassifier(**given, random_state=s).fit(*train) for s in range(5)]
        cases.append(
            dict(
                name="MLPClassifier",
                params=params,
                accuracy=float(np.mean([m.score(*test) for m in models])),
                loss=float(np.mean([m.loss_curve_[19] for m in models])),
            )
        )
    write("networks.json", train, test, cases)
    content = json.loads((OUT / "networks.json").read_text())
    content["y_test"] = test[1].tolist()
    (OUT / "networks.json").write_text(json.dumps(content, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    machines()
    paths()
    bayes()
    processes()
    expressions()
    networks()
