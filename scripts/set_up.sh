#!/usr/bin/env bash
# Installs what a build needs on Debian 12: packages from Debian's archive, and PyTorch (which brings LibTorch) unless a Python with it is
# there already. Says what it is about to install; does nothing where nothing is missing. Run by demo.sh and test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(g++ cmake ninja-build ccache pkg-config binutils python3 python3-venv
  libfmt-dev nlohmann-json3-dev libcli11-dev catch2 libeigen3-dev libpng-dev libjpeg62-turbo-dev
  libutf8proc-dev libsentencepiece-dev libyaml-cpp-dev libzip-dev libssl-dev libdcmtk-dev zlib1g-dev)

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
  echo "About to install from Debian's archive: ${missing[*]}"
  as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "set_up.sh: run as root or install sudo" >&2; exit 1; }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ ! -x .venv/bin/python3 ] && ! python3 -c 'import torch' 2>/dev/null; then
  echo "About to install PyTorch 2.13.0 (CPU) into $PWD/.venv"
  python3 -m venv .venv
fi
if [ -x .venv/bin/python3 ] && ! .venv/bin/python3 -c 'import torch' 2>/dev/null; then
  .venv/bin/pip install -q --disable-pip-version-check torch==2.13.0
fi
