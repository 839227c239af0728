from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.packaging.helpers import wheel

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def built_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel.build(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def core_python(built_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with the wheel and its core dependencies."""
    return wheel.install(built_wheel, tmp_path_factory.mktemp("core") / "env")
