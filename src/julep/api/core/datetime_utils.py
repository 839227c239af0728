"""Times as julep 0.3 wrote them; new code calls ``isoformat()``."""

from __future__ import annotations

from datetime import UTC, datetime

from julep_api.deprecation import warn_deprecated

__all__ = ["serialize_datetime"]


def serialize_datetime(v: datetime) -> str:
    """Return a time as ISO text with its offset, ``Z`` for UTC.

    Args:
        v: The time; without a zone it is in the zone of this machine.

    Returns:
        The text, such as ``2026-01-31T09:00:00Z`` (RFC 3339).

    Example:
        >>> from datetime import UTC, datetime
        >>> from julep.api.core import serialize_datetime
        >>> serialize_datetime(datetime(2026, 1, 31, 9, 0, tzinfo=UTC))
        '2026-01-31T09:00:00Z'
    """
    warn_deprecated("serialize_datetime()", "datetime.isoformat()")
    aware = v if v.tzinfo is not None else v.astimezone()
    text = aware.isoformat()
    is_utc = aware.tzinfo is UTC or aware.tzname() == "UTC"
    return text.replace("+00:00", "Z") if is_utc else text
