"""Judges the harness itself: scikit-learn in the place of this program, sound or with a planted fault."""
from collections import Counter, defaultdict

import numpy as np
from table import FINDINGS


class Twin:
    """scikit-learn as an engine, with other seeds, rows in another order where that may not matter, and a fault."""

    def __init__(self, oracle, fault):
        self.oracle, self.fault = oracle, fault

    def run(self, classifier, params, seed, x, y, xt):
        params = {name: value for name, value in params.items() if name != "random_state"}
        rows = np.arange(len(x))
        if self.fault == "one row is left out" and len(x) > 20:
            rows = rows[:-1]
        if self.fault == "one parameter is ignored" and params:
            params.pop(sorted(params)[0])
        if self.fault == "one train label is another":
            y = y.copy()
            y[0] = y[y != y[0]][0] if (y != y[0]).any() else y[0]
        if self.fault == "values are halved":
            x, xt = x / 2, xt / 2
        return self.oracle.run(classifier=classifier, params=params, seed=seed + 7919, x=x[rows], y=y[rows], xt=xt)

    def stop(self):
        self.oracle.stop()


FAULTS = ["none", "one row is left out", "one parameter is ignored", "one train label is another", "values are halved"]


def selftest(harness, args, sides):
    """For each fault, how many cases of it are findings, by classifier."""
    print("| planted fault | " + " | ".join(["cases", "findings", "undecidable", "rounding", "equal or the same distribution"]) + " |")
    print("|---|" + "---:|" * 5)
    for fault in FAULTS:
        engine, oracle = sides()
        twin = Twin(oracle, fault)
        other = sides()[1]
        counts, found = Counter(), defaultdict(list)
        for number in harness.numbers():
            record, _ = harness.case(args.seed, number, twin, other)
            counts[record["verdict"]] += 1
            if record["verdict"] in FINDINGS:
                found[record["classifier"]].append(number)
        engine.stop(), twin.stop(), other.stop()
        n_found = sum(counts[verdict] for verdict in FINDINGS)
        same = counts["equal"] + counts["same distribution"]
        print(f"| {fault} | {sum(counts.values())} | {n_found} | {counts['undecidable']} | {counts['rounding']} | {same} |", flush=True)
        if fault == "none" or args.verbose:
            print(dict(found), flush=True)
