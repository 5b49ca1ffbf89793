"""The verdict on classifiers that minimise something: whether a side got there."""
import numpy as np
from scipy.optimize import linprog
from sklearn.model_selection import StratifiedKFold

# Their answer is the minimum of a function.
OPTIMUM = {"LinearSVC", "LogisticRegression", "LogisticRegressionCV", "NuSVC", "RidgeClassifier", "RidgeClassifierCV", "SVC"}
# Those of them whose minimum both sides tell.
LINEAR = {"LinearSVC", "LogisticRegression"}
# By this share an objective is far above the minimum.
FAR = 0.01


class Minima:
    """The part of a case that judges minima; `judge.Case` has the rest."""

    def of_no_minimum(self):
        """The verdict on logistic regression without a penalty, where its loss has no minimum.

        If a linear function separates classes of the train rows, the loss falls for ever along it. What
        is asked of this program is that it separates them all the same.
        """
        if self.classifier != "LogisticRegression" or self.params.get("penalty", "l2") is not None:
            return None
        if not self.is_separable():
            return None
        answer = self.engine.run(self.classifier, {**self.own, **self.params}, self.seed, self.x, self.y, self.x)
        theirs = self.oracle.run(classifier=self.classifier, params=self.params, seed=self.seed, x=self.x, y=self.y, xt=self.x)
        right = [np.mean(a["labels"] == self.y) if a["status"] == "ok" else 0.0 for a in (answer, theirs)]
        self.log.append(f"no minimum; right on train rows: {right[0]:.3f}, scikit-learn {right[1]:.3f}")
        if right[0] < right[1]:
            return None
        return "undecidable", "no minimum: classes can be separated, and there is no penalty"

    def is_separable(self):
        """Whether some class can be told from the rest, or from another, by a linear function without fault."""
        x = self.x.astype(float)
        x = (x - x.mean(0)) / np.where(x.std(0) > 0, x.std(0), 1)
        if self.params.get("fit_intercept", True):
            x = np.column_stack([x, np.ones(len(x))])
        elif (self.x.mean(0) != 0).any():
            x = self.x.astype(float) / np.maximum(np.abs(self.x).max(0), 1e-30)
        labels = np.unique(self.y)
        for first in labels:
            for rows, sign in [(np.ones(len(x), bool), np.where(self.y == first, 1.0, -1.0))] + [
                (np.isin(self.y, [first, second]), np.where(self.y == first, 1.0, -1.0)) for second in labels if second > first
            ]:
                a = -(x * sign[:, None])[rows]
                found = linprog(np.zeros(x.shape[1]), A_ub=a, b_ub=-np.ones(len(a)), bounds=(None, None))
                if found.status == 0:
                    return True
        return False

    def of_objective(self, ours, theirs, margin=0.0):
        """The verdict where both say what they minimised, and scikit-learn ended farther from the minimum.

        Its solvers stop where a step gets small, which is no measure of what is left to go. That our figure is
        right is tested elsewhere, on problems that scikit-learn solves.
        """
        here, there = ours.get("objective"), theirs.get("objective")
        if here is None or there is None:
            return None
        self.log.append(f"objective {here:.9g}, scikit-learn {there:.9g}")
        is_above = here < there / (1 + margin)
        return ("not converged there", f"its objective is {there / here - 1:.1e} above ours") if is_above else None

    def of_parts(self):
        """The verdict on a classifier of linear ones, where scikit-learn ends one of those far from its minimum.

        A `final_estimator` is none of them: it is not trained on these rows.
        """
        parts = [part[1] for part in self.params.get("estimators") or []]
        if self.classifier == "CalibratedClassifierCV":
            parts = [self.params.get("estimator") or {"LinearSVC": {}}]
        for part in parts:
            if not isinstance(part, dict) or not LINEAR & part.keys():
                continue
            (name, params), = part.items()
            for rows in self.training_rows():
                x, y = self.x[rows], self.y[rows]
                ours = self.engine.run(name, {"random_state": 0, **params}, self.seed, x, y, self.xt)
                theirs = self.oracle.run(classifier=name, params=params, seed=0, x=x, y=y, xt=self.xt, want_scores=True)
                if verdict := self.of_objective(ours, theirs, FAR):
                    return verdict[0], f"{name}: {verdict[1]}"
        return None

    def training_rows(self):
        """What a part of a nested classifier is trained on: all rows, or those of each fold."""
        cv = self.params.get("cv") or 5
        yield np.arange(len(self.y))
        if isinstance(cv, int) and 2 <= cv <= np.unique(self.y, return_counts=True)[1].min():
            yield from (rows for rows, _ in StratifiedKFold(cv).split(self.x, self.y))

    def of_unconverged(self, ours, theirs):
        """The verdict where a side says that it did not reach its optimum: both go on until they do."""
        if ours["converged"] and theirs["converged"]:
            return None
        who = "by both" if not (ours["converged"] or theirs["converged"]) else "there" if ours["converged"] else "here"
        is_svm = self.classifier in ("SVC", "NuSVC")
        more = {"max_iter": -1 if is_svm else 1000 * (self.params.get("max_iter") or 1000)}
        if not ours["converged"]:
            ours = self.ours(**more)
        if not theirs["converged"]:
            theirs = self.theirs(want_scores=True, changes=more)
        if theirs["status"] != "ok" or not theirs["converged"]:
            return "undecidable", "scikit-learn does not converge with a thousand times the iterations either"
        if ours["status"] != "ok" or not ours["converged"]:
            return "not converged here", "nor with a thousand times the iterations"
        differing = np.flatnonzero(ours["labels"] != theirs["labels"])
        verdict = self.excuse(ours["labels"], theirs, differing)[0] if len(differing) else "equal"
        self.log.append(f"with a thousand times the iterations: {verdict}")
        if verdict == "disagreement":
            return None
        return f"not converged {who}", "the same with a thousand times the iterations"

    def other_solvers(self):
        """Changes of parameters under which scikit-learn minimises the same function in another way."""
        solver = self.params.get("solver")
        if self.classifier in ("LogisticRegression", "LogisticRegressionCV") and solver != "liblinear":
            return [{"solver": s, "max_iter": 10_000} for s in ("lbfgs", "newton-cg", "newton-cholesky") if s != solver]
        if self.classifier == "RidgeClassifier" and not self.params.get("positive"):
            return [{"solver": s, "max_iter": None} for s in ("svd", "cholesky") if s != solver]
        if self.classifier == "LinearSVC":
            return [{"dual": is_dual, "max_iter": 1_000_000} for is_dual in (True, False)]
        return []
