#!/usr/bin/env bash
# Makes models/phantom-128 from nothing: draws phantoms, prepares them, trains in two processes of one thread each (on few cores faster
# than one process of two threads), tunes what came out, and leaves the model in OUT/tuned/model. May be stopped and run again.
#   examples/train_phantom/train.sh [OUT]      (default runs/phantom-128; build first, with ./demo.sh or ./test.sh)
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-runs/phantom-128}
raygen=${RAYGEN:-build/release/bin/raygen}

"$raygen" phantom --count 16000 --seed 1 --size 128 --out "$out/phantoms"
"$raygen" prepare table --csv "$out/phantoms/phantoms.csv" --size 128 --val-fraction 0.03 --test-fraction 0.05 --out "$out/dataset"

export WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 MASTER_PORT=${MASTER_PORT:-29500}
trap 'kill $(jobs -p) 2>/dev/null' INT TERM
train() {
  local rank job
  for rank in 0 1; do
    RANK=$rank LOCAL_RANK=$rank "$raygen" train --set threads=1 --set "data.dataset=$out/dataset" "$@" &
  done
  for job in $(jobs -p); do wait "$job"; done
}
train --config examples/train_phantom/phantom-128.yaml --set "out=$out"
train --config examples/train_phantom/tuning.yaml --set "out=$out/tuned" --set "vqgan.from=$out/model" --set "text_encoder.from=$out/model" \
  --set "masked_decoder.from=$out/model"
echo "The model is in $out/tuned/model."
