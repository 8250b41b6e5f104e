#!/usr/bin/env bash
# Checks and times a build with CUDA on a machine that has a GPU, in some eight minutes: the tests labelled `cuda`, the commands on the device
# against the CPU's, some hundred training steps of each stage, libraygen's speed and its peers'. Prints one line a check and one table, and
# ends with an error if a check failed.
#   scripts/check_cuda.sh [BUILD]      (default build/release, with tests and the targets raygen_cli test_cuda device_speed; its Python needs torch)
# DEVICE=cpu tries the script itself with smaller numbers and a small model. PARTS="tests commands training speed peers" chooses.
# SECONDS_FOR_PEERS (150) bounds the peers: torch.compile in mode max-autotune takes minutes. RESULTS=FOLDER keeps the measurements.
set -uo pipefail
cd "$(dirname "$0")/.."
build=${1:-build/release}
raygen=$build/bin/raygen
device=${DEVICE:-cuda}
parts=${PARTS:-tests commands training speed peers}
python=$(for each in .venv/bin/python3 python3; do "$each" -c 'import torch' 2>/dev/null && echo "$each" && break; done)
work=$(mktemp -d)
results=${RESULTS:-$work}
mkdir -p "$results"
trap 'rm -rf "$work"' EXIT
failed=0
has() { [[ " $parts " == *" $1 "* ]]; }
check() { # NAME COMMAND…
  local name=$1 out start=$SECONDS; shift
  if out=$("$@" 2>&1); then echo "ok      $name ($((SECONDS - start)) s)${out:+: $(echo "$out" | tail -n 1)}"; else echo "FAILED  $name: $out"; failed=1; fi
}
model=(--model models/phantom-128)

opens() { "$raygen" info "${model[@]}" --device "$device" > /dev/null; }
tests() { RAYGEN_TEST_DEVICE=$device "$build/bin/test_cuda"; }

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
commands() {
  printf 'prompt\nModerate left pleural effusion.\nNo acute cardiopulmonary process.\nRight pneumothorax.\nSevere cardiomegaly.\n' > "$work/prompts.csv"
  for preset in raygen maskgit remdm; do
    generate "$preset" "$device" --preset "$preset" --steps 8 && generate "$preset-cpu" cpu --preset "$preset" --steps 8
    check "preset $preset, device against CPU" compare "$preset" "$preset-cpu" 2
  done
  local image; image=$(ls "$work"/raygen-cpu/*.png | head -1)
  for on in "$device" cpu; do "$raygen" encode "${model[@]}" --device "$on" --out "$work/$on.safetensors" "$image" --quiet; done
  check "tokens of an image" cmp "$work/$device.safetensors" "$work/cpu.safetensors"
  check "decode" "$raygen" decode "${model[@]}" --device "$device" "$work/$device.safetensors" --out "$work/decoded" --grey --quiet
  check "vary" "$raygen" vary "${model[@]}" --device "$device" "$image" --strength 0.3 --out "$work/vary.png" --quiet
  check "edit" "$raygen" edit "${model[@]}" --device "$device" "$image" --box 10,10,40,40 --prompt "Left pleural effusion." --out "$work/edit.png" --quiet
  check "embed" "$raygen" embed "${model[@]}" --device "$device" --prompt "Left pleural effusion." --out "$work/text.safetensors" --quiet
}
train() { # STEPS IMAGES
  "$raygen" phantom --count "$2" --seed 5 --size 128 --out "$work/phantoms" --quiet &&
    "$raygen" prepare table --csv "$work/phantoms/phantoms.csv" --size 128 --val-fraction 0.1 --out "$work/dataset" --quiet &&
    "$raygen" train --config examples/train_phantom/phantom-128.yaml --quiet --set "out=$work/run" --set "data.dataset=$work/dataset" \
      --set device="$device" --set vqgan.loop.steps="$1" --set text_encoder.loop.steps="$1" --set masked_decoder.loop.steps="$1" &&
    "$raygen" generate --model "$work/run/model" --device "$device" --prompt "No pneumothorax." --out "$work/trained" --quiet
}

# What is measured: the published size, or on a CPU the shipped one.
sizes=(--batches 1,32 --steps 3,18 --repeat 5)
measured=$work/published
[ "$device" = cpu ] && { measured=models/phantom-128; sizes=(--batches 1,2 --steps 3 --repeat 1); }
published() { [ -e "$measured" ] || "$raygen" create-random --out "$measured" --quiet; }
speed() { # USE PRECISION
  "$build/bin/device_speed" "$measured" --device "$device" --use "$1" --precision "$2" "${sizes[@]}" >> "$results/speed.jsonl"
}
peers() {
  "$python" -W ignore benchmarks/cuda_peers.py --model "$measured" --device "$device" --budget "${SECONDS_FOR_PEERS:-150}" "${sizes[@]}" \
    ${PEERS:+--peers "$PEERS"} >> "$results/speed.jsonl"
}
table() {
  "$python" - "$results/speed.jsonl" <<'P'
import json, sys
rows = [json.loads(line) for line in open(sys.argv[1])]
eager = {(r["batch"], r["steps"]): r["image_s"] for r in rows if r["name"] == "eager bfloat16" and "image_s" in r}
print("\nMilliseconds; an image is its share of the batch. Memory: libraygen's is all that the device has in use, PyTorch's what its allocator had.\n")
print("| | batch | K | step | VQ decode | image | against eager bfloat16 | memory |\n| --- | --- | --- | --- | --- | --- | --- | --- |")
for r in rows:
    name = r["name"] + (f" ({r['use']})" if "use" in r else "")
    if "left_out" in r:
        print(f"| {name} | {r['batch']} | | {r['left_out']} | | | | |")
        continue
    base = eager.get((r["batch"], r["steps"]))
    ratio = f"{base / r['image_s']:.2f} ×" if base else ""
    print(f"| {name} | {r['batch']} | {r['steps']} | {r['step_s'] * 1e3:.2f} | {r['vq_decode_s'] * 1e3:.2f} | {r['image_s'] * 1e3:.2f} | {ratio} | {r['peak_memory_bytes'] / 1e9:.2f} GB |")
peaks = sorted({(r["name"], round(r["matmul_gflops"])) for r in rows if "matmul_gflops" in r})
print("\nFastest matrix product: " + ", ".join(f"{name} {peak / 1e3:.1f} TFLOP/s" for name, peak in peaks))
P
}

"$raygen" info
[ "$device" = cpu ] || nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null
check "opens" opens
has tests && check "tests" tests
has commands && commands
steps=300; images=600
[ "$device" = cpu ] && { steps=5; images=64; }
has training && check "training, $steps steps a stage" train $steps $images
rm -f "$results/speed.jsonl"
if has speed; then
  check "a model to measure" published
  check "speed, bfloat16" speed graphs bfloat16
  check "speed, float32" speed graphs float32
  check "speed without graphs" speed kernels bfloat16
  check "speed by operators alone" speed plain bfloat16
fi
has peers && check "a model for the peers" published && check "peers" peers
[ -s "$results/speed.jsonl" ] && table
echo "$SECONDS seconds"
exit $failed
