"""A limit to the time in which nothing happens, for what happens very often."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class IdleTimer:
    """Calls a function when nothing has happened for a time; needs a running event loop.

    What happens only notes the time: a timer of the event loop that is made anew at each of a
    stream's tokens costs more than the token's JSON.

    Args:
        limit: Seconds.
        on_idle: Called once; again after the next :meth:`touch`.
    """

    __slots__ = ("_at", "_handle", "_limit", "_loop", "_on_idle")

    def __init__(self, limit: float, on_idle: Callable[[], None]) -> None:
        self._limit = limit
        self._on_idle = on_idle
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self._at = 0.0

    def touch(self) -> None:
        """Begin to count anew."""
        self._at = self._loop.time()
        if self._handle is None:
            self._handle = self._loop.call_at(self._at + self._limit, self._check)

    def stop(self) -> None:
        """Stop counting."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _check(self) -> None:
        due = self._at + self._limit
        if due > self._loop.time():
            self._handle = self._loop.call_at(due, self._check)
        else:
            self._handle = None
            self._on_idle()
