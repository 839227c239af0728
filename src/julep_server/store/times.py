"""Times as they are stored (microseconds) and as they are shown (RFC 3339)."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def now() -> int:
    """Microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def later_than(previous: int) -> int:
    """The time now, but never one that a clock set back would put before ``previous``."""
    return max(now(), previous + 1)


def timestamp(microseconds: int) -> str:
    """Write a stored time for an answer, always with its microseconds.

    Example:
        >>> timestamp(1)
        '1970-01-01T00:00:00.000001Z'
    """
    moment = _EPOCH + timedelta(microseconds=microseconds)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
