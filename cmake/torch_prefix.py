"""Prints where the LibTorch of this Python's torch has its CMake package. torch is not imported, and is found from inside pip's isolated
builds, too, which hide it from import."""

import importlib.util
import os
import sysconfig

spec = importlib.util.find_spec("torch")
folders = [os.path.dirname(spec.origin)] if spec and spec.origin else []
folders += [os.path.join(sysconfig.get_path(kind), "torch") for kind in ("purelib", "platlib")]
print(next((prefix for prefix in (os.path.join(folder, "share", "cmake") for folder in folders) if os.path.isdir(prefix)), ""))
