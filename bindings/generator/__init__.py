"""What bindings/generate.py is made of: c_header and schema read, the others write, one for each language."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OF_THE_HEADER = "Written by bindings/generate.py from include/raygen/raygen.h: change that, not this."
OF_THE_SCHEMA = "Written by bindings/generate.py from bindings/schema/sampling.json: see CONTRIBUTING.md."
