"""Serves the classifiers of one Python package to fashion-bench, by the protocol of docs/engines.md.

The program holds this file and runs it with `python -c`; the arguments are the package and, for a
module of one's own, the folder it lies in. `--probe` prints what is installed and ends. Only numpy
is needed beside the package. A classifier is found by its name, nothing is evaluated.
"""

import os
import sys

# The folder that the program happens to stand in is no place to import from: a file there that is
# called like a module would run. These two modules are there before any path counts.
sys.path[:] = [path for path in sys.path if path not in ("", os.getcwd())]

import ast
import importlib
import importlib.metadata
import importlib.util
import inspect
import itertools
import json
import math
import platform
import warnings

VERSION = "1.0"
PROTOCOL = 1
# Where scikit-learn and packages of its shape keep classifiers; others keep them at their top.
MODULES = (
    "linear_model", "svm", "neighbors", "tree", "ensemble", "naive_bayes", "neural_network",
    "gaussian_process", "discriminant_analysis", "dummy", "semi_supervised", "calibration",
    "multiclass", "multioutput", "model_selection",
)  # fmt: skip
# Distributions that are not named like their package.
DISTRIBUTIONS = {
    "sklearn": ("scikit-learn",),
    "sklearnex": ("scikit-learn-intelex",),
    "xgboost": ("xgboost", "xgboost-cpu"),
}


class Refusal(Exception):
    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def version_of(package):
    """The version that the package was installed as, without importing it."""
    for distribution in DISTRIBUTIONS.get(package, (package,)):
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            pass
    return None


def probe(package):
    """What is there, and which of the two packages that are needed is not."""
    wanted = (package.partition(".")[0], "numpy")
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    return {"python": platform.python_version(), "version": version_of(package), "missing": missing}


def find(package, name):
    """The class of this name in the package: at its top, in a usual module, or by dotted path."""
    path = name.split(".")
    if not all(part.isidentifier() and not part.startswith("_") for part in path):
        raise Refusal("refused", f"`{name}` is no dotted path of identifiers without underscores")
    root = importlib.import_module(package)
    places = [root]
    if len(path) == 1 and not hasattr(root, name):
        for module in MODULES:
            try:
                places.append(importlib.import_module(f"{package}.{module}"))
            except ImportError:
                continue
            if hasattr(places[-1], name):
                break
    found = places[-1]
    for number, part in enumerate(path):
        places.append(found)
        if not hasattr(found, part):
            # A module that nobody imported is no attribute yet.
            try:
                importlib.import_module(".".join([package, *path[: number + 1]]))
            except ImportError:
                pass
        found = getattr(found, part, None)
    if not isinstance(found, type):
        raise Refusal("refused", f"{package} has no class `{name}`{did_you_mean(name, places)}")
    for method in ("fit", "predict"):
        if not callable(getattr(found, method, None)):
            raise Refusal("refused", f"{package}.{name} is no classifier: it has no `{method}`")
    return found


def is_classifier(found):
    is_model = isinstance(found, type) and all(hasattr(found, name) for name in ("fit", "predict"))
    return is_model and getattr(found, "_estimator_type", "classifier") == "classifier"


def did_you_mean(name, modules):
    """`; did you mean ...?` with a class whose name is like this one, or nothing."""
    import difflib

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = {
            known.lower(): known
            for module in modules
            for known in dir(module)
            if not known.startswith("_") and is_classifier(getattr(module, known, None))
        }
    like = difflib.get_close_matches(name.rpartition(".")[2].lower(), names, n=1, cutoff=0.66)
    return f"; did you mean `{names[like[0]]}`?" if like else ""


def constructor_defaults(cls):
    """Defaults of the parameters of the class, if they can be had."""
    try:
        return cls().get_params(deep=False)
    except Exception:
        return {}


def to_python(value, default):
    """A parameter as the config wrote it: `"(100, 10)"` is a tuple, and so is a list in the place of
    one; labels as keys are whole numbers."""
    if isinstance(value, str) and value.lstrip().startswith("("):
        try:
            value = ast.literal_eval(value.strip())
        except (ValueError, SyntaxError):
            raise Refusal("refused", f"{value!r} is no tuple of numbers") from None
    if isinstance(value, list) and isinstance(default, tuple):
        return tuple(value)
    if isinstance(value, dict):
        is_label = lambda key: key.lstrip("-").isdigit()
        return {int(key) if is_label(key) else key: entry for key, entry in value.items()}
    return value


def known_parameters(model):
    """Parameters with their values; those that `get_params` does not show are `None`."""
    try:
        names = inspect.signature(type(model).__init__).parameters
    except (TypeError, ValueError):
        names = ()
    shown = model.get_params(deep=False) if hasattr(model, "get_params") else {}
    return {**dict.fromkeys(names), **shown}


def to_json(value):
    """A parameter's value for the answer; what JSON does not have is shown as text."""
    import numpy as np

    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else repr(value)
    if isinstance(value, (list, tuple)):
        return [to_json(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): to_json(entry) for key, entry in value.items()}
    return repr(value)


def load(path, shape, kind):
    import numpy as np

    # A plain array over the mapped file: the subclass of mapped arrays costs at each slice.
    array = np.asarray(np.load(path, mmap_mode="r"))
    if array.dtype != kind or array.shape != shape:
        found = f"{array.dtype} of {array.shape}"
        raise Refusal("protocol", f"expected {np.dtype(kind)} of {shape} in {path}, got {found}")
    # Maps the pages, so that the fit does not pay for it.
    array.ravel()[:: max(1, 4096 // array.itemsize)].sum()
    return array


def one_line(error):
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class Round:
    """What `hello` brought, and what became of it."""

    def __init__(self, package, hello):
        if hello["protocol"] != PROTOCOL:
            asked = hello["protocol"]
            raise Refusal("protocol", f"this engine speaks version {PROTOCOL}, got {asked}")
        train, test = hello["train"], hello["test"]
        n_features = train["n_features"]
        self.x = load(train["x"], (train["n_samples"], n_features), "<f4")
        self.y = load(train["y"], (train["n_samples"],), "<i8")
        self.x_test = load(test["x"], (test["n_samples"], n_features), "<f4")
        self.package, self.cls = package, find(package, hello["classifier"])
        self.seed, self.threads = hello["seed"] % 2**32, hello["threads"]
        self.written = hello.get("parameters", {})
        self.model, self.is_fitted = self.make(self.cls, self.written), False

    def make(self, cls, written):
        """An instance with the parameters that a config wrote, and seed and threads if it has none."""
        defaults = constructor_defaults(cls)
        parameters = {
            name: self.with_models(to_python(value, defaults.get(name)))
            for name, value in written.items()
        }
        try:
            model = cls(**parameters)
        except Exception as error:
            raise Refusal("refused", one_line(error)) from error
        if not hasattr(model, "set_params"):
            return model
        own = known_parameters(model)
        unset = lambda name: name in own and own[name] is None
        seed = next(filter(unset, ("random_state", "random_seed", "seed")), None)
        if seed:
            model.set_params(**{seed: self.seed})
        # CatBoost takes every processor unless it is told; the others obey the environment.
        if unset("thread_count"):
            model.set_params(thread_count=self.threads)
        return model

    def with_models(self, value):
        """A parameter with the classifiers in it made: `{"GaussianNB": {…}}` where the package has a class
        of that name, alone or in a list of pairs."""
        if isinstance(value, list):
            made = [self.with_models(entry) for entry in value]
            is_pair = len(value) == 2 and isinstance(value[0], str) and made[1] is not value[1]
            return tuple(made) if is_pair else made
        if not (isinstance(value, dict) and len(value) == 1):
            return value
        ((name, written),) = value.items()
        if not (isinstance(name, str) and name.isidentifier() and isinstance(written, dict)):
            return value
        try:
            cls = find(self.package, name)
        except Refusal:
            return value
        return self.make(cls, written)

    def resolved(self):
        if not hasattr(self.model, "get_params"):
            return to_json(self.written)
        return {name: to_json(value) for name, value in self.model.get_params(deep=False).items()}

    def fit(self):
        # Some classifiers go on from their last fit.
        if self.is_fitted:
            self.model = self.make(self.cls, self.written)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            self.model.fit(self.x, self.y)
        names = [warning.category.__name__ for warning in caught]
        told = dict.fromkeys(" ".join(str(warning.message).split()) for warning in caught)
        fitted = {"warnings": list(told)[:5], "extra": self.extra()}
        n_iter = whole(getattr(self.model, "n_iter_", None))
        if n_iter is not None:
            fitted["n_iter"] = n_iter
        # Only scikit-learn's way of saying it is known.
        is_known = n_iter is not None and self.cls.__module__.startswith("sklearn")
        if is_known or "ConvergenceWarning" in names:
            fitted["converged"] = "ConvergenceWarning" not in names
        curve = getattr(self.model, "loss_curve_", None)
        if isinstance(curve, list):
            # JSON has no infinities: the curve ends before one.
            fitted["loss_curve"] = list(itertools.takewhile(math.isfinite, map(float, curve)))
        self.is_fitted = True
        return fitted

    def extra(self):
        import numpy as np

        support = getattr(self.model, "n_support_", None)
        return {} if support is None else {"n_support_vectors": int(np.sum(support))}

    def predict(self, request):
        import numpy as np

        labels = np.asarray(self.model.predict(self.x_test))
        if not np.issubdtype(labels.dtype, np.number) or (labels != np.rint(labels)).any():
            raise Refusal("failed", f"predict returned {labels.dtype}, no whole numbers")
        save(request["labels"], labels.astype("<i8"))
        answer = {"labels": request["labels"]}
        path = request.get("probabilities")
        if path and hasattr(self.model, "predict_proba"):
            probabilities = np.asarray(self.model.predict_proba(self.x_test), dtype="<f8")
            save(path, np.ascontiguousarray(probabilities))
            classes = [int(label) for label in self.model.classes_]
            answer["probabilities"] = {"path": path, "classes": classes}
        return answer


def whole(value):
    """The largest of some counts, if that is what it is."""
    import numpy as np

    try:
        largest = np.max(np.asarray(value, dtype=float))
        return int(largest) if np.isfinite(largest) else None
    except (TypeError, ValueError):
        return None


def save(path, array):
    import numpy as np

    # By a handle, as a name without the suffix gets one added.
    with open(path, "wb") as file:
        np.save(file, array)


class Session:
    def __init__(self, package):
        self.package, self.round = package, None

    def answer(self, kind, fields):
        if kind == "hello":
            if self.round:
                raise Refusal("protocol", "expected `bye` before the next `hello`")
            self.round = Round(self.package, fields)
            return {"ready": self.ready()}
        if kind == "bye":
            self.round = None
            return {"bye": {}}
        if kind == "fit":
            if not self.round:
                raise Refusal("protocol", "expected `hello` before `fit`")
            return {"fitted": self.round.fit()}
        if kind == "predict":
            if not (self.round and self.round.is_fitted):
                raise Refusal("protocol", "expected `fit` before `predict`")
            return {"predicted": self.round.predict(fields)}
        raise Refusal("protocol", f"there is no request `{kind}`")

    def ready(self):
        top = self.package.partition(".")[0]
        module = sys.modules.get(top)
        version = version_of(top) or getattr(module, "__version__", "unknown")
        return {
            "protocol": PROTOCOL,
            "engine": {"name": "fashion-bench python adapter", "version": VERSION},
            "language": {"name": "python", "version": platform.python_version()},
            "library": {"name": top, "version": str(version)},
            "parameters": self.round.resolved(),
        }


def respond(session, line):
    try:
        try:
            ((kind, fields),) = json.loads(line).items()
        except (ValueError, AttributeError) as error:
            raise Refusal("protocol", f"cannot read the request: {error}") from error
        return session.answer(kind, fields)
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        session.round = None
        if isinstance(error, Refusal):
            kind, message = error.kind, str(error)
        else:
            import traceback

            # The whole of it is for the log.
            traceback.print_exc()
            kind = "out_of_memory" if isinstance(error, MemoryError) else "failed"
            message = one_line(error)
            # What scikit-learn says of parameters in its fit.
            if type(error).__name__ == "InvalidParameterError":
                kind = "refused"
        return {"error": {"kind": kind, "message": message[:2000]}}


def end_with_the_driver():
    """Asks Linux to end this process with the one that started it."""
    try:
        import ctypes

        ctypes.CDLL(None).prctl(1, 9)
    except Exception:
        pass  # Elsewhere the end of the input does it, after the fit.


def main():
    package, *rest = [argument for argument in sys.argv[1:] if argument != "--probe"]
    sys.path[:0] = rest
    if "--probe" in sys.argv:
        print(json.dumps(probe(package)))
        return
    end_with_the_driver()
    # Whatever a library prints goes to standard error.
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)
    session = Session(package)
    for line in sys.stdin:
        if line.strip():
            channel.write(json.dumps(respond(session, line)) + "\n")
            channel.flush()


main()
