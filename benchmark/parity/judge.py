"""The verdict on one case: the same answer, rounding, chance, or a fault.

A difference is excused row by row, and only by evidence: scikit-learn's own scores tie there up to
rounding, or scikit-learn itself gives our label when the same problem is put to it differently (rows
or columns in another order, single precision, another seed, a tighter tolerance).
"""
import warnings
from collections import Counter
from itertools import combinations

import numpy as np
from minima import OPTIMUM, Minima
from sklearn.metrics import pairwise_distances

# Their answer follows from a formula.
FORMULA = {
    "BernoulliNB", "CalibratedClassifierCV", "CategoricalNB", "ComplementNB", "GaussianNB", "GaussianProcessClassifier",
    "KNeighborsClassifier", "LinearDiscriminantAnalysis", "MultinomialNB", "NearestCentroid", "QuadraticDiscriminantAnalysis",
    "RadiusNeighborsClassifier", "StackingClassifier", "VotingClassifier",
}  # fmt: skip
# Trees that split at any value.
TREES = {
    "AdaBoostClassifier", "BaggingClassifier", "DecisionTreeClassifier", "ExtraTreeClassifier", "ExtraTreesClassifier",
    "GradientBoostingClassifier", "RandomForestClassifier",
}  # fmt: skip
# Processes that the order of the rows is part of, as it is of the folds of a cross-validation.
ORDERED = {
    "CalibratedClassifierCV", "LogisticRegressionCV", "MLPClassifier", "PassiveAggressiveClassifier", "Perceptron",
    "RidgeClassifierCV", "SGDClassifier", "StackingClassifier",
}  # fmt: skip
# Their answer is a process, or a matrix without an inverse, in which rounding can grow without bound: by which share
# features may be off without being others. Here the processes are in single precision.
FRAGILE = {
    "PassiveAggressiveClassifier": 6e-8, "Perceptron": 6e-8, "QuadraticDiscriminantAnalysis": 1e-13, "SGDClassifier": 6e-8,
}  # fmt: skip
# Parameters that speak of columns by their place.
BY_COLUMN = {"monotonic_cst", "categorical_features", "interaction_cst", "kernel"}

# A gap between two scores is rounding below this share of the largest score of the row.
MARGIN = 1e-5
# So is one between two probabilities of a Gaussian process below this.
NOISE = 1e-11
# A weight below this share of another one is rounding in their sum.
UNFELT = 1e-14
N_SEEDS, N_MORE = 8, 24
SUSPICIOUS, DIFFERENT = 0.05, 0.001
SPLITS = np.array([[i in chosen for i in range(2 * N_SEEDS)] for chosen in combinations(range(2 * N_SEEDS), N_SEEDS)])


def has_nan(answer):
    """Whether a side's labels come from scores that are no numbers: the first class, whatever the row."""
    scores = answer.get("scores")
    return scores is not None and bool(np.isnan(np.asarray(scores, float)).any())


class Case(Minima):
    """Both sides with one problem."""

    def __init__(self, engine, oracle, classifier, params, x, y, xt, seed, is_seeded):
        self.engine, self.oracle = engine, oracle
        self.classifier, self.params = classifier, params
        # No default of `random_state` may fix what the harness varies.
        self.own = {"random_state": None} if is_seeded else {}
        self.x, self.y, self.xt, self.seed = x, y, xt, seed
        self.log = []

    def ours(self, seed=0, **changes):
        params = {**self.own, **self.params, **changes}
        return self.engine.run(self.classifier, params, self.seed + seed, self.x, self.y, self.xt)

    def theirs(self, seed=0, rows=None, columns=None, signs=None, changes=None, **options):
        x, y, xt = self.x, self.y, self.xt
        if rows is not None:
            x, y = x[rows], y[rows]
        if signs is not None:
            x, xt = x * signs, xt * signs
        if columns is not None:
            x, xt = x[:, columns], xt[:, columns]
        return self.oracle.run(
            classifier=self.classifier, params={**self.params, **(changes or {})}, seed=self.seed + seed,
            x=x, y=y, xt=xt, **options,
        )  # fmt: skip

    def judge(self):
        """The verdict with its reason, and everything that was seen on the way."""
        ours, theirs = self.ours(), self.theirs(want_scores=True)
        self.first = ours, theirs
        verdict = self.without_labels(ours, theirs)
        if verdict:
            return verdict
        if self.classifier in FORMULA or self.classifier in OPTIMUM:
            return self.of_one_answer(ours, theirs)
        more = [(self.ours(s), self.theirs(s)) for s in (1, 2)]
        for pair in more:
            if verdict := self.without_labels(*pair):
                return verdict
        is_steady = [all(np.array_equal(m[side]["labels"], first["labels"]) for m in more) for side, first in ((0, ours), (1, theirs))]
        if all(is_steady):
            verdict = self.of_one_answer(ours, theirs)
            # Three seeds may agree by chance.
            if verdict[0] != "disagreement":
                return verdict
            by_chance = self.of_chance([ours], [theirs])
            return verdict if by_chance[0] == "disagreement" else by_chance
        return self.of_chance([ours] + [m[0] for m in more], [theirs] + [m[1] for m in more])

    def without_labels(self, ours, theirs):
        """The verdict where a side has no labels."""
        if ours["status"] in ("crashed", "timed out"):
            return f"{ours['status']} here", ours["message"]
        if theirs["status"] in ("crashed", "timed out"):
            return "undecidable", f"scikit-learn {theirs['status']}"
        refused = [side["status"] == "refused" for side in (ours, theirs)]
        if all(refused):
            return "refused by both", ours["message"] + " // " + theirs["message"]
        if refused[0]:
            return "refused here only", ours["message"]
        if refused[1]:
            return "refused there only", theirs["message"]
        return None

    # One answer a side

    def of_one_answer(self, ours, theirs):
        differing = np.flatnonzero(ours["labels"] != theirs["labels"])
        if not len(differing):
            return "equal", ""
        if has_nan(theirs):
            return "undecidable", "scikit-learn's own scores are NaN"
        verdict = self.excuse(ours["labels"], theirs, differing)
        if verdict[0] != "disagreement":
            return verdict
        if self.classifier not in OPTIMUM:
            return self.of_parts() or verdict
        return self.of_no_minimum() or self.of_objective(ours, theirs) or self.of_unconverged(ours, theirs) or verdict

    def perturbed(self, n_orders, first_seed):
        """scikit-learn's answers to the same problem put differently, by name."""
        rng = np.random.default_rng([self.seed, first_seed])
        asked = []
        if self.classifier not in ORDERED:
            asked += [("row order", {"rows": rng.permutation(len(self.x))}) for _ in range(n_orders)]
        if not BY_COLUMN & self.params.keys() and self.x.shape[1] > 1:
            asked += [("column order", {"columns": rng.permutation(self.x.shape[1])}) for _ in range(n_orders)]
        if self.classifier not in FORMULA - {"CalibratedClassifierCV", "GaussianProcessClassifier", "StackingClassifier", "VotingClassifier"}:
            asked += [("seed", {"seed": first_seed + s}) for s in range(n_orders)]
        if first_seed == 1:
            asked.append(("single precision", {"as_f32": True}))
            if self.classifier in OPTIMUM:
                asked += [("tolerance", {"scale": {"tol": f, "max_iter": 100}}) for f in (0.1, 1e-3, 1e-6)]
            asked += [("another solver", {"changes": c, "scale": {"tol": 1e-3}}) for c in self.other_solvers()]
        answers = [(name, self.theirs(**options)) for name, options in asked]
        # With a tighter tolerance and more steps an answer is nearer to the optimum, whether it gets there or not.
        counts = lambda name, answer: answer["status"] == "ok" and (answer["converged"] or name == "tolerance")
        return [(name, answer["labels"]) for name, answer in answers if counts(name, answer)]

    def excuse(self, ours, theirs, differing):
        """Rounding, or a disagreement."""
        ties = self.near_ties(ours, theirs, differing)
        reasons = {row: "scores" for row, is_tie in zip(differing.tolist(), ties) if is_tie}
        if self.classifier == "KNeighborsClassifier":
            reasons.update({row: "equally near rows" for row in differing.tolist() if self.is_vote_of_ties(row, ours[row])})
        others, unexcused = [], [row for row in differing.tolist() if row not in reasons]
        for n_orders, first_seed in ((4, 1), (12, 50)):
            # More of the same is asked for only where scikit-learn has been seen to waver.
            if not unexcused or (others and not any(np.any(labels != theirs["labels"]) for _, labels in others)):
                break
            others += self.perturbed(n_orders, first_seed)
            for name, labels in others:
                reasons.update({row: name for row in unexcused if labels[row] == ours[row]})
                unexcused = [row for row in unexcused if row not in reasons]
        if unexcused and self.classifier in FRAGILE:
            share = FRAGILE[self.classifier]
            noisy = [self.theirs(noise=(s, share)) for s in range(20)]
            hangs = {row for a in noisy if a["status"] == "ok" for row in np.flatnonzero(a["labels"] != theirs["labels"]).tolist()}
            reasons.update({row: f"features that are {share:.0e} off" for row in unexcused if row in hangs})
            unexcused = [row for row in unexcused if row not in hangs]
            if hangs and self.classifier == "QuadraticDiscriminantAnalysis" and self.has_small_class():
                # All rows are measured along the direction that was seen to turn.
                reasons.update(dict.fromkeys(unexcused, "an arbitrary direction"))
                unexcused = []
        self.log.append(f"rows that differ: {differing.tolist()}, not excused: {unexcused}")
        told = ", ".join(f"{name} {n}" for name, n in sorted(Counter(reasons.values()).items()))
        if not unexcused:
            return "rounding", f"{len(differing)} of {len(ours)} rows: {told}"
        others = [labels for _, labels in others]
        if self.is_one_of(ours, others):
            return "undecidable", f"scikit-learn does not agree with itself any better ({len(differing)} rows)"
        return "disagreement", f"{len(unexcused)} of {len(ours)} rows" + (f"; excused: {told}" if told else "")

    def has_small_class(self):
        """Whether a class has no more rows than features, so that in some direction it does not vary."""
        return np.unique(self.y, return_counts=True)[1].min() <= self.x.shape[1]

    def near_ties(self, ours, theirs, differing):
        """Whether their scores of the two labels tie up to rounding, for each row that differs.

        Scores that tie exactly are no excuse: then a rule decides, and the rule is part of the answer.
        """
        scores, classes = theirs.get("scores"), theirs.get("classes")
        ties = np.zeros(len(differing), bool)
        if scores is None:
            return ties
        for i, row in enumerate(differing):
            places = np.searchsorted(classes, [ours[row], theirs["labels"][row]])
            row_scores = np.atleast_1d(scores[row]).astype(float)
            if theirs["score_kind"] == "pairs" and len(classes) > 2:
                pairs = np.array(list(combinations(range(len(classes)), 2)))
                gap = np.abs(row_scores[np.isin(pairs, places).any(1)]).min()
            elif row_scores.size == 1:
                gap = abs(row_scores[0])
            else:
                gap = abs(row_scores[places[0]] - row_scores[places[1]])
            scale = np.abs(row_scores).max() if row_scores.size > 1 else np.abs(scores).max()
            ties[i] = 0 < gap <= MARGIN * scale
            if theirs["score_kind"] == "probabilities":
                # They are sums of terms up to 3,500, so that near 0 and 1 there is nothing but rounding.
                p = row_scores[places]
                ties[i] = gap <= NOISE and (gap > 0 or min(p[0], 1 - p[0]) <= NOISE)
            self.log.append(f"row {row}: ours {ours[row]}, theirs {theirs['labels'][row]}, gap {gap:.3g} of {scale:.3g}")
        return ties

    def is_vote_of_ties(self, row, label):
        """Whether `label` wins the vote for some choice among train rows at the distance of the k-th.

        Which of equally near rows are among the k is an accident of scikit-learn's search.
        """
        p, k = float(self.params.get("p", 2)), self.params.get("n_neighbors", 5)
        metric = self.params.get("metric", "minkowski")
        options = {"p": p} if metric == "minkowski" else {}
        metric = {"p": "euclidean", "infinity": "chebyshev", "sokalmichener": "rogerstanimoto"}.get(metric, metric)
        if metric in ("seuclidean", "mahalanobis"):
            return False  # These depend on more than two rows.
        rows = [self.xt[[row]].astype(float), self.x.astype(float)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            distance = pairwise_distances(*rows, metric=metric, **options)[0]
        furthest = np.sort(distance)[k - 1]
        is_tied = np.abs(distance - furthest) <= 1e-12 * furthest
        is_sure = (distance < furthest) & ~is_tied
        if is_sure.sum() + is_tied.sum() == k:
            return False
        weight = np.ones(len(distance))
        if self.params.get("weights") == "distance":
            weight = (distance == 0).astype(float) if (distance[is_sure | is_tied] == 0).any() else 1 / np.maximum(distance, 1e-300)
        labels = np.unique(self.y)
        votes = {c: weight[is_sure & (self.y == c)].sum() for c in labels}
        tied = {c: int((is_tied & (self.y == c)).sum()) for c in labels}
        unit, left = weight[is_tied][0], k - int(is_sure.sum())
        mine = min(left, tied[label])
        total, left = votes[label] + mine * unit, left - mine
        room = 0
        for c in labels[labels != label]:
            # The lowest of classes with equal votes wins.
            limit = total + (1e-9 if c > label else -1e-9) * abs(total)
            if votes[c] > limit:
                return False
            room += min(tied[c], int((limit - votes[c]) / unit) if unit else tied[c])
        return room >= left

    def is_one_of(self, ours, others):
        """Whether our answer is as far from theirs as these are from each other."""
        if len(others) < 5:
            return False
        distance = lambda a, b: np.mean(a != b)
        own = [np.mean([distance(a, b) for j, b in enumerate(others) if i != j]) for i, a in enumerate(others)]
        mean = np.mean([distance(ours, b) for b in others])
        self.log.append(f"distance of ours to their {len(others)} answers {mean:.4f}, of theirs to each other {np.round(own, 4).tolist()}")
        return 0 < mean <= np.median(own)

    # Many answers a side

    def of_chance(self, ours, theirs):
        ours += [self.ours(s) for s in range(len(ours), N_SEEDS)]
        theirs += [self.theirs(s) for s in range(len(theirs), N_SEEDS)]
        for pair in zip(ours, theirs):
            if verdict := self.without_labels(*pair):
                return verdict
        p = self.permutation_p(ours, theirs, SPLITS)
        self.p = [p]
        if p >= SUSPICIOUS:
            return "same distribution", f"p = {p:.3g}"
        # Fresh seeds, so that this p-value knows nothing of the first.
        seeds = range(100, 100 + N_MORE)
        ours, theirs = [self.ours(s) for s in seeds], [self.theirs(s) for s in seeds]
        for pair in zip(ours, theirs):
            if verdict := self.without_labels(*pair):
                return verdict
        rng = np.random.default_rng(self.seed)
        splits = rng.permuted(np.tile(np.arange(2 * N_MORE) < N_MORE, (20_000, 1)), axis=1)
        p = self.permutation_p(ours, theirs, splits)
        self.p.append(p)
        accuracy = [np.mean([np.mean(a["labels"] == ours[0]["labels"]) for a in side]) for side in (ours, theirs)]
        self.log.append(f"p {self.p}, agreement with our first answer {np.round(accuracy, 4).tolist()}")
        if p > DIFFERENT:
            return "same distribution", f"p = {p:.3g} with {N_MORE} fresh seeds a side"
        labels = [a["labels"] for a in theirs]
        if len({a["labels"].tobytes() for a in ours}) == 1:
            # Ours does not depend on the seed where theirs breaks ties by chance.
            mine = ours[0]["labels"]
            if all(any(other[row] == mine[row] for other in labels) for row in range(len(mine))) or self.is_one_of(mine, labels):
                return "rounding", "ties, which scikit-learn breaks by chance"
        lightest = self.first[1].get("lightest")
        if lightest is not None and lightest < UNFELT:
            return "undecidable", f"rows have down to {lightest:.0e} of the largest weight, less than sums in double precision tell apart"
        if verdict := self.of_mirrored(ours, rng) or self.of_jittered(ours, theirs, splits):
            return verdict
        # Once more, so that it is no accident of these seeds.
        seeds = range(200, 200 + N_MORE)
        again = [self.ours(s) for s in seeds], [self.theirs(s, want_scores=True) for s in seeds]
        if n_nan := sum(has_nan(answer) for answer in again[1]):
            return "undecidable", f"scikit-learn's own scores are NaN with {n_nan} of {N_MORE} seeds"
        if all(answer["status"] == "ok" for answer in again[0] + again[1]):
            self.p.append(self.permutation_p(*again, splits))
            if self.p[-1] > SUSPICIOUS:
                return "same distribution", f"p = {p:.3g}, and {self.p[-1]:.3g} with {N_MORE} other seeds"
        return "disagreement", f"distribution, p = {p:.3g} with {N_MORE} seeds a side"

    def of_mirrored(self, ours, rng):
        """Rounding, if ours are distributed as scikit-learn's trees on randomly mirrored features.

        A tree of mirrored features has the same splits. Those that tie in exact arithmetic, scikit-learn
        ranks by the rounding of their sums, which mirroring changes.
        """
        if self.classifier not in TREES or BY_COLUMN & self.params.keys():
            return None
        signs = rng.choice([-1.0, 1.0], (N_MORE, self.x.shape[1])).astype(np.float32)
        theirs = [self.theirs(100 + s, signs=sign) for s, sign in enumerate(signs)]
        if any(answer["status"] != "ok" for answer in theirs):
            return None
        splits = rng.permuted(np.tile(np.arange(2 * N_MORE) < N_MORE, (20_000, 1)), axis=1)
        p = self.permutation_p(ours, theirs, splits)
        self.p.append(p)
        return ("rounding", f"tied splits: p = {p:.3g} on mirrored features") if p > DIFFERENT else None

    def of_jittered(self, ours, theirs, splits):
        """Rounding, if sides differ only in rows whose labels scikit-learn changes with weights 1e-12 off.

        Seeds are the same, so that nothing but a decision between equal scores can change a label.
        """
        if self.classifier not in TREES or self.params.get("min_weight_fraction_leaf"):
            return None
        hangs = np.zeros(len(self.xt), bool)
        for s, plain in enumerate(theirs):
            for jitter in (1, 2):
                answer = self.theirs(100 + s, jitter=1000 * s + jitter)
                if answer["status"] != "ok":
                    return None
                hangs |= answer["labels"] != plain["labels"]
        if not hangs.any() or hangs.all():
            return ("undecidable", "every label hangs on rounding") if hangs.all() else None
        rest = [[{"labels": a["labels"][~hangs]} for a in side] for side in (ours, theirs)]
        p = self.permutation_p(*rest, splits)
        self.p.append(p)
        self.log.append(f"{hangs.sum()} of {len(hangs)} rows hang on rounding, p = {p:.3g} on the others")
        if p <= DIFFERENT:
            return None
        verdict = "rounding" if hangs.mean() < 0.5 else "undecidable"
        return verdict, f"{hangs.sum()} of {len(hangs)} rows hang on weights that are 1e-12 off; p = {p:.3g} on the others"

    def permutation_p(self, ours, theirs, splits):
        """p-value of the energy distance between the two sides' answers, by permutation."""
        labels = np.array([a["labels"] for a in ours + theirs])
        distances = (labels[:, None, :] != labels[None, :, :]).mean(2)
        signs = np.where(splits, 1.0, -1.0)
        # Twice the mean distance between the sides less those within them, up to a factor.
        statistic = -np.einsum("si,ij,sj->s", signs, distances, signs, optimize=True)
        n = len(ours)
        own = np.where(np.arange(2 * n) < n, 1.0, -1.0)
        observed = -own @ distances @ own
        extreme = np.sum(statistic >= observed - 1e-9)
        is_exact = len(splits) == len(SPLITS)
        return float(extreme / len(splits) if is_exact else (extreme + 1) / (len(splits) + 1))
