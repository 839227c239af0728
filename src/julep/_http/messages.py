"""What is asked of those who send requests: data in, data out, and nothing decided.

There are two of each colour: over sockets of our own, and over an HTTP library's client.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, Self, TypeVar

if TYPE_CHECKING:
    from julep._http.timeout import Timeout
    from julep._http.urls import Origin
    from julep.errors import NetworkError

# Frozen data is covariant: an answer with one kind of body is an answer with what that kind is.
B_co = TypeVar("B_co", covariant=True)


class Request(NamedTuple):
    """An HTTP request to be sent."""

    method: str
    origin: Origin
    target: str
    """The path and the query, percent-encoded, as they are sent."""
    headers: Mapping[str, str]
    """Names are lower case; ``host`` and ``content-length`` are not among them."""
    content: bytes | None
    stream: bool
    """Whether a 2xx answer is left open, to be read as it comes."""
    timeout: Timeout
    deadline: float | None = None
    """When the whole call's time is up, by the monotonic clock."""

    @property
    def url(self) -> str:
        """The whole URL."""
        return f"{self.origin}{self.target}"

    @property
    def summary(self) -> str:
        """What is asked for, in an error: the query is left out, which may hold a secret."""
        return f"{self.method} {self.url.partition('?')[0]}"

    def accepts_stream(self, status: int, headers: Mapping[str, str]) -> bool:
        """Tell whether an answer that begins like this is the stream that was asked for."""
        kind = headers.get("content-type", "").lower()
        return self.stream and 200 <= status < 300 and kind.startswith("text/event-stream")

    # The headers hold the API key, and a traceback may show locals.
    def __repr__(self) -> str:
        return f"Request({self.summary})"


class Response(NamedTuple):
    """An HTTP answer that was read whole. Names of headers are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class UnreadableResponse(NamedTuple):
    """An answer whose body cannot be had: too long, or not of the encoding that it claims."""

    status: int
    headers: Mapping[str, str]
    problem: str


class StreamingResponse(NamedTuple, Generic[B_co]):
    """A 2xx answer that is still open; its body is read as it comes."""

    status: int
    headers: Mapping[str, str]
    body: B_co


class ResponseBody(Protocol):
    """The body of an answer that is still open: an iterator of its bytes, decoded.

    Reading raises `NetworkError` when the body is lost, and ends at its proper end only.
    """

    def __iter__(self) -> Self: ...

    def __next__(self) -> bytes: ...

    def finish(self) -> None:
        """Read to its end a body that has said all, since only then its connection is used again.

        A server that does not end the body soon loses the connection instead.
        """
        ...

    def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        ...


class AsyncResponseBody(Protocol):
    """The body of an answer that is still open: an async iterator of its bytes, decoded.

    Reading raises `NetworkError` when the body is lost, and ends at its proper end only.
    """

    def __aiter__(self) -> Self: ...

    async def __anext__(self) -> bytes: ...

    async def finish(self) -> None:
        """Read to its end a body that has said all, since only then its connection is used again.

        A server that does not end the body soon loses the connection instead.
        """
        ...

    async def aclose(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        ...


class Transport(Protocol):
    """Sends requests, one after another or from many threads."""

    def send(
        self, request: Request
    ) -> Response | StreamingResponse[ResponseBody] | UnreadableResponse | NetworkError:
        """Send a request and say what came of it."""
        ...

    def close(self) -> None:
        """Close every connection; a second time does nothing."""
        ...


class AsyncTransport(Protocol):
    """Sends requests on whatever event loop runs; nothing stays bound to one."""

    async def send(
        self, request: Request
    ) -> Response | StreamingResponse[AsyncResponseBody] | UnreadableResponse | NetworkError:
        """Send a request and say what came of it."""
        ...

    async def aclose(self) -> None:
        """Close this loop's connections; a second time does nothing."""
        ...
