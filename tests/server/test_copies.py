"""Copies of a database with data of every kind: a small run of scripts/chaos copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos import copies
from tests.server.helpers.api import DOCUMENT
from tests.server.helpers.every_get import operations_read

pytestmark = pytest.mark.once


def test_backups_and_imports_have_the_same_responses(database_url: str, tmp_path: Path) -> None:
    filled = copies.fill_everything(database_url)
    gets = {path for path, item in DOCUMENT["paths"].items() if "get" in item}
    assert operations_read(filled.responses) == gets
    new = iter(f"sqlite:///{tmp_path}/{number}.db" for number in range(9))
    found = copies.run_all(filled, "x", {"sqlite": lambda: next(new)}, tmp_path)
    assert len(found) == 3
    for one in found:
        assert one.responses > 60
        assert not one.different
