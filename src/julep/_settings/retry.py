"""Whether a request is worth sending again, and after how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from julep.errors import NetworkError, RequestTimeoutError

if TYPE_CHECKING:
    from julep._http.messages import Response

# 501 is a 5xx that no waiting mends.
TRANSIENT: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses of failures that tend to pass."""

_CONFLICT: Final = 409

# The whole call's time is up, or this client's own connections are all busy: asking the server
# again helps neither.
_PERMANENT_PHASES: Final = ("total", "pool")


class RetryPolicy(NamedTuple):
    """When a request is sent again, and after how long. It is data: `_replace` makes another.

    Repeating is safe: a request that creates something carries one Idempotency-Key through all its
    attempts, so the server does it once.

    Attributes:
        max_retries: How many further attempts may follow the first: 0 or more.
        statuses: Answers that are worth another attempt. A 409 is one too, but only when it has a
            Retry-After header.
        connection_errors: Whether a connection that failed or was lost is worth one.
        timeouts: Whether a step that took too long is worth one. Once the whole call's time is up
            there is none.
        initial_delay: Seconds: the first pause is at most this long, and each further one twice as
            long. How long exactly is left to chance, so that clients that failed together come
            back apart (exponential backoff with full jitter).
        max_delay: Seconds: no pause of our own is longer.
        max_retry_after: Seconds: a server that asks for a longer one is not waited for.

    Example:
        >>> patient = julep.RetryPolicy(max_retries=5, max_delay=30)
        >>> client = julep.Client(retry=patient)
        >>> client.with_options(retry=patient._replace(max_retries=0)).agents.list()
    """

    max_retries: int = 2
    statuses: frozenset[int] = TRANSIENT
    connection_errors: bool = True
    timeouts: bool = True
    initial_delay: float = 0.5
    max_delay: float = 8.0
    max_retry_after: float = 60.0

    def next_delay(self, reply: Response | NetworkError, attempts: int) -> float | None:
        """Decide on what came of an attempt.

        Args:
            reply: The answer, not a 2xx, or the failure to get one.
            attempts: How many attempts were made, this one included.

        Returns:
            Seconds to wait before the next attempt, or None when there is to be none.
        """
        if attempts > self.max_retries or not self._is_passing(reply):
            return None
        asked = None if isinstance(reply, NetworkError) else retry_after(reply)
        if asked is None:
            return self._backoff(attempts)
        return asked if asked <= self.max_retry_after else None

    def _is_passing(self, reply: Response | NetworkError) -> bool:
        if isinstance(reply, RequestTimeoutError):
            return self.timeouts and reply.phase not in _PERMANENT_PHASES
        if isinstance(reply, NetworkError):
            return self.connection_errors
        if reply.status == _CONFLICT:
            return retry_after(reply) is not None
        return reply.status in self.statuses

    def _backoff(self, attempts: int) -> float:
        import random  # only who waits needs it

        longest = min(self.max_delay, self.initial_delay * 2.0 ** min(attempts - 1, 10))
        return random.uniform(0, longest)  # noqa: S311  # spreads load, keeps no secret


def retry_after(answer: Response) -> float | None:
    """Read Retry-After, in seconds from now (RFC 9110, section 10.2.3: seconds or a date)."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return float(text)
    return _seconds_until(text)


def _seconds_until(date: str) -> float | None:
    # Rare, and dear to import.
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
