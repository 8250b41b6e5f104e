#!/usr/bin/env bash
# Checks the format, builds libraygen and runs every test. Installs what is missing first (and says so); may be run again.
set -euo pipefail
cd "$(dirname "$0")"
scripts/set_up.sh
scripts/set_up_tests.sh
scripts/check_format.sh
cmake --preset release --log-level=WARNING -D RAYGEN_BUILD_TESTS=ON ${RAYGEN_WERROR:+-D RAYGEN_WERROR="$RAYGEN_WERROR"}
scripts/build.sh release
ctest --preset release
