"""Leases: the requests that a client lets run at once, each the owner of its connection."""

from __future__ import annotations

from abc import ABC, abstractmethod
from itertools import islice
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar
from weakref import ref

if TYPE_CHECKING:
    from julep._http.deadlines import Deadlines

LOOK_AGAIN_SECONDS: Final = 1.0
"""How long a request waits for its turn before it looks again: a dropped lease wakes nothing."""


class Leasable(Protocol):
    """A connection, as far as its lease is concerned."""

    def shut_down(self) -> None:
        """End it for everything that waits for it; its descriptor stays open."""
        ...


C = TypeVar("C", bound=Leasable)


class Lease(ABC, Generic[C]):
    """The turn of one request, and the owner of its connection.

    An exception may come between any two steps of a call, by Ctrl-C for one. Where it drops a
    lease, the turn has ended and the connection is closed: no count must be corrected.

    Attributes:
        connection: The connection, once there is one.
        is_reuse: Whether the connection had carried other requests before.
        is_cut: Whether the client was closed meanwhile.
        place: The lease's place in the queue of its pool.
    """

    __slots__ = ("__weakref__", "connection", "is_cut", "is_reuse", "place")

    def __init__(self) -> None:
        self.connection: C | None = None
        self.is_reuse = False
        self.is_cut = False
        self.place: ref[Lease[C]] | None = None

    @abstractmethod
    def wake(self) -> None:
        """Let the request look again whether it may go on."""

    def check_open(self, deadlines: Deadlines) -> None:
        """Check that the client was not closed meanwhile.

        Raises:
            NetworkError: When it was.
        """
        if self.is_cut:
            raise deadlines.closed_error()

    def cut(self) -> None:
        """End the request, whatever it waits for."""
        self.is_cut = True
        self.wake()
        connection = self.connection
        if connection is not None:
            connection.shut_down()


class Leases(Generic[C]):
    """The leases of one pool, in the order in which they came: the first of them may run.

    They are referred to weakly. Every change is one operation of a dict, so that there is no lock,
    which an exception or a fork could leave held.

    Args:
        limit: How many may run at once.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._places: dict[ref[Lease[C]], None] = {}
        self.is_closed = False

    def __len__(self) -> int:
        return len(self._places)

    def add(self, lease: Lease[C]) -> None:
        """Put a lease at the end of the queue."""
        lease.place = place = ref(lease, self._places.pop)
        self._places[place] = None
        if self.is_closed:  # `close` may not have seen it
            lease.is_cut = True

    def may_run(self, lease: Lease[C]) -> bool:
        """Check whether a lease is among the first."""
        places = self._places
        return len(places) <= self._limit or any(
            place is lease.place for place in islice(list(places), self._limit)
        )

    def remove(self, lease: Lease[C]) -> None:
        """Remove a lease, if it is still there, and wake the one whose turn it is now."""
        place, lease.place = lease.place, None
        if place is None:
            return
        self._places.pop(place, None)
        if len(self._places) >= self._limit:
            last = next(islice(self._places, self._limit - 1, None), None)
            following = None if last is None else last()
            if following is not None:
                following.wake()

    def close(self) -> list[Lease[C]]:
        """Let no further request run, and return the leases of those in flight."""
        self.is_closed = True
        found = [lease for place in list(self._places) if (lease := place()) is not None]
        for lease in found:
            lease.is_cut = True
        return found
