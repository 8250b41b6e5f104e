#!/usr/bin/env bash
# The report's loop in small: images and reports -> dataset -> model -> images of other reports and images.csv -> dataset again.
# A few minutes on two cores. The images are blurred and know little: examples/train_phantom/train.sh trains a model that obeys.
#   examples/report_loop.sh [OUT]      (default runs/report-loop; build first, with ./demo.sh or ./test.sh; may be stopped and run again)
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-runs/report-loop}
raygen=${RAYGEN:-build/release/bin/raygen}

step() { printf '\n== %s\n' "$*"; }

step "draw: 1200 phantoms of 64 pixels with their reports"
"$raygen" phantom --count 1200 --seed 1 --size 64 --out "$out/phantoms"

step "prepare: the table of images and reports becomes a dataset"
"$raygen" prepare table --csv "$out/phantoms/phantoms.csv" --size 64 --out "$out/dataset"

step "train: image tokenizer, text encoder, masked decoder"
cat > "$out/train.yaml" <<YAML
out: $out
data: {dataset: $out/dataset}
vqgan:
  channel_multipliers: [1, 1, 2]
  embedding: 16
  codebook: 128
  adversarial_weight: 0
  loop: {steps: 300, batch_size: 4, precision: auto, validate_every: 100, validation_images: 64, sample_every: 100,
         optimizer: {learning_rate: 6.0e-4, warmup_steps: 50, ema_decay: 0.98}}
text_encoder:
  vocabulary: 400
  hidden: 64
  layers: 2
  intermediate: 128
  loop: {steps: 200, batch_size: 32, validate_every: 100, optimizer: {learning_rate: 1.0e-3, warmup_steps: 50, ema_decay: 0.98}}
masked_decoder:
  hidden: 96
  intermediate: 192
  layers: 3
  heads: 3
  train_text_encoder: true
  loop: {steps: 300, batch_size: 16, validate_every: 100, validation_images: 64, sample_every: 100,
         optimizer: {learning_rate: 1.0e-3, warmup_steps: 50, ema_decay: 0.98}}
YAML
"$raygen" train --config "$out/train.yaml"

step "generate: images of the reports of eight other phantoms"
"$raygen" phantom --count 8 --first 1200 --seed 1 --size 64 --out "$out/unseen" --quiet
"$raygen" generate --model "$out/model" --prompts "$out/unseen/phantoms.csv" --out "$out/images" --seed 7 --grey

step "images.csv: what was generated, itself a table to prepare and train on"
cat "$out/images/images.csv"
"$raygen" prepare table --train-csv "$out/images/images.csv" --size 64 --out "$out/synthetic"

printf '\nImages: %s. What the model learned: %s, %s.\n' "$out/images" "$out/vqgan/samples" "$out/masked_decoder/samples"
