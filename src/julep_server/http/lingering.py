"""Closes connections so that clients which are still sending see the response."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

_LOOK = 2.0
"""Seconds between two looks at what still arrives."""

_MAX_SECONDS = 30.0
_MIN_BYTES: Final = 64 * 1024
"""Bytes that a client must send between two looks, or the connection is closed."""


class LingeringTransport:
    """A transport whose ``close`` waits until the client has stopped sending.

    Args:
        transport: The connection.
        loop: The loop that it belongs to.
        sending: Returns whether the client has not sent the whole of its request.
    """

    def __init__(
        self,
        transport: asyncio.Transport,
        loop: asyncio.AbstractEventLoop,
        sending: Callable[[], bool],
    ) -> None:
        self._transport = transport
        self._loop = loop
        self._sending = sending
        self._timer: asyncio.TimerHandle | None = None
        self._dropping = False
        self._dropped = 0
        self._until = 0.0

    def write(self, data: bytes) -> None:
        """Write data."""
        self._transport.write(data)

    def is_closing(self) -> bool:
        """Check whether the connection is closed, or being closed."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Close the connection, at once if the client is not sending."""
        if self._dropping or not self._sending():
            self._transport.close()
        else:
            self.start()

    def start(self, *, half_close: bool = True) -> None:
        """Drop what arrives from now on, and close the connection when nothing does any more.

        Args:
            half_close: Whether nothing more is to be written; otherwise ``close`` is called later.
        """
        self._dropping = True
        if half_close and not self._transport.is_closing():
            if self._transport.can_write_eof():
                self._transport.write_eof()
            self._until = self._loop.time() + _MAX_SECONDS
            self._timer = self._loop.call_later(_LOOK, self._look)

    def drop(self, size: int) -> bool:
        """Check whether data that arrives is to be dropped, and count it."""
        self._dropped += size
        return self._dropping

    def stop(self) -> None:
        """Stop waiting, because the connection is closed."""
        if self._timer is not None:
            self._timer.cancel()

    def _look(self) -> None:
        if self._dropped < _MIN_BYTES or self._loop.time() > self._until:
            self._transport.close()
            return
        self._dropped = 0
        self._timer = self._loop.call_later(_LOOK, self._look)
