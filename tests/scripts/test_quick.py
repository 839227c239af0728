"""The selection of scripts/test --quick."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.helpers.quick_plugin import KEPT, LEFT_OUT, OTHER_KINDS
from tests.packaging.helpers.wheel import ROOT

pytestmark = pytest.mark.once


FOLDERS = [path for path in LEFT_OUT if any(kept.startswith(f"{path}/") for kept in KEPT)]


@pytest.fixture(scope="module")
def ids() -> list[str]:
    """The ids of the tests that run with the plugin, of some files."""
    paths = [*FOLDERS, "sdk/test_sessions.py", "generated/test_encoding.py"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.helpers.quick_plugin", "--collect-only", "-q"]
        + [f"tests/{path}" for path in paths],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line for line in done.stdout.splitlines() if "::" in line]


def test_one_kind_of_client_runs(ids: list[str]) -> None:
    assert any("[asyncio" in name for name in ids)
    assert not any(f"[{kind}" in name for name in ids for kind in OTHER_KINDS)


def test_kept_files_run_and_others_of_their_folder_do_not(ids: list[str]) -> None:
    files = {name.partition("::")[0].removeprefix("tests/") for name in ids}
    assert {name for name in files if name.startswith(tuple(FOLDERS))} == set(KEPT)


def test_random_examples_do_not_run(ids: list[str]) -> None:
    assert any("test_refused_by_path" in name for name in ids)
    assert not any("test_a_valid_value_is_sent_unchanged" in name for name in ids)
