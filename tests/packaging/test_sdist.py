"""The source distribution: its files, and that its tests run there."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.packaging.helpers.wheel import ROOT
from tests.packaging.test_checkout import committed

pytestmark = pytest.mark.once

# What only a checkout needs.
LEFT_OUT = (".ci/", ".gitignore")


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sdist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "sdist", "--directory", folder],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        if hasattr(tarfile, "data_filter"):  # Python 3.11.4 and newer
            opened.extraction_filter = tarfile.data_filter
        opened.extractall(folder)  # noqa: S202 - our own archive
    return folder / archive.name.removesuffix(".tar.gz")


def test_it_has_every_committed_file(unpacked: Path) -> None:
    names = {file.relative_to(ROOT).as_posix() for file in committed()}
    found = {file.relative_to(unpacked).as_posix() for file in unpacked.rglob("*")}
    assert sorted(name for name in names - found if not name.startswith(LEFT_OUT)) == []


def test_its_tests_run_there(unpacked: Path) -> None:
    tests = ("tests/sdk/test_users.py",)
    paths = os.pathsep.join(str(unpacked / folder) for folder in ("src", "generated"))
    options = ("-q", "-p", "no:xdist", "-p", "no:cacheprovider", "-k", "sync and not async")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *tests],
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    where = subprocess.run(
        [sys.executable, "-c", "import julep; print(julep.__file__)"],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    assert Path(where.stdout.strip()).is_relative_to(unpacked)
