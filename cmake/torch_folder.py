"""Prints the folder of this Python's torch, which holds LibTorch. torch is not imported, and is found from inside pip's isolated
builds, too, which hide it from import."""

import importlib.util
import os
import sysconfig

spec = importlib.util.find_spec("torch")
folders = [os.path.dirname(spec.origin)] if spec and spec.origin else []
folders += [os.path.join(sysconfig.get_path(kind), "torch") for kind in ("purelib", "platlib")]
print(next((folder for folder in folders if os.path.isdir(os.path.join(folder, "include"))), ""))
