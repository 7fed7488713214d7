#!/usr/bin/env bash
# Slurm: one Ray node on each machine of the allocation, the launch on the first.
#   sbatch cluster/slurm.sh --space grid
# Run from a checkout with its .venv on a file system that all machines share.
#SBATCH --job-name=distillation-study
#SBATCH --nodes=3                # change
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8        # change; GPUs: add --gpus-per-node=...
#SBATCH --time=04:00:00          # the same command again goes on where this one ended
set -euo pipefail
cd "${SLURM_SUBMIT_DIR:-.}"
bin=$PWD/.venv/bin

export RAY_AUTH_MODE=token RAY_USAGE_STATS_ENABLED=0
RAY_AUTH_TOKEN=$("$bin/python" -c 'import secrets; print(secrets.token_hex(32))')
export RAY_AUTH_TOKEN

mapfile -t nodes < <(scontrol show hostnames "$SLURM_JOB_NODELIST")
on() { srun --nodes=1 --ntasks=1 --overlap --nodelist="$1" "${@:2}"; }
head=$(on "${nodes[0]}" hostname --ip-address | awk '{print $1}')

trap 'kill $(jobs -p) 2>/dev/null || true' EXIT
on "${nodes[0]}" "$bin/ray" start --head --node-ip-address="$head" --port=6379 \
  --num-cpus="$SLURM_CPUS_PER_TASK" --block &
until (exec 3<>"/dev/tcp/$head/6379") 2>/dev/null; do sleep 1; done
for node in "${nodes[@]:1}"; do
  on "$node" "$bin/ray" start --address="$head:6379" --num-cpus="$SLURM_CPUS_PER_TASK" --block &
done
# A launch counts the nodes that are there: wait for all of them.
until on "${nodes[0]}" "$bin/python" -m study.preflight "$head:6379" --nodes "${#nodes[@]}"; do
  sleep 2
done
on "${nodes[0]}" "$bin/python" -m study.launch --address "$head:6379" "$@"
