#!/bin/bash
# A run split over the tasks of a Slurm array, and its results joined when all have ended:
#
#   mkdir -p results
#   fashion-bench data fetch fashion-mnist --data-dir data/fashion-mnist
#   shards=$(sbatch --parsable --array=1-20 docs/deploy/slurm-array.sh configs/baselines.json)
#   sbatch --dependency=afterany:"$shards" --wrap \
#       'fashion-bench merge results/shard-*.jsonl --out results/fashion-mnist.jsonl'
#
# Submitting the same array again does what is missing: rows that are there are skipped.
#SBATCH --job-name=fashion-bench
#SBATCH --ntasks=1
#SBATCH --cpus-per-task=4
#SBATCH --mem=6G
#SBATCH --time=12:00:00
#SBATCH --signal=B:TERM@60
#SBATCH --requeue
#SBATCH --output=results/shard-%a.log
#SBATCH --open-mode=append
set -euo pipefail

: "${1:?usage: sbatch --array=1-N slurm-array.sh CONFIG [OPTION of fashion-bench run]...}"
shard=$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT
# The data once for all nodes; compute nodes often have no network.
export FASHION_MNIST_DIR=${FASHION_MNIST_DIR:-$SLURM_SUBMIT_DIR/data/fashion-mnist}
# The prepared data, 220 MB, on the node's own disk.
export XDG_CACHE_HOME=${TMPDIR:-/tmp}/fashion-bench-$SLURM_JOB_ID
trap 'rm -rf "$XDG_CACHE_HOME"' EXIT

# In the background, so that the shell can hand on the signal that comes before the time is up.
fashion-bench run "$@" --shard "$shard" --jobs "$SLURM_CPUS_PER_TASK" \
    --results "results/shard-$SLURM_ARRAY_TASK_ID.jsonl" &
trap 'kill -TERM $!' TERM
wait $! || { code=$?; wait $! || code=$?; exit "$code"; }
