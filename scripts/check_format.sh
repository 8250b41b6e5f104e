#!/usr/bin/env bash
# Whether our C and C++ is as .clang-format has it (clang-format 14): names the lines that are not, and fails. raygen.h is laid out by hand;
# no line of it may pass 100 columns. `scripts/check_format.sh --fix` formats instead.
set -euo pipefail
cd "$(dirname "$0")/.."
clang_format=build/test_env/bin/clang-format  # other releases lay some lines out otherwise
[ -x $clang_format ] || clang_format=clang-format-14
how=(--dry-run --Werror)
[ "${1:-}" = --fix ] && how=(-i)
find src capi include tests bindings/python/src examples -regex '.*\.\(hpp\|cpp\|c\|h\)' \
  -not -path 'include/raygen/raygen.h' -not -path '*/gloo_names/*' -not -path '*/build/*' -print0 | xargs -0 -n 32 -P "$(nproc)" "$clang_format" "${how[@]}"
if LC_ALL=C.UTF-8 grep -nE '^.{101,}' include/raygen/raygen.h; then
  echo "include/raygen/raygen.h: lines of more than 100 columns" >&2
  exit 1
fi
