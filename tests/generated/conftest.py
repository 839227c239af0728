"""Fixtures that run the generator."""

from __future__ import annotations

import fcntl
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
from tests.generated.helpers.odd import odd_document
from tests.generated.helpers.running import DOCUMENTS, ROOT, Generate, ReadMany

HELPERS = "tests/generated/helpers"


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
        found: dict[str, Any] = json.loads(_by_generator("many.py", given=contracts).stdout)
        return found

    return run


def _by_generator(
    script: str, *arguments: str | Path, given: object = None
) -> subprocess.CompletedProcess[str]:
    """Run a script of the helpers by the generator's Python."""
    command = f'source scripts/_uv.sh && exec $(generator_python) -IB {HELPERS}/{script} "$@"'
    done = subprocess.run(
        ["bash", "-c", command, "bash", *map(str, arguments)],
        cwd=ROOT,
        input=json.dumps(given),
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env=_environment(),
    )
    assert done.returncode == 0, done.stderr
    return done


@pytest.fixture(scope="session")
def fresh(generate: Generate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A package that was generated from the project's contract in this run."""
    folder = tmp_path_factory.mktemp("fresh") / "julep_api"
    done = generate("--spec", ROOT / "openapi.yaml", "--out", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the packages of the documents in ``documents``, and of test_odd_documents.

    Generated once in a run: the processes of a run have one folder, and the first generates.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "packages"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "printed.json").exists():
            odd = folder / "odd.json"
            odd.write_text(json.dumps(odd_document(), indent=1), encoding="utf-8")
            done = _by_generator("packages.py", folder, *sorted(DOCUMENTS.glob("*.yaml")), odd)
            (folder / "printed.json").write_text(done.stdout, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def printed(packages: Path) -> dict[str, str]:
    """What scripts/generate printed for each of these documents."""
    found: dict[str, str] = json.loads((packages / "printed.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def api(packages: Path) -> Iterator[Any]:
    """A function that imports a module of these packages: ``api("features_api.models")``."""
    sys.path.insert(0, str(packages))
    yield importlib.import_module
    sys.path.remove(str(packages))


@pytest.fixture(scope="session")
def server() -> Iterator[echo.Echo]:
    """A server, and a small driver that sends calls to it."""
    with echo.running() as running:
        yield running
