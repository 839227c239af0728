"""Requests and responses as plain data, and the protocols of transports and response bodies.

Two modules implement each protocol, both sync and async: one over sockets of our own, one over a
client of httpx.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, Self, TypeAlias, TypeVar

from julep.errors import NetworkError

if TYPE_CHECKING:
    from julep._http.timeout import Timeout
    from julep._http.urls import Origin

B = TypeVar("B")

# Frozen data is covariant: a response with one kind of body is a response with its base kind.
B_co = TypeVar("B_co", covariant=True)


class Request(NamedTuple):
    """An HTTP request to be sent.

    Attributes:
        method: The HTTP method.
        origin: The scheme, host and port that it goes to.
        target: The path and the query, percent-encoded, as they are sent.
        headers: Names are lower case; ``host`` and ``content-length`` are not among them.
        content: The body, if there is one.
        stream: Whether a 2xx response stays open, so that its body is read as it comes.
        timeout: The limits of its steps.
        deadline: When the whole call must have ended, by the monotonic clock; None for no limit.
        redirected_from: The request whose response redirected to this one, if there was one.
    """

    method: str
    origin: Origin
    target: str
    headers: Mapping[str, str]
    content: bytes | None
    stream: bool
    timeout: Timeout
    deadline: float | None = None
    redirected_from: Request | None = None

    @property
    def url(self) -> str:
        """The whole URL."""
        return f"{self.origin}{self.target}"

    @property
    def summary(self) -> str:
        """The method and the URL, for errors: without the query, which may hold a secret."""
        return f"{self.method} {self.url.partition('?')[0]}"

    def with_headers(self, **headers: str) -> Request:
        """Return the request with some headers changed; their names are lower case."""
        return self._replace(headers={**self.headers, **headers})

    def accepts_stream(self, status: int, headers: Mapping[str, str]) -> bool:
        """Check whether a response with this status and these headers is the requested stream."""
        kind = headers.get("content-type", "").lower()
        return self.stream and 200 <= status < 300 and kind.startswith("text/event-stream")

    # The headers hold the API key, and so may a URL that a redirect named. A traceback may show
    # locals.
    def __repr__(self) -> str:
        return f"Request({self.method})"


class Response(NamedTuple):
    """An HTTP response that was read whole. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    # A server may repeat the API key, and a traceback may show locals.
    def __repr__(self) -> str:
        return f"Response({self.status}, {len(self.body)} bytes)"


class UnreadableResponse(NamedTuple):
    """A response whose body is too long, or is not in the encoding that it declares."""

    status: int
    headers: Mapping[str, str]
    problem: str

    def __repr__(self) -> str:
        return f"UnreadableResponse({self.status})"


class StreamingResponse(NamedTuple, Generic[B_co]):
    """A 2xx response that is still open; its body is read as it comes."""

    status: int
    headers: Mapping[str, str]
    body: B_co

    def __repr__(self) -> str:
        return f"StreamingResponse({self.status})"


Outcome: TypeAlias = Response | StreamingResponse[B] | UnreadableResponse | NetworkError
"""The result of sending a request."""


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the server's id of a request, by which the server's logs name it."""
    return headers.get("x-request-id")


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
