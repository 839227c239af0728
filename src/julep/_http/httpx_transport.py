"""Requests that go by an HTTP library's client: the user's own, through a proxy, by HTTP/2.

The one module that knows the library. It is httpx; a user's own client may also be of httpx2, its
successor with the same face. Nothing here decides anything.
"""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from socket import SHUT_RDWR
from threading import Timer
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypeAlias, TypeVar, cast
from weakref import WeakSet

import httpx
from anyio import CancelScope, move_on_after

from julep._http.content_encoding import MAX_BODY_BYTES
from julep._http.messages import (
    AsyncResponseBody,
    Request,
    Response,
    ResponseBody,
    StreamingResponse,
    UnreadableResponse,
)
from julep._http.per_loop import PerLoop
from julep._http.tls import shared_tls
from julep.errors import (
    ConfigurationError,
    InvalidArgumentError,
    NetworkError,
    RequestTimeoutError,
)

if TYPE_CHECKING:
    import logging

    from julep._http.transport_config import TransportConfig

C = TypeVar("C", httpx.Client, httpx.AsyncClient)

_FINISH_SECONDS: Final = 1.0

_WARNING: Final = 30
"""logging's, which may not be loaded."""


class _HttpxAdapter:
    """The library that a client is of: its errors, and how it is asked."""

    def __init__(self, client: object) -> None:
        _keep_headers_out_of_logs()
        module: Any = import_module(_top_module(client))
        self._invalid_url: type[Exception] = module.InvalidURL
        self.undecodable: type[Exception] = module.DecodingError
        self._timed_out: type[Exception] = module.TimeoutException
        self._timeout: type[httpx.Timeout] = module.Timeout
        self._content: Any = type("Content", (_Content, module.AsyncByteStream), {})
        self.failures: tuple[type[Exception], ...] = (module.RequestError, module.StreamError)

    def prepare(self, client: httpx.Client | httpx.AsyncClient, request: Request) -> httpx.Request:
        """Make the library's request; the timeouts are ours also where the client is not."""
        connect, read, write, pool, _ = request.timeout
        steps = [connect, read, write, pool]
        if request.deadline is not None:
            left = max(0.001, request.deadline - monotonic())
            steps = [left if step is None else min(step, left) for step in steps]
        timeout = self._timeout(connect=steps[0], read=steps[1], write=steps[2], pool=steps[3])
        try:
            return client.build_request(
                request.method,
                request.url,
                headers=dict(request.headers),
                content=request.content,
                timeout=timeout,
            )
        except self._invalid_url as error:  # too long, or a host that cannot be
            raise InvalidArgumentError(f"{request.summary}: {error}") from None

    def content(self, content: bytes) -> httpx.AsyncByteStream:
        """Make the body of a request that is awaited."""
        made: httpx.AsyncByteStream = self._content(content)
        return made

    def failure(self, request: Request, error: Exception) -> NetworkError:
        """Say in our words that no whole answer came."""
        if isinstance(error, self._timed_out):
            return _timeout_error(request, _PHASES.get(type(error).__name__, "read"))
        return NetworkError(f"{request.summary}: {str(error) or type(error).__name__}")


_Phase: TypeAlias = Literal["connect", "read", "write", "pool", "total"]
_PHASES: Final[dict[str, _Phase]] = {
    "ConnectTimeout": "connect",
    "ReadTimeout": "read",
    "WriteTimeout": "write",
    "PoolTimeout": "pool",
}


class HttpxBody:
    """The body of an answer that is still open."""

    def __init__(self, response: httpx.Response, library: _HttpxAdapter, request: Request) -> None:
        self._response = response
        self._library = library
        self._request = request
        self._chunks = response.iter_bytes()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> bytes:
        _check_time(self._request)
        try:
            return next(self._chunks)
        except self._library.undecodable:
            raise
        except self._library.failures as error:
            raise self._library.failure(self._request, error) from None

    def finish(self) -> None:
        """Read to its end a body that has said all, since only then its connection is used again.

        A server that does not end the body soon loses the connection instead.
        """
        limit = Timer(_FINISH_SECONDS, _shut_down, (self._response,))
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


class AsyncHttpxBody:
    """The body of an answer that is still open."""

    def __init__(self, response: httpx.Response, library: _HttpxAdapter, request: Request) -> None:
        self._response = response
        self._library = library
        self._request = request
        # The first reads through the second, and drops it half-read when a body is no gzip.
        self._raw = raw = response.aiter_raw()
        vars(response)["aiter_raw"] = lambda: raw
        self._chunks = response.aiter_bytes()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        _check_time(self._request)
        with move_on_after(_remaining(self._request)):
            try:
                return await anext(self._chunks)
            except self._library.undecodable:
                raise
            except self._library.failures as error:
                raise self._library.failure(self._request, error) from None
        raise _timeout_error(self._request, "read")

    async def finish(self) -> None:
        """Read to its end a body that has said all, since only then its connection is used again.

        A server that does not end the body soon loses the connection instead.
        """
        try:
            with move_on_after(_FINISH_SECONDS), suppress(NetworkError):
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
                with suppress(*self._library.failures):
                    async for _ in left:
                        pass


class HttpxTransport:
    """Sends requests by a client of the library, from one thread or from many.

    Here the limit of the whole call is seen to between the steps of a call, not within one.
    """

    def __init__(self, transport: TransportConfig) -> None:
        self._owned = transport.http_client is None
        # Its colour was checked when it was given; by its face, since it may be of either library.
        given = cast("httpx.Client | None", transport.http_client)
        self._transport = transport
        self._client = given or _build_client(httpx.Client, transport)
        self._inherited: list[httpx.Client] = []
        self._library = _HttpxAdapter(self._client)
        _transports.add(self)

    def send(
        self, request: Request
    ) -> Response | StreamingResponse[ResponseBody] | UnreadableResponse | NetworkError:
        """Send a request and say what came of it."""
        prepared = self._library.prepare(self._client, request)
        try:
            response = self._client.send(prepared, stream=True, follow_redirects=False)
        except self._library.failures as error:
            return self._library.failure(request, error)
        body = HttpxBody(response, self._library, request)
        if request.accepts_stream(response.status_code, response.headers):
            return StreamingResponse(response.status_code, response.headers, body)
        pieces = _BodyCollector(response)
        try:
            for piece in body:
                if not pieces.take(piece):
                    break
            return pieces.answer()
        except self._library.undecodable as error:
            return pieces.unfit(error)
        except NetworkError as error:
            return error.with_traceback(None)
        finally:
            body.close()

    def close(self) -> None:
        """Close every connection, unless the user's own client holds them."""
        if self._owned:
            self._client.close()

    def after_fork(self) -> None:
        """Leave the parent's connections to the parent."""
        if self._owned:
            # Kept, not closed: closing may wait for a lock that a thread of the parent held.
            self._inherited.append(self._client)
            self._client = _build_client(httpx.Client, self._transport)


class AsyncHttpxTransport:
    """Sends requests by a client of the library, on whatever event loop runs.

    Connections belong to the loop that opened them, so every loop gets a client of the library
    to itself, and loses it when the loop ends.
    """

    def __init__(self, transport: TransportConfig) -> None:
        # Its colour was checked when it was given; by its face, since it may be of either library.
        self._given = cast("httpx.AsyncClient | None", transport.http_client)
        self._transport = transport
        self._clients = PerLoop(self._new_client, httpx.AsyncClient.aclose)

    async def send(
        self, request: Request
    ) -> Response | StreamingResponse[AsyncResponseBody] | UnreadableResponse | NetworkError:
        """Send a request and say what came of it."""
        client = self._given or await self._clients.get()
        library = _HttpxAdapter(client)
        prepared = library.prepare(client, request)
        if request.content is not None:
            prepared.stream = library.content(request.content)
        response: httpx.Response | None = None
        with move_on_after(_remaining(request)):
            try:
                response = await client.send(prepared, stream=True, follow_redirects=False)
            except library.failures as error:
                return library.failure(request, error)
        if response is None:
            return _timeout_error(request, "read")
        body = AsyncHttpxBody(response, library, request)
        if request.accepts_stream(response.status_code, response.headers):
            return StreamingResponse(response.status_code, response.headers, body)
        pieces = _BodyCollector(response)
        try:
            async for piece in body:
                if not pieces.take(piece):
                    break
            return pieces.answer()
        except library.undecodable as error:
            return pieces.unfit(error)
        except NetworkError as error:
            return error.with_traceback(None)
        finally:
            await body.aclose()

    async def aclose(self) -> None:
        """Close this loop's connections, unless the user's own client holds them."""
        await self._clients.aclose()

    def _new_client(self) -> httpx.AsyncClient:
        return _build_client(httpx.AsyncClient, self._transport)


class _BodyCollector:
    """A body that is read whole, as far as it has come."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._pieces: list[bytes] = []
        self._size = 0

    def take(self, piece: bytes) -> bool:
        """Take a piece; say whether there may be more."""
        self._pieces.append(piece)
        self._size += len(piece)
        return self._size <= MAX_BODY_BYTES

    def answer(self) -> Response | UnreadableResponse:
        """Give the answer that they make up."""
        response = self._response
        if self._size > MAX_BODY_BYTES:
            problem = f"the answer is longer than {MAX_BODY_BYTES} bytes"
            return UnreadableResponse(response.status_code, response.headers, problem)
        return Response(response.status_code, response.headers, b"".join(self._pieces))

    def unfit(self, error: Exception) -> UnreadableResponse:
        """Give what there is of an answer whose body is not of the encoding that it claims."""
        response = self._response
        encoding = response.headers.get("content-encoding", "")
        return UnreadableResponse(
            response.status_code, response.headers, f"the body is no {encoding}: {error}"
        )


class _Content:
    """A request's body, given by an iterator that is no async generator.

    The library's own is one, and a server that answers before it has read all leaves it suspended.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content

    def __aiter__(self) -> AsyncIterator[bytes]:
        return _Once([self._content])


class _Once:
    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._pieces:
            raise StopAsyncIteration
        return self._pieces.pop()


def _top_module(client: object) -> str:
    for kind in type(client).__mro__:
        name = kind.__module__.partition(".")[0]
        if name in ("httpx", "httpx2"):
            return name
    raise ConfigurationError(f"http_client: a {type(client).__name__} is no client of httpx")


def _build_client(kind: type[C], transport: TransportConfig) -> C:
    """Make a client of the library.

    Raises:
        ConfigurationError: When a setting cannot work, or the environment's proxy cannot.
    """
    if transport.http2 and find_spec("h2") is None:
        raise ConfigurationError("http2 needs the h2 package: pip install 'julep[http2]'")
    limits = httpx.Limits(max_connections=transport.max_connections, max_keepalive_connections=100)
    try:
        return kind(
            verify=transport.tls or (shared_tls(http2=True) if transport.http2 else shared_tls()),
            limits=limits,
            http2=transport.http2,
            proxy=transport.proxy,
        )
    except ImportError:
        raise ConfigurationError(
            "a proxy of SOCKS needs the socksio package: pip install 'httpx[socks]'"
        ) from None
    except (ValueError, httpx.InvalidURL):  # what they say may hold a password
        raise ConfigurationError(
            "HTTP_PROXY, HTTPS_PROXY, ALL_PROXY: expected URLs such as 'http://127.0.0.1:3128'"
        ) from None


def _keep_headers_out_of_logs() -> None:
    """Silence what writes every header down, the key's included, when HTTP/2 is spoken."""
    if "hpack" in sys.modules:
        import logging  # hpack has loaded it

        for name in ("hpack.hpack", "hpack.table"):
            logging.getLogger(name).addFilter(_is_a_warning)


def _is_a_warning(record: logging.LogRecord) -> bool:
    return record.levelno >= _WARNING


def _remaining(request: Request) -> float | None:
    """Give the seconds that the call has left: a little more, as the library's limits say more."""
    return None if request.deadline is None else max(0.0, request.deadline - monotonic()) + 0.05


def _check_time(request: Request) -> None:
    if request.deadline is not None and monotonic() >= request.deadline:
        raise _timeout_error(request, "read")


def _timeout_error(request: Request, phase: _Phase) -> RequestTimeoutError:
    """Make the error for a step that took too long, or that the call's time does not allow."""
    step: float | None = getattr(request.timeout, phase)
    until = request.deadline
    is_total = until is not None and (step is None or monotonic() >= until - 0.001)
    if is_total:
        step = request.timeout.total
    message = f"{request.summary}: no answer within {step or 0:g} s ({phase} timed out)"
    return RequestTimeoutError(message, phase="total" if is_total else phase)


def _shut_down(response: httpx.Response) -> None:
    """End a read that waits in another thread; what shares its connection (HTTP/2) is spared."""
    stream = response.extensions.get("network_stream")
    if stream is not None and response.http_version.startswith("HTTP/1"):
        with suppress(OSError):
            stream.get_extra_info("socket").shutdown(SHUT_RDWR)


_transports = WeakSet[HttpxTransport]()


def _after_fork() -> None:
    for wire in _transports:
        wire.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
