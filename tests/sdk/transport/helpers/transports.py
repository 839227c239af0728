"""Transports of every mode behind one interface, and requests for them."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from julep._http.async_transport import AsyncSocketBody, AsyncSocketTransport
from julep._http.messages import Request, Response, StreamingResponse, UnreadableResponse
from julep._http.sync_transport import SocketBody, SocketTransport
from julep._http.timeout import Timeout
from julep._http.urls import Origin
from julep.errors import NetworkError
from tests.sdk.helpers.modes import Mode
from tests.sdk.transport.helpers.scripted_server import STREAM_HEAD, Step, http_chunk, raw, respond

OK = respond(200, b"hello")

HEADERS = {"accept": "application/json", "authorization": "Bearer secret"}


def new_transport(mode: Mode, **settings: Any) -> AsyncSocketTransport:
    """Create a transport; its methods are awaited in every mode."""
    if mode == "sync":
        return cast("AsyncSocketTransport", _AwaitableTransport(SocketTransport(**settings)))
    return AsyncSocketTransport(**settings)


@asynccontextmanager
async def open_transport(mode: Mode, **settings: Any) -> AsyncGenerator[AsyncSocketTransport, None]:
    """Create a transport, and close it afterwards."""
    transport = new_transport(mode, **settings)
    try:
        yield transport
    finally:
        await transport.aclose()


class _AwaitableTransport:
    def __init__(self, transport: SocketTransport) -> None:
        self._transport = transport

    async def send(self, request: Request) -> object:
        outcome = self._transport.send(request)
        if isinstance(outcome, StreamingResponse):
            return StreamingResponse(outcome.status, outcome.headers, _AwaitableBody(outcome.body))
        return outcome

    async def aclose(self) -> None:
        self._transport.close()


class _AwaitableBody:
    def __init__(self, body: SocketBody) -> None:
        self._body = body

    def __aiter__(self) -> AsyncIterator[bytes]:
        assert iter(self._body) is self._body
        return self

    async def __anext__(self) -> bytes:
        try:
            return next(self._body)
        except StopIteration:
            raise StopAsyncIteration from None

    async def finish(self) -> None:
        self._body.finish()

    async def aclose(self) -> None:
        self._body.close()


def get(
    url: str,
    path: str = "/x",
    *,
    timeout: Timeout = Timeout(),  # noqa: B008  # it is a tuple
    streamed: bool = False,
    deadline: float | None = None,
    method: str = "GET",
    content: bytes | None = None,
    headers: Mapping[str, str] = HEADERS,
) -> Request:
    """Build a request to the server with this URL."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    origin = Origin(parts.scheme, parts.hostname or "", port)
    return Request(method, origin, path, headers, content, streamed, timeout, deadline)


async def response_to(transport: AsyncSocketTransport, request: Request) -> Response:
    """Send a request, and check that a whole response was received."""
    outcome = await transport.send(request)
    assert isinstance(outcome, Response), outcome
    return outcome


async def open_body(transport: AsyncSocketTransport, request: Request) -> AsyncSocketBody:
    """Send a request, check that its response is a stream, and return its body."""
    outcome = await transport.send(request)
    assert isinstance(outcome, StreamingResponse), outcome
    body: AsyncSocketBody = outcome.body
    return body


async def network_error_of(transport: AsyncSocketTransport, request: Request) -> NetworkError:
    """Send a request, and check that it failed with an error that hides the libraries below."""
    outcome = await transport.send(request)
    assert isinstance(outcome, NetworkError), outcome
    for foreign in ("h11", "httptools", "anyio", "secret", "Errno", "ssl.c"):
        assert foreign not in str(outcome)
    assert outcome.__traceback__ is None
    assert outcome.__context__ is None
    return outcome


async def unreadable_response_of(
    transport: AsyncSocketTransport, request: Request
) -> UnreadableResponse:
    """Send a request, and check that its response has a body that cannot be read."""
    outcome = await transport.send(request)
    assert isinstance(outcome, UnreadableResponse), outcome
    return outcome


def respond_events(*pieces: bytes, head: bytes = STREAM_HEAD, end: bytes = b"0\r\n\r\n") -> Step:
    """Send a whole stream at once, and keep the connection open."""
    return raw(head + b"".join(map(http_chunk, pieces)) + end, keep=True)
