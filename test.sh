#!/usr/bin/env bash
# Builds libraygen and runs every test. Installs what is missing first (and says so); may be run again.
set -euo pipefail
cd "$(dirname "$0")"
scripts/set_up.sh
scripts/set_up_tests.sh
scripts/build.sh release
ctest --preset release
