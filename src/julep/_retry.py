"""Whether a request is worth sending again, and after how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from julep.errors import NetworkError, RequestTimeoutError

if TYPE_CHECKING:
    from julep._flow import Answer

FIRST_PAUSE: Final = 0.5
"""Seconds: the first pause is at most this long, and each further one twice as long."""

LONGEST_PAUSE: Final = 8.0
"""Seconds: no pause of our own is longer."""

LONGEST_ASKED_PAUSE: Final = 60.0
"""Seconds: a server that asks for a longer pause is not waited for."""

# 501 is a 5xx that no waiting mends.
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})


def pause_after(reply: Answer | NetworkError, attempts: int, max_retries: int) -> float | None:
    """Decide on what came of an attempt.

    Args:
        reply: The answer, not a 2xx, or the failure to get one.
        attempts: How many attempts were made, this one included.
        max_retries: How many further attempts may follow the first.

    Returns:
        Seconds to wait before the next attempt, or None when there is to be none.
    """
    if attempts > max_retries:
        return None
    if isinstance(reply, NetworkError):
        # The caller's time is up already when it was a timeout.
        return None if isinstance(reply, RequestTimeoutError) else _backoff(attempts)
    asked = retry_after(reply)
    if asked is not None and (reply.status in _PASSING or reply.status == 409):
        return asked if asked <= LONGEST_ASKED_PAUSE else None
    return _backoff(attempts) if reply.status in _PASSING else None


def retry_after(answer: Answer) -> float | None:
    """Read Retry-After, in seconds from now (RFC 9110, section 10.2.3: seconds or a date)."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _backoff(attempts: int) -> float:
    """Exponential backoff with full jitter: clients that failed together return apart."""
    import random

    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 10))
    return random.uniform(0, longest)  # noqa: S311  # spreads load, keeps no secret
