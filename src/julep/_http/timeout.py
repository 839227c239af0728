"""How long a call may take: at each of its steps, and in all."""

from __future__ import annotations

from time import monotonic
from typing import Final, NamedTuple


class Timeout(NamedTuple):
    """Limits of a call, in seconds; None for no limit.

    A plain number given as a client's ``timeout`` is the limit of the whole call.

    Attributes:
        connect: To get a connection, TLS included.
        read: Of silence while waiting for the server.
        write: Of not getting rid of the next piece of the request.
        pool: To wait for a free connection, when as many as are allowed are busy.
        total: For the call: all its attempts, the pauses between them, and its body. A stream's
            reading counts too.

    Example:
        >>> client = julep.Client(timeout=julep.Timeout(read=60, total=120))
    """

    connect: float | None = 10.0
    read: float | None = 300.0
    write: float | None = 300.0
    pool: float | None = None
    total: float | None = None

    @classmethod
    def within(cls, seconds: float | None) -> Timeout:
        """Give the limits of a call that has so many seconds in all; None lifts every limit."""
        if seconds is None:
            return cls(None, None, None, None, None)
        return cls(min(seconds, 10.0), seconds, seconds, None, seconds)


DEFAULT_TIMEOUT: Final = Timeout()
"""A chat may have a slow model behind it, so that only silence is limited."""


class Deadline(NamedTuple):
    """What bounds one step: a moment, by the monotonic clock, and what it comes from."""

    deadline: float
    seconds: float
    whole_call: bool


def nearest_deadline(
    step: float | None, total: float | None, until: float | None
) -> Deadline | None:
    """Give the nearer of a step's own limit and the whole call's; None when there is neither.

    Args:
        step: Seconds that the step may take.
        total: Seconds that the whole call may take.
        until: When the whole call's time is up, by the monotonic clock.
    """
    if step is None:
        return None if until is None else Deadline(until, total or 0.0, whole_call=True)
    ends = monotonic() + step
    if until is not None and until <= ends:
        return Deadline(until, total or 0.0, whole_call=True)
    return Deadline(ends, step, whole_call=False)
