#!/usr/bin/env bash
# Builds libraygen and generates images from sentences. Installs what is missing first (and says so); may be run again.
set -euo pipefail
cd "$(dirname "$0")"
scripts/set_up.sh
scripts/build.sh release

python=python3
[ -x .venv/bin/python3 ] && python=.venv/bin/python3
out=build/demo
echo
echo "No trained model is shipped yet: this demo writes a small checkpoint with RANDOM weights in the original's formats, converts it and"
echo "generates from it. The images are what an untrained model dreams, not chest X-rays."
if [ ! -d $out/checkpoint/vq ]; then
  "$python" -W 'ignore:Failed to initialize NumPy' tests/reference/write_fixtures.py $out/checkpoint --only vq
fi
case=$out/checkpoint/vq
build/release/bin/raygen convert --decoder $case/raygen.ckpt --vqgan $case/vqgan.ckpt --vqgan-config $case/project.yaml \
  --text-encoder $case/cxr-bert --decoder-config $case/case.json --out $out/model --force
build/release/bin/raygen generate --model $out/model --out $out/images --seed 7 --steps 6 --show-steps \
  --prompt "Moderate left pleural effusion. No pneumothorax." --prompt "No acute cardiopulmonary process."
echo
echo "Look at: $PWD/$out/images/*.png"
