"""Times: microseconds in the database, RFC 3339 in responses."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_OF_UTC = _EPOCH.replace(tzinfo=None)


def now() -> int:
    """Return the microseconds since 1970, UTC."""
    return time.time_ns() // 1000


def later_than(previous: int) -> int:
    """Return the current time, or one microsecond after ``previous`` if that is later."""
    return max(now(), previous + 1)


def parse_timestamp(text: str) -> int:
    """Parse a time of RFC 3339.

    Raises:
        ValueError: It is another text, or no time of the years 1 to 9999 in UTC.

    Example:
        >>> parse_timestamp("1970-01-01T01:00:00.000001+01:00")
        1
    """
    microseconds = (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
    try:
        timestamp(microseconds)
    except OverflowError as error:
        raise ValueError(str(error)) from error
    return microseconds


def timestamp(microseconds: int) -> str:
    """Format a stored time, always with its microseconds.

    Example:
        >>> timestamp(1)
        '1970-01-01T00:00:00.000001Z'
    """
    # Lists have two for each item: keywords and a time zone would take a third more.
    return (_EPOCH_OF_UTC + timedelta(0, 0, microseconds)).isoformat("T", "microseconds") + "Z"
