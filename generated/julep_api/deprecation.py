"""The warning of what is kept for code written for julep 0.3."""

from __future__ import annotations

from typing import Final
from warnings import warn

__all__ = ["KEPT_UNTIL", "warn_deprecated"]

KEPT_UNTIL: Final = "2027-12-01"


def warn_deprecated(what: str, replacement: str, *, stacklevel: int = 3) -> None:
    """Warn that something is from 0.3.

    Args:
        what: What the program uses.
        replacement: What to use instead.
        stacklevel: The frame that is warned about, counted from this function's own.
    """
    message = f"{what} is from julep 0.3, and may go from {KEPT_UNTIL} on: use {replacement}"
    warn(message, DeprecationWarning, stacklevel=stacklevel)
