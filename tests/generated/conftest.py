"""Fixtures that run the generator."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.generated.helpers import echo
from tests.generated.helpers.running import ROOT, Generate, ReadMany


@pytest.fixture(scope="session")
def generate() -> Generate:
    """A function that runs scripts/generate with arguments, on the Python that runs the tests."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [ROOT / "scripts" / "generate", *arguments],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
            env=_environment(),
        )

    return run


def _environment() -> dict[str, str]:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {**os.environ, "GENERATE_PYTHON": version}


@pytest.fixture(scope="session")
def read_many() -> ReadMany:
    """A function that runs the generator on many contracts at once: a process for each is slow."""

    def run(contracts: dict[str, Any]) -> dict[str, Any]:
        script = (
            "source scripts/_uv.sh && exec $(generator_python) -IB tests/generated/helpers/many.py"
        )
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=ROOT,
            input=json.dumps(contracts),
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
            env=_environment(),
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return run


@pytest.fixture(scope="session")
def fresh(generate: Generate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that was generated from the project's contract in this run."""
    folder = tmp_path_factory.mktemp("fresh") / "julep_api"
    done = generate("--spec", ROOT / "openapi.yaml", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def features(generate: Generate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages of helpers/features.yaml and features31.yaml."""
    folder = tmp_path_factory.mktemp("features")
    for name in ("features", "features31"):
        spec = ROOT / "tests" / "generated" / "helpers" / f"{name}.yaml"
        done = generate("--spec", spec, "--out", folder / f"{name}_api")
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def api(features: Path) -> Iterator[Any]:
    """A function that imports a module of these packages: ``api("features_api.models")``."""
    sys.path.insert(0, str(features))
    yield importlib.import_module
    sys.path.remove(str(features))


@pytest.fixture(scope="session")
def server() -> Iterator[echo.Echo]:
    """A server, and a small driver that sends calls to it."""
    with echo.running() as running:
        yield running
