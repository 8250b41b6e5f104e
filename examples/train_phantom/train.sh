#!/usr/bin/env bash
# Makes models/phantom-128 from nothing: draws phantoms, prepares them and trains; the model is then in OUT/model. May be stopped and run again.
#   examples/train_phantom/train.sh [OUT]      (default runs/phantom-128; build first, with ./demo.sh or ./test.sh)
# On CPUs it trains in two processes of one thread each, on few cores faster than one process of two threads. PROCESSES=1 with a GPU.
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-runs/phantom-128}
raygen=${RAYGEN:-build/release/bin/raygen}
processes=${PROCESSES:-2}

"$raygen" phantom --count 32000 --seed 1 --size 128 --out "$out/phantoms"
"$raygen" prepare table --csv "$out/phantoms/phantoms.csv" --size 128 --val-fraction 0.03 --test-fraction 0.05 --out "$out/dataset"

train=("$raygen" train --config examples/train_phantom/phantom-128.yaml --set "out=$out" --set "data.dataset=$out/dataset")
if [ "$processes" -gt 1 ]; then
  export WORLD_SIZE=$processes MASTER_ADDR=127.0.0.1 MASTER_PORT=${MASTER_PORT:-29500}
  trap 'kill $(jobs -p) 2>/dev/null' INT TERM
  for ((rank = 0; rank < processes; ++rank)); do
    RANK=$rank LOCAL_RANK=$rank "${train[@]}" --set threads=1 &
  done
  for job in $(jobs -p); do wait "$job"; done
else
  "${train[@]}"
fi
echo "The model is in $out/model."
