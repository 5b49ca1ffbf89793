"""Quality and time of `fashion-bench embed` beside umap-learn, openTSNE and pymde, on the same images.

    pip install umap-learn==0.5.7 openTSNE==1.0.2 scikit-learn==1.5.2    # and pymde==0.3.0, with torch
    python benchmark/embedding/compare.py target/release/fashion-bench fashion-mnist ../shared/fashion-mnist \
        --samples 10000 --seeds 0 1 2 --out compare.jsonl

Each method is run in a process of its own, ours through the program with an empty cache, so that the
neighbours' graph is part of the time; the time of the process includes the start of Python for the
references, not the reading of the images. Each line of the output is one run: wall and CPU seconds,
trustworthiness (k = 15, every row against all others, of 2,000 evenly spaced rows) and the leave-one-out
accuracy of ten nearest neighbours in the plane. Both figures are computed here, in the same way for all.
"""

import argparse
import csv
import gzip
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

OURS = ["pca", "umap", "tsne", "mde"]
THEIRS = ["umap-learn", "openTSNE", "pymde"]


def load(directory):
    """All 70,000 images, train first, in [0, 1], and their labels."""
    read = lambda name: gzip.decompress((Path(directory) / f"{name}-ubyte.gz").read_bytes())
    images = [np.frombuffer(read(f"{s}-images-idx3"), np.uint8, offset=16) for s in ("train", "t10k")]
    labels = [np.frombuffer(read(f"{s}-labels-idx1"), np.uint8, offset=8) for s in ("train", "t10k")]
    return np.concatenate(images).reshape(-1, 784).astype(np.float32) / 255, np.concatenate(labels)


def trustworthiness(x, points, k=15, n_rows=2000):
    """scikit-learn's figure, over evenly spaced rows, each against all others."""
    from sklearn.neighbors import NearestNeighbors

    n = len(x)
    rows = np.arange(min(n_rows, n)) * n // min(n_rows, n)
    near = NearestNeighbors(n_neighbors=k + 1).fit(points).kneighbors(points[rows], return_distance=False)
    x = x - x.mean(axis=0)
    norms = np.einsum("ij,ij->i", x.astype(np.float64), x)
    penalty = 0
    for start in range(0, len(rows), 100):
        block = rows[start : start + 100]
        distances = norms - 2.0 * (x[block] @ x.T)
        distances[np.arange(len(block)), block] = np.inf
        for i, row in enumerate(block):
            found = [j for j in near[start + i] if j != row][:k]
            ranks = (distances[i][None, :] < distances[i][found][:, None]).sum(axis=1) + 1
            penalty += np.maximum(ranks - k, 0).sum()
    return 1.0 - penalty / (len(rows) * k * (2 * n - 3 * k - 1) / 2)


def accuracy(points, labels, k=10):
    from sklearn.neighbors import NearestNeighbors

    near = NearestNeighbors(n_neighbors=k + 1).fit(points).kneighbors(points, return_distance=False)
    others = np.array([[j for j in row if j != i][:k] for i, row in enumerate(near)])
    votes = np.apply_along_axis(np.bincount, 1, labels[others], minlength=labels.max() + 1)
    return float((votes.argmax(axis=1) == labels).mean())


def reference(name, data, out, seed):
    """Runs in a process of its own: places the rows of `data` and writes points and seconds."""
    x = np.load(data)
    start = time.perf_counter()
    used = resource.getrusage(resource.RUSAGE_SELF)
    n_jobs = int(os.environ.get("OMP_NUM_THREADS", "2"))
    if name == "umap-learn":
        import umap

        points = umap.UMAP(n_jobs=n_jobs).fit_transform(x)
    elif name == "openTSNE":
        from openTSNE import TSNE

        points = np.asarray(TSNE(n_jobs=n_jobs, random_state=seed).fit(x))
    else:
        import pymde

        pymde.seed(seed)
        points = pymde.preserve_neighbors(x).embed().numpy()
    wall = time.perf_counter() - start
    end = resource.getrusage(resource.RUSAGE_SELF)
    cpu = end.ru_utime + end.ru_stime - used.ru_utime - used.ru_stime
    np.savez(out, points=points, wall=wall, cpu=cpu)


def run_ours(args, method, seed, folder):
    out = folder / "points.csv"
    command = [args.program, "embed", "--method", method, "--dataset", args.dataset, "--data-dir", args.data_dir]
    command += ["--split", "both", "--samples", str(args.samples or "all"), "--out", str(out)]
    command += ["--seed", str(seed)]
    env = {**os.environ, "XDG_CACHE_HOME": str(folder / f"cache-{method}-{seed}")}
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(command, check=True, env=env, stdout=subprocess.DEVNULL)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    with out.open() as file:
        lines = list(csv.DictReader(file))
    rows = np.array([int(line["row"]) + 60_000 * (line["split"] == "test") for line in lines])
    points = np.array([[float(line["x"]), float(line["y"])] for line in lines])
    return rows, points, wall, cpu


def run_theirs(name, x, seed, folder):
    data, out = folder / "x.npy", folder / "out.npz"
    np.save(data, x)
    command = [sys.executable, __file__, "--reference", name, str(data), str(out), str(seed)]
    subprocess.run(command, check=True)
    found = np.load(out)
    return found["points"], float(found["wall"]), float(found["cpu"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("dataset")
    parser.add_argument("data_dir")
    parser.add_argument("--samples", type=int, help="all if absent")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--methods", nargs="+", default=OURS + THEIRS)
    parser.add_argument("--out", default="compare.jsonl")
    args = parser.parse_args()
    x, labels = load(args.data_dir)
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        for seed in args.seeds:
            for method in args.methods:
                if method in OURS:
                    rows, points, wall, cpu = run_ours(args, method, seed, folder)
                else:
                    # The images that ours drew, whose order does not matter.
                    rows = run_ours(args, "pca", seed, folder)[0]
                    points, wall, cpu = run_theirs(method, x[rows], seed, folder)
                line = {"method": method, "dataset": args.dataset, "n": len(rows), "seed": seed}
                line |= {"wall_s": round(wall, 1), "cpu_s": round(cpu, 1)}
                line["trustworthiness"] = round(trustworthiness(x[rows], points), 4)
                line["accuracy"] = round(accuracy(points, labels[rows]), 4)
                print(line, flush=True)
                with open(args.out, "a") as file:
                    file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--reference"]:
        reference(*sys.argv[2:5], int(sys.argv[5]))
    else:
        main()
