"""Retries: which failures are worth another attempt, and after which delay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from julep._lazy import resolvable
from julep._old_names import accept_old_names
from julep.errors import NetworkError, RequestTimeoutError

if TYPE_CHECKING:
    from julep._http.messages import Response

# Not 501: no later attempt changes what the server does not implement.
TRANSIENT: Final = frozenset({408, 429, 500, 502, 503, 504})
"""Statuses of transient failures."""

_CONFLICT: Final = 409

# Another attempt helps neither when the whole call has timed out nor when this client's own
# connections are all in use.
_PERMANENT_PHASES: Final = ("total", "pool")


class RetryPolicy(NamedTuple):
    """Which failures of a request are retried, and after which delays.

    A policy is immutable data: `_replace` returns a changed copy. A retry is safe: a request that
    creates something sends the same Idempotency-Key with every attempt, so the server creates it
    once.

    Attributes:
        max_retries: The maximum number of attempts after the first, 0 or more.
        statuses: Statuses of responses to retry. A 409 with a Retry-After header is retried too.
        connection_errors: Whether to retry after a failed or lost connection.
        timeouts: Whether to retry after a step's timeout. The timeout of the whole call ends it.
        initial_delay: The upper bound of the first delay in seconds, 0 or more; it doubles with
            every further attempt. The delay itself is random between 0 and the bound (exponential
            backoff with full jitter), so that clients that fail together do not retry together.
        max_delay: The upper bound of every such delay in seconds, 0 or more.
        max_retry_after: The longest delay in seconds to accept from a server's Retry-After header,
            0 or more. A longer one ends the call.

    Example:
        >>> patient = julep.RetryPolicy(max_retries=5, max_delay=30)
        >>> client = julep.Client(retry=patient)
        >>> client.with_options(retry=patient._replace(max_retries=0)).agents.count()
        1
    """

    max_retries: int = 2
    statuses: frozenset[int] = TRANSIENT
    connection_errors: bool = True
    timeouts: bool = True
    initial_delay: float = 0.5
    max_delay: float = 8.0
    max_retry_after: float = 60.0

    def next_delay(self, failure: Response | NetworkError, attempts: int) -> float | None:
        """Decide whether and when a failed request is sent again.

        Args:
            failure: The response, whose status is no 2xx, or the error if none arrived.
            attempts: The number of attempts so far, 1 or more.

        Returns:
            The delay in seconds before the next attempt, or None for no further attempt.

        Example:
            >>> lost = julep.NetworkError("the connection was lost")
            >>> julep.RetryPolicy(initial_delay=0).next_delay(lost, attempts=1)
            0.0
            >>> julep.RetryPolicy(max_retries=2).next_delay(lost, attempts=3) is None
            True
        """
        if attempts > self.max_retries or not self._is_transient(failure):
            return None
        from julep._http.retry_after import retry_after  # only retries need it

        requested = None if isinstance(failure, NetworkError) else retry_after(failure)
        if requested is None:
            return self._backoff(attempts)
        return requested if requested <= self.max_retry_after else None

    def _is_transient(self, failure: Response | NetworkError) -> bool:
        if isinstance(failure, RequestTimeoutError):
            return self.timeouts and failure.phase not in _PERMANENT_PHASES
        if isinstance(failure, NetworkError):
            return self.connection_errors
        if failure.status == _CONFLICT:
            from julep._http.retry_after import retry_after

            return retry_after(failure) is not None
        return failure.status in self.statuses

    def _backoff(self, attempts: int) -> float:
        import random  # only retries need it

        doublings = min(attempts - 1, 1000)  # as many as a float can have
        bound = min(self.max_delay, self.initial_delay * 2.0**doublings)
        return random.uniform(0, bound)  # noqa: S311  # spreads load, keeps no secret


accept_old_names(
    RetryPolicy,
    {
        "failures": "connection_errors",
        "first_pause": "initial_delay",
        "longest_pause": "max_delay",
        "longest_asked_pause": "max_retry_after",
    },
)


resolvable(__name__)
