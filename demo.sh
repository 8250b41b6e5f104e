#!/usr/bin/env bash
# Builds libraygen and the raygen command, no tests, and generates chest X-rays from sentences. Installs what is missing first (and says so); may be run again.
set -euo pipefail
cd "$(dirname "$0")"
scripts/set_up.sh
scripts/build.sh release

out=build/demo
rm -rf "$out"
build/release/bin/raygen generate --model models/phantom-128 --out "$out" --seed 7 --grey --sheet \
  --prompt "The lungs are clear. No pleural effusion or pneumothorax. Heart size is normal." \
  --prompt "Moderate left pleural effusion. No pneumothorax." \
  --prompt "Large right pleural effusion." \
  --prompt "Large right pneumothorax." \
  --prompt "Moderate cardiomegaly. No pleural effusion." \
  --prompt "Dense right upper lobe consolidation bounded by the fissure." \
  --prompt "Moderate pulmonary edema." \
  --prompt "Large mass in the left upper lobe."
echo
echo "The model was trained on drawn phantoms alone (models/phantom-128/README.md): its images are not for diagnosis."
echo "Look at: $PWD/$out/sheet.svg (all with their sentences), $PWD/$out/*.png"
