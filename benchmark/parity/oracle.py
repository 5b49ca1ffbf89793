"""scikit-learn in a process of its own: pickled requests on standard input, pickled answers out."""
import os
import pickle
import struct
import sys
import warnings

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import kernels
from sklearn.utils import all_estimators

# How far weights of rows are off where rounding is asked for.
JITTER = 1e-12

CLASSIFIERS = dict(all_estimators("classifier"))


def build(classifier, params, seed):
    """The estimator; parameters are as in a config."""
    params = dict(params)
    if isinstance(params.get("class_weight"), dict):
        params["class_weight"] = {int(k): v for k, v in params["class_weight"].items()}
    if classifier == "GaussianProcessClassifier" and isinstance(params.get("kernel"), str):
        params["kernel"] = eval(params["kernel"], vars(kernels))
    for name in ("monotonic_cst", "categorical_features"):
        if isinstance(params.get(name), list):
            params[name] = np.array(params[name])
    nested = lambda given: build(*next(iter(given.items())), seed) if isinstance(given, dict) else given
    for name in ("estimator", "final_estimator"):
        if name in params:
            params[name] = nested(params[name])
    if isinstance(params.get("estimators"), list):
        pairs = params["estimators"]
        params["estimators"] = [tuple([p[0], *map(nested, p[1:])]) if isinstance(p, list) and p else p for p in pairs]
    estimator = blank(classifier)
    if "random_state" in estimator.get_params():
        params.setdefault("random_state", seed)
    return estimator.set_params(**params)


def blank(classifier):
    """The estimator at its defaults; some cannot do without other estimators."""
    cls = CLASSIFIERS[classifier]
    return cls(estimators=[]) if "estimators" in cls.__init__.__code__.co_varnames[:2] else cls()


def scores_of(estimator, x):
    """Continuous scores behind the prediction, as (kind, array), if there are any."""
    if type(estimator).__name__ in ("SVC", "NuSVC"):
        estimator.decision_function_shape = "ovo"
        return "pairs", np.asarray(estimator.decision_function(x))
    if type(estimator).__name__ == "GaussianProcessClassifier" and len(estimator.classes_) > 2:
        if estimator.multi_class == "one_vs_one":
            return None, None
        # Before they are scaled to a sum of 1, which makes numbers of what is only rounding.
        of_class = [one.predict_proba(x)[:, 1] for one in estimator.base_estimator_.estimators_]
        return "probabilities", np.column_stack(of_class)
    for method in ("decision_function", "predict_proba"):
        if hasattr(estimator, method):
            return "scores", np.asarray(getattr(estimator, method)(x))
    return None, None


def objective_of(estimator, x, y):
    """What a linear classifier minimises, where it got to; None where that is not written down here."""
    name, classes = type(estimator).__name__, estimator.classes_
    is_svc = name == "LinearSVC"
    if name not in ("LinearSVC", "LogisticRegression") or estimator.class_weight is not None:
        return None
    is_joint = estimator.multi_class in ("crammer_singer", "multinomial")
    if name == "LogisticRegression" and estimator.multi_class in ("auto", "deprecated"):
        is_joint = estimator.solver != "liblinear" and len(classes) > 2
    if is_joint and len(classes) == 2:
        return None  # Only the difference of the two columns is told.
    weights, z = estimator.coef_, x @ estimator.coef_.T + estimator.intercept_
    if estimator.fit_intercept and (is_svc or estimator.solver == "liblinear"):
        # Penalised like any other weight, as that of a constant feature.
        weights = np.column_stack([weights, estimator.intercept_ / estimator.intercept_scaling])
    penalty = "l2" if is_svc and is_joint else estimator.penalty
    l1 = {"l1": 1.0, "elasticnet": getattr(estimator, "l1_ratio", None), "l2": 0.0, None: 0.0}[penalty]
    l2 = 0.0 if penalty is None else 1.0 - l1
    regularised = l1 * np.abs(weights).sum() + 0.5 * l2 * np.square(weights).sum()
    cost = estimator.C if penalty is not None else 1.0
    if is_joint:
        own = (np.arange(len(y)), np.searchsorted(classes, y))
        margin = np.ones_like(z) * is_svc
        margin[own] = 0.0
        highest = np.max(z + margin, 1) if is_svc else np.logaddexp.reduce(z, 1)
        return regularised + cost * np.sum(highest - z[own])
    margin = z * np.where(y[:, None] == classes[-z.shape[1] :], 1.0, -1.0)
    if not is_svc:
        return regularised + cost * np.logaddexp(0.0, -margin).sum()
    slack = np.maximum(0.0, 1.0 - margin)
    return regularised + cost * np.sum(slack if estimator.loss == "hinge" else slack**2)


def lightest_of(estimator, x, y):
    """The smallest weight of a row that AdaBoost's SAMME.R trained on, as a share of the largest, or None."""
    is_samme_r = type(estimator).__name__ == "AdaBoostClassifier" and estimator.algorithm == "SAMME.R"
    if not is_samme_r or len(estimator.classes_) == 1:
        return None
    n_classes, epsilon = len(estimator.classes_), np.finfo(float).eps
    code = np.where(y[:, None] == estimator.classes_, 1.0, -1.0 / (n_classes - 1))
    weights, lightest = np.full(len(y), 1.0 / len(y)), 1.0
    for stage in estimator.estimators_:
        weights = np.maximum(weights, epsilon)
        lightest = min(lightest, weights.min() / weights.max())
        log_p = np.log(np.clip(stage.predict_proba(x), epsilon, None))
        weights = weights * np.exp(-estimator.learning_rate * (n_classes - 1) / n_classes * (code * log_p).sum(1))
        weights /= weights.sum()
    return lightest


def run(request):
    """Fits and predicts; the answer has the labels or the error, warnings, and scores."""
    x = request["x"] if request.get("as_f32") else request["x"].astype(np.float64)
    xt = request["xt"] if request.get("as_f32") else request["xt"].astype(np.float64)
    y = request["y"]
    answer = {"status": "ok"}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            estimator = build(request["classifier"], request["params"], request["seed"])
            for name, factor in request.get("scale", {}).items():
                value = estimator.get_params()[name]
                if isinstance(value, (int, float)) and value > 0:
                    setattr(estimator, name, float(value * factor) if name == "tol" else type(value)(value * factor))
            weights = {}
            if "noise" in request:
                seed, share = request["noise"]
                x = x * (1 + share * np.random.default_rng(seed).normal(size=x.shape))
            if "jitter" in request:
                noise = np.random.default_rng(request["jitter"]).normal(size=len(x))
                weights["sample_weight"] = 1 + JITTER * noise
            estimator.fit(x, y, **weights)
            answer["labels"] = np.asarray(estimator.predict(xt))
            if request.get("want_scores"):
                try:
                    kind, scores = scores_of(estimator, xt)
                except Exception:  # Scores are only looked at; not every setting has them.
                    kind, scores = None, None
                answer["score_kind"], answer["scores"] = kind, scores
                answer["classes"] = np.asarray(estimator.classes_)
            answer["n_iter"] = str(getattr(estimator, "n_iter_", ""))[:80]
        except Exception as error:  # What scikit-learn raises is its answer.
            answer = {"status": "refused", "message": f"{type(error).__name__}: {str(error)[:400]}"}
    # Outside of the above: a fault of these two is no answer of scikit-learn's.
    if answer["status"] == "ok" and request.get("want_scores"):
        answer["objective"], answer["lightest"] = objective_of(estimator, x, y), lightest_of(estimator, x, y)
    answer["converged"] = not any(issubclass(w.category, ConvergenceWarning) for w in caught)
    answer["warnings"] = sorted({f"{w.category.__name__}: {str(w.message)[:160]}" for w in caught})
    return answer


def can_be_blank(name):
    try:
        blank(name)
    except TypeError:
        return False
    return True


def constraints():
    """scikit-learn's table of what it accepts, by classifier and parameter."""
    return {
        name: (dict(getattr(cls, "_parameter_constraints", {})), blank(name).get_params(deep=False))
        for name, cls in CLASSIFIERS.items()
        if can_be_blank(name)
    }


def serve():
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # Whatever scikit-learn prints.
    while header := sys.stdin.buffer.read(4):
        request = pickle.loads(sys.stdin.buffer.read(struct.unpack("<I", header)[0]))
        data = pickle.dumps(run(request))
        channel.write(struct.pack("<I", len(data)) + data)
        channel.flush()


if __name__ == "__main__":
    serve()
