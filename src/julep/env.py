"""The settings that julep 0.3 read from the environment; clients read them by themselves."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from julep._settings.config import DEFAULT_BASE_URL

__all__ = ["JULEP_API_KEY", "JULEP_API_URL"]

if TYPE_CHECKING:
    JULEP_API_KEY: str | None
    JULEP_API_URL: str
else:

    def __getattr__(name):
        # Read on access, not on import, so that variables that are set later count as well.
        if name == "JULEP_API_KEY":
            return os.environ.get(name)
        if name == "JULEP_API_URL":
            return os.environ.get(name, DEFAULT_BASE_URL)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def __dir__():
        return sorted({*globals(), *__all__})
