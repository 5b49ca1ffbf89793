"""Compares scikit-learn through the runner with a plain script: the same predictions, the same CPU time.

    python benchmark/engine/plain.py --data shared/fashion-mnist --train 10000

The script reads the files of the data set by itself, standardises with `StandardScaler` and fits. Only
the order of the train rows comes from the runner, whose random stream is its own: the arrays in its
cache are turned back to pixels, which tell the rows. Runner and plain fits alternate, each in a
process of its own, and medians are compared. The Python that runs this needs scikit-learn.
"""

import argparse
import gzip
import hashlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

MODELS = {
    "GaussianNB": {},
    "KNeighborsClassifier": {"n_neighbors": 5},
    "SVC": {"C": 1.0, "kernel": "rbf"},
}
FILES = {
    "train-images-idx3-ubyte": 16, "train-labels-idx1-ubyte": 8,
    "t10k-images-idx3-ubyte": 16, "t10k-labels-idx1-ubyte": 8,
}  # fmt: skip
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def cut(source, target, n_train):
    """Copies the files with the first `n_train` rows of the train split."""
    for name, start in FILES.items():
        content = gzip.decompress((source / f"{name}.gz").read_bytes())
        n_rows = int.from_bytes(content[4:8], "big")
        size = (len(content) - start) // n_rows
        if name.startswith("train"):
            n_rows = min(n_rows, n_train)
        content = content[:4] + n_rows.to_bytes(4, "big") + content[8 : start + n_rows * size]
        (target / f"{name}.gz").write_bytes(gzip.compress(content, 1))


def load(folder, name):
    content = np.frombuffer(gzip.decompress((folder / f"{name}.gz").read_bytes()), "u1")
    rows = int.from_bytes(content[4:8].tobytes(), "big")
    return content[FILES[name] :].reshape(rows, -1)


def prepared(folder, arrays):
    """Train rows in the runner's order, their labels, test rows; how many values differ from its own."""
    from sklearn.preprocessing import StandardScaler

    x, y, test = (load(folder, name) for name in list(FILES)[:3])
    scaler = StandardScaler().fit(x.astype("f8"))
    (cached,) = (np.load(path) for path in arrays.glob("*-train-*-x.npy"))
    (cached_test,) = (np.load(path) for path in arrays.glob("*-test-x.npy"))
    pixels = np.rint(scaler.inverse_transform(cached.astype("f8"))).astype("u1")
    places = {}
    for place, row in enumerate(x):
        places.setdefault(row.tobytes(), []).append(place)
    # Of rows that are there twice either will do, unless their labels differ.
    order = [places[row.tobytes()].pop() for row in pixels]
    train = scaler.transform(x[order].astype("f8")).astype("f4")
    test = scaler.transform(test.astype("f8")).astype("f4")
    n_other = int((train != cached).sum() + (test != cached_test).sum())
    return train, y[order].ravel().astype("i8"), test, n_other


def plain(name, folder):
    """Fits and predicts in this process, which has done nothing else: freed memory makes later fits
    cheaper than first ones."""
    import warnings

    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier
    from sklearn.svm import SVC

    warnings.simplefilter("error")
    x, y, test = (np.load(folder / f"{part}.npy") for part in ("x", "y", "test"))
    model = {"GaussianNB": GaussianNB, "KNeighborsClassifier": KNeighborsClassifier, "SVC": SVC}[name]
    started = time.process_time()
    labels = model(**MODELS[name]).fit(x, y).predict(test)
    cpu_s = time.process_time() - started
    sha256 = hashlib.sha256(labels.astype("u1").tobytes()).hexdigest()
    return {"cpu_s": cpu_s, "sha256": sha256}


def through_the_runner(name, program, folder, work):
    config = {"classifiers": {f"sklearn::{name}": [{key: [value] for key, value in MODELS[name].items()}]}}
    (work / "config.json").write_text(json.dumps(config))
    table = work / "table.jsonl"
    table.unlink(missing_ok=True)
    subprocess.run(
        [program, "run", "config.json", "--data-dir", folder, "--allow-custom", "--jobs", "1",
         "--python", sys.executable, "--results", table],
        cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    (repeat,) = json.loads(table.read_text())["repeats"]
    return {"cpu_s": repeat["fit_cpu_s"] + repeat["predict_cpu_s"], "sha256": repeat["predictions_sha256"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the four gzipped files")
    parser.add_argument("--program", default="target/release/fashion-bench")
    parser.add_argument("--train", type=int, default=60_000, help="train rows, the first ones")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--plain", nargs=2, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.plain:
        name, folder = args.plain
        print(json.dumps(plain(name, Path(folder))))
        return
    os.environ |= {variable: "1" for variable in THREADS}
    is_well = True
    with tempfile.TemporaryDirectory() as work:
        work, folder = Path(work), Path(work) / "data"
        folder.mkdir()
        cut(args.data, folder, args.train)
        os.environ["XDG_CACHE_HOME"] = str(work / "cache")
        # Any run leaves the arrays.
        through_the_runner("GaussianNB", os.path.abspath(args.program), folder, work)
        *parts, n_other = prepared(folder, work / "cache/fashion-bench/engines")
        for part, values in zip(("x", "y", "test"), parts):
            np.save(work / f"{part}.npy", values)
        print(f"{n_other} of {parts[0].size + parts[2].size} values prepared otherwise", flush=True)
        for name in args.models:
            runner, script = [], []
            for _ in range(args.repeats):
                runner.append(through_the_runner(name, os.path.abspath(args.program), folder, work))
                command = [sys.executable, __file__, "--data", args.data, "--plain", name, work]
                script.append(json.loads(subprocess.run(command, check=True, capture_output=True).stdout))
            is_equal = len({run["sha256"] for run in runner + script}) == 1
            seconds = [statistics.median(run["cpu_s"] for run in runs) for runs in (runner, script)]
            is_well &= is_equal
            print(
                f"{name}: predictions {'equal' if is_equal else 'DIFFER'}, CPU s {seconds[0]:.2f} through the "
                f"runner, {seconds[1]:.2f} plain, {100 * (seconds[0] / seconds[1] - 1):+.1f} %",
                flush=True,
            )
    sys.exit(not is_well)


main()
