"""install_torch.py libtorch|torch: installs PyTorch 2.13.0 into the Python that runs this, and says first what is about to be downloaded.

libtorch: the least that libraygen is built and runs with. Which build of PyTorch pip takes depends on the package index: a build for the CPU,
or one with CUDA, which asks for gigabytes of CUDA libraries. LibTorch's own libtorch_cpu needs two small ones of them, so that only these are
installed, and this torch cannot be imported. torch: all that PyTorch asks for, so that it can be imported."""

import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request

TORCH = "torch==2.13.0"
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


def planned(*arguments):
    """What pip would install: [(name, version, requirements, address)]. What is there already is not among them."""
    report = subprocess.run([*PIP, "--dry-run", "--report", "-", *arguments], check=True, stdout=subprocess.PIPE, text=True).stdout
    return [
        (item["metadata"]["name"], item["metadata"]["version"], item["metadata"].get("requires_dist", []), item["download_info"]["url"])
        for item in json.loads(report)["install"]
    ]


def size(address):
    """Bytes to download; 0 for a file on this machine, or where the server does not tell."""
    if urllib.parse.urlsplit(address).scheme == "file":
        return 0
    try:
        with urllib.request.urlopen(urllib.request.Request(address, method="HEAD"), timeout=30) as answer:
            return int(answer.headers.get("Content-Length") or 0)
    except (OSError, ValueError):
        return 0


def least():
    """The arguments of pip for LibTorch alone."""
    _, _, requirements, _ = planned("--no-deps", TORCH)[0]
    toolkit = next((found for found in (re.match(r"cuda-toolkit\[.*\](==[^; ]+)", line) for line in requirements) if found), None)
    if toolkit is None:
        return [TORCH]
    runtime = [f"{name}=={version}" for name, version, _, _ in planned(f"cuda-toolkit[cudart,cupti]{toolkit.group(1)}")]
    return ["--no-deps", TORCH, *runtime]


def main():
    arguments = least() if sys.argv[1:] == ["libtorch"] else [TORCH]
    packages = planned(*arguments)
    if not packages:
        return
    total = sum(size(address) for _, _, _, address in packages)
    amount = f"{total / 1e6:,.0f} MB to download" if total else "nothing to download, or a size that is not told"
    print(f"About to install into {os.path.dirname(os.path.dirname(sys.executable))} ({amount}): "
          + ", ".join(f"{name} {version}" for name, version, _, _ in packages), flush=True)
    subprocess.run([*PIP, *arguments], check=True)


main()
