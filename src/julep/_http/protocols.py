"""The protocols of transports and response bodies; only type checkers import them.

Two modules implement each, both sync and async: one over sockets of our own, one over a client of
httpx.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from julep._http.messages import Outcome, Request


class ResponseBody(Protocol):
    """The body of an open response: an iterator of its bytes, decoded.

    Reading raises `NetworkError` when the body is lost, and stops only at its proper end.
    """

    def __iter__(self) -> Self: ...

    def __next__(self) -> bytes: ...

    def finish(self) -> None:
        """Read to the end of a body whose content is complete, so that its connection is reused.

        The connection is closed instead when the server does not end the body soon.
        """
        ...

    def close(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        ...

    def abandon(self) -> None:
        """Close the connection at once; called by a ``__del__``, at any moment."""
        ...


class AsyncResponseBody(Protocol):
    """The body of an open response: an async iterator of its bytes, decoded.

    Reading raises `NetworkError` when the body is lost, and stops only at its proper end.
    """

    def __aiter__(self) -> Self: ...

    async def __anext__(self) -> bytes: ...

    async def finish(self) -> None:
        """Read to the end of a body whose content is complete, so that its connection is reused.

        The connection is closed instead when the server does not end the body soon.
        """
        ...

    async def aclose(self) -> None:
        """Return the connection to the pool, or close it if the body was not read to its end."""
        ...

    def abandon(self) -> None:
        """Close the connection at once; called by a ``__del__``, at any moment."""
        ...


class Transport(Protocol):
    """Sends requests, from one thread or from many."""

    def send(self, request: Request) -> Outcome[ResponseBody]:
        """Send a request and return its outcome.

        Raises:
            InvalidArgumentError: When it cannot be written as HTTP.
        """
        ...

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        ...


class AsyncTransport(Protocol):
    """Sends requests on any event loop; nothing stays bound to one."""

    async def send(self, request: Request) -> Outcome[AsyncResponseBody]:
        """Send a request and return its outcome.

        Raises:
            InvalidArgumentError: When it cannot be written as HTTP.
        """
        ...

    async def aclose(self) -> None:
        """Close this event loop's connections; a second time does nothing."""
        ...
