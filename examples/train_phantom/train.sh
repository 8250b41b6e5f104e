#!/usr/bin/env bash
# Makes models/phantom-128 from nothing: draws phantoms, prepares them, trains, and copies the model. May be stopped and run again.
#   examples/train_phantom/train.sh [OUT]      (default runs/phantom-128; build first, with ./demo.sh or ./test.sh)
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-runs/phantom-128}
raygen=${RAYGEN:-build/release/bin/raygen}

"$raygen" phantom --count 20000 --seed 1 --size 128 --out "$out/phantoms"
"$raygen" prepare table --csv "$out/phantoms/phantoms.csv" --size 128 --val-fraction 0.03 --test-fraction 0.05 --out "$out/dataset"
"$raygen" train --config examples/train_phantom/phantom-128.yaml --set "out=$out" --set "data.dataset=$out/dataset"
echo "The model is in $out/model."
