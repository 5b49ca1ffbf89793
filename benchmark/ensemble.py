#!/usr/bin/env python3
"""Let rows of a table vote, with members that are chosen without the test labels.

    benchmark/ensemble.py split FOLDER            a part of the train split, and a held-out part of it
    fashion-bench run CONFIG --data FOLDER --repeats 1 --results holdout.jsonl
    benchmark/ensemble.py vote holdout.jsonl results/fashion-mnist.jsonl --folder FOLDER --out vote.npy
    fashion-bench score vote.npy --name "vote of our rows"

The committed vote is of `configs/baselines.json` without `GradientBoostingClassifier`,
`GaussianProcessClassifier` and Crammer and Singer's machines, whose rows take most of the grid's time.

`split` takes the first rows of the train split to learn from and the last ones to be held out. The
candidates are the best row of each classifier on the held-out images. `vote` takes the best of them, the
next, and so on: as many as their majority is right on the most held-out images. The same rows of the
other table then vote on the test images, with their first repeats. Of the test split it reads the
predictions that the program writes, and no labels. A tie goes to the label whose voter is the most accurate on the held-out images.

Needs numpy, and the program in FASHION_BENCH (default: target/release/fashion-bench).
"""

import argparse
import gzip
import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

PROGRAM = os.environ.get("FASHION_BENCH", "target/release/fashion-bench")
DATA = Path(os.environ.get("FASHION_MNIST_DIR", "data/fashion-mnist"))


def read_idx(name, offset):
    for path in (DATA / f"{name}.gz", DATA / name):
        if path.exists():
            data = path.read_bytes()
            data = gzip.decompress(data) if path.suffix == ".gz" else data
            return np.frombuffer(data, np.uint8, offset=offset)
    sys.exit(f"error: there is no {name}[.gz] in {DATA}")


def split(arguments):
    images = read_idx("train-images-idx3-ubyte", 16).reshape(-1, 784)
    labels = read_idx("train-labels-idx1-ubyte", 8)
    parts = {"train": slice(None, arguments.train), "t10k": slice(-arguments.held_out, None)}
    arguments.folder.mkdir(parents=True, exist_ok=True)
    for prefix, part in parts.items():
        x, y = images[part], labels[part]
        head = struct.pack(">4i", 2051, len(x), 28, 28)
        (arguments.folder / f"{prefix}-images-idx3-ubyte").write_bytes(head + x.tobytes())
        head = struct.pack(">2i", 2049, len(y))
        (arguments.folder / f"{prefix}-labels-idx1-ubyte").write_bytes(head + y.tobytes())


def rows_of(table):
    """The last row of each model that ended well, by id."""
    rows = map(json.loads, table.read_text().splitlines())
    return {row["id"]: row for row in rows if row["status"] == "ok"}


def predictions(table, job, data):
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "labels.npy"
        command = [PROGRAM, "predictions", table, "--id", job, "--out", out, *data]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        return np.load(out)


def majority(votes, accuracies):
    """The label with the most votes; of several the one of the most accurate voter."""
    votes, best_first = np.asarray(votes), np.argsort(-np.asarray(accuracies), kind="stable")
    counts = np.zeros((votes.shape[1], votes.max() + 1))
    rows = np.arange(votes.shape[1])
    for rank, voter in enumerate(best_first):
        # A tie is broken by less than a vote, and by the best voter more than by all others.
        counts[rows, votes[voter]] += 1 + 2.0 ** -(rank + 2)
    return counts.argmax(axis=1)


def choose(held_out, truth, names):
    """Ids of the members, their accuracy together, and that of each candidate."""
    accuracy = {job: float((labels == truth).mean()) for job, labels in held_out.items()}
    best = {}
    for job in sorted(held_out, key=lambda job: (-accuracy[job], job)):
        best.setdefault(names[job], job)
    order, together = list(best.values()), []
    for n in range(1, len(order) + 1):
        labels = majority([held_out[m] for m in order[:n]], [accuracy[m] for m in order[:n]])
        together.append(float((labels == truth).mean()))
    n = int(np.argmax(together)) + 1
    return order[:n], together[n - 1], accuracy


def vote(arguments):
    held_out_rows, rows = rows_of(arguments.holdout), rows_of(arguments.table)
    jobs = [job for job in held_out_rows if job in rows]
    data = ["--data", arguments.folder]
    held_out = {job: predictions(arguments.holdout, job, data) for job in jobs}
    truth = np.frombuffer((arguments.folder / "t10k-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    names = {job: rows[job]["name"] for job in jobs}
    members, best, accuracy = choose(held_out, truth, names)
    print(f"{len(jobs)} rows; the best one alone has {max(accuracy.values()):.4f} on the held-out images")
    for job in members:
        print(f"  {job} {rows[job]['name']} {json.dumps(rows[job]['parameter'])}: {accuracy[job]:.4f}")
    print(f"their majority has {best:.4f} on the held-out images")
    data = ["--data-dir", DATA]
    votes = {job: predictions(arguments.table, job, data) for job in set(members)}
    labels = majority([votes[m] for m in members], [accuracy[m] for m in members])
    np.save(arguments.out, labels.astype(np.int64))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("split")
    command.add_argument("folder", type=Path)
    command.add_argument("--train", type=int, default=50_000, help="rows to learn from")
    command.add_argument("--held-out", type=int, default=10_000, help="rows to choose by")
    command.set_defaults(run=split)
    command = commands.add_parser("vote")
    command.add_argument("holdout", type=Path, help="table of the rows on the folder of `split`")
    command.add_argument("table", type=Path, help="table of the same rows on the whole data")
    command.add_argument("--folder", type=Path, required=True, help="the folder of `split`")
    command.add_argument("--out", type=Path, required=True, help="the voted labels, .npy")
    command.set_defaults(run=vote)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
