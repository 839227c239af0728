"""Timeouts of a whole call, and of each of its steps."""

from __future__ import annotations

from typing import Final, NamedTuple


class Timeout(NamedTuple):
    """Limits of a call, in seconds: more than 0, or None for no limit.

    A plain number as a client's ``timeout`` limits the whole call.

    Attributes:
        connect: Seconds to open a connection, TLS included.
        read: Seconds of silence while a response is awaited or read.
        write: Seconds to send the next part of the request.
        pool: Seconds to wait for a free connection, when all that are allowed are in use.
        total: Seconds for the whole call: all its attempts, the delays between them, and the
            response's body. Reading a stream counts too.

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
        """Return the limits of a call that must end within some seconds; None for no limits.

        Args:
            seconds: The bound of the whole call, more than 0; None for no limits.

        Returns:
            The limits, with at most 10 seconds to connect.

        Example:
            >>> julep.Timeout.within(30)
            Timeout(connect=10.0, read=30, write=30, pool=None, total=30)
        """
        if seconds is None:
            return cls(None, None, None, None, None)
        return cls(min(seconds, 10.0), seconds, seconds, None, seconds)


DEFAULT_TIMEOUT: Final = Timeout()
"""It limits the steps of a call and not the whole: the model behind a chat may be slow."""
