#!/usr/bin/env bash
# Trains a model of 256 pixels on phantoms, with one GPU: draws the phantoms on the CPU (16 cores: minutes; DATASET=FOLDER takes one that was
# prepared before), and trains; the model is then in OUT/model. May be stopped and run again.
#   examples/train_phantom/train_256.sh [OUT] [KEY=VALUE…]      (default runs/phantom-256; keys as `raygen train --set` takes them)
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-runs/phantom-256}
raygen=${RAYGEN:-build/release/bin/raygen}
dataset=${DATASET:-$out/dataset}

if [ ! -e "$dataset" ]; then
  "$raygen" phantom --count "${COUNT:-12000}" --seed 1 --size 256 --out "$out/phantoms"
  "$raygen" prepare table --csv "$out/phantoms/phantoms.csv" --size 256 --val-fraction 0.03 --test-fraction 0.05 --out "$dataset"
fi
keys=()
for key in "${@:2}"; do keys+=(--set "$key"); done
start=$SECONDS
"$raygen" train --config examples/train_phantom/phantom-256.yaml --set "out=$out" --set "data.dataset=$dataset" "${keys[@]}"
echo "The model is in $out/model, after $((SECONDS - start)) seconds of training."
