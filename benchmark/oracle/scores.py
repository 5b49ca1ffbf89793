#!/usr/bin/env python3
"""Write scikit-learn's probabilities and decision functions for tests/scores.rs.

    benchmark/oracle/scores.py > tests/oracle/scores.json

Small problems, whose features are whole numbers times a scale. Where answers depend on the seed,
mean and deviation of the scores over some seeds are written.
"""

import json
import sys
import warnings

import numpy as np
import sklearn
from sklearn.base import clone
from sklearn.utils import all_estimators

warnings.simplefilter("ignore")
CLASSIFIERS = dict(all_estimators("classifier"))
N_SEEDS = 24


def problem(n_classes, labels, scale, seed, n_train=60, n_test=20, n_features=5, whole=None):
    rng = np.random.default_rng(seed)
    y = np.arange(n_train + n_test) % n_classes
    y[: n_train // 4] = 0
    centres = rng.normal(size=(n_classes, n_features)) * 1.2
    x = centres[y] + rng.normal(size=(len(y), n_features))
    x = np.round(x / scale).astype(int)
    if whole is not None:
        x = np.clip(x + whole // 2, 0, whole)
    y = np.asarray(labels)[y]
    order = rng.permutation(n_train)
    return {
        "scale": scale,
        "x": x[:n_train][order].tolist(),
        "y": y[:n_train][order].tolist(),
        "x_test": x[n_train:].tolist(),
    }


PROBLEMS = {
    "two": problem(2, [3, 8], 0.125, 1),
    "three": problem(3, [1, 4, 6], 0.125, 2),
    "four": problem(4, [0, 1, 2, 3], 0.125, 3, n_features=3),
    "counts": problem(3, [0, 2, 5], 0.5, 4, whole=8),
    "pair_of_counts": problem(2, [0, 1], 0.5, 5, whole=8),
}


def data(name):
    it = PROBLEMS[name]
    scaled = lambda rows: np.asarray(rows, np.float32).astype(np.float64) * it["scale"]
    return scaled(it["x"]), np.asarray(it["y"]), scaled(it["x_test"])


def build(name, params):
    """The estimator of a classifier as in a config; those inside are built likewise."""
    params = dict(params)
    if isinstance(params.get("class_weight"), dict):
        params["class_weight"] = {int(k): v for k, v in params["class_weight"].items()}
    nested = lambda given: given if given is None else build(*next(iter(given.items())))
    for key in ("estimator", "final_estimator"):
        if isinstance(params.get(key), dict):
            params[key] = nested(params[key])
    if "estimators" in params:
        inner = lambda given: given if given == "drop" else nested(given)
        params["estimators"] = [(n, inner(given)) for n, given in params["estimators"]]
    return CLASSIFIERS[name](**params)


def rounded(scores):
    return [[float(f"{value:.9g}") for value in row] for row in scores]


def scores_of(estimator, x):
    found = {}
    for key, method in (("probabilities", "predict_proba"), ("decisions", "decision_function")):
        if hasattr(estimator, method):
            try:
                scores = np.asarray(getattr(estimator, method)(x))
            except ValueError:  # One-vs-one processes have the method, and no probabilities.
                continue
            found[key] = scores.reshape(len(x), -1)
    return found


CASES = []


def add(names, classifier, seeds=0, **params):
    for name in names.split():
        x, y, x_test = data(name)
        case = {"problem": name, "classifier": classifier, "params": params}
        if seeds:
            all_scores = {}
            for seed in range(seeds):
                fitted = build(classifier, {**params, "random_state": seed}).fit(x, y)
                for key, scores in scores_of(fitted, x_test).items():
                    all_scores.setdefault(key, []).append(scores)
            case["n_seeds"] = seeds
            for key, scores in all_scores.items():
                case[key] = rounded(np.mean(scores, axis=0))
                case[key + "_deviation"] = rounded(np.std(scores, axis=0, ddof=1))
        else:
            estimator = build(classifier, params)
            if "random_state" in estimator.get_params() and params.get("random_state") is None:
                estimator.set_params(random_state=0)
            fitted = estimator.fit(x, y)
            case["labels"] = fitted.predict(x_test).tolist()
            if "random_state" in params or "random_state" in estimator.get_params():
                # Whatever chance decides in these is no matter of the answer.
                for seed in (1, 2, 3):
                    other = clone(estimator).set_params(random_state=seed).fit(x, y)
                    if not np.array_equal(other.predict(x_test), case["labels"]):
                        sys.exit(f"{classifier}({params}) on {name} depends on its seed")
            for key, scores in scores_of(fitted, x_test).items():
                case[key] = rounded(scores)
        CASES.append(case)


EXACT = {"tol": 1e-10, "max_iter": 100000}
BOTH = "two three"

add(BOTH, "GaussianNB")
add("three", "GaussianNB", priors=[0.2, 0.3, 0.5], var_smoothing=0.01)
add(BOTH, "KNeighborsClassifier", n_neighbors=5)
add(BOTH, "KNeighborsClassifier", n_neighbors=7, weights="distance", p=1)
add(BOTH, "DecisionTreeClassifier", max_depth=2)
add("counts", "DecisionTreeClassifier", max_depth=2, class_weight="balanced", criterion="entropy")
add(BOTH, "RandomForestClassifier", seeds=N_SEEDS, n_estimators=30, max_depth=4)
add(BOTH, "ExtraTreesClassifier", seeds=N_SEEDS, n_estimators=30, max_depth=4)
add("three", "ExtraTreesClassifier", seeds=N_SEEDS, n_estimators=20, bootstrap=True, max_samples=0.5)
add(BOTH, "ExtraTreeClassifier", seeds=N_SEEDS, max_depth=3)
add("two four", "GradientBoostingClassifier", n_estimators=10, max_depth=2)
add("two", "GradientBoostingClassifier", n_estimators=10, max_depth=2, loss="exponential")
add(BOTH, "HistGradientBoostingClassifier", max_iter=8, min_samples_leaf=5)
add(BOTH, "LogisticRegression", **EXACT)
add(BOTH, "LogisticRegression", multi_class="ovr", C=0.3, **EXACT)
add(BOTH, "LogisticRegression", multi_class="multinomial", C=2.0, **EXACT)
add(BOTH, "LogisticRegression", solver="liblinear", **EXACT)
add(BOTH, "LogisticRegression", solver="newton-cholesky", **EXACT)
add("three", "LogisticRegression", solver="saga", penalty="l1", C=0.5, **EXACT)
add(BOTH, "LinearSVC", dual=False, **EXACT)
add(BOTH, "LinearSVC", multi_class="crammer_singer", C=0.5, **EXACT)
add(BOTH, "RidgeClassifier", alpha=2.0)
add(BOTH, "SGDClassifier", seeds=N_SEEDS, loss="log_loss", alpha=0.01)
add(BOTH, "SGDClassifier", seeds=N_SEEDS, loss="modified_huber", alpha=0.05)
add(BOTH, "SGDClassifier", seeds=N_SEEDS, alpha=0.05)
add(BOTH, "Perceptron", seeds=N_SEEDS, penalty="l2", alpha=0.01)
add(BOTH, "PassiveAggressiveClassifier", seeds=N_SEEDS, C=0.05)
add(BOTH, "MLPClassifier", seeds=N_SEEDS, hidden_layer_sizes=[8], max_iter=60)
add(BOTH, "MLPClassifier", hidden_layer_sizes=[], solver="lbfgs", alpha=2.0, tol=1e-12, max_iter=10000)
add(BOTH, "GaussianProcessClassifier")
add("three", "GaussianProcessClassifier", multi_class="one_vs_one")
add("two three four", "SVC", tol=1e-8)
add("two three four", "SVC", kernel="linear", tol=1e-8, probability=True)
add("two three four", "NuSVC", nu=0.3, tol=1e-8)

COUNTS = "counts pair_of_counts"
add(BOTH, "BernoulliNB")
add(COUNTS, "BernoulliNB", binarize=4.0, alpha=0.3)
add("three", "BernoulliNB", class_prior=[0.2, 0.3, 0.5])
add(COUNTS, "MultinomialNB")
add("counts", "MultinomialNB", alpha=[0.1, 1.0, 2.0, 0.5, 3.0], fit_prior=False)
add(COUNTS, "ComplementNB")
add(COUNTS, "ComplementNB", norm=True, alpha=0.1)
add(COUNTS, "CategoricalNB", min_categories=9)
add("counts", "CategoricalNB", alpha=0.2, fit_prior=False, min_categories=[9, 9, 9, 9, 12])
add("three", "DummyClassifier")
add("three", "DummyClassifier", strategy="most_frequent")
add("three", "DummyClassifier", strategy="constant", constant=4)
add("three", "DummyClassifier", seeds=N_SEEDS, strategy="stratified")
add("three", "DummyClassifier", seeds=N_SEEDS, strategy="uniform")
ALL = "two three four counts"
add(ALL, "LinearDiscriminantAnalysis")
add(ALL, "LinearDiscriminantAnalysis", solver="lsqr")
add(ALL, "LinearDiscriminantAnalysis", solver="lsqr", shrinkage=0.3)
add(ALL, "LinearDiscriminantAnalysis", solver="eigen", shrinkage="auto")
add("three", "LinearDiscriminantAnalysis", priors=[0.2, 0.2, 0.6], n_components=2)
add("three", "LinearDiscriminantAnalysis", priors=[1.0, 2.0, 3.0], solver="eigen")
add("three", "LinearDiscriminantAnalysis", tol=0.9)
add(ALL, "QuadraticDiscriminantAnalysis")
add(ALL, "QuadraticDiscriminantAnalysis", reg_param=0.2)
add("three", "QuadraticDiscriminantAnalysis", priors=[0.2, 0.2, 0.6], reg_param=1.0)
NB, TREE = {"GaussianNB": {}}, {"DecisionTreeClassifier": {"max_depth": 2, "random_state": 0}}
LINE = {"LogisticRegression": {"tol": 1e-10, "max_iter": 100000}}
PAIRS = [["nb", NB], ["line", LINE], ["out", "drop"], ["neighbours", {"KNeighborsClassifier": {}}]]
add(BOTH, "VotingClassifier", estimators=PAIRS)
add(BOTH, "VotingClassifier", estimators=PAIRS, voting="soft", weights=[1.0, 2.0, 5.0, 0.5])
add(BOTH, "StackingClassifier", estimators=PAIRS, final_estimator=LINE)
add(BOTH, "StackingClassifier", estimators=PAIRS, final_estimator=NB, passthrough=True, cv=3)
add("three", "StackingClassifier", estimators=PAIRS[:1], final_estimator=LINE, stack_method="predict", cv=4)
SVC_LINE = {"LinearSVC": {"dual": False, "tol": 1e-10, "max_iter": 100000}}
add(BOTH, "CalibratedClassifierCV", estimator=SVC_LINE)
add(BOTH, "CalibratedClassifierCV", estimator=NB, cv=3)
add(BOTH, "CalibratedClassifierCV", estimator=SVC_LINE, method="isotonic", ensemble=False)
add(BOTH, "CalibratedClassifierCV", estimator=NB, method="isotonic", cv=4)
add(BOTH, "BaggingClassifier", seeds=N_SEEDS, n_estimators=20, estimator=TREE)
add("three", "BaggingClassifier", seeds=N_SEEDS, estimator=NB, max_samples=0.5, max_features=3, bootstrap=False)
add("three", "BaggingClassifier", seeds=N_SEEDS, estimator={"RidgeClassifier": {}}, max_features=0.6, bootstrap_features=True)
add("four", "BaggingClassifier", n_estimators=3, estimator=LINE, bootstrap=False)
DEEP = {"DecisionTreeClassifier": {"max_depth": 2, "random_state": 0}}
add(BOTH, "AdaBoostClassifier", n_estimators=10, random_state=0)
add(BOTH, "AdaBoostClassifier", n_estimators=10, algorithm="SAMME", learning_rate=0.5, random_state=0)
add("two four", "AdaBoostClassifier", n_estimators=5, algorithm="SAMME", estimator=DEEP, random_state=0)
add(BOTH, "RadiusNeighborsClassifier", radius=3.0)
add(BOTH, "RadiusNeighborsClassifier", radius=1.2, weights="distance", outlier_label="most_frequent")
add("three", "RadiusNeighborsClassifier", radius=2.5, p=1, outlier_label=4)
add(BOTH, "RidgeClassifierCV")
add(BOTH, "RidgeClassifierCV", alphas=[0.01, 3.0, 30.0, 300.0], class_weight="balanced")
add("three four", "RidgeClassifierCV", alphas=[300.0, 0.1, 30.0], scoring="accuracy", fit_intercept=False)
add(BOTH, "RidgeClassifierCV", alphas=[0.1, 50.0, 500.0], cv=4)
PATH = {"tol": 1e-8, "max_iter": 5000}
add(BOTH, "LogisticRegressionCV", Cs=5, **PATH)
add("three four", "LogisticRegressionCV", Cs=[0.01, 0.1, 1.0], cv=3, multi_class="ovr", **PATH)
add("three", "LogisticRegressionCV", Cs=[0.01, 0.1, 1.0], refit=False, class_weight="balanced", **PATH)
add(BOTH, "LogisticRegressionCV", Cs=4, solver="liblinear", cv=3, **PATH)

print("{")
print(f'"version": "{sklearn.__version__}",')
print('"problems": {')
dense = lambda value: json.dumps(value, separators=(",", ":"))
print(",\n".join(f'"{name}": {dense(it)}' for name, it in PROBLEMS.items()))
print('},\n"cases": [')
print(",\n".join(dense(case) for case in CASES))
print("]\n}")
