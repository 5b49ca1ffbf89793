#!/usr/bin/env python3
"""Measure scikit-learn on the rows of a config: accuracy and seconds, a JSON line each.

The same files, the same preparation (each feature to zero mean and unit variance over the train
split), the same explicit parameters, one thread. Needs `pip install -r benchmark/requirements.txt`.

One classifier:

    benchmark/sklearn.py --estimator KNeighborsClassifier --params '{"n_neighbors": 5, "p": 2}'

Every row of a config, or of a file of JSON lines with `name` and `parameter`:

    fashion-bench list configs/quick.json --json | benchmark/sklearn.py --rows - >> reference.jsonl

Each row runs in a process of its own, which is killed at the time limit; such a row, and one that
scikit-learn refuses, is written with a `status` and a `reason` instead of figures.
"""

import argparse
import gzip
import json
import multiprocessing
import os
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
    parser.add_argument("--seed", type=int, default=0, help="seed of shuffles and estimators")
    parser.add_argument("--repeats", type=int, default=1, help="repeats of each row")
    parser.add_argument("--timeout", type=float, metavar="S", help="seconds for each row")
    parser.add_argument("--threads", type=int, default=1, help="threads of numpy and scikit-learn")
    parser.add_argument("--train", type=int, metavar="N", help="only the first N train images")
    parser.add_argument("--test", type=int, metavar="N", help="only the first N test images")
    return parser.parse_args()


def parse_rows(text):
    """Rows out of a listing (`{"jobs": […]}`), a list, or JSON lines."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError:
        document = [json.loads(line) for line in text.splitlines() if line.strip()]
    if isinstance(document, dict):
        document = document.get("jobs", [document])
    # Resolved parameters are complete and in today's spelling; else what was written.
    return [
        (row["name"], row.get("resolved", row.get("parameter", row.get("params", {}))))
        for row in document
    ]


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


def measure(row, classifiers, data, arguments, sink):
    """Fits and scores one row; sends the figures to `sink`."""
    import numpy as np
    from sklearn.exceptions import ConvergenceWarning

    name, parameter = row
    x_train, y_train, x_test, y_test = data
    scores, fit_s, predict_s, converged = [], [], [], True
    try:
        for repeat in range(arguments.repeats):
            seed = arguments.seed + repeat
            order = np.random.default_rng(seed).permutation(len(x_train))
            x, y = x_train[order], y_train[order]
            model = build(classifiers, name, parameter, seed)
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                start = time.perf_counter()
                model.fit(x, y)
                fit_s.append(time.perf_counter() - start)
            converged &= not any(issubclass(w.category, ConvergenceWarning) for w in caught)
            start = time.perf_counter()
            found = model.predict(x_test)
            predict_s.append(time.perf_counter() - start)
            scores.append(float((found == y_test).mean()))
    except Exception as error:  # whatever an estimator raises is that row's result
        sink.send({"status": "failed", "reason": f"{type(error).__name__}: {error}"})
        return
    mean = lambda values: sum(values) / len(values)
    figures = {
        "status": "ok",
        "accuracy": round(mean(scores), 4),
        "fit_s": round(mean(fit_s), 2),
        "predict_s": round(mean(predict_s), 2),
        "converged": converged,
    }
    if arguments.repeats > 1:
        figures["score"] = scores
    sink.send(figures)


def run_row(row, classifiers, data, arguments):
    source, sink = multiprocessing.Pipe(duplex=False)
    # Forked: the prepared data is shared, not copied.
    child = multiprocessing.get_context("fork").Process(
        target=measure, args=(row, classifiers, data, arguments, sink)
    )
    child.start()
    sink.close()
    try:
        if not source.poll(arguments.timeout):
            return {"status": "timed_out", "reason": f"not done in {arguments.timeout:g} s"}
        return source.recv()
    except EOFError:
        child.join()
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
        rows = [(arguments.estimator, json.loads(arguments.params))]
    elif arguments.rows == "-":
        rows = parse_rows(sys.stdin.read())
    else:
        rows = parse_rows(Path(arguments.rows).read_text())
    data = prepare(arguments)
    for name, parameter in rows:
        if arguments.filter not in name:
            continue
        line = {
            "engine": f"scikit-learn {sklearn.__version__}",
            "threads": arguments.threads,
            "name": name,
            "parameter": parameter,
            "n_train": len(data[0]),
            "n_test": len(data[2]),
            "seed": arguments.seed,
        }
        line.update(run_row((name, parameter), classifiers, data, arguments))
        print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
