#!/usr/bin/env bash
# Checks and times a build with CUDA on a machine that has a GPU: images, tokens and commands on the device against the CPU's, a few training
# steps of each stage, and what `raygen bench` says. Prints one line a check and ends with an error if one failed; some two minutes.
#   scripts/check_cuda.sh [RAYGEN]      (default build/release/bin/raygen; its Python needs torch)
set -uo pipefail
cd "$(dirname "$0")/.."
raygen=${1:-build/release/bin/raygen}
device=${DEVICE:-cuda}  # cpu: to try the script itself
python=$(for each in .venv/bin/python3 python3; do "$each" -c 'import torch' 2>/dev/null && echo "$each" && break; done)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failed=0
check() { # NAME COMMAND…
  local name=$1 out; shift
  if out=$("$@" 2>&1); then echo "ok      $name${out:+: $(echo "$out" | tail -n 1)}"; else echo "FAILED  $name: $out"; failed=1; fi
}
model=(--model models/phantom-128)
generate() { # OUT DEVICE words…
  local out=$1 on=$2; shift 2
  "$raygen" generate "${model[@]}" --device "$on" --prompts "$work/prompts.csv" --out "$work/$out" --grey --quiet --seed 3 "$@"
}
compare() { # A B MOST: the largest difference of two folders of images, in grey levels, at most MOST
  "$python" -W ignore - "$work/$1" "$work/$2" "$3" <<'P'
import sys
from pathlib import Path
sys.path.insert(0, "tests/reference")
from raygen_reference.png import read_png
a, b = (sorted(Path(folder).glob("*.png")) for folder in sys.argv[1:3])
assert a and len(a) == len(b), f"{len(a)} and {len(b)} images"
most = max(((read_png(x) - read_png(y)).abs().max() * 255).round().item() for x, y in zip(a, b))
print(f"differs by {most:.0f} of 255 at most")
sys.exit(most > float(sys.argv[3]))
P
}
train() {
  "$raygen" phantom --count 64 --seed 5 --size 128 --out "$work/phantoms" --quiet &&
    "$raygen" prepare table --csv "$work/phantoms/phantoms.csv" --size 128 --val-fraction 0.2 --out "$work/dataset" --quiet &&
    "$raygen" train --config examples/train_phantom/phantom-128.yaml --quiet --set "out=$work/run" --set "data.dataset=$work/dataset" \
      --set device="$device" --set vqgan.loop.steps=20 --set text_encoder.loop.steps=20 --set masked_decoder.loop.steps=20 &&
    "$raygen" generate --model "$work/run/model" --device "$device" --prompt "No pneumothorax." --out "$work/trained" --quiet
}

printf 'prompt\nModerate left pleural effusion.\nNo acute cardiopulmonary process.\nRight pneumothorax.\nSevere cardiomegaly.\n' > "$work/prompts.csv"
opens() { "$raygen" info "${model[@]}" --device "$device" > /dev/null; }
check "opens" opens
for preset in raygen raygen-report maskgit halton entropy remdm; do
  generate "$preset" "$device" --preset "$preset" --steps 8 && generate "$preset-cpu" cpu --preset "$preset" --steps 8
  check "preset $preset, device against CPU" compare "$preset" "$preset-cpu" 2
done
generate once "$device" && generate again "$device" && generate cpu cpu
check "the model's settings, twice" compare once again 0
check "the model's settings, device against CPU" compare once cpu 2
image=$(ls "$work"/cpu/*.png | head -1)
for on in "$device" cpu; do "$raygen" encode "${model[@]}" --device "$on" --out "$work/$on.safetensors" "$image" --quiet; done
check "tokens of an image" cmp "$work/$device.safetensors" "$work/cpu.safetensors"
check "decode" "$raygen" decode "${model[@]}" --device "$device" "$work/$device.safetensors" --out "$work/decoded" --grey --quiet
check "vary" "$raygen" vary "${model[@]}" --device "$device" "$image" --strength 0.3 --out "$work/vary.png" --quiet
check "edit" "$raygen" edit "${model[@]}" --device "$device" "$image" --box 10,10,40,40 --prompt "Left pleural effusion." --out "$work/edit.png" --quiet
check "embed" "$raygen" embed "${model[@]}" --device "$device" --prompt "Left pleural effusion." --out "$work/text.safetensors" --quiet
check "training, 20 steps a stage" train
if [ "$device" != cpu ]; then
  "$raygen" create-random --out "$work/published" --quiet
  for precision in float32 bfloat16; do
    for steps in 3 18; do
      check "published size, $precision, $steps steps" "$raygen" bench --model "$work/published" --device "$device" --precision $precision --steps $steps --json
    done
  done
fi
exit $failed
