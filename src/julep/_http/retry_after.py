"""Reads the header Retry-After."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from julep._http.messages import Response

_SECONDS: Final = re.compile(r"([0-9]{1,300}(?:\.[0-9]{0,9})?) ?s?", re.ASCII)


def retry_after(response: Response) -> float | None:
    """Parse Retry-After, seconds or a date, to seconds from now (RFC 9110, section 10.2.3).

    Servers also send fractions, a unit, dates of ISO 8601, and milliseconds in another header.
    """
    milliseconds = response.headers.get("retry-after-ms", "").strip()
    if number := _SECONDS.fullmatch(milliseconds):
        return float(number[1]) / 1000
    text = response.headers.get("retry-after", "").strip()
    if number := _SECONDS.fullmatch(text):
        return float(number[1])
    return _seconds_until(text) if text else None


def _seconds_until(date: str) -> float | None:
    # Rarely needed, and expensive to import.
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        is_iso = date[:4].isdigit()
        moment = datetime.fromisoformat(date) if is_iso else parsedate_to_datetime(date)
    except (ValueError, TypeError, IndexError, OverflowError):  # whatever a server sends
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
