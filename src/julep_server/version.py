"""The version of this package, as it is installed."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _installed() -> str:
    try:
        return version("julep")
    except PackageNotFoundError:
        return "(not installed)"


VERSION: Final = _installed()
