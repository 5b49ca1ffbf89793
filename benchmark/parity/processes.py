"""Drives the two sides, each in a process that is ended at a time limit and started again."""
import json
import os
import pickle
import select
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent


class TimedOut(Exception):
    pass


class Died(Exception):
    pass


class Child:
    """A process that answers requests on its standard output."""

    command: list[str]
    env: dict[str, str] = {}

    def __init__(self, limit_s):
        self.limit_s, self.process = limit_s, None

    def start(self):
        self.errors = tempfile.TemporaryFile()
        self.process = subprocess.Popen(
            self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
            env={**os.environ, **self.env},
        )  # fmt: skip
        self.buffer = b""

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process.stdin.close()
            self.process.stdout.close()
            self.process = None

    def last_words(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")[-300:].strip().replace("\n", " | ")

    def read_until(self, is_complete, deadline):
        """Reads until `is_complete(buffer)` gives the length of an answer."""
        while (length := is_complete(self.buffer)) is None:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.process.stdout], [], [], left)[0]:
                self.stop()
                raise TimedOut
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                self.process.wait()
                words = f"exit code {self.process.returncode}: {self.last_words()}"
                self.stop()
                raise Died(words)
            self.buffer += data
        answer, self.buffer = self.buffer[:length], self.buffer[length:]
        return answer

    def ask(self, data, is_complete):
        if not self.process:
            self.start()
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # The read tells how it ended.
        return self.read_until(is_complete, time.monotonic() + self.limit_s)


class Oracle(Child):
    """scikit-learn."""

    command = [sys.executable, str(HERE / "oracle.py")]
    env = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"}

    def run(self, **request):
        data = pickle.dumps(request)
        length = lambda b: None if len(b) < 4 or len(b) < 4 + struct.unpack("<I", b[:4])[0] else 4 + struct.unpack("<I", b[:4])[0]
        try:
            return pickle.loads(self.ask(struct.pack("<I", len(data)) + data, length)[4:])
        except TimedOut:
            return {"status": "timed out", "message": f"not done in {self.limit_s} s"}
        except Died as error:
            return {"status": "crashed", "message": str(error)}


class Engine(Child):
    """`fashion-bench engine`, by the protocol of docs/engines.md."""

    def __init__(self, program, limit_s):
        super().__init__(limit_s)
        self.command = [program, "engine"]
        self.directory = tempfile.TemporaryDirectory()
        self.data = None

    def path(self, name):
        return os.path.join(self.directory.name, name)

    def say(self, request):
        line_end = lambda b: None if (i := b.find(b"\n")) < 0 else i + 1
        return json.loads(self.ask(json.dumps(request).encode() + b"\n", line_end))

    def run(self, classifier, params, seed, x, y, xt):
        """Fits and predicts; the answer has the labels or the error."""
        try:
            return self.round(classifier, params, seed, x, y, xt)
        except TimedOut:
            return {"status": "timed out", "message": f"not done in {self.limit_s} s"}
        except Died as error:
            return {"status": "crashed", "message": str(error)}

    def round(self, classifier, params, seed, x, y, xt):
        for name, array in (("x", x), ("y", y), ("xt", xt)):
            np.save(self.path(name + ".npy"), array)
        hello = {
            "protocol": 1, "classifier": classifier, "parameters": params, "seed": seed, "threads": 1,
            "train": {"x": self.path("x.npy"), "y": self.path("y.npy"), "n_samples": len(x), "n_features": x.shape[1]},
            "test": {"x": self.path("xt.npy"), "n_samples": len(xt)},
        }  # fmt: skip
        answer = {"status": "ok", "converged": True}
        for request in ({"hello": hello}, {"fit": {}}, {"predict": {"labels": self.path("labels.npy")}}):
            (kind, body), = self.say(request).items()
            if kind == "error":
                status = {"crashed": "crashed", "protocol": "crashed"}.get(body["kind"], "refused")
                answer = {"status": status, "message": f"{body['kind']}: {body['message']}"}
                break
            if kind == "fitted":
                answer["converged"] = body.get("converged") is not False
                answer["n_iter"] = body.get("n_iter")
                answer["objective"] = body.get("extra", {}).get("objective")
                answer["warnings"] = body.get("warnings", [])
            if kind == "ready":
                answer["parameters"] = body["parameters"]
        else:
            answer["labels"] = np.load(self.path("labels.npy"))
        self.say({"bye": {}})
        return answer


def listing(program):
    """The table of parameters of the program's classifiers that scikit-learn has, too."""
    text = subprocess.run([program, "estimators", "--json"], check=True, capture_output=True).stdout
    return [c for c in json.loads(text)["classifiers"] if "::" not in c["name"]]
