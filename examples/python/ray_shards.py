"""Fans the shards of a run out over a Ray cluster and merges their tables.

    python examples/python/ray_shards.py configs/quick.json --shards 8 --out merged.jsonl -- --dataset demo

What stands after `--` goes to `fashion-bench run`. The tables lie in `--folder`, which all nodes have to
see. A worker that dies is started again, and its shard goes on with the rows that its table has.
"""

import argparse
import subprocess
import sys
from pathlib import Path

import ray


@ray.remote(num_cpus=1, max_retries=5)
def run_shard(command, table):
    # Exit code 1: all jobs have rows, and some of them are failures. Trying again changes nothing.
    code = subprocess.run([*command, "--jobs", "1", "--results", table], check=False).returncode
    if code not in (0, 1):
        raise RuntimeError(f"{table}: exit code {code}")
    return table


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument("--folder", type=Path, default=Path("results/shards"))
    parser.add_argument("--out", default="results/merged.jsonl")
    parser.add_argument("--program", default="fashion-bench")
    own, options = sys.argv[1:], []
    if "--" in own:
        own, options = own[: own.index("--")], own[own.index("--") + 1 :]
    arguments = parser.parse_args(own)
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    ray.init()
    run = [arguments.program, "run", str(Path(arguments.config).resolve()), *options]
    shards = range(1, arguments.shards + 1)
    command = {shard: [*run, "--shard", f"{shard}/{arguments.shards}"] for shard in shards}
    tables = ray.get([run_shard.remote(command[shard], str(folder / f"shard-{shard}.jsonl")) for shard in shards])
    subprocess.run([arguments.program, "merge", *tables, "--out", arguments.out], check=True)


if __name__ == "__main__":
    main()
