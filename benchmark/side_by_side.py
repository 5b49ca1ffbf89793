#!/usr/bin/env python3
"""Our rows beside scikit-learn's and the published ones, as a Markdown table.

    benchmark/side_by_side.py RESULTS.jsonl benchmark/reference/sklearn-cpu.jsonl

Rows of a results table are matched by name and explicit parameters with lines of one or several
files of `benchmark/sklearn.py` (a line a seed; accuracies are averaged, of seconds the median is
taken) and with the published table. Seconds are CPU seconds of fit and predict; the ratio says how
many times as long scikit-learn takes. What was not measured stays empty.
"""

import argparse
import json
import statistics
from pathlib import Path

PUBLISHED = Path(__file__).parent / "reference" / "table3.json"
# Spellings of one and the same value.
SAME = {"deviance": "log_loss", "log": "log_loss"}


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results", type=Path, help="a results table")
    parser.add_argument("sklearn", type=Path, nargs="+", help="output of benchmark/sklearn.py")
    parser.add_argument("--filter", default="", metavar="TEXT", help="only names that hold this")
    return parser.parse_args()


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def key(name, parameter):
    """Name and parameters, numbers alike whether written 1 or 1.0, and spellings of today."""

    def plain(value):
        if isinstance(value, dict):
            return {name: plain(inner) for name, inner in value.items()}
        if isinstance(value, (list, tuple)):
            return [plain(inner) for inner in value]
        if isinstance(value, float) and value.is_integer():
            return int(value)
        return SAME.get(value, value) if isinstance(value, str) else value

    return name, json.dumps(plain(parameter), sort_keys=True)


def seconds(fit_and_predict):
    known = [fit + predict for fit, predict in fit_and_predict if None not in (fit, predict)]
    return statistics.median(known) if known else None


def theirs(paths):
    """Mean accuracy, number of seeds and CPU seconds of each row."""
    lines = {}
    for path in paths:
        for line in read_lines(path):
            if line.get("accuracy") is not None:
                lines.setdefault(key(line["name"], line["parameter"]), []).append(line)
    return {
        row: (
            statistics.mean(line["accuracy"] for line in of_row),
            len(of_row),
            seconds((line.get("fit_cpu_s"), line.get("predict_cpu_s")) for line in of_row),
        )
        for row, of_row in lines.items()
    }


def published():
    rows = json.loads(PUBLISHED.read_text())["rows"]
    return {key(row["name"], row["parameter"]): row["fashion"] for row in rows}


def cell(value, form):
    return "" if value is None else format(value, form)


def main():
    arguments = parse_arguments()
    of_sklearn, of_table = theirs(arguments.sklearn), published()
    # A row that was run again counts as it was run last.
    ours = {row["id"]: row for row in read_lines(arguments.results) if row.get("status") == "ok"}
    print("| row | ours | seeds | scikit-learn | seeds | difference | published | s | scikit-learn s | ratio |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for row in sorted(ours.values(), key=lambda row: key(row["name"], row["parameter"])):
        if arguments.filter not in row["name"]:
            continue
        name = key(row["name"], row["parameter"])
        accuracy, n_seeds, their_s = of_sklearn.get(name, (None, None, None))
        our_s = seconds((one["fit_cpu_s"], one["predict_cpu_s"]) for one in row["repeats"])
        gap = None if accuracy is None else row["mean_accuracy"] - accuracy
        ratio = their_s / our_s if their_s and our_s else None
        parameters = " ".join(f"{name}={value}" for name, value in sorted(row["parameter"].items()))
        cells = [
            f"{row['name']} {parameters}",
            cell(row["mean_accuracy"], ".4f"),
            cell(len(row["repeats"]), "d"),
            cell(accuracy, ".4f"),
            cell(n_seeds, "d"),
            cell(gap, "+.4f"),
            cell(of_table.get(name), ".3f"),
            cell(our_s, ".3g"),
            cell(their_s, ".3g"),
            cell(ratio, ".1f"),
        ]
        print("| " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
