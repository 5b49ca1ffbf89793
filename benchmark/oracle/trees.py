"""Makes tests/oracle/trees/*.json with scikit-learn 1.5.2.

Usage: FASHION_MNIST_DIR=... python benchmark/oracle/trees.py tests/oracle/trees
"""
import json
import os
import sys

import numpy as np
import sklearn
from fashion import images, load
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier
from sklearn.metrics import log_loss
from sklearn.tree import DecisionTreeClassifier

OUT = sys.argv[1]


def rows_of_nodes(tree, x):
    path = tree.decision_path(x).tocsc()
    return [path.indices[path.indptr[i] : path.indptr[i + 1]] for i in range(tree.tree_.node_count)]


def best_scores(x, y, criterion, n_classes):
    """Best score of each feature and the best one elsewhere in it, by brute force over counts."""
    best = np.full(x.shape[1], -np.inf)
    second = np.full(x.shape[1], -np.inf)
    onehot = np.eye(n_classes)[y]
    total = onehot.sum(0)

    def side(counts):
        n = counts.sum(1)
        if criterion == "gini":
            return (counts**2).sum(1) / n
        c = np.where(counts > 0, counts, 1)
        return (counts * np.log(c)).sum(1) - n * np.log(n)

    for f in range(x.shape[1]):
        order = np.argsort(x[:, f], kind="stable")
        v = x[order, f]
        cut = np.flatnonzero(v[1:] > v[:-1])
        if len(cut) == 0:
            continue
        left = np.cumsum(onehot[order], 0)[cut]
        score = np.sort(side(left) + side(total - left))
        best[f] = score[-1]
        if len(score) > 1:
            second[f] = score[-2]
    return best, second


def is_unique(x, y, criterion, n_classes):
    best, second = best_scores(x, y, criterion, n_classes)
    scores = np.sort(np.concatenate([best, second]))
    return bool(scores[-1] - scores[-2] > 1e-9 * max(1.0, abs(scores[-1])))


def nodes(tree):
    t = tree.tree_
    return dict(
        feature=t.feature.tolist(),
        threshold=t.threshold.tolist(),
        left=t.children_left.tolist(),
        right=t.children_right.tolist(),
        n_samples=t.n_node_samples.tolist(),
    )


def fashion_mnist():
    x = images("train-images-idx3", 6000).astype(np.float32)
    y = load("train-labels-idx1", 8)[:6000].astype(int)
    out = []
    for criterion in ["gini", "entropy"]:
        tree = DecisionTreeClassifier(criterion=criterion, max_depth=10, random_state=0).fit(x, y)
        unique = [
            bool(tree.tree_.feature[i] >= 0) and is_unique(x[rows], y[rows], criterion, 10)
            for i, rows in enumerate(rows_of_nodes(tree, x))
        ]
        out.append(dict(criterion=criterion, max_depth=10, unique=unique, **nodes(tree)))
    return out


def stable(fit):
    """The model, if it is the same whatever the order of features and with weights off by 1e-9.

    With class weights, scikit-learn's rounding tells equal splits apart; the noise is larger."""
    models = [fit(state) for state in range(24)]
    trees = [[t for t in np.ravel(m.estimators_)] if hasattr(m, "estimators_") else [m] for m in models]
    if all(nodes(a) == nodes(b) for other in trees[1:] for a, b in zip(trees[0], other)):
        return models[0]
    raise ValueError("equal splits")


def noisy(state, x, y):
    noise = np.random.RandomState(state).uniform(0, 1e-9, len(y))
    return x, y, None if state == 0 else 1 + noise


def first_stable(case):
    for seed in range(5000):
        try:
            return case(seed)
        except ValueError:
            continue


def data(seed, n=240):
    rng = np.random.RandomState(seed)
    x = rng.permutation(np.arange(n * 5)).reshape(n, 5).astype(float)
    score = x[:, :3] @ [1.0, -0.7, 0.4] + rng.normal(0, 150 * n / 240, n)
    return x, np.digitize(score, np.quantile(score, [0.5, 0.8]))


def wide_data(seed):
    """Features of more values than a byte tells apart, and one of seven."""
    x, y = data(seed, 400)
    x[:, 1] = x[:, 1] // 286
    return x, y


def tree_cases():
    base = dict(min_samples_leaf=12, max_depth=4, random_state=0)
    settings = [
        dict(),
        dict(criterion="entropy"),
        dict(class_weight="balanced"),
        dict(criterion="entropy", class_weight={0: 1.0, 1: 2.5, 2: 0.5}),
        dict(max_leaf_nodes=9),
        dict(min_impurity_decrease=0.01),
        dict(ccp_alpha=0.008),
        dict(min_weight_fraction_leaf=0.08),
        dict(min_samples_split=0.2),
        dict(min_samples_leaf=0.05, max_depth=3),
    ]
    return [first_stable(lambda seed: tree_case(seed, {**base, **s})) for s in settings]


def wide_tree_cases():
    base = dict(min_samples_leaf=6, max_depth=5, random_state=0)
    settings = [
        dict(),
        dict(criterion="entropy", class_weight={0: 1.0, 1: 2.5, 2: 0.5}),
        dict(max_leaf_nodes=12),
    ]
    return [first_stable(lambda seed: tree_case(seed, {**base, **s}, wide_data)) for s in settings]


def tree_case(seed, s, make=data):
    x, y = make(seed)
    tree = stable(lambda state: DecisionTreeClassifier(**{**s, "random_state": state}).fit(*noisy(state, x, y)))
    weights = s.get("class_weight")
    if isinstance(weights, dict):
        s = {**s, "class_weight": {str(label): weight for label, weight in weights.items()}}
    return dict(
        x=x.astype(int).tolist(),
        y=y.tolist(),
        parameter=s,
        importances=tree.feature_importances_.tolist(),
        predictions=tree.predict(x).tolist(),
        **nodes(tree),
    )


def boosted_cases(seed, make=data):
    x, y = make(seed)
    boosted = []
    for s in [
        dict(),
        dict(criterion="squared_error", learning_rate=0.5),
        dict(init="zero", max_depth=3),
        dict(max_leaf_nodes=4, max_depth=None),
        dict(ccp_alpha=0.003),
        dict(min_impurity_decrease=2.0),
    ]:
        s = {**dict(n_estimators=6, min_samples_leaf=20, max_depth=2, random_state=0), **s}
        for classes in [3, 2]:
            t = np.minimum(y, classes - 1)
            model = stable(lambda state: GradientBoostingClassifier(**{**s, "random_state": state}).fit(x, t))
            factor = 2.0 if classes == 2 else 1.0  # scikit-learn reports the deviance of two classes
            boosted.append(dict(
                parameter=s,
                classes=classes,
                loss=(model.train_score_ / factor).tolist(),
                importances=model.feature_importances_.tolist(),
                predictions=model.predict(x).tolist(),
            ))
    exponential = dict(loss="exponential", n_estimators=6, min_samples_leaf=20, max_depth=2)
    model = stable(lambda state: GradientBoostingClassifier(random_state=state, **exponential).fit(x, np.minimum(y, 1)))
    boosted.append(dict(
        parameter=dict(random_state=0, **exponential),
        classes=2, loss=model.train_score_.tolist(), importances=model.feature_importances_.tolist(),
        predictions=model.predict(x).tolist(),
    ))
    return dict(x=x.astype(int).tolist(), y=y.tolist(), boosted=boosted)


def hist_cases():
    settings = [
        dict(),
        dict(max_leaf_nodes=4, learning_rate=0.3),
        dict(l2_regularization=2.0),
        dict(max_depth=2, min_samples_leaf=10),
        dict(class_weight="balanced"),
    ]
    base = dict(max_iter=4, early_stopping=False, random_state=0)
    return [
        first_stable(lambda seed: hist_case(seed, {**base, **s}, classes)) for s in settings for classes in [3, 2]
    ]


def hist_case(seed, s, classes):
    """Gradients are f32 here, and the first of equal splits wins: noise shows whether there are any."""
    x, y = data(seed)
    t = np.minimum(y, classes - 1)
    model = HistGradientBoostingClassifier(**s).fit(x, t)
    loss = [log_loss(t, p) for p in model.staged_predict_proba(x)]
    for state in range(1, 9):
        weights = 1 + np.random.RandomState(state).uniform(0, 1e-5, len(t))
        other = HistGradientBoostingClassifier(**s).fit(x, t, weights)
        if not np.allclose(loss, [log_loss(t, p) for p in other.staged_predict_proba(x)], atol=1e-5):
            raise ValueError("equal splits")
    return dict(
        x=x.astype(int).tolist(),
        y=y.tolist(),
        parameter=s,
        classes=classes,
        loss=loss,
        predictions=model.predict(x).tolist(),
    )


def exact_case(name, parameter, x, y, x_test):
    """A case that scikit-learn decides without drawing anything, or whatever it draws."""
    x, x_test = x.astype(np.float32), x_test.astype(np.float32)
    given = dict(parameter)
    if isinstance(given.get("class_weight"), dict):
        given["class_weight"] = {int(label): weight for label, weight in given["class_weight"].items()}
    models = [name(**given, random_state=state).fit(x, y) for state in range(4)]
    predictions = [model.predict(x_test).tolist() for model in models]
    if any(other != predictions[0] for other in predictions):
        raise ValueError("equal splits")
    return dict(
        name=name.__name__,
        parameter=parameter,
        x=[[float(v) for v in row] for row in x],
        y=y.tolist(),
        x_test=[[float(v) for v in row] for row in x_test],
        predictions=predictions[0],
        n_iter=int(getattr(models[0], "n_iter_", 0)),
    )


def exact_data(seed, classes=3, n=90):
    """Two quantities, and a column of eight categories that matters."""
    rng = np.random.RandomState(seed)
    x = np.round(rng.normal(size=(n + 40, 3)), 2)
    category = rng.randint(8, size=n + 40)
    x[:, 2] = np.array([4, -1, 0, 7, 2.5, 3, 9, 1])[category]
    score = x[:, 0] - 0.7 * x[:, 1] + np.array([0, 2, -1, 1, -2, 0.5, 1.5, -1])[category]
    y = np.digitize(score + rng.normal(0, 0.7, n + 40), [0.5, 1.5][: classes - 1])
    x[n : n + 5, 2] = 5  # a category that no training row has
    return x[:n], y[:n], x[n:]


def exact_cases():
    base = dict(early_stopping=False, max_iter=8, min_samples_leaf=5)
    two, three = exact_data(1, 2), exact_data(2)
    few = exact_data(3, 3, 30)
    even = (two[0], np.arange(len(two[1])) % 2, two[2])
    hist = [
        (dict(max_bins=5), three),
        (dict(max_bins=2), three),
        (dict(), three),
        (dict(learning_rate=1.0, max_iter=20), three),
        (dict(learning_rate=1.0, min_samples_leaf=20), few),
        (dict(min_samples_leaf=80), even),
        (dict(max_leaf_nodes=None, min_samples_leaf=1, max_depth=4), three),
        (dict(max_leaf_nodes=3, l2_regularization=3.0), two),
        (dict(class_weight={"0": 2.0, "1": 0.0, "2": 1.0}), three),
        (dict(categorical_features=[2]), three),
        (dict(categorical_features=[False, False, True], min_samples_leaf=1), two),
        (dict(monotonic_cst=[1, -1, 0]), two),
        (dict(monotonic_cst=[-1, 0, 1]), two),
        (dict(monotonic_cst=[-1, 1, 0], categorical_features=[2]), two),
        (dict(interaction_cst="no_interactions"), three),
        (dict(interaction_cst="pairwise"), three),
        (dict(interaction_cst=[[0, 1], [1]]), three),
        (dict(interaction_cst=[[0]], categorical_features=[2]), three),
    ]
    stop = dict(early_stopping=True, validation_fraction=None, max_iter=80, n_iter_no_change=3, tol=1e-2)
    hist += [({**stop, "scoring": scoring}, three) for scoring in ["loss", "accuracy", None]]
    cases = [exact_case(HistGradientBoostingClassifier, {**base, **s}, *d) for s, d in hist]
    base = dict(max_depth=4, min_samples_leaf=7)
    trees = [
        dict(max_features=9),
        dict(monotonic_cst=[1, -1, 0]),
        dict(monotonic_cst=[-1, 1, 0], criterion="entropy"),
        dict(monotonic_cst=[-1, 0, 1], max_leaf_nodes=6, class_weight="balanced"),
        dict(monotonic_cst=[0, 1, -1], ccp_alpha=0.005),
    ]
    return cases + [exact_case(DecisionTreeClassifier, {**base, **s}, *two) for s in trees]


def save(name, what):
    what = dict(engine="scikit-learn " + sklearn.__version__, data=what)
    with open(os.path.join(OUT, name), "w") as f:
        json.dump(what, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    save("synthetic.json", dict(trees=tree_cases(), hist=hist_cases(), **first_stable(boosted_cases)))
    wide_boosted = first_stable(lambda seed: boosted_cases(seed, wide_data))
    save("wide.json", dict(trees=wide_tree_cases(), **wide_boosted))
    save("exact.json", exact_cases())
    save("fashion_mnist_6000.json", fashion_mnist())
