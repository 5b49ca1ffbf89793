"""Every classifier of fashion-bench as an estimator of scikit-learn, by the protocol of docs/engines.md.

    from fashion_bench import classifiers
    SVC = classifiers()["SVC"]
    cross_val_score(SVC(C=10), X, y)

The program is found on the PATH, or by the environment variable FASHION_BENCH. The classes are made
from its parameter tables. An engine predicts the rows that it was told of before it was trained, so
each call of `predict` trains anew: from the same seed, to the same model.
"""

import inspect
import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted, check_random_state

PROGRAM = os.environ.get("FASHION_BENCH", "fashion-bench")


class EngineError(ValueError):
    """What the engine refuses or fails at; scikit-learn's own errors of this kind are `ValueError`."""


class Engine:
    """The process, which is started when it is needed and again if it died."""

    process = None

    def ask(self, request):
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [PROGRAM, "engine"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("the engine ended without an answer")
        answer = json.loads(line)
        if "error" in answer:
            raise EngineError(answer["error"]["message"])
        return answer

    def run(self, name, parameters, seed, x, y, test):
        """Trains, and predicts `test`. Returns what the engine says of the fit, and the labels."""
        with tempfile.TemporaryDirectory() as folder:
            path = lambda file: str(Path(folder) / file)
            np.save(path("x.npy"), np.ascontiguousarray(x, "<f4"))
            np.save(path("y.npy"), np.asarray(y, "<i8"))
            np.save(path("t.npy"), np.ascontiguousarray(test, "<f4"))
            self.ask({"hello": {
                "protocol": 1, "classifier": name, "parameters": parameters, "seed": seed, "threads": 1,
                "train": {"x": path("x.npy"), "y": path("y.npy"), "n_samples": len(x), "n_features": x.shape[1]},
                "test": {"x": path("t.npy"), "n_samples": len(test)},
            }})  # fmt: skip
            fitted = self.ask({"fit": {}})["fitted"]
            self.ask({"predict": {"labels": path("l.npy")}})
            self.ask({"bye": {}})
            return fitted, np.load(path("l.npy"))


ENGINE = Engine()

# What scikit-learn says of its own classifiers of these names.
COUNTS = {"requires_positive_X": True, "poor_score": True}
TAGS = {
    "BernoulliNB": {"poor_score": True},
    "CategoricalNB": COUNTS,
    "ComplementNB": COUNTS,
    "DummyClassifier": {"poor_score": True},
    "MultinomialNB": COUNTS,
}


class Classifier(ClassifierMixin, BaseEstimator):
    """What the classes share; each has a name and a table of parameters."""

    def fit(self, X, y):
        X, y = self._validate_data(X, y, dtype="numeric")
        check_classification_targets(y)
        self.classes_ = unique_labels(y)
        self._x, self._codes = X, np.searchsorted(self.classes_, y)
        parameters = self.get_params(deep=False)
        state = parameters.get("random_state")
        is_number = state is None or isinstance(state, (int, np.integer))
        # The same for each prediction; a generator gives one number per fit.
        self._seed = int(state or 0) if is_number else int(check_random_state(state).randint(2**31))
        if not is_number:
            parameters["random_state"] = self._seed
        self._parameters = {name: self._to_json(value) for name, value in parameters.items()}
        fitted, _ = self._run(X[:1])
        if "n_iter" in fitted:
            self.n_iter_ = max(int(fitted["n_iter"]), 1)
        return self

    def predict(self, X):
        check_is_fitted(self)
        X = self._validate_data(X, dtype="numeric", reset=False)
        return self.classes_[self._run(X)[1]]

    def _more_tags(self):
        return TAGS.get(self._name, {})

    def _run(self, test):
        return ENGINE.run(self._name, self._parameters, self._seed, self._x, self._codes, test)

    def _to_json(self, value):
        if isinstance(value, np.generic):
            return value.item()
        if isinstance(value, dict):
            # The engine knows labels by their place.
            places = {label: place for place, label in enumerate(self.classes_.tolist())}
            return {str(places.get(label, label)): weight for label, weight in value.items()}
        return np.asarray(value).tolist() if isinstance(value, (tuple, list, np.ndarray)) else value


def make_class(entry):
    """The class of one entry of the listing."""
    default = lambda value: tuple(value) if isinstance(value, list) else value
    names = [parameter["name"] for parameter in entry["parameters"]]
    kinds = inspect.Parameter
    signature = [kinds("self", kinds.POSITIONAL_OR_KEYWORD)]
    for parameter in entry["parameters"]:
        value = default(parameter["default"])
        signature.append(kinds(parameter["name"], kinds.KEYWORD_ONLY, default=value))

    def __init__(self, **given):
        unknown = set(given) - set(names)
        if unknown:
            raise TypeError(f"{entry['name']} has no parameter {sorted(unknown)[0]!r}")
        for parameter in signature[1:]:
            setattr(self, parameter.name, given.get(parameter.name, parameter.default))

    __init__.__signature__ = inspect.Signature(signature)
    body = {"__init__": __init__, "_name": entry["name"], "__doc__": entry["summary"], "__module__": __name__}
    return type(entry["name"].replace("::", ""), (Classifier,), body)


def classifiers():
    """The classes by the names that configs have for them."""
    listing = subprocess.run([PROGRAM, "estimators", "--json"], capture_output=True, check=True)
    found = {}
    for entry in json.loads(listing.stdout)["classifiers"]:
        found[entry["name"]] = globals().setdefault(entry["name"].replace("::", ""), make_class(entry))
    return found
