#!/usr/bin/env bash
# Installs what a build of the library and the command needs on Debian 12: packages from Debian's archive (and those that are named:
# set_up.sh [PACKAGE…]), and PyTorch (which brings LibTorch) unless a Python with it is there already. Says what it is about to install; does
# nothing where nothing is missing. Run by demo.sh and test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/debian_packages.sh
install_missing g++ cmake ninja-build ccache pkg-config binutils python3 python3-venv \
  libfmt-dev nlohmann-json3-dev libcli11-dev libpng-dev libjpeg62-turbo-dev \
  libutf8proc-dev libsentencepiece-dev libyaml-cpp-dev libzip-dev libssl-dev libdcmtk-dev zlib1g-dev "$@"

if [ ! -x .venv/bin/python3 ] && ! python3 -c 'import torch' 2>/dev/null; then
  echo "About to install PyTorch 2.13.0 into $PWD/.venv"
  python3 -m venv .venv
fi
if [ -x .venv/bin/python3 ] && ! .venv/bin/python3 -c 'import torch' 2>/dev/null; then
  .venv/bin/pip install -q --disable-pip-version-check torch==2.13.0
fi
