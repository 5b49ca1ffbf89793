"""Compares the program's classifiers with scikit-learn's, on random parameters and hard data.

  parity.py run --seed 1 --cases 3000 --out cases.jsonl --write docs/differences.md
  parity.py case --seed 1 17            one case again, with everything that was seen
  parity.py table cases.jsonl           the summary and the findings of earlier runs
  parity.py selftest                    scikit-learn against itself, sound and with planted faults
  parity.py record tests/oracle/parity.json    the fixed cases of tests/parity.rs
  parity.py record --case 11:255 tests/oracle/parity_found.json    cases that once were findings

A case is a function of the seed and its number. See benchmark/parity/README.md.
"""
import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import sklearn
from datasets import GENERATORS, generate
from draw import parameters
from judge import Case
from oracle import constraints
from processes import Engine, Oracle, listing
from selftest import selftest
from table import findings, is_finding, summary, write

# Classifiers of features that are none below 0.
COUNTS = {"CategoricalNB", "ComplementNB", "MultinomialNB"}

ROOT = Path(__file__).resolve().parents[2]


class Harness:
    def __init__(self, args):
        self.args = args
        self.table = listing(args.program)
        self.constraints = constraints()

    def draw(self, seed, number, is_small=False):
        """Classifier, parameters and data of a case."""
        listed = self.table[number % len(self.table)]
        rng = np.random.default_rng([seed, number])
        names = sorted(GENERATORS)
        data = names[rng.integers(len(names))]
        data_seed = int(rng.integers(3 if is_small else 1_000_000))
        x, y, xt = generate(data, np.random.default_rng([data_seed, names.index(data)]))
        if is_small:
            keep = np.unique(np.concatenate([np.unique(y, return_index=True)[1], np.arange(min(30, len(x)))]))
            x, y, xt = x[keep, :6], y[keep], np.vstack([xt[:10], xt[-5:]])[:, :6]
        if listed["name"] in COUNTS:
            # Where the features are counts, nothing is told by rows that both sides refuse.
            low = min(x.min(), xt.min(), 0)
            x, xt = x - low, xt - low
        known = self.constraints[listed["name"]][0]
        params = parameters(listed["name"], listed["parameters"], known, np.unique(y).tolist(), x.shape[1], rng)
        return listed["name"], params, f"{data}/{data_seed}", x, y, xt

    def case(self, seed, number, engine, oracle, is_small=False):
        """Runs a case; the record of it, and the case itself."""
        name, params, data, x, y, xt = self.draw(seed, number, is_small)
        is_seeded = any(row["name"] == "random_state" for row in self.table[number % len(self.table)]["parameters"])
        case = Case(engine, oracle, name, params, x, y, xt, 1000 * number, is_seeded)
        started = time.monotonic()
        verdict, reason = case.judge()
        record = {
            "number": number, "seed": seed, "classifier": name, "params": params, "data": data,
            "shape": list(x.shape), "classes": len(np.unique(y)), "verdict": verdict, "reason": reason,
            "log": case.log, "p": getattr(case, "p", None), "seconds": round(time.monotonic() - started, 2),
        }  # fmt: skip
        return record, case

    def numbers(self):
        """Numbers of the cases asked for: all, or those of one classifier."""
        args, names = self.args, [c["name"] for c in self.table]
        if args.classifier is None:
            return list(range(args.first, args.first + args.cases))
        unknown = set(args.classifier) - set(names)
        if unknown:
            raise SystemExit(f"no such classifier: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
        wanted, number = [], args.first
        while len(wanted) < args.cases:
            if names[number % len(names)] in args.classifier:
                wanted.append(number)
            number += 1
        return wanted

    def sides(self):
        return Engine(self.args.program, self.args.limit), Oracle(self.args.limit)

    def missing(self):
        """Parameters that only one side has."""
        lines = []
        for listed in self.table:
            ours = {p["name"] for p in listed["parameters"]}
            theirs = set(self.constraints[listed["name"]][1])
            for side, names in (("here", theirs - ours), ("there", ours - theirs)):
                if names:
                    lines.append(f"{listed['name']}: missing {side}: {', '.join(sorted(names))}")
        return "\n".join(lines)


def run(args):
    harness = Harness(args)
    numbers, lock = harness.numbers()[::-1], threading.Lock()
    out = open(args.out, "a")
    records, failed = [], []

    def work():
        engine, oracle = harness.sides()
        while True:
            with lock:
                if not numbers or failed:
                    break
                number = numbers.pop()
            try:
                record, _ = harness.case(args.seed, number, engine, oracle)
            except Exception as error:
                failed.append((number, error))
                raise
            with lock:
                records.append(record)
                out.write(json.dumps(record) + "\n")
                out.flush()
                if is_finding(record) and not args.quiet:
                    print(f"{record['number']} {record['classifier']} {record['data']} {json.dumps(record['params'])}: "
                          f"{record['verdict']}: {record['reason'][:200]}", flush=True)  # fmt: skip
        engine.stop(), oracle.stop()

    threads = [threading.Thread(target=work) for _ in range(args.jobs)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    if failed:
        raise SystemExit(f"the harness itself failed on case {failed[0][0]}: {failed[0][1]!r}")
    return show(records, args, harness)


def show(records, args, harness):
    records.sort(key=lambda record: record["number"])
    seeds = sorted({record["seed"] for record in records})
    text = summary(records, ", ".join(map(str, seeds)), f"scikit-learn {sklearn.__version__}")
    print(text, "\n\n" + findings(records), "\n\n" + harness.missing())
    if args.write:
        write(Path(args.write), text)
    return 1 if any(map(is_finding, records)) else 0


def one_case(args):
    harness = Harness(args)
    engine, oracle = harness.sides()
    name, params, data, x, y, xt = harness.draw(args.seed, args.number)
    print(f"{name}({json.dumps(params)}) on {data}: {x.shape[0]} × {x.shape[1]}, {len(xt)} test rows")
    np.set_printoptions(precision=4, suppress=True, threshold=400, linewidth=150)
    print("classes", *(f"{label}: {count}" for label, count in zip(*np.unique(y, return_counts=True))))
    print("first rows\n", x[:5], "\nlabels", y[:20])
    record, case = harness.case(args.seed, args.number, engine, oracle)
    for side, answer in zip(("ours", "scikit-learn"), case.first):
        print(f"{side}:")
        for key, value in answer.items():
            if key not in ("scores",):
                print(f"    {key}: {value}")
    if "labels" in case.first[0] and "labels" in case.first[1]:
        scores = case.first[1].get("scores")
        for row in np.flatnonzero(case.first[0]["labels"] != case.first[1]["labels"])[:20]:
            shown = "" if scores is None else f", scores {np.asarray(scores[row])}"
            print(f"row {row} {xt[row][:8]}: ours {case.first[0]['labels'][row]}, "
                  f"theirs {case.first[1]['labels'][row]}{shown}")  # fmt: skip
    print("seen:", *case.log, sep="\n    ")
    print(f"{record['verdict']}: {record['reason']}")
    if args.save:
        np.savez(args.save, x=x, y=y, xt=xt, params=json.dumps(params), classifier=name, seed=case.seed)
    return 1 if is_finding(record) else 0


def table_of(args):
    records = {}
    for path in args.files:
        for line in open(path):
            record = json.loads(line)
            records[record["seed"], record["number"]] = record
    return show(list(records.values()), args, Harness(args))


def record(args):
    """Writes small cases with scikit-learn's answers, of those in which both sides agree."""
    harness = Harness(args)
    engine, oracle = harness.sides()
    data, cases, number = {}, [], 0
    chosen = [tuple(map(int, text.split(":"))) for text in args.case]
    while len(cases) < (len(chosen) or args.cases):
        if number == len(chosen) > 0:
            break
        seed, at = chosen[number] if chosen else (args.seed, number)
        found, case = harness.case(seed, at, engine, oracle, is_small=not chosen)
        number += 1
        if chosen:
            print(seed, at, found["classifier"], found["verdict"], found["reason"], flush=True)
        if found["verdict"] not in ("equal", "rounding", "refused by both") or "chance" in found["reason"]:
            continue
        key = found["data"]
        data.setdefault(key, {"x": case.x.tolist(), "y": case.y.tolist(), "test": case.xt.tolist()})
        theirs = case.first[1]
        entry = {"classifier": found["classifier"], "params": {**case.own, **found["params"]}, "data": key, "seed": case.seed}
        if theirs["status"] == "refused":
            entry["refusal"] = theirs["message"][:100]
        else:
            entry["labels"] = theirs["labels"].tolist()
            free = np.flatnonzero(case.first[0]["labels"] != theirs["labels"]).tolist()
            if free:
                entry["rounding"] = free
        cases.append(entry)
    head = {"sklearn": sklearn.__version__, "script": "benchmark/parity/parity.py record", "seed": args.seed}
    plain = lambda value: json.dumps(value, separators=(",", ":"))
    short = lambda value: plain(json.loads(plain(value), parse_float=lambda text: float(f"{float(text):.3f}")))
    lines = [f'{plain(k)}:{short(v)}' for k, v in sorted(data.items())]
    text = json.dumps(head)[:-1] + ',\n"data":{\n' + ",\n".join(lines) + '\n},\n"cases":[\n'
    Path(args.file).write_text(text + ",\n".join(map(plain, cases)) + "\n]}\n")
    print(f"{len(cases)} cases of {number}, {len(data)} data sets")
    return 0


def self_test(args):
    """Whether the harness finds what it should, and nothing else."""
    harness = Harness(args)
    return 0 if selftest(harness, args, harness.sides) else 1


def program():
    built = [ROOT / "target" / kind / "fashion-bench" for kind in ("release", "debug")]
    built = [path for path in built if path.exists()]
    return str(max(built, key=lambda path: path.stat().st_mtime)) if built else "fashion-bench"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default=program(), help="the fashion-bench to judge")
    parser.add_argument("--limit", type=float, default=120, help="seconds that a side may take over a fit")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("run")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--cases", type=int, default=300)
    command.add_argument("--first", type=int, default=0, help="number of the first case")
    command.add_argument("--classifier", action="append", help="only this one; may be repeated")
    command.add_argument("--jobs", type=int, default=2)
    command.add_argument("--out", default="parity.jsonl", help="one JSON line per case is appended here")
    command.add_argument("--write", help="page whose table between the markers is replaced")
    command.add_argument("--quiet", action="store_true")
    command.set_defaults(run=run)
    command = commands.add_parser("case")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--save", help="write the data to this .npz")
    command.add_argument("number", type=int)
    command.set_defaults(run=one_case)
    command = commands.add_parser("table")
    command.add_argument("files", nargs="+")
    command.add_argument("--write")
    command.set_defaults(run=table_of)
    command = commands.add_parser("record")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--cases", type=int, default=200)
    command.add_argument("--case", action="append", default=[], help="SEED:NUMBER: these cases, whole, in place of small ones")
    command.add_argument("file")
    command.set_defaults(run=record)
    command = commands.add_parser("selftest", help="scikit-learn against itself, sound and with planted faults")
    command.add_argument("--seed", type=int, default=1)
    command.add_argument("--cases", type=int, default=90)
    command.add_argument("--first", type=int, default=0)
    command.add_argument("--classifier", action="append")
    command.add_argument("--verbose", action="store_true")
    command.set_defaults(run=self_test)
    args = parser.parse_args()
    return args.run(args)


if __name__ == "__main__":
    sys.exit(main())
