"""What sync and async pools have in common: leases, idle connections, the children of a fork."""

from __future__ import annotations

import os
import warnings
from collections import defaultdict, deque
from time import monotonic
from typing import Generic, Protocol, TypeVar
from weakref import WeakSet

from julep._http.leases import Lease, Leases
from julep._http.urls import Origin
from julep.errors import NetworkError, RequestTimeoutError


class Connection(Protocol):
    """An open connection. It is closed when nothing refers to it any more."""

    @property
    def origin(self) -> Origin:
        """The origin that it is connected to."""
        ...

    def is_alive(self) -> bool:
        """Check whether the server still holds an idle connection open."""
        ...

    def shut_down(self) -> None:
        """End it for everything that waits for it; its descriptor stays open."""
        ...

    def close(self) -> None:
        """Close it at once."""
        ...


C = TypeVar("C", bound=Connection)


class Pool(Generic[C]):
    """The connections of one client; in an async client, of one event loop.

    Args:
        max_connections: The maximum number of requests in flight; further ones wait.
        max_idle: The maximum number of connections to keep for later requests.
        idle_seconds: How long to keep each of them.
    """

    def __init__(self, max_connections: int, max_idle: int, idle_seconds: float) -> None:
        self.leases = Leases[C](max_connections)
        self.idle = IdleConnections[C](max_idle, idle_seconds)

    def reuse(self, lease: Lease[C], origin: Origin) -> C | None:
        """Let a lease own an idle connection, if there is one, and return it."""
        lease.connection = connection = self.idle.take(origin)
        lease.is_reuse = connection is not None
        return connection

    def release(self, lease: Lease[C], *, reusable: bool) -> None:
        """End a lease, and keep its connection for another request or close it."""
        connection, lease.connection = lease.connection, None
        if connection is not None:
            if reusable:
                self.idle.put(connection)
            else:
                connection.close()
        self.leases.remove(lease)

    def drop(self, lease: Lease[C]) -> None:
        """End a lease whose connection is being read elsewhere.

        Its descriptor is closed when the reading has ended: before, a new connection could get the
        same number.
        """
        connection, lease.connection = lease.connection, None
        if connection is not None:
            connection.shut_down()
        self.leases.remove(lease)

    def note_failure(self, lease: Lease[C], origin: Origin, error: NetworkError) -> None:
        """Close the idle connections to an origin when one of them turned out to be dead.

        A balancer that drops one drops all, and a retry would take the next dead one.
        """
        if lease.is_reuse and not isinstance(error, RequestTimeoutError):
            self.idle.drop(origin)

    def abandon(self) -> None:
        """Close the descriptors of all connections, and wake nothing; nothing is sent.

        In the child of a fork, and where the event loop is closed, no request goes on.
        """
        self.idle.close()
        for lease in self.leases.close():
            if lease.connection is not None:
                lease.connection.close()

    def close(self) -> None:
        """Close the idle connections, and end all requests in flight, whatever they wait for."""
        self.idle.close()
        for lease in self.leases.close():
            lease.cut()


class IdleConnections(Generic[C]):
    """Connections that wait for their next request; the latest of an origin is reused first.

    Superfluous connections therefore stay at the bottom of a stack, and expire. Every change is one
    operation of a deque, so that there is no lock, which an exception or a fork could leave held.

    Args:
        max_idle: The maximum number of connections to keep.
        seconds: How long to keep each.
    """

    def __init__(self, max_idle: int, seconds: float) -> None:
        self._max_idle = max_idle
        self._seconds = seconds
        self._stacks = defaultdict[Origin, deque[tuple[float, C]]](deque)
        self._closed = False

    def __len__(self) -> int:
        return sum(map(len, list(self._stacks.values())))

    def take(self, origin: Origin) -> C | None:
        """Return a connection to an origin that is alive, if there is one."""
        stack = self._stacks.get(origin)
        while stack:
            try:
                since, connection = stack.pop()
            except IndexError:  # another thread took the last one
                break
            if since + self._seconds > monotonic() and connection.is_alive():
                return connection
            connection.close()
        return None

    def put(self, connection: C) -> None:
        """Keep a connection, or close it when this is closed; close expired ones."""
        now = monotonic()
        self._stacks[connection.origin].append((now, connection))
        if self._closed:
            self.close()
            return
        superfluous = len(self) - self._max_idle
        for stack in list(self._stacks.values()):
            superfluous -= _close_oldest(stack, now - self._seconds, superfluous)

    def drop(self, origin: Origin) -> None:
        """Close all connections to an origin."""
        _close_oldest(self._stacks[origin], float("inf"))

    def close(self) -> None:
        """Close all connections, and from now on every one that is put here."""
        self._closed = True
        for origin in list(self._stacks):
            self.drop(origin)


def _close_oldest(stack: deque[tuple[float, C]], before: float, at_least: int = 0) -> int:
    """Close the connections at the bottom of a stack.

    Args:
        stack: The connections, each with the time since when it is idle.
        before: The time before which it must have become idle.
        at_least: How many to close even if they are not that old.

    Returns:
        How many were closed.
    """
    closed = 0
    while stack:
        try:
            if stack[0][0] >= before and closed >= at_least:
                break
            stack.popleft()[1].close()
        except IndexError:  # another thread took the last one
            break
        closed += 1
    return closed


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
    for transport in list(_inherited):
        transport.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
