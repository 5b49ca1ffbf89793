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


def data(seed):
    rng = np.random.RandomState(seed)
    x = rng.permutation(np.arange(240 * 5)).reshape(240, 5).astype(float)
    score = x[:, :3] @ [1.0, -0.7, 0.4] + rng.normal(0, 150, 240)
    return x, np.digitize(score, np.quantile(score, [0.5, 0.8]))


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


def tree_case(seed, s):
    x, y = data(seed)
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


def boosted_cases(seed):
    x, y = data(seed)
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


def save(name, what):
    what = dict(engine="scikit-learn " + sklearn.__version__, data=what)
    with open(os.path.join(OUT, name), "w") as f:
        json.dump(what, f, separators=(",", ":"))
        f.write("\n")


if __name__ == "__main__":
    save("synthetic.json", dict(trees=tree_cases(), hist=hist_cases(), **first_stable(boosted_cases)))
    save("fashion_mnist_6000.json", fashion_mnist())
