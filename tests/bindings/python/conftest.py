import os
from pathlib import Path

import pytest

import raygen

MODEL = Path(os.environ.get("RAYGEN_MODEL", Path(__file__).resolve().parents[3] / "models" / "phantom-128"))
PROMPT = "Moderate left pleural effusion."
FAST = {"steps": 4, "seed": 7}


@pytest.fixture(scope="session")
def model() -> raygen.Model:
    return raygen.Model(MODEL, device="cpu")


@pytest.fixture(scope="session")
def generator(model: raygen.Model) -> raygen.Generator:
    return raygen.Generator(model)
