"""What sync and async pools have in common: idle connections, and the children of a fork."""

from __future__ import annotations

import os
import warnings
from collections import defaultdict, deque
from threading import RLock
from time import monotonic
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet

from julep._http.urls import Origin


class Connection(Protocol):
    """An open connection."""

    @property
    def origin(self) -> Origin:
        """The origin that it is connected to."""
        ...

    def is_alive(self) -> bool:
        """Check whether the server still holds an idle connection open."""
        ...

    def close(self) -> None:
        """Close it at once."""
        ...


C = TypeVar("C", bound=Connection)


class IdleConnections(Generic[C]):
    """Connections that wait for their next request; the latest of an origin is reused first.

    Superfluous connections therefore stay at the bottom of a stack, and expire.

    Args:
        max_idle: The maximum number of connections to keep.
        seconds: How long to keep each.
    """

    def __init__(self, max_idle: int, seconds: float) -> None:
        self._max_idle = max_idle
        self._seconds = seconds
        self._stacks = defaultdict[Origin, deque[tuple[float, C]]](deque)
        self._count = 0
        self._closed = False
        # The garbage collector may return a connection at any moment, also in this thread.
        self._lock = RLock()

    def __len__(self) -> int:
        return self._count

    def take(self, origin: Origin) -> C | None:
        """Return a connection to an origin that is alive, if there is one."""
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
        """Keep a connection, or close it when this is closed; close expired ones."""
        if self._closed:
            connection.close()
            return
        with self._lock:
            now = monotonic()
            self._stacks[connection.origin].append((now, connection))
            self._count += 1
            self._close_expired(now - self._seconds)

    def close(self) -> None:
        """Close all connections, and from now on every one that is put here."""
        self._closed = True
        with self._lock:
            for stack in self._stacks.values():
                for _, connection in stack:
                    connection.close()
            self._stacks.clear()
            self._count = 0

    def close_inherited(self) -> None:
        """Close all in the child of a fork, where no thread is left to release the lock."""
        self._lock = RLock()
        self.close()

    def _close_expired(self, before: float) -> None:
        for stack in self._stacks.values():
            while stack and stack[0][0] < before:
                self._drop(stack)
        while self._count > self._max_idle:
            self._drop(min(filter(None, self._stacks.values()), key=lambda stack: stack[0][0]))

    def _drop(self, stack: deque[tuple[float, C]]) -> None:
        _, connection = stack.popleft()
        self._count -= 1
        connection.close()


def warn_unclosed(transport: object, statement: str, method: str) -> None:
    """Warn of a transport that is collected with open connections; called by ``__del__``."""
    warnings.warn(
        f"a client of julep was not closed: use it in {statement!r}, or call {method}",
        ResourceWarning,
        stacklevel=2,
        source=transport,
    )


class Inherited(Protocol):
    """A transport that a child process inherits at a fork, with its parent's connections."""

    def after_fork(self) -> None:
        """Leave the parent's connections to the parent; called in the child."""
        ...


_inherited = WeakSet[Inherited]()


def reset_in_child(transport: Inherited) -> None:
    """Call a transport's ``after_fork`` in every child process that inherits it."""
    _inherited.add(transport)


def _after_fork() -> None:
    for transport in _inherited:
        transport.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
