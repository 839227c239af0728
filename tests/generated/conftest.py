"""Fixtures that run the generator."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.generated.helpers.running import ROOT, Generate


@pytest.fixture(scope="session")
def generate() -> Generate:
    """A function that runs scripts/generate with arguments, on the Python that runs the tests."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        return subprocess.run(
            [ROOT / "scripts" / "generate", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
            env={**os.environ, "GENERATE_PYTHON": version},
        )

    return run


@pytest.fixture(scope="session")
def fresh(generate: Generate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that was generated from the project's contract in this run."""
    folder = tmp_path_factory.mktemp("fresh") / "julep_api"
    done = generate("--spec", ROOT / "openapi.yaml", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder
