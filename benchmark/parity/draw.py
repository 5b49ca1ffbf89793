"""Draws parameters: from the program's own table, from scikit-learn's constraints, and beyond both."""
import numpy as np

# Never drawn: the seed is the harness's, threads and printing change nothing that could be compared.
NOT_DRAWN = {"random_state", "n_jobs", "verbose", "warm_start"}

# Values that are worth trying, by parameter; without an entry they follow from type and range.
POOLS = {
    "C": [1e-3, 0.1, 0.5, 1.0, 2.0, 10.0, 100.0, 1e4],
    "alpha": [0.0, 1e-6, 1e-4, 1e-2, 0.1, 1.0, 10.0, 1000.0],
    "bootstrap": [True, True, False],
    "ccp_alpha": [0.0, 1e-3, 0.01, 0.05],
    "coef0": [-1.0, 0.0, 0.5, 1.0, 10.0],
    "degree": [0, 1, 2, 3, 4, 7],
    "eta0": [0.01, 0.1, 1.0],
    "gamma": ["scale", "auto", 0.0, 1e-3, 0.1, 1.0, 10.0],
    "hidden_layer_sizes": [[5], [10], [8, 4], [3, 3, 3], []],
    "l1_ratio": [0.0, 0.15, 0.5, 0.85, 1.0],
    "l2_regularization": [0.0, 0.1, 1.0, 100.0],
    "leaf_size": [1, 2, 30],
    "learning_rate_init": [1e-4, 1e-3, 1e-2, 0.1],
    "max_bins": [2, 3, 5, 16, 255],
    "max_depth": [None, 1, 2, 3, 5, 10],
    "max_features": [None, "sqrt", "log2", 1, 2, 0.3, 0.5, 1.0],
    "max_leaf_nodes": [None, 2, 3, 8, 31],
    "max_samples": [None, 1, 2, 10, 0.1, 0.5, 0.9, 1.0],
    "min_impurity_decrease": [0.0, 1e-3, 0.01, 0.1],
    "min_samples_leaf": [1, 2, 5, 20, 0.1, 0.3],
    "min_samples_split": [2, 3, 10, 0.1, 0.5, 1.0],
    "min_weight_fraction_leaf": [0.0, 0.05, 0.2, 0.5],
    "momentum": [0.0, 0.5, 0.9, 1.0],
    "n_estimators": [1, 2, 5, 20],
    "n_iter_no_change": [1, 3, 5, 10],
    "n_neighbors": [1, 2, 3, 5, 9, 15],
    "nu": [0.01, 0.1, 0.3, 0.5, 0.8, 1.0],
    "p": [1, 2, 1.5, 3, 4.0],
    "power_t": [0.1, 0.25, 0.5, 1.0],
    "reg_param": [0.0, 0.1, 1.0],
    "shrink_threshold": [None, 0.01, 0.1, 0.5, 2.0],
    "subsample": [0.3, 0.5, 0.8, 1.0],
    "tol": [1e-6, 1e-4, 1e-3, 1e-2],
    "validation_fraction": [0.1, 0.2, 0.5, 0.9],
    "var_smoothing": [0.0, 1e-12, 1e-9, 1e-3, 1.0],
}  # fmt: skip
# Pools of one classifier, which bound the time where that is needed.
POOLS_OF = {
    ("GaussianProcessClassifier", "kernel"): [
        None, None, "1.0 * RBF(length_scale=1.0)", "RBF(length_scale=0.5)", "2.0 * Matern(length_scale=1.0, nu=1.5)",
        "Matern(length_scale=2.0, nu=0.5)", "Matern(length_scale=1.0, nu=2.5)",
        "RationalQuadratic(length_scale=1.0, alpha=0.5)", "DotProduct(sigma_0=1.0)",
        "1.0 * RBF(length_scale=1.0) + WhiteKernel(noise_level=0.1)",
        "ConstantKernel(0.5, constant_value_bounds='fixed') * RBF(2.0, length_scale_bounds='fixed')",
    ],
    ("GaussianProcessClassifier", "max_iter_predict"): [1, 2, 3, 10, 100],
    ("GaussianProcessClassifier", "n_restarts_optimizer"): [0, 1, 2],
    ("GradientBoostingClassifier", "learning_rate"): [0.0, 0.01, 0.1, 0.5, 1.0],
    ("HistGradientBoostingClassifier", "learning_rate"): [0.01, 0.1, 0.5, 1.0],
    ("HistGradientBoostingClassifier", "max_iter"): [1, 5, 20, 50],
    ("HistGradientBoostingClassifier", "max_features"): [0.3, 0.5, 1.0],
    ("HistGradientBoostingClassifier", "tol"): [0.0, 1e-7, 1e-3, 0.1],
    ("HistGradientBoostingClassifier", "interaction_cst"): [None, "pairwise", "no_interactions"],
    ("MLPClassifier", "max_iter"): [1, 5, 30, 100],
    ("MLPClassifier", "alpha"): [0.0, 1e-4, 0.01, 1.0],
    ("MLPClassifier", "batch_size"): ["auto", 1, 8, 200],
    ("NearestCentroid", "metric"): ["euclidean", "manhattan", "euclidean", "manhattan", "cosine"],
    ("LogisticRegression", "max_iter"): [5, 100, 1000, 5000],
    ("LinearSVC", "max_iter"): [10, 1000, 20000],
    ("RidgeClassifier", "max_iter"): [None, 1, 10, 1000],
    ("SGDClassifier", "max_iter"): [1, 5, 50, 1000],
    ("Perceptron", "max_iter"): [1, 5, 50, 1000],
    ("PassiveAggressiveClassifier", "max_iter"): [1, 5, 50, 1000],
    ("SVC", "max_iter"): [-1, -1, -1, 5, 1000],
    ("NuSVC", "max_iter"): [-1, -1, -1, 5, 1000],
    ("SVC", "cache_size"): [1.0, 200.0],
    ("NuSVC", "cache_size"): [1.0, 200.0],
}  # fmt: skip
NB, TREE, LINE = {"GaussianNB": {}}, {"DecisionTreeClassifier": {"max_depth": 2}}, {"RidgeClassifier": {}}
LOGISTIC = {"LogisticRegression": {"C": 0.5, "tol": 1e-8, "max_iter": 5000}}
CENTRES = {"NearestCentroid": {}}
LISTS = [
    [["nb", NB], ["line", LINE]], [["nb", NB]], [["nb", NB], ["out", "drop"], ["centres", CENTRES]],
    [["a", LOGISTIC], ["b", LINE], ["c", NB]], [["line", LINE]],
]  # fmt: skip
POOLS_OF |= {
    ("AdaBoostClassifier", "estimator"): [None, TREE, {"DecisionTreeClassifier": {"max_depth": 1, "criterion": "entropy"}}, NB],
    ("AdaBoostClassifier", "learning_rate"): [0.1, 0.5, 1.0, 2.0],
    ("BaggingClassifier", "estimator"): [None, TREE, NB, LINE, {"LogisticRegression": {"tol": 1e-8, "max_iter": 5000}}],
    ("BaggingClassifier", "max_features"): [1, 2, 0.5, 1.0],
    ("BaggingClassifier", "max_samples"): [1, 5, 0.3, 0.5, 1.0],
    ("BernoulliNB", "binarize"): [0.0, 0.5, 2.0, None],
    ("CalibratedClassifierCV", "estimator"): [NB, LINE, LOGISTIC, TREE],
    ("CategoricalNB", "min_categories"): [None, 50, 200, 1000],
    ("LinearDiscriminantAnalysis", "n_components"): [None, 1, 2],
    ("LinearDiscriminantAnalysis", "shrinkage"): [None, "auto", 0.0, 0.1, 0.5, 1.0],
    ("LinearDiscriminantAnalysis", "tol"): [1e-4, 1e-3, 0.1],
    ("LogisticRegressionCV", "max_iter"): [1000, 5000],
    ("LogisticRegressionCV", "tol"): [1e-8],
    ("QuadraticDiscriminantAnalysis", "reg_param"): [0.1, 0.3, 0.9, 1.0, 0.0],
    ("RadiusNeighborsClassifier", "outlier_label"): ["most_frequent", "most_frequent", None],
    ("StackingClassifier", "estimators"): LISTS,
    ("StackingClassifier", "final_estimator"): [NB, LINE, LOGISTIC],
    ("VotingClassifier", "estimators"): LISTS,
}
POOLS |= {
    "Cs": [1, 3, [0.1, 1.0], [1.0, 0.01, 10.0]],
    "alphas": [[0.1, 1.0, 10.0], [1.0], 2.0, [100.0, 0.01]],
    "cv": [None, 2, 3],
    "l1_ratios": [None, [0.5], [0.1, 0.9]],
    "radius": [0.3, 1.0, 2.0, 5.0, 50.0],
}
# Set more often than not: without them, all cases would be large.
ALMOST_ALWAYS = {
    "GradientBoostingClassifier": ["n_estimators"],
    "HistGradientBoostingClassifier": ["max_iter", "min_samples_leaf"],
    "RandomForestClassifier": ["n_estimators"],
    "MLPClassifier": ["hidden_layer_sizes", "max_iter"],
    "AdaBoostClassifier": ["n_estimators"],
    "BaggingClassifier": ["n_estimators"],
    "CalibratedClassifierCV": ["estimator"],
    "ExtraTreesClassifier": ["n_estimators"],
    "LogisticRegressionCV": ["Cs", "tol", "max_iter"],
    "QuadraticDiscriminantAnalysis": ["reg_param"],
    "RadiusNeighborsClassifier": ["radius", "outlier_label"],
    "StackingClassifier": ["estimators", "final_estimator"],
    "VotingClassifier": ["estimators"],
}
# Of one million passes nothing can be learnt that a thousand do not show.
MOST = 100_000


def pool(classifier, row, labels, n_features):
    """Values of a parameter that ought to be accepted."""
    name = row["name"]
    if name == "class_weight":
        return class_weights(labels)
    if name == "constant":
        return labels + [None, 77]
    if name in ("priors", "class_prior"):
        n = len(labels)
        uneven = np.arange(1, n + 1) / (n * (n + 1) / 2)
        return [None, [1.0 / n] * n, uneven.tolist(), uneven[::-1].tolist(), [1.0]]
    if name == "weights" and classifier == "VotingClassifier":
        return [None, [1.0, 2.0], [0.5, 0.3, 0.2], [1.0]]
    if (classifier, name) == ("RadiusNeighborsClassifier", "outlier_label"):
        return ["most_frequent", "most_frequent", "most_frequent", labels[0], None]
    if name == "monotonic_cst":
        return [None, [[-1, 0, 1][i % 3] for i in range(n_features)]]
    if name == "categorical_features":
        return [None, [0], [i % 2 == 0 for i in range(n_features)]]
    if (classifier, name) in POOLS_OF:
        return POOLS_OF[classifier, name]
    # "none" for `None` is a spelling of 2017, which scikit-learn no longer takes.
    choices = [choice for choice in row["choices"] if choice != "none"]
    if name in POOLS:
        return POOLS[name] + choices
    values = choices * 2
    for kind in row["types"]:
        default = row["default"]
        if kind == "bool":
            values += [True, False]
        elif kind == "null":
            values.append(None)
        elif kind == "int":
            base = default if isinstance(default, int) and default > 0 else 5
            values += [1, 2, base, max(1, base // 2), 2 * base]
        elif kind == "float":
            base = float(default) if isinstance(default, (int, float)) and default else 1.0
            values += [base * f for f in (0.01, 0.1, 1.0, 10.0)]
    return values or [row["default"]]


def class_weights(labels):
    weights = lambda values: {str(k): float(v) for k, v in zip(labels, values)}
    several = np.resize([1.0, 2.5, 0.3, 10.0], len(labels))
    return [
        None, "balanced", "balanced", weights(several), weights(several),
        weights(several[:1]), weights([0.0] + [1.0] * (len(labels) - 1)),
        {**weights(several), "77": 3.0}, weights([-1.0] + [1.0] * (len(labels) - 1)),
        weights([0.0] * len(labels)),
    ]  # fmt: skip


def beyond(row):
    """Values at and beyond the ends of the ranges, and of other types."""
    # No `true` for a number: Python takes it for 1, which JSON does not.
    values = [None, "nonsense", -1, 0, 1, 0.0, 1.0, -0.5, 2.5, []]
    if row["range"]:
        for end in (row["range"]["low"], row["range"]["high"]):
            if end["value"] is not None:
                value = end["value"]
                values += [value, int(value), value - 1e-3, value + 1e-3, value - 1, int(value) - 1]
    return values


def constraint_values(constraints, rng):
    """Values that scikit-learn's own table of constraints suggests, both inside and at the ends."""
    values = []
    for constraint in constraints or []:
        name = type(constraint).__name__
        if name in ("StrOptions", "Options"):
            values += sorted(constraint.options, key=str)
        elif name == "Interval":
            is_int = constraint.type.__name__ in ("Integral", "RealNotInt") and constraint.type.__name__ == "Integral"
            cast = int if is_int else float
            low, high = constraint.left, constraint.right
            finite = [v for v in (low, high) if v is not None and np.isfinite(v)]
            for end in finite:
                values += [cast(end), cast(end) + (1 if is_int else 1e-3), cast(end) - (1 if is_int else 1e-3)]
            if len(finite) == 2 and not is_int:
                values.append(float(rng.uniform(low, high)))
        elif constraint == "boolean":
            values += [True, False]
        elif constraint is None:
            values.append(None)
    return [v for v in values if isinstance(v, (bool, int, float, str, type(None)))]


def parameters(classifier, rows, constraints, labels, n_features, rng):
    """Draws none to five parameters and their values."""
    rows = {row["name"]: row for row in rows if row["name"] not in NOT_DRAWN}
    always = [n for n in ALMOST_ALWAYS.get(classifier, []) if rng.random() < 0.9]
    n = min(len(rows), int(rng.choice([0, 1, 2, 3, 4, 5], p=[0.05, 0.2, 0.3, 0.25, 0.15, 0.05])))
    names = sorted(rows)
    chosen = [names[i] for i in rng.permutation(len(names))[:n]]
    chosen += [name for name in always if name in rows and name not in chosen]
    # At most one value of a case is an odd one, so that it is known which was refused.
    odd = chosen[0] if chosen and rng.random() < 0.15 else None
    drawn = {}
    for name in chosen:
        row = rows[name]
        values = pool(classifier, row, labels, n_features)
        if name == odd:
            values = beyond(row) + constraint_values(constraints.get(name), rng)
        elif rng.random() < 0.08:
            values = constraint_values(constraints.get(name), rng) or values
        value = values[rng.integers(len(values))]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            value = min(value, MOST)
        drawn[name] = value
    return drawn
