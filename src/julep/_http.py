"""The one module that knows the HTTP library.

It turns a `Request` into an `Answer` (or leaves a streamed one open), and the library's errors
into ours. Nothing here decides anything.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from functools import cache
from socket import SHUT_RDWR
from threading import Timer
from typing import Final

import httpx
from anyio import CancelScope, move_on_after

from julep._flow import Answer, Opened, Request
from julep._loops import PerLoop
from julep.errors import InvalidArgumentError, NetworkError, RequestTimeoutError

_LIMITS: Final = httpx.Limits(max_connections=1000, max_keepalive_connections=100)
_CONNECT_TIMEOUT: Final = 10.0
_FAILURES: Final = (httpx.RequestError, httpx.StreamError)
_FINISHES_WITHIN: Final = 1.0


class BlockingBody:
    """The body of an answer that is still open."""

    def __init__(self, response: httpx.Response, wire: BlockingWire, request: Request) -> None:
        self._response = response
        self._wire = wire
        self._request = request
        self._chunks = response.iter_bytes()

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._chunks)
        except _FAILURES as error:
            raise _failure(self._request, error, self._wire.timeout) from None

    def finish(self) -> None:
        """Read to its end a body that has said all, since only then its connection is used again.

        A server that does not end the body soon loses the connection instead.
        """
        limit = Timer(_FINISHES_WITHIN, _hang_up, (self._response,))
        limit.start()
        try:
            with suppress(NetworkError):
                for _ in self:
                    pass
        finally:
            limit.cancel()
            self.close()

    def close(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        self._response.close()


class AsyncBody:
    """The body of an answer that is still open."""

    def __init__(self, response: httpx.Response, wire: AsyncWire, request: Request) -> None:
        self._response = response
        self._wire = wire
        self._request = request
        # The first reads through the second, and drops it half-read when a body is no gzip.
        self._raw = raw = response.aiter_raw()
        vars(response)["aiter_raw"] = lambda: raw
        self._chunks = response.aiter_bytes()

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        try:
            return await anext(self._chunks)
        except _FAILURES as error:
            raise _failure(self._request, error, self._wire.timeout) from None

    async def finish(self) -> None:
        """Read to its end a body that has said all, since only then its connection is used again.

        A server that does not end the body soon loses the connection instead.
        """
        try:
            with move_on_after(_FINISHES_WITHIN), suppress(NetworkError):
                async for _ in self:
                    pass
        finally:
            await self.aclose()

    async def aclose(self) -> None:
        """Give the connection back, or close it if the body was not read to its end."""
        with CancelScope(shield=True):
            await self._response.aclose()
            # The library reads through nested async generators. Left suspended, they would be
            # the garbage collector's, which trio warns of; reading on from what is now closed
            # ends them all.
            for left in (self._chunks, self._raw):
                with suppress(*_FAILURES):
                    async for _ in left:
                        pass


class BlockingWire:
    """Sends requests, one after another or from many threads."""

    def __init__(self, timeout: float | None, http_client: httpx.Client | None = None) -> None:
        self.timeout = timeout
        self._owned = http_client is None
        self._client = http_client or httpx.Client(
            verify=_tls(), timeout=_timeout(timeout), limits=_LIMITS
        )

    def send(self, request: Request) -> Answer | Opened[BlockingBody] | NetworkError:
        """Send a request and say what came of it."""
        prepared = _prepared(self._client, request, self.timeout)
        try:
            response = self._client.send(prepared, stream=True)
        except _FAILURES as error:
            return _failure(request, error, self.timeout)
        body = BlockingBody(response, self, request)
        if _stays_open(request, response):
            return Opened(response.status_code, response.headers, body)
        try:
            return Answer(response.status_code, response.headers, b"".join(body))
        except NetworkError as error:
            return error
        finally:
            body.close()

    def close(self) -> None:
        """Close every connection, unless the user's own client holds them."""
        if self._owned:
            self._client.close()


class AsyncWire:
    """Sends requests on whatever event loop runs; nothing stays bound to one.

    Connections belong to the loop that opened them, so every loop gets a client of the library
    to itself, and loses it when the loop ends.
    """

    def __init__(self, timeout: float | None, http_client: httpx.AsyncClient | None = None) -> None:
        self.timeout = timeout
        self._given = http_client
        self._clients = PerLoop(self._new_client, httpx.AsyncClient.aclose)

    async def send(self, request: Request) -> Answer | Opened[AsyncBody] | NetworkError:
        """Send a request and say what came of it."""
        client = self._given or await self._clients.get()
        prepared = _prepared(client, request, self.timeout)
        if request.content is not None:
            prepared.stream = _Content(request.content)
        try:
            response = await client.send(prepared, stream=True)
        except _FAILURES as error:
            return _failure(request, error, self.timeout)
        body = AsyncBody(response, self, request)
        if _stays_open(request, response):
            return Opened(response.status_code, response.headers, body)
        try:
            pieces = [piece async for piece in body]
            return Answer(response.status_code, response.headers, b"".join(pieces))
        except NetworkError as error:
            return error
        finally:
            await body.aclose()

    async def aclose(self) -> None:
        """Close this loop's connections, unless the user's own client holds them."""
        await self._clients.aclose()

    def _new_client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(verify=_tls(), timeout=_timeout(self.timeout), limits=_LIMITS)


class _Content(httpx.AsyncByteStream):
    """A request's body, given by an iterator that is no async generator.

    The library's own is one, and a server that answers before it has read all leaves it suspended.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Pieces([self._content])


class _Pieces:
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._pieces:
            raise StopAsyncIteration
        return self._pieces.pop()


@cache
def _tls() -> ssl.SSLContext:
    """Make the TLS context that all clients share: it costs 20 ms and 800 KB."""
    return httpx.create_ssl_context()


def _timeout(seconds: float | None) -> httpx.Timeout:
    connect = None if seconds is None else min(seconds, _CONNECT_TIMEOUT)
    return httpx.Timeout(seconds, connect=connect)


def _prepared(
    client: httpx.Client | httpx.AsyncClient, request: Request, timeout: float | None
) -> httpx.Request:
    # The timeout is this client's also when the connections are the user's own.
    try:
        return client.build_request(
            request.method,
            request.url,
            params=request.query or None,
            headers=request.headers,
            content=request.content,
            timeout=_timeout(timeout),
        )
    except httpx.InvalidURL as error:  # too long, or a host that cannot be
        raise InvalidArgumentError(f"{request.method} {request.url}: {error}") from None


def _stays_open(request: Request, response: httpx.Response) -> bool:
    kind = response.headers.get("content-type", "").lower()
    return request.streamed and response.is_success and kind.startswith("text/event-stream")


def _failure(request: Request, error: Exception, timeout: float | None) -> NetworkError:
    """Say in our words that no whole answer came."""
    asked = f"{request.method} {request.url}"
    if isinstance(error, httpx.ConnectTimeout) and (timeout is None or timeout > _CONNECT_TIMEOUT):
        # The caller's time is not up: this is a server that is not there, as a refusal is.
        return NetworkError(f"{asked}: no connection within {_CONNECT_TIMEOUT:g} s")
    if isinstance(error, httpx.TimeoutException):
        phase = type(error).__name__.removesuffix("Timeout").lower()
        return RequestTimeoutError(f"{asked}: no answer within {timeout} s ({phase} timed out)")
    return NetworkError(f"{asked}: {str(error) or type(error).__name__}")


def _hang_up(response: httpx.Response) -> None:
    """End a read that waits in another thread; what shares its connection (HTTP/2) is spared."""
    stream = response.extensions.get("network_stream")
    if stream is not None and response.http_version.startswith("HTTP/1"):
        with suppress(OSError):
            stream.get_extra_info("socket").shutdown(SHUT_RDWR)
