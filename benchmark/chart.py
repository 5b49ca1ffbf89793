#!/usr/bin/env python3
"""Draw accuracy against time: a results table beside scikit-learn's figures on the same rows.

    benchmark/chart.py results/fashion-mnist.jsonl --out docs/results.svg

Each row is a point at its median CPU seconds of fit and predict; a thin line leads to scikit-learn's
point of the same classifier with the same parameters, where that was measured. Needs matplotlib.
"""

import argparse
import json
from pathlib import Path
from statistics import mean, median

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

HERE = Path(__file__).parent
REFERENCES = [HERE / "reference/sklearn.jsonl", HERE / "reference/sklearn-cpu.jsonl"]
OLD_NAMES = {"deviance": "log_loss", "log": "log_loss"}
COLORS = {
    "naive_bayes": "tab:gray",
    "neighbors": "tab:olive",
    "tree": "tab:green",
    "forest": "tab:cyan",
    "boosting": "tab:brown",
    "linear": "tab:blue",
    "svm": "tab:red",
    "neural_network": "tab:purple",
    "gaussian_process": "tab:pink",
}


def read_lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line.strip()]


def canonical(value):
    if isinstance(value, (list, tuple)):
        return tuple(canonical(item) for item in value)
    if isinstance(value, str):
        return OLD_NAMES.get(value, value)
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def matches(row, reference):
    """Whether scikit-learn ran what the row says: its explicit parameters are among the resolved."""
    resolved = row["resolved"]
    return row["name"] == reference["name"] and all(
        name in resolved and canonical(resolved[name]) == canonical(value)
        for name, value in reference["parameter"].items()
    )


def seconds(reference):
    return reference.get("fit_cpu_s", reference.get("fit_s")) + reference.get(
        "predict_cpu_s", reference.get("predict_s")
    )


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("table", type=Path, help="results table of fashion-bench")
    parser.add_argument("--out", type=Path, required=True, help="the picture, .svg")
    arguments = parser.parse_args()

    references = [line for path in REFERENCES for line in read_lines(path)]
    # A row that was run again stands later in the table, and replaces the earlier one.
    rows = {row["id"]: row for row in read_lines(arguments.table)}
    rows = [
        row for row in rows.values() if row["status"] == "ok" and row["family"] in COLORS
    ]

    plt.rcParams.update({"font.size": 9, "svg.hashsalt": "fashion-bench"})
    figure, axes = plt.subplots(figsize=(8, 4.8), constrained_layout=True)
    ratios = []
    for row in sorted(rows, key=lambda row: row["id"]):
        ours = median(repeat["fit_cpu_s"] + repeat["predict_cpu_s"] for repeat in row["repeats"])
        color = COLORS[row["family"]]
        found = [reference for reference in references if matches(row, reference)]
        if found:
            theirs = median(seconds(reference) for reference in found)
            accuracy = mean(reference["accuracy"] for reference in found)
            ratios.append(theirs / ours)
            axes.plot(
                [ours, theirs], [row["mean_accuracy"], accuracy], color=color, lw=0.6, alpha=0.5
            )
            axes.plot(theirs, accuracy, "o", mfc="white", mec=color, ms=4)
        axes.plot(ours, row["mean_accuracy"], "o", color=color, ms=5)
    for family, color in COLORS.items():
        if any(row["family"] == family for row in rows):
            axes.plot([], [], "o", color=color, label=family.replace("_", " "))
    axes.plot([], [], "o", mfc="white", mec="black", label="scikit-learn 1.5.2")
    axes.set_xscale("log")
    axes.set_xlabel("CPU seconds of fit and predict (60,000 and 10,000 images), one thread")
    axes.set_ylabel("test accuracy")
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right", fontsize=8)
    figure.savefig(arguments.out, metadata={"Date": None})
    print(
        f"{len(rows)} rows, {len(ratios)} beside scikit-learn, "
        f"which takes {median(ratios):.1f} times as long in the median"
    )


if __name__ == "__main__":
    main()
