"""Requests and responses as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from julep._http.timeout import Timeout
    from julep._http.urls import Origin
    from julep.errors import NetworkError

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


Outcome: TypeAlias = "Response | StreamingResponse[B] | UnreadableResponse | NetworkError"
"""The result of sending a request."""


def request_id(headers: Mapping[str, str]) -> str | None:
    """Return the server's id of a request, by which the server's logs name it."""
    return headers.get("x-request-id")
