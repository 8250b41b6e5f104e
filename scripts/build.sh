#!/usr/bin/env bash
# Configures and builds one preset: build.sh [PRESET [TARGET…]], release and all of it unless others are named. A new build folder is one
# without tests, which need more packages; test.sh turns them on, and what was built before is not built again.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
targets=("${@:2}")
tests=()
[ -f "build/$preset/CMakeCache.txt" ] || tests=(-D RAYGEN_BUILD_TESTS=OFF)
cmake --preset "$preset" --log-level=WARNING "${tests[@]}"
cmake --build --preset "$preset" ${targets:+--target "${targets[@]}"}
