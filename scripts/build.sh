#!/usr/bin/env bash
# Configures and builds one preset: build.sh [PRESET], release unless another is named.
set -euo pipefail
cd "$(dirname "$0")/.."
preset=${1:-release}
cmake --preset "$preset" --log-level=WARNING
cmake --build --preset "$preset"
