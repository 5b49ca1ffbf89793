"""Fails unless two tables hold the same models with the same predictions."""

import json
import sys


def predictions(path):
    with open(path) as rows:
        return {row["id"]: [r["predictions_sha256"] for r in row["repeats"]] for row in map(json.loads, rows)}


one, other = map(predictions, sys.argv[1:3])
if not one or one != other:
    differing = sorted(job for job in one.keys() | other.keys() if one.get(job) != other.get(job))
    sys.exit(f"FAILED: {sys.argv[1]} and {sys.argv[2]} differ in {differing or 'nothing, but are empty'}")
print(f"{len(one)} models, the same predictions")
