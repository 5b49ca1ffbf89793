"""Judges the harness itself: scikit-learn in the place of this program, sound or with a planted fault.

Sound, it may have no finding. With a fault, nearly every case in which the fault changes the answer has to
be a finding. Whether it does is known here: the same scikit-learn answers with the fault and without it.
"""
from collections import Counter

import numpy as np
from judge import N_SEEDS, SPLITS
from table import FINDINGS

# Share of the cases with an effect that are to be findings. Some effects are within what one row of
# scikit-learn's own answers may vary: a label that rounding decides, a fit that has not converged.
LEAST_FOUND = 0.85
# Energy distances of eight answers a side beyond which the fault changes the distribution for certain.
CERTAIN = 0.0002
# What only says when an iteration ends; a harness that looks for the optimum does not see it.
ENDS = {"tol", "max_iter", "max_iter_predict", "cache_size", "n_iter_no_change"}


class Twin:
    """scikit-learn as an engine, with other seeds, and a fault."""

    def __init__(self, oracle, fault):
        self.oracle, self.fault = oracle, fault

    def run(self, classifier, params, seed, x, y, xt):
        params = {name: value for name, value in params.items() if name != "random_state"}
        rows, classes = np.arange(len(x)), np.unique(y)
        if self.fault == "five rows are left out":
            rows = rows[:-5] if len(x) > 20 else rows
        if self.fault == "one parameter is ignored":
            params.pop(min(params.keys() - ENDS, default=None), None)
        if self.fault == "train labels are another's" and len(classes) > 1:
            y = np.where(np.arange(len(y)) % 10 == 0, np.roll(y, 1), y)
        if self.fault == "values are halved":
            x, xt = x / 2, xt / 2
        if self.fault == "the last column is not read" and x.shape[1] > 1:
            x, xt = x * (np.arange(x.shape[1]) < x.shape[1] - 1), xt * (np.arange(x.shape[1]) < x.shape[1] - 1)
        answer = self.oracle.run(classifier=classifier, params=params, seed=seed + 7919, x=x[rows], y=y[rows], xt=xt)
        if answer["status"] == "ok":
            if self.fault == "the second class is never predicted":
                answer["labels"] = np.where(answer["labels"] == classes[1 % len(classes)], classes[0], answer["labels"])
            if self.fault == "one label in ten is the first class":
                answer["labels"] = np.where(np.arange(len(xt)) % 10 == 3, classes[0], answer["labels"])
        return answer

    def stop(self):
        self.oracle.stop()


FAULTS = [
    "five rows are left out", "one parameter is ignored", "train labels are another's", "values are halved",
    "the last column is not read", "the second class is never predicted", "one label in ten is the first class",
]  # fmt: skip


def has_effect(case, faulty, sound):
    """Whether the fault changes the answer of a case."""
    sides = []
    for twin in (faulty, sound):
        case.engine = twin
        sides.append([case.ours(s) for s in range(3)])
        if any(answer["status"] != "ok" for answer in sides[-1]):
            return None  # Whether it is refused is compared elsewhere.
    labels = [[answer["labels"].tobytes() for answer in side] for side in sides]
    if all(len(set(side)) == 1 for side in labels):
        return labels[0] != labels[1]
    for twin, side in zip((faulty, sound), sides):
        case.engine = twin
        side += [case.ours(s) for s in range(3, N_SEEDS)]
    return case.permutation_p(*sides, SPLITS) <= CERTAIN


def selftest(harness, args, sides):
    """Whether all is as it should be; prints a table with a line for each fault."""
    oracles = [sides()[1] for _ in range(3)]
    sound, other = Twin(oracles[0], None), oracles[1]
    print("| planted fault | cases | with an effect | of these findings | rounding | undecidable | other |")
    print("|---|" + "---:|" * 6)
    failures = []
    for fault in [None, *FAULTS]:
        twin = Twin(oracles[2], fault) if fault else sound
        counts, missed, n_effects = Counter(), [], 0
        for number in harness.numbers():
            record, case = harness.case(args.seed, number, twin, other)
            is_found = record["verdict"] in FINDINGS
            if fault is None:
                counts[record["verdict"]] += 1
                if is_found:
                    failures.append(f"sound: case {number} of {record['classifier']}: {record['verdict']}: {record['reason']}")
                continue
            if has_effect(case, twin, sound):
                n_effects += 1
                counts["found" if is_found else record["verdict"]] += 1
                if not is_found:
                    missed.append(f"{number} {record['classifier']} ({record['verdict']}: {record['reason']})")
        if fault is None:
            n_found = sum(counts[verdict] for verdict in FINDINGS)
        else:
            n_found = counts["found"]
            if n_found < LEAST_FOUND * n_effects:
                failures.append(f"{fault}: {n_found} of {n_effects}; missed: " + "; ".join(missed))
        rest = {k: n for k, n in counts.items() if k not in ("found", "rounding", "undecidable", *FINDINGS)}
        shown = n_effects if fault else 0
        print(f"| {fault or 'none'} | {args.cases} | {shown} | {n_found} | {counts['rounding']} | {counts['undecidable']} | {sum(rest.values())} |", flush=True)
        if args.verbose:
            print("\n".join(missed), flush=True)
    [oracle.stop() for oracle in oracles]
    print("\n".join(failures))
    return not failures
