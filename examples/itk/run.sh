#!/usr/bin/env bash
# Builds the ITK example against an installed libraygen and runs it on a phantom. Needs ITK (apt-get install libinsighttoolkit5-dev: about a
# gigabyte with what it needs) and a build of the project (./demo.sh).
#   examples/itk/run.sh [OUT]      (default build/itk)
set -euo pipefail
cd "$(dirname "$0")/../.."
out=${1:-build/itk}
mkdir -p "$out"
cmake --install build/release --prefix "$out/installed" >/dev/null
cmake -S examples/itk -B "$out/build" -D CMAKE_BUILD_TYPE=Release -D CMAKE_PREFIX_PATH="$PWD/$out/installed" >/dev/null
cmake --build "$out/build"
build/release/bin/raygen phantom --count 1 --seed 9 --out "$out/phantom" --quiet
"$out/build/reconstruct" models/phantom-128 "$out/phantom/images/P000000.png" "$out/reconstructed.mha" "$out/generated.mha" "Moderate left pleural effusion."
ls -l "$out"/*.mha
