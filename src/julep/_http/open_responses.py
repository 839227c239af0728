"""The open responses of a client of httpx, by the requests that own them.

A library's response that is dropped keeps its connection, and its place in the library's pool. An
exception may drop one anywhere, and no ``__del__`` may wait for the library's locks. So a later
request closes what has no owner any more.
"""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeAlias, TypeVar
from weakref import ref

from julep._http.leases import Lease

Owner: TypeAlias = ref[Any]
"""A weak reference to the lease of a request."""


def owner_of(lease: Lease[Any]) -> Owner:
    """Return a reference to a request's lease."""
    owner = ref(lease)
    hash(owner)  # which it keeps; there is none to compute once the lease is gone
    return owner


class Closable(Protocol):
    """A response of a sync client."""

    def close(self) -> None:
        """Close it."""
        ...


R = TypeVar("R")
S = TypeVar("S", bound=Closable)


class OpenResponses(Generic[R]):
    """Open responses; every change is one operation of a dict."""

    def __init__(self) -> None:
        self._by_owner: dict[Owner, R] = {}

    def __len__(self) -> int:
        return len(self._by_owner)

    def add(self, owner: Owner, response: R) -> None:
        """Keep a response for its owner."""
        self._by_owner[owner] = response

    def take(self, owner: Owner) -> R | None:
        """Remove an owner's response, and return it if it was there."""
        return self._by_owner.pop(owner, None)

    def without_owner(self) -> list[Owner]:
        """Return the owners of responses that are gone, or whose requests have ended."""
        if not self._by_owner:
            return []
        return [
            owner
            for owner in list(self._by_owner)
            if (lease := owner()) is None or lease.place is None
        ]


class SyncOpenResponses(OpenResponses[S]):
    """Open responses of a sync client. They are closed in threads, where no signal interrupts."""

    def add(self, owner: Owner, response: S) -> None:
        """Keep a response for its owner, or close it when that has left."""
        super().add(owner, response)
        self.close_left()

    def close_left(self) -> None:
        """Close the responses that nothing will read any more."""
        for owner in self.without_owner():
            response = self.take(owner)
            if response is not None:
                response.close()
