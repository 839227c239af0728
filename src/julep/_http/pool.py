"""What both colours know of pools: the connections that wait for their next request."""

from __future__ import annotations

import warnings
from collections import defaultdict, deque
from threading import RLock
from time import monotonic
from typing import Generic, Protocol, TypeVar

from julep._http.urls import Origin


class Connection(Protocol):
    """An open connection."""

    @property
    def origin(self) -> Origin:
        """Where it leads."""
        ...

    def is_alive(self) -> bool:
        """Tell, of an idle one, whether the other side still holds it."""
        ...

    def close(self) -> None:
        """Close it at once."""
        ...


C = TypeVar("C", bound=Connection)


class IdleConnections(Generic[C]):
    """Connections that wait for their next request; of each origin, the last is used first.

    The ones at the bottom of a stack are those that are not needed, and grow old.

    Args:
        most: How many are kept.
        seconds: How long each is.
    """

    def __init__(self, most: int, seconds: float) -> None:
        self._most = most
        self._seconds = seconds
        self._stacks = defaultdict[Origin, deque[tuple[float, C]]](deque)
        self._count = 0
        self._closed = False
        # The garbage collector may give one back in the middle of anything.
        self._lock = RLock()

    def __len__(self) -> int:
        return self._count

    def take(self, origin: Origin) -> C | None:
        """Give one that is alive, if there is any."""
        with self._lock:
            stack = self._stacks.get(origin)
            while stack:
                since, connection = stack.pop()
                self._count -= 1
                if since + self._seconds > monotonic() and connection.is_alive():
                    return connection
                connection.close()
        return None

    def put(self, connection: C) -> None:
        """Keep one for later, or close it; others that have waited for too long are closed."""
        if self._closed:
            connection.close()
            return
        with self._lock:
            now = monotonic()
            self._stacks[connection.origin].append((now, connection))
            self._count += 1
            self._close_old(now - self._seconds)

    def close(self) -> None:
        """Close all, and from now on every one that is put here."""
        self._closed = True
        with self._lock:
            for stack in self._stacks.values():
                for _, connection in stack:
                    connection.close()
            self._stacks.clear()
            self._count = 0

    def forget(self) -> None:
        """Close all, in a process where nobody is left to give the lock back."""
        self._lock = RLock()
        self.close()

    def _close_old(self, before: float) -> None:
        for stack in self._stacks.values():
            while stack and stack[0][0] < before:
                self._drop(stack)
        while self._count > self._most:
            self._drop(min(filter(None, self._stacks.values()), key=lambda stack: stack[0][0]))

    def _drop(self, stack: deque[tuple[float, C]]) -> None:
        _, connection = stack.popleft()
        self._count -= 1
        connection.close()


def warn_unclosed(wire: object, by: str, call: str) -> None:
    """Warn of a wire that goes away with open connections; meant for its ``__del__``."""
    warnings.warn(
        f"a client of julep was not closed: use it by {by!r}, or call its {call}",
        ResourceWarning,
        stacklevel=2,
        source=wire,
    )
