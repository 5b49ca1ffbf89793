"""An engine of the standard library alone whose classifiers go wrong, each in the way of its name."""

import json
import os
import signal
import struct
import subprocess
import sys
import time


def array(path):
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<H", data[8:10])
    return data[10 + length :]


def save(path, kind, shape, data):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header = header.ljust(117) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data)


def say(answer):
    print(json.dumps(answer), flush=True)


def burn(seconds):
    """Keeps two processes busy, for so many CPU seconds each."""
    loop = f"import time\nwhile time.process_time() < {seconds}: pass"
    for child in [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(2)]:
        child.wait()


def hello(mode, fields):
    if mode == "refuse":
        return {"error": {"kind": "refused", "message": "the `C` of refuse must be positive, got -1"}}
    if mode == "slow_start":
        time.sleep(1)
    version = 2 if mode == "other_version" else 1
    part = {"name": "fake", "version": "1.5"}
    parameters = {**fields["parameters"], "seed": fields["seed"], "threads": os.environ["OMP_NUM_THREADS"]}
    return {
        "ready": {
            "protocol": version, "engine": part, "language": part, "library": part,
            "parameters": parameters, "notes": ["a note of the engine"] if mode == "notes" else [],
        }
    }  # fmt: skip


def fit(mode):
    if mode == "exit":
        sys.exit(3)
    if mode == "raise":
        print("before the fit", file=sys.stderr)
        raise ValueError("the data are odd")
    if mode == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    if mode == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if mode == "error":
        return {"error": {"kind": "failed", "message": "the fit diverged"}}
    if mode == "rubbish":
        print("Training, epoch 1 of 10", flush=True)
    if mode == "silent":
        time.sleep(600)
    if mode == "hoard":
        hoarded = bytearray(600_000_000)
        hoarded[:: 4096] = b"x" * len(hoarded[:: 4096])
        time.sleep(600)
    if mode == "leaves_children":
        subprocess.Popen(["sleep", "603"], start_new_session=True)
    if mode == "busy":
        burn(0.6)
    extra = {"depth": 3, "solver": "odd"} if mode == "notes" else {"depth": 3}
    return {"fitted": {"n_iter": 7, "converged": False, "warnings": [], "extra": extra}}


def predict(mode, fields, seen):
    n_labels, label = seen["test"]["n_samples"], seen["majority"]
    if mode == "too_few":
        n_labels -= 1
    if mode == "no_class":
        label = 99
    if mode == "negative":
        label = -1
    save(fields["labels"], "<i8", f"({n_labels},)", struct.pack("<q", label) * n_labels)
    answer = {"labels": fields["labels"]}
    path = fields.get("probabilities")
    if path and mode == "nan":
        save(path, "<f8", f"({n_labels}, 2)", struct.pack("<dd", 0.5, float("nan")) * n_labels)
        answer["probabilities"] = {"path": path, "classes": [0, 1]}
    return {"predicted": answer}


def main():
    mode = seen = None
    for line in sys.stdin:
        ((kind, fields),) = json.loads(line).items()
        if kind == "hello":
            mode, seen = fields["classifier"], fields
            labels = memoryview(array(fields["train"]["y"])).cast("q").tolist()
            seen["majority"] = max(sorted(set(labels)), key=labels.count)
            say(hello(mode, fields))
        elif kind == "fit":
            say(fit(mode))
        elif kind == "predict":
            say(predict(mode, fields, seen))
        elif mode == "no_bye" and "-train-" in seen["train"]["x"]:  # in its job, not in the try
            time.sleep(600)
        else:
            say({"bye": {}})


main()
