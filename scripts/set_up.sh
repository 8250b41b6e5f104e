#!/usr/bin/env bash
# Installs what a build of the library and the command needs on Debian 12 and 13: packages from Debian's archive (and those that are named:
# set_up.sh [PACKAGE…]), and LibTorch unless a torch is there already: what is needed of PyPI's. Says what it is about to install; does nothing
# where nothing is missing. Run by demo.sh and test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/debian_packages.sh
# libtiff is what Debian 13's DCMTK asks for, and libprotobuf what the sentencepiece there does: their packages do not bring them.
install_missing g++ cmake ninja-build ccache pkg-config binutils python3 python3-venv \
  libfmt-dev nlohmann-json3-dev libcli11-dev libpng-dev libjpeg62-turbo-dev libopenjp2-7-dev libstb-dev \
  libutf8proc-dev libsentencepiece-dev libyaml-cpp-dev libzip-dev libssl-dev libdcmtk-dev libtiff-dev libprotobuf-dev zlib1g-dev librsvg2-dev "$@"

libtorch_is_there() {
  local python folder
  for python in .venv/bin/python3 python3; do
    folder=$("$python" cmake/torch_folder.py 2>/dev/null) || continue
    case $folder in "" | */dist-packages/*) ;; *) return 0 ;; esac  # Debian's own does not do: see FindLibTorch.cmake
  done
  return 1
}
if ! libtorch_is_there; then
  [ -x .venv/bin/python3 ] || python3 -m venv .venv
  .venv/bin/python3 scripts/install_torch.py libtorch
fi
