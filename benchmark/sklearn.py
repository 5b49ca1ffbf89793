#!/usr/bin/env python3
"""Measure scikit-learn on the rows of a config: accuracy and seconds, a JSON line each.

The same files, the same preparation (each feature to zero mean and unit variance over the train
split), the same explicit parameters, one thread. Needs `pip install -r benchmark/requirements.txt`.

One classifier:

    benchmark/sklearn.py --estimator KNeighborsClassifier --params '{"n_neighbors": 5, "p": 2}'

Every row of a config, or of a file of JSON lines with `name` and `parameter`:

    fashion-bench list configs/quick.json --json | benchmark/sklearn.py --rows - >> reference.jsonl

Each row and seed runs in a process of its own, which is killed when it has used the time limit in
CPU seconds; such a row, and one that scikit-learn refuses, is written with a `status` and a `reason`
instead of figures. Seconds are given as wall (`fit_s`) and CPU time (`fit_cpu_s`): on a machine that
does other work, compare CPU seconds only.
"""

import argparse
import gzip
import json
import multiprocessing
import os
import resource
import signal
import sys
import time
import warnings
from pathlib import Path


def parse_arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--estimator", metavar="NAME", help="one classifier")
    what.add_argument(
        "--rows",
        metavar="FILE",
        help="output of `fashion-bench list --json`, or JSON lines; - reads standard input",
    )
    parser.add_argument("--params", default="{}", metavar="JSON", help="parameters of --estimator")
    parser.add_argument(
        "--filter", metavar="TEXT", default="", help="only rows whose name holds this text"
    )
    parser.add_argument(
        "--data-dir",
        type=Path,
        default=Path(os.environ.get("FASHION_MNIST_DIR", "data/fashion-mnist")),
        help="directory of the four IDX files (default: FASHION_MNIST_DIR or %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=0, help="first seed of shuffles and estimators")
    parser.add_argument(
        "--repeats", type=int, default=1, help="repeats of each row, a line and the next seed each"
    )
    parser.add_argument("--timeout", type=int, metavar="S", help="CPU seconds for each repeat")
    parser.add_argument(
        "--predictions",
        type=Path,
        metavar="DIR",
        help="also write the predicted labels of each line there, as .npy",
    )
    parser.add_argument("--threads", type=int, default=1, help="threads of numpy and scikit-learn")
    parser.add_argument("--train", type=int, metavar="N", help="only the first N train images")
    parser.add_argument("--test", type=int, metavar="N", help="only the first N test images")
    return parser.parse_args()


def parse_rows(text):
    """Rows out of a listing (`{"jobs": […]}`), a list, or JSON lines.

    A row: name, parameters as written, parameters to use.
    """
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        document = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(document, dict):
        document = document.get("jobs", [document])
    # Resolved parameters are complete and in today's spelling; else what was written.
    rows = []
    for row in document:
        written = row.get("parameter", row.get("params", {}))
        rows.append((row["name"], written, row.get("resolved", written)))
    return rows


def load_split(directory, prefix):
    import numpy as np

    def content(kind, offset):
        for path in (directory / f"{prefix}-{kind}-ubyte.gz", directory / f"{prefix}-{kind}-ubyte"):
            if path.exists():
                data = path.read_bytes()
                if path.suffix == ".gz":
                    data = gzip.decompress(data)
                return np.frombuffer(data, np.uint8, offset=offset)
        sys.exit(f"error: there is no {prefix}-{kind}-ubyte[.gz] in {directory}")

    return content("images-idx3", 16).reshape(-1, 784), content("labels-idx1", 8)


def prepare(arguments):
    import numpy as np
    from sklearn.preprocessing import StandardScaler

    x_train, y_train = load_split(arguments.data_dir, "train")
    x_test, y_test = load_split(arguments.data_dir, "t10k")
    scaler = StandardScaler().fit(x_train.astype(np.float64))
    x_train, y_train = x_train[: arguments.train], y_train[: arguments.train]
    x_test, y_test = x_test[: arguments.test], y_test[: arguments.test]
    return (
        scaler.transform(x_train.astype(np.float64)),
        y_train,
        scaler.transform(x_test.astype(np.float64)),
        y_test,
    )


def build(classifiers, name, parameter, seed):
    if name not in classifiers:
        raise ValueError(f"scikit-learn has no classifier named {name}")
    parameter = dict(parameter)
    weights = parameter.get("class_weight")
    if isinstance(weights, dict):
        # Keys of JSON objects are strings, labels are not.
        parameter["class_weight"] = {int(label): weight for label, weight in weights.items()}
    model = classifiers[name](**parameter)
    if "random_state" in model.get_params() and model.get_params()["random_state"] is None:
        model.set_params(random_state=seed)
    return model


class Stopwatch:
    """Wall and CPU seconds of a block."""

    def __enter__(self):
        self.wall, self.cpu = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_):
        self.wall = round(time.perf_counter() - self.wall, 3)
        self.cpu = round(time.process_time() - self.cpu, 3)


def measure(row, seed, classifiers, data, arguments, sink):
    """Fits and scores one row with one seed; sends the figures to `sink`."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning

    name, _, parameter = row
    x_train, y_train, x_test, y_test = data
    try:
        order = np.random.default_rng(seed).permutation(len(x_train))
        x, y = x_train[order], y_train[order]
        model = build(classifiers, name, parameter, seed)
        if arguments.timeout:
            used = int(time.process_time())
            resource.setrlimit(resource.RLIMIT_CPU, (used + arguments.timeout + 1,) * 2)
        with warnings.catch_warnings(record=True) as caught, Stopwatch() as fit:
            warnings.simplefilter("always")
            model.fit(x, y)
        with Stopwatch() as predict:
            found = model.predict(x_test)
    except Exception as error:  # whatever an estimator raises is that row's result
        sink.send({"status": "failed", "reason": f"{type(error).__name__}: {error}"})
        return
    figures = {
        "status": "ok",
        "accuracy": round(float((found == y_test).mean()), 4),
        "fit_s": fit.wall,
        "predict_s": predict.wall,
        "fit_cpu_s": fit.cpu,
        "predict_cpu_s": predict.cpu,
        "converged": not any(issubclass(w.category, ConvergenceWarning) for w in caught),
    }
    if hasattr(model, "n_iter_"):
        figures["n_iter"] = int(np.max(model.n_iter_))
    if hasattr(model, "n_support_"):
        figures["n_support_vectors"] = int(np.sum(model.n_support_))
    if arguments.predictions:
        arguments.predictions.mkdir(parents=True, exist_ok=True)
        values = "-".join(str(value) for value in row[1].values())
        file = arguments.predictions / f"{name}-{values}-{seed}.npy".replace("/", "_")
        np.save(file, found.astype(np.uint8))
        figures["predictions"] = file.name
    sink.send(figures)


def run_row(row, seed, classifiers, data, arguments):
    source, sink = multiprocessing.Pipe(duplex=False)
    # Forked: the prepared data is shared, not copied.
    child = multiprocessing.get_context("fork").Process(
        target=measure, args=(row, seed, classifiers, data, arguments, sink)
    )
    child.start()
    sink.close()
    try:
        return source.recv()
    except EOFError:
        child.join()
        if arguments.timeout and child.exitcode in (-signal.SIGXCPU, -signal.SIGKILL):
            reason = f"not done in {arguments.timeout} CPU seconds"
            return {"status": "timed_out", "reason": reason, "limit_cpu_s": arguments.timeout}
        return {"status": "failed", "reason": f"exit code {child.exitcode}"}
    finally:
        child.kill()
        child.join()


def main():
    arguments = parse_arguments()
    # Read by the libraries when they are imported, which is later.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(arguments.threads)
    # This file is named as the library: without its directory the import finds the library.
    here = Path(__file__).resolve().parent
    sys.path[:] = [path for path in sys.path if Path(path).resolve() != here]
    import sklearn
    from sklearn.utils import all_estimators

    # Before the rows' processes are forked, so that no row pays for the imports.
    classifiers = dict(all_estimators(type_filter="classifier"))

    if arguments.estimator:
        parameter = json.loads(arguments.params)
        rows = [(arguments.estimator, parameter, parameter)]
    elif arguments.rows == "-":
        rows = parse_rows(sys.stdin.read())
    else:
        rows = parse_rows(Path(arguments.rows).read_text())
    data = prepare(arguments)
    seeds = range(arguments.seed, arguments.seed + arguments.repeats)
    for row, seed in ((row, seed) for row in rows for seed in seeds if arguments.filter in row[0]):
        line = {
            "engine": f"scikit-learn {sklearn.__version__}",
            "threads": arguments.threads,
            "name": row[0],
            "parameter": row[1],
            "resolved": row[2],
            "n_train": len(data[0]),
            "n_test": len(data[2]),
            "seed": seed,
        }
        line.update(run_row(row, seed, classifiers, data, arguments))
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
